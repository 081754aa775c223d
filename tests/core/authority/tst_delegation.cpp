// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agents hand authority on to each other, and each exchanges its link for a token of its own.

#include "core/authority/use_cases.h"
#include "core/crypto/jws.h"
#include "tests/core/authority/family.h"

#include <QTest>

#include <thread>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using grants::EndReason;
using grants::GrantState;

namespace {

std::string urn(const TestAgent& agent)
{
    return crypto::thumbprintUrn(agent.jkt());
}

std::vector<std::string> actorsIn(const json::Object& claims)
{
    std::vector<std::string> actors;
    for (const json::Value* act = claims.if_contains("act"); act != nullptr; act = act->get_object().if_contains("act"))
        actors.emplace_back(act->at("sub").as_string());
    return actors;
}

} // namespace

class TestDelegation : public QObject {
    Q_OBJECT

    static std::unique_ptr<AuthorityFixture> deepFixture(int depth)
    {
        auto fixture = std::make_unique<AuthorityFixture>();
        fixture->stop();
        fixture->setDelegationDepth(depth);
        if (!fixture->start())
            qFatal("no start");
        return fixture;
    }

private Q_SLOTS:
    void a_chain_is_exchanged_for_a_token_that_names_all_hops_data()
    {
        QTest::addColumn<int>("hops");
        for (int hops = 2; hops <= permissions::kMaxChain; ++hops)
            QTest::addRow("%d hops", hops) << hops;
    }
    void a_chain_is_exchanged_for_a_token_that_names_all_hops()
    {
        QFETCH(int, hops);
        const auto fixture = deepFixture(permissions::kMaxChain - 1);
        const Row row = rowOf(*fixture, hops);
        const auto tokens = fixture->exchange(row.agents.back(), row.root.accessToken, row.links);
        QVERIFY2(tokens, messageOf(tokens).c_str());

        const auto claims = crypto::verifyJwt(tokens->accessToken, "at+jwt", fixture->identity().device.publicKey());
        QVERIFY(claims);
        QCOMPARE(claims->at("del_depth").as_int64(), hops - 1);
        QCOMPARE(claims->at("del_max_depth").as_int64(), hops - 1);
        QCOMPARE(std::string(claims->at("client_id").as_string()), row.agents.back().id().value);
        std::vector<std::string> actors;
        for (auto agent = row.agents.rbegin(); agent != row.agents.rend(); ++agent)
            actors.push_back(urn(*agent));
        QCOMPARE(actorsIn(*claims), actors);

        const auto seen = fixture->authority().introspect(tokens->accessToken);
        QVERIFY(seen);
        QCOMPARE(seen->actors, actors);
        QCOMPARE(seen->depth, hops - 1);
        QCOMPARE(seen->maxDepth, hops - 1);
        QCOMPARE(seen->boundKey, row.agents.back().jkt());
        QCOMPARE(seen->permission, row.permissions.back());

        // The whole chain stands in the person's tree, though only its end was exchanged.
        QCOMPARE(fixture->grants().size(), static_cast<std::size_t>(hops));
        grants::Grant grant = fixture->grant(tokens->grant);
        for (auto agent = row.agents.rbegin(); agent != row.agents.rend(); ++agent) {
            QCOMPARE(grant.agent, agent->id());
            QCOMPARE(grant.boundKey, std::optional(agent->jkt()));
            if (grant.parent)
                grant = fixture->grant(*grant.parent);
        }
        QCOMPARE(grant.id, row.root.grant);
        QCOMPARE(fixture->count(LeafKind::GrantDelegated), hops - 1);
        QCOMPARE(fixture->count(LeafKind::LinkExchanged), 1);
    }

    void the_persons_own_agent_acts_for_nobody()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent(), delegable(2));
        const auto claims = crypto::verifyJwt(tokens.accessToken, "at+jwt", fixture.identity().device.publicKey());
        QVERIFY(!claims->contains("act"));
        QCOMPARE(claims->at("del_max_depth").as_int64(), 2);
        const auto seen = fixture.authority().introspect(tokens.accessToken);
        QVERIFY(seen->actors.empty());
        QCOMPARE(seen->maxDepth, 2);
    }

    void each_hop_may_exchange_its_own_link_on_the_way()
    {
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 4);
        std::vector<std::string> links;
        for (std::size_t i = 0; i < row.links.size(); ++i) {
            links.push_back(row.links[i]);
            const auto tokens = fixture.exchange(row.agents[i + 1], row.root.accessToken, links);
            QVERIFY2(tokens, messageOf(tokens).c_str());
            QVERIFY(fixture.isActive(tokens->accessToken));
        }
        QCOMPARE(fixture.grants().size(), 4U);
        QCOMPARE(fixture.count(LeafKind::GrantDelegated), 3);
        QCOMPARE(fixture.count(LeafKind::LinkExchanged), 3);
    }

    void an_exchanged_token_can_be_handed_on_and_refreshed()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QCOMPARE(fixture.grant(family.a1.tokens.grant).depth, 2);
        QCOMPARE(fixture.grant(family.a1.tokens.grant).parent, std::optional(family.a.tokens.grant));
        const auto next = fixture.refresh(family.a1.agent, family.a1.tokens.refreshToken);
        QVERIFY2(next, messageOf(next).c_str());
        QCOMPARE(fixture.authority().introspect(next->accessToken)->actors.size(), 3U);
    }

    void a_widened_member_is_refused_data()
    {
        QTest::addColumn<QString>("json");
        const auto row = [](const char* name, const char* members) {
            QTest::newRow(name)
                << QStringLiteral("[{\"type\":\"agent_delegation\",%1}]").arg(QString::fromLatin1(members));
        };
        row("another action",
            "\"locations\":[\"https://payments.example/\"],\"actions\":[\"payments.delete\"],"
            "\"expires_at\":1767268900");
        row("a wildcard",
            "\"locations\":[\"https://payments.example/\"],\"actions\":[\"payments.*\"],\"expires_at\":1767268900");
        row("another place",
            "\"locations\":[\"https://other.example/\"],\"actions\":[\"payments.read\"],\"expires_at\":1767268900");
        row("longer",
            "\"locations\":[\"https://payments.example/\"],\"actions\":[\"payments.read\"],"
            "\"expires_at\":1767372400");
        row("without an end", "\"locations\":[\"https://payments.example/\"],\"actions\":[\"payments.read\"]");
        row("as deep as before",
            "\"locations\":[\"https://payments.example/\"],\"actions\":[\"payments.read\"],"
            "\"expires_at\":1767268900,\"max_depth\":2");
    }
    void a_widened_member_is_refused()
    {
        QFETCH(QString, json);
        AuthorityFixture fixture;
        Row row = beginRow(fixture, 2);
        row.agents.push_back(fixture.registerAgent("child"));
        const auto wider = permissionOf(json.toStdString());
        row.links.push_back(fixture.delegate(row.root.accessToken, row.agents.front().key, row.agents.back(), wider));
        const auto refused = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QCOMPARE(codeOf(refused), ErrorCode::InvalidAuthorizationDetails);
        QVERIFY2(messageOf(refused).starts_with("link 1: "), messageOf(refused).c_str());
        QCOMPARE(fixture.grants().size(), 1U);
    }

    void a_swapped_hop_is_refused()
    {
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 4);
        const auto swapped =
            fixture.exchange(row.agents.back(), row.root.accessToken, {row.links[1], row.links[0], row.links[2]});
        QCOMPARE(codeOf(swapped), ErrorCode::InvalidGrant);
        QVERIFY2(messageOf(swapped).starts_with("link 1: "), messageOf(swapped).c_str());
        const auto leftOut = fixture.exchange(row.agents.back(), row.root.accessToken, {row.links[0], row.links[2]});
        QCOMPARE(codeOf(leftOut), ErrorCode::InvalidGrant);
        QVERIFY2(messageOf(leftOut).starts_with("link 2: "), messageOf(leftOut).c_str());
        // The same hop under another token of the same grant.
        const auto other = fixture.refresh(row.agents.front(), row.root.refreshToken);
        QCOMPARE(codeOf(fixture.exchange(row.agents.back(), other->accessToken, row.links)), ErrorCode::InvalidGrant);
        QCOMPARE(fixture.grants().size(), 1U);
    }

    void a_link_by_another_key_is_refused()
    {
        AuthorityFixture fixture;
        Row row = beginRow(fixture, 1);
        row.agents.push_back(fixture.registerAgent("child"));
        const TestAgent stranger = fixture.registerAgent("stranger");
        const std::string link =
            fixture.delegate(row.root.accessToken, stranger.key, row.agents.back(), handedOn(row.permissions.front()));
        const auto refused = fixture.exchange(row.agents.back(), row.root.accessToken, {link});
        QCOMPARE(codeOf(refused), ErrorCode::InvalidGrant);
        QVERIFY2(messageOf(refused).starts_with("link 1: "), messageOf(refused).c_str());
    }

    void a_stolen_link_is_of_no_use_to_another_agent()
    {
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 2);
        const TestAgent thief = fixture.registerAgent("thief");
        const auto stolen = fixture.exchange(thief, row.root.accessToken, row.links);
        QCOMPARE(codeOf(stolen), ErrorCode::InvalidRequest);
        // And its owner loses nothing.
        QVERIFY(fixture.exchange(row.agents.back(), row.root.accessToken, row.links));
    }

    void a_link_is_exchanged_once()
    {
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 2);
        const auto first = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QVERIFY(first);
        const auto again = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QCOMPARE(codeOf(again), ErrorCode::InvalidRequest);
        QVERIFY(fixture.isActive(first->accessToken));
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(
            codeOf(fixture.exchange(row.agents.back(), row.root.accessToken, row.links)), ErrorCode::InvalidRequest);
        QCOMPARE(fixture.count(LeafKind::LinkExchanged), 1);
    }

    void of_two_exchanges_at_once_exactly_one_wins()
    {
        AuthorityFixture fixture;
        constexpr int kRounds = 10;
        constexpr int kAtOnce = 4;
        for (int round = 0; round < kRounds; ++round) {
            const Row row = rowOf(fixture, 3);
            std::atomic<int> won = 0;
            std::atomic<int> refused = 0;
            {
                std::vector<std::jthread> threads;
                for (int i = 0; i < kAtOnce; ++i)
                    threads.emplace_back([&] {
                        const auto tokens = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
                        ++(tokens ? won : refused);
                    });
            }
            QCOMPARE(won.load(), 1);
            QCOMPARE(refused.load(), kAtOnce - 1);
        }
        QCOMPARE(fixture.count(LeafKind::GrantDelegated), 2 * kRounds);
    }

    void a_proof_is_used_up_by_a_refusal_too()
    {
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 2);
        QVERIFY(fixture.exchange(row.agents.back(), row.root.accessToken, row.links));
        authority::ExchangeLink command{row.agents.back().id(), *fixture.verified(row.root.accessToken, row.links),
            {{row.agents.back().id().value, "once", kTestStart + 300s}}};
        const auto send = [&] {
            return fixture.wait<authority::TokenSet>(
                [&](auto reply) { fixture.authority().exchange(command, std::move(reply)); });
        };
        QCOMPARE(codeOf(send()), ErrorCode::InvalidRequest);
        QCOMPARE(codeOf(send()), ErrorCode::InvalidClient);
    }

    void under_a_revoked_ancestor_nothing_is_exchanged()
    {
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 4);
        const auto middle = fixture.exchange(row.agents[2], row.root.accessToken, {row.links[0], row.links[1]});
        QVERIFY(middle);
        QVERIFY(fixture.revoke(middle->grant));
        const auto refused = fixture.exchange(row.agents[3], row.root.accessToken, row.links);
        QCOMPARE(codeOf(refused), ErrorCode::InvalidRequest);
        QCOMPARE(messageOf(refused), std::string("link 2: The grant was revoked."));
        QVERIFY(fixture.revoke(row.root.grant));
        const auto root = fixture.exchange(row.agents[3], row.root.accessToken, row.links);
        QCOMPARE(codeOf(root), ErrorCode::InvalidRequest);
        QCOMPARE(messageOf(root), std::string("The grant was revoked."));
        QCOMPARE(fixture.grants().size(), 3U);
    }

    void under_an_expired_middle_nothing_is_exchanged()
    {
        AuthorityFixture fixture;
        Row row = beginRow(fixture, 3);
        addHop(fixture, row);
        addHop(fixture, row, [](grants::Link& link) { link.expiresAt = kTestStart + 60s; });
        addHop(fixture, row);
        fixture.clock().advance(60s);
        const auto refused = fixture.exchange(row.agents[3], row.root.accessToken, row.links);
        QCOMPARE(codeOf(refused), ErrorCode::InvalidGrant);
        QCOMPARE(messageOf(refused), std::string("link 2: it has expired"));
    }

    void a_childs_grant_ends_with_the_first_of_all_ends()
    {
        AuthorityFixture fixture;
        Row row = beginRow(fixture, 3);
        addHop(fixture, row);
        addHop(fixture, row, [](grants::Link& link) { link.expiresAt = kTestStart + 900s; });
        addHop(fixture, row, [](grants::Link& link) { link.expiresAt = kTestStart + 5000s; });
        const auto tokens = fixture.exchange(row.agents[3], row.root.accessToken, row.links);
        QVERIFY2(tokens, messageOf(tokens).c_str());
        QCOMPARE(fixture.grant(tokens->grant).expiresAt, kTestStart + 900s);
        QCOMPARE(tokens->expiresIn, 600s);
        fixture.clock().advance(700s);
        const auto next = fixture.refresh(row.agents[3], tokens->refreshToken);
        QVERIFY2(next, messageOf(next).c_str());
        QCOMPARE(next->expiresIn, 200s);
        fixture.clock().advance(200s);
        QVERIFY(!fixture.isActive(next->accessToken));
        QCOMPARE(fixture.grant(tokens->grant).state, GrantState::Expired);
        QCOMPARE(fixture.grant(row.root.grant).state, GrantState::Live);
    }

    void under_a_paused_ancestor_the_answer_is_to_come_again()
    {
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 3);
        const auto pause = [&](const GrantId& id) {
            return fixture.run<void>([id](authority::Context& context) { return authority::pauseGrant(context, id); });
        };
        QVERIFY(pause(row.root.grant));
        const auto held = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QCOMPARE(codeOf(held), ErrorCode::Held);
        QVERIFY(fixture.run<void>(
            [&](authority::Context& context) { return authority::resumeGrant(context, row.root.grant); }));
        const auto middle = fixture.exchange(row.agents[1], row.root.accessToken, {row.links[0]});
        QVERIFY(middle);
        QVERIFY(pause(middle->grant));
        const auto below = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QCOMPARE(codeOf(below), ErrorCode::Held);
        QVERIFY2(messageOf(below).starts_with("link 1: "), messageOf(below).c_str());
    }

    void depth_ends_where_the_person_or_the_setting_ends_it_data()
    {
        QTest::addColumn<int>("setting");
        QTest::addColumn<int>("links");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("below") << 3 << 2 << true;
        QTest::newRow("at") << 3 << 3 << true;
        QTest::newRow("above") << 3 << 4 << false;
        QTest::newRow("none allowed") << 0 << 1 << false;
    }
    void depth_ends_where_the_person_or_the_setting_ends_it()
    {
        QFETCH(int, setting);
        QFETCH(int, links);
        QFETCH(bool, accepted);
        const auto fixture = deepFixture(setting);
        Row row = beginRow(*fixture, 6); // the person would allow more
        for (int i = 0; i < links; ++i) {
            addHop(*fixture, row, [&](grants::Link& link) { // as one who does not care what the token says
                link.maxDepth = std::max(link.maxDepth, link.depth);
            });
        }
        const auto tokens = fixture->exchange(row.agents.back(), row.root.accessToken, row.links);
        QCOMPARE(tokens.has_value(), accepted);
        if (!accepted)
            QVERIFY2(messageOf(tokens).contains("deeper"), messageOf(tokens).c_str());
        // Nor may what was not to be handed on.
        Row end = beginRow(*fixture, 0);
        addHop(*fixture, end);
        QVERIFY(!fixture->exchange(end.agents.back(), end.root.accessToken, end.links));
    }

    void a_setting_that_became_stricter_counts_for_older_tokens()
    {
        const auto fixture = deepFixture(3);
        const Row row = rowOf(*fixture, 4);
        fixture->stop();
        fixture->setDelegationDepth(1);
        QVERIFY(fixture->start());
        const auto refused = fixture->exchange(row.agents.back(), row.root.accessToken, row.links);
        QCOMPARE(codeOf(refused), ErrorCode::InvalidRequest);
        QCOMPARE(messageOf(refused), std::string("link 2: it is deeper than allowed here"));
        QCOMPARE(fixture->grants().size(), 1U); // all or nothing: the first link fits, and is not kept
        QVERIFY(fixture->exchange(row.agents[1], row.root.accessToken, {row.links[0]}));
    }

    void a_link_on_a_token_that_was_taken_back_is_refused()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const TestAgent child = fixture.registerAgent("child");
        const auto accepted = fixture.ask(fixture.request(agent, delegable(1)));
        QVERIFY(fixture.approve());
        const auto lost = fixture.poll(agent, accepted->id);
        const auto link = fixture.delegate(lost->accessToken, agent.key, child, handedOn(lost->granted));
        QVERIFY(fixture.poll(agent, accepted->id)); // fetched again: the first answer's tokens die
        const auto refused = fixture.exchange(child, lost->accessToken, {link});
        QCOMPARE(codeOf(refused), ErrorCode::InvalidRequest);
        QCOMPARE(messageOf(refused), std::string("The access token is not in force any more."));
    }

    void what_was_narrowed_since_counts_not_what_the_token_says()
    {
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 2);
        QVERIFY(fixture.run<void>([&](authority::Context& context) -> Result<void> {
            permissions::Permission less = row.permissions.front();
            less.details.front().actions = {*permissions::Action::parse("payments.read")};
            return context.ledger.setPermission(row.root.grant, less, {}, kTestStart + 3600s);
        }));
        const auto refused = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QCOMPARE(codeOf(refused), ErrorCode::InvalidRequest);
        QVERIFY2(messageOf(refused).starts_with("link 1: "), messageOf(refused).c_str());
        QCOMPARE(fixture.grants().size(), 1U);
    }

    void a_child_is_known_by_its_id_or_its_key_data()
    {
        QTest::addColumn<bool>("byKey");
        QTest::newRow("client_id") << false;
        QTest::newRow("thumbprint") << true;
    }
    void a_child_is_known_by_its_id_or_its_key()
    {
        QFETCH(bool, byKey);
        AuthorityFixture fixture;
        Row row = beginRow(fixture, 1);
        addHop(fixture, row, [&](grants::Link& link) {
            if (byKey)
                link.child = crypto::thumbprintUrn(link.childKey.thumbprint());
        });
        const auto tokens = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QVERIFY2(tokens, messageOf(tokens).c_str());
        QCOMPARE(fixture.grant(tokens->grant).agent, row.agents.back().id());
    }

    void a_link_may_bind_another_key_of_a_registered_child()
    {
        AuthorityFixture fixture;
        const auto fresh = *crypto::PrivateKey::generate(crypto::KeyType::Ed25519);
        for (const bool named : {true, false}) {
            Row row = beginRow(fixture, 1);
            addHop(fixture, row, [&](grants::Link& link) {
                link.childKey = fresh.publicKey();
                if (!named)
                    link.child = crypto::thumbprintUrn(fresh.publicKey().thumbprint());
            });
            const auto tokens = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
            QVERIFY2(tokens, messageOf(tokens).c_str());
            QCOMPARE(fixture.grant(tokens->grant).agent, row.agents.back().id());
            QCOMPARE(fixture.grant(tokens->grant).boundKey, std::optional(fresh.publicKey().thumbprint()));
        }
    }

    void an_unknown_agent_between_is_registered_by_its_key()
    {
        AuthorityFixture fixture;
        Row row = beginRow(fixture, 2);
        const TestAgent unknown{{ClientId{"nobody"}, {}, {}, {}, {}, agents::Standing::Ordinary},
            *crypto::PrivateKey::generate(crypto::KeyType::P256)};
        const auto asKey = [](grants::Link& link) { link.child = crypto::thumbprintUrn(link.childKey.thumbprint()); };
        row.links.push_back(fixture.delegate(
            row.root.accessToken, row.agents.front().key, unknown, handedOn(row.permissions.front()), asKey));
        const TestAgent last = fixture.registerAgent("last");
        row.links.push_back(
            fixture.delegate(row.links.back(), unknown.key, last, handedOn(handedOn(row.permissions.front()))));
        QVERIFY(!fixture.authority().findAgent(urn(unknown)));
        const auto tokens = fixture.exchange(last, row.root.accessToken, row.links);
        QVERIFY2(tokens, messageOf(tokens).c_str());
        const auto known = fixture.authority().findAgent(urn(unknown));
        QVERIFY(known);
        QCOMPARE(fixture.authority().findClient(*known)->agent.name, std::string());
        QCOMPARE(fixture.grant(*fixture.grant(tokens->grant).parent).agent, *known);
    }

    void a_child_that_nobody_knows_by_that_id_is_refused()
    {
        AuthorityFixture fixture;
        Row row = beginRow(fixture, 1);
        addHop(fixture, row, [](grants::Link& link) { link.child = "nobody"; });
        const auto refused = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QCOMPARE(codeOf(refused), ErrorCode::InvalidRequest);
        QVERIFY(messageOf(refused).starts_with("link 1: "));
    }

    void a_key_of_one_agent_under_the_name_of_another_is_refused()
    {
        AuthorityFixture fixture;
        const TestAgent other = fixture.registerAgent("other");
        Row row = beginRow(fixture, 1);
        addHop(fixture, row, [&](grants::Link& link) { link.childKey = other.key.publicKey(); });
        for (const TestAgent& presenter : {row.agents.back(), other}) {
            const auto refused = fixture.exchange(presenter, row.root.accessToken, row.links);
            QCOMPARE(codeOf(refused), ErrorCode::InvalidRequest);
        }
        QCOMPARE(fixture.grants().size(), 1U);
    }

    void blocked_agents_are_handed_nothing()
    {
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 3);
        QVERIFY(fixture.run<void>(
            [&](authority::Context& context) { return authority::blockAgent(context, row.agents[1].id()); }));
        const auto refused = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QCOMPARE(codeOf(refused), ErrorCode::UnauthorizedClient);
        QVERIFY(messageOf(refused).starts_with("link 1: "));
        QCOMPARE(codeOf(fixture.exchange(row.agents[1], row.root.accessToken, {row.links[0]})),
            ErrorCode::UnauthorizedClient);
        QCOMPARE(fixture.grants().size(), 1U);
    }

    void tokens_that_need_counting_name_only_us()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        permissions::Permission counted = delegable(1);
        counted.details.front().uses = 200;
        const auto tokens = fixture.tokensFor(agent, counted);
        const auto claims = crypto::verifyJwt(tokens.accessToken, "at+jwt", fixture.identity().device.publicKey());
        QVERIFY(claims->at("aud") == (json::Array{"http://127.0.0.1:7317"}));
        QCOMPARE(fixture.authority().introspect(tokens.accessToken)->audience,
            std::vector<std::string>{"http://127.0.0.1:7317"});
    }

    void a_token_that_would_be_too_large_is_refused_and_the_link_stays_good()
    {
        AuthorityFixture fixture;
        Row row = beginRow(fixture, 1);
        row.agents.push_back(fixture.registerAgent("child"));
        permissions::Permission wordy;
        const permissions::AgentDelegation one = handedOn(row.permissions.front()).details.front();
        while (wordy.details.size() < 20)
            wordy.details.push_back(one);
        std::string link;
        for (;; wordy.details.push_back(one)) {
            const std::string next =
                fixture.delegate(row.root.accessToken, row.agents.front().key, row.agents.back(), wordy);
            if (next.size() > grants::kMaxLinkBytes)
                break;
            link = next;
        }
        const auto refused = fixture.exchange(row.agents.back(), row.root.accessToken, {link});
        if (refused)
            QVERIFY(refused->accessToken.size() <= authority::kMaxAccessTokenBytes);
        else
            QCOMPARE(codeOf(refused), ErrorCode::InvalidRequest);
        QCOMPARE(fixture.count(LeafKind::LinkExchanged), refused ? 1 : 0);
    }

    void the_introspection_of_a_token_is_signed_by_the_device()
    {
        AuthorityFixture fixture;
        const auto token =
            fixture.authority().signIntrospection(R"({"iss":"x","token_introspection":{"active":true}})");
        QVERIFY(token);
        const auto claims = crypto::verifyJwt(*token, "token-introspection+jwt", fixture.identity().device.publicKey());
        QVERIFY(claims);
        QVERIFY(claims->at("token_introspection").at("active").as_bool());
        QVERIFY(!fixture.authority().signIntrospection("[]"));
    }

    void an_agent_is_found_by_id_key_or_name()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        QCOMPARE(fixture.authority().findAgent(agent.id().value), std::optional(agent.id()));
        QCOMPARE(fixture.authority().findAgent(urn(agent)), std::optional(agent.id()));
        QVERIFY(!fixture.authority().findAgent("the accountant"));
        const auto name = [&](const QString& called) {
            return fixture.run<void>(
                [&](authority::Context& context) { return authority::nameAgent(context, agent.id(), called); });
        };
        QVERIFY(name(QStringLiteral("the accountant")));
        QCOMPARE(fixture.authority().findAgent("the accountant"), std::optional(agent.id()));
        QVERIFY(name(QStringLiteral("the bookkeeper")));
        QVERIFY(!fixture.authority().findAgent("the accountant"));
        QVERIFY(name({}));
        QVERIFY(!fixture.authority().findAgent("the bookkeeper"));
        QVERIFY(!fixture.authority().findAgent({}));
    }
};

QTEST_GUILESS_MAIN(TestDelegation)
#include "tst_delegation.moc"
