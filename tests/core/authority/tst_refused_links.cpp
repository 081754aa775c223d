// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Links that are exchanged for nothing, each with its reason: widened, swapped, stolen, replayed, or under something
// that is not in force.

#include "core/authority/use_cases.h"
#include "core/crypto/jws.h"
#include "tests/core/authority/family.h"

#include <QTest>

#include <atomic>
#include <thread>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;

class TestRefusedLinks : public QObject {
    Q_OBJECT
private Q_SLOTS:
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

    void a_token_that_would_be_too_large_is_refused()
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
        QCOMPARE(codeOf(refused), ErrorCode::InvalidRequest);
        QVERIFY2(messageOf(refused).contains("6 KiB"), messageOf(refused).c_str());
        QCOMPARE(fixture.count(LeafKind::TokenIssued), 1); // the root's
        QCOMPARE(fixture.count(LeafKind::LinkExchanged), 0);
    }
};

QTEST_GUILESS_MAIN(TestRefusedLinks)
#include "tst_refused_links.moc"
