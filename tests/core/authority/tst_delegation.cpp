// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agents hand authority on to each other, and each exchanges its link for a token of its own.

#include "core/authority/use_cases.h"
#include "core/crypto/jws.h"
#include "tests/core/authority/family.h"
#include "tests/support/actions.h"

#include <QTest>

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

    void what_is_deeper_than_a_setting_that_became_stricter_goes_on_and_no_further()
    {
        const auto fixture = deepFixture(3);
        const Row row = rowOf(*fixture, 3);
        const auto tokens = fixture->exchange(row.agents.back(), row.root.accessToken, row.links);
        fixture->stop();
        fixture->setDelegationDepth(1);
        QVERIFY(fixture->start());
        const auto next = fixture->refresh(row.agents.back(), tokens->refreshToken);
        QVERIFY2(next, messageOf(next).c_str());
        const std::vector<crypto::PublicKey> keys{fixture->identity().device.publicKey()};
        const auto read = grants::verifyAccessToken(next->accessToken, keys, kTestStart);
        QVERIFY2(read, messageOf(read).c_str());
        QCOMPARE(read->depth, 2);
        QCOMPARE(read->maxDepth, 2);
        QCOMPARE(fixture->authority().introspect(next->accessToken)->maxDepth, 2);
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

    void an_agent_that_only_a_link_names_is_not_shown_as_if_it_was_known()
    {
        AuthorityFixture fixture;
        const ServiceId service = addService(fixture);
        const TestAgent boss = fixture.registerAgent("boss");
        const TestAgent helper = fixture.registerAgent("ledger-helper");
        const auto tokens = fixture.tokensFor(boss, delegable(2));
        const auto actUnder = [&](const TestAgent& child) {
            const std::string link = fixture.delegate(tokens.accessToken, boss.key, child, handedOn(tokens.granted));
            must(perform(fixture,
                     withSignature(
                         performanceOf(fixture, service, tokens.accessToken, child, action("payments.read"), {link}))),
                "perform");
            return link;
        };
        // Its own key: it is the one.
        actUnder(helper);
        QCOMPARE(fixture.grants().front().naming, authority::Naming::Shown);
        QVERIFY(!newestEntry(fixture).sentence.contains(QStringLiteral("another says")));
        // Another key beside its name: so says the boss.
        TestAgent stranger = helper;
        stranger.key = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
        const std::string link = actUnder(stranger);
        const authority::GrantRow row = fixture.grants().front();
        QCOMPARE(row.grant.agent, helper.id());
        QCOMPARE(row.naming, authority::Naming::Claimed);
        QVERIFY2(newestEntry(fixture).sentence.contains(QStringLiteral("another says that it is “ledger-helper”")),
            qPrintable(newestEntry(fixture).sentence));
        // It came itself, with that key.
        QVERIFY(fixture.exchange(stranger, tokens.accessToken, {link}));
        QCOMPARE(rowOf(fixture, row.grant.id).naming, authority::Naming::Shown);
        QVERIFY(!newestEntry(fixture).sentence.contains(QStringLiteral("another says")));
        QVERIFY(std::ranges::all_of(
            fixture.grants(), [](const auto& each) { return each.naming == authority::Naming::Shown; }));
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
