// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Actions, decided for the service at which they arrive, and dry runs.

#include "core/authority/use_cases.h"
#include "tests/support/actions.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using permissions::Reason;

namespace {

constexpr auto kSpend = ",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"500.00\","
                        "\"total\":\"1000.00\"},\"constraints\":{\"/recipient\":{\"one_of\":[\"acme\",\"globex\"]}}";

struct Scene {
    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    ServiceId service = addService(fixture);
    authority::TokenSet tokens;

    explicit Scene(const std::string& more = kSpend) : tokens(grantTo(fixture, agent, paymentsWith(more))) { }
    [[nodiscard]] Result<authority::ActionAnswer> perform(const permissions::ActionRequest& request)
    {
        return testing::perform(fixture, service, tokens.accessToken, agent, request);
    }
    [[nodiscard]] Result<authority::ActionAnswer> query(const permissions::ActionRequest& request)
    {
        return testing::query(fixture, {agent.id(), tokens.grant, request});
    }
};

ErrorCode codeOf(const Result<authority::ActionAnswer>& answer)
{
    return answer ? ErrorCode::Internal : answer.error().code;
}

} // namespace

class TestActions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_permitted_action_is_debited_and_logged()
    {
        Scene scene;
        const auto answer = scene.perform(payment("499.00"));
        QVERIFY(isPermitted(answer));
        QCOMPARE(answer->grant, scene.tokens.grant);
        QCOMPARE(scene.fixture.log().at(*answer->leaf), LeafKind::ActionPermitted);
        const auto row = rowOf(scene.fixture, scene.tokens.grant);
        QCOMPARE(row.meters.size(), std::size_t{1});
        QCOMPARE(row.meters.front().kind, authority::Meter::Kind::Total);
        QCOMPARE(row.meters.front().used, std::int64_t{499'000'000});
        QCOMPARE(row.meters.front().limit, std::int64_t{1000'000'000});
        QCOMPARE(row.meters.front().currency.code(), std::string("EUR"));
        QVERIFY(row.grant.lastUsedAt == kTestStart);
    }

    void the_timeline_says_what_was_permitted_in_plain_words()
    {
        Scene scene;
        QVERIFY(isPermitted(scene.perform(payment("499.00"))));
        const auto entry = newestEntry(scene.fixture);
        QCOMPARE(entry.sentence,
            QString::fromUtf8("“reconcile-bot” was permitted to create payments at payments.example for 499.00 EUR"));
        QCOMPARE(entry.outcome, authority::TimelineEntry::Outcome::Permitted);
        // The arguments stand in the leaf as a commitment only.
        QVERIFY(!entry.details.contains(QStringLiteral("acme")));
        QVERIFY(entry.details.contains(QStringLiteral("text_commitment")));
    }

    void a_denied_action_takes_nothing_and_is_logged_with_its_reason()
    {
        Scene scene;
        const auto answer = scene.perform(payment("500.01"));
        QCOMPARE(denialOf(answer), Reason::PerAction);
        QCOMPARE(scene.fixture.log().at(*answer->leaf), LeafKind::ActionDenied);
        QVERIFY(newestEntry(scene.fixture).sentence.endsWith(QStringLiteral("that is too much money at once")));
        QCOMPARE(rowOf(scene.fixture, scene.tokens.grant).meters.front().used, std::int64_t{0});
    }

    void the_name_of_an_unknown_argument_is_private()
    {
        Scene scene;
        const auto answer = scene.perform(
            action("payments.create", "{\"amount\":\"1\",\"recipient\":\"acme\",\"iban of my lover\":\"DE00\"}"));
        QCOMPARE(denialOf(answer), Reason::UnnamedArgument);
        QVERIFY(!newestEntry(scene.fixture).details.contains(QStringLiteral("lover")));
    }

    void the_total_holds_to_the_cent_and_ends_the_grant()
    {
        Scene scene;
        QVERIFY(isPermitted(scene.perform(payment("500.00"))));
        QVERIFY(isPermitted(scene.perform(payment("499.99"))));
        QCOMPARE(denialOf(scene.perform(payment("0.02"))), Reason::Total);
        QCOMPARE(scene.fixture.grant(scene.tokens.grant).state, grants::GrantState::Live);
        QVERIFY(isPermitted(scene.perform(payment("0.01"))));
        const auto grant = scene.fixture.grant(scene.tokens.grant);
        QCOMPARE(grant.state, grants::GrantState::Expired);
        QCOMPARE(grant.reason, grants::EndReason::UsedUp);
        QVERIFY(!scene.fixture.isActive(scene.tokens.accessToken));
        const auto late = scene.perform(payment("0.01"));
        QCOMPARE(codeOf(late), ErrorCode::InvalidToken);
        QVERIFY2(late.error().message.contains("is used up"), late.error().message.c_str());
    }

    void a_proof_counts_once()
    {
        Scene scene;
        const auto command =
            performanceOf(scene.fixture, scene.service, scene.tokens.accessToken, scene.agent, payment("1.00"));
        QVERIFY(isPermitted(perform(scene.fixture, command)));
        QCOMPARE(codeOf(perform(scene.fixture, command)), ErrorCode::Replayed);
        QCOMPARE(rowOf(scene.fixture, scene.tokens.grant).meters.front().used, std::int64_t{1'000'000});
    }

    void another_key_can_not_use_the_token()
    {
        Scene scene;
        const TestAgent thief = scene.fixture.registerAgent("thief");
        QCOMPARE(
            codeOf(testing::perform(scene.fixture, scene.service, scene.tokens.accessToken, thief, payment("1.00"))),
            ErrorCode::InvalidDpopProof);
    }

    void only_an_access_token_in_force_counts_data()
    {
        QTest::addColumn<int>("which");
        for (const int which : {0, 1, 2, 3})
            QTest::newRow(std::array{"refresh token", "made up", "run out", "revoked"}.at(std::size_t(which))) << which;
    }
    void only_an_access_token_in_force_counts()
    {
        QFETCH(const int, which);
        Scene scene;
        std::string token = scene.tokens.accessToken;
        if (which == 0)
            token = scene.tokens.refreshToken;
        if (which == 1)
            token += "x";
        if (which == 2)
            scene.fixture.clock().advance(grants::kAccessTokenLife);
        if (which == 3)
            QVERIFY(scene.fixture.revokeToken(scene.agent, token));
        QCOMPARE(codeOf(testing::perform(scene.fixture, scene.service, token, scene.agent, payment("1.00"))),
            ErrorCode::InvalidToken);
        QCOMPARE(scene.fixture.count(LeafKind::ActionPermitted), 0);
    }

    void a_service_decides_only_about_its_own_location()
    {
        Scene scene;
        const ServiceId other = addService(scene.fixture, "https://ledger.example/");
        const ServiceId deeper = addService(scene.fixture, "https://payments.example/v2");
        for (const ServiceId& service : {other, deeper}) {
            QCOMPARE(codeOf(testing::perform(
                         scene.fixture, service, scene.tokens.accessToken, scene.agent, payment("1.00"))),
                ErrorCode::InvalidTarget);
        }
        QCOMPARE(codeOf(testing::perform(
                     scene.fixture, ServiceId{"nobody"}, scene.tokens.accessToken, scene.agent, payment("1.00"))),
            ErrorCode::AccessDenied);
    }

    void a_held_grant_denies_and_says_so_in_the_log()
    {
        Scene scene;
        const GrantId grant = scene.tokens.grant;
        QVERIFY(scene.fixture.run<void>(
            [grant](authority::Context& context) { return authority::pauseGrant(context, grant); }));
        QCOMPARE(denialOf(scene.perform(payment("1.00"))), Reason::NotLive);
        QCOMPARE(scene.fixture.count(LeafKind::ActionDenied), 1);
        QVERIFY(scene.fixture.run<void>(
            [grant](authority::Context& context) { return authority::resumeGrant(context, grant); }));
        QVERIFY(isPermitted(scene.perform(payment("1.00"))));
    }

    void a_clock_that_was_set_back_denies_until_the_person_confirms()
    {
        Scene scene(",\"rate\":{\"count\":2,\"seconds\":60}");
        QVERIFY(isPermitted(scene.perform(payment("1.00"))));
        scene.fixture.clock().advance(50s);
        QVERIFY(isPermitted(scene.perform(payment("1.00"))));
        scene.fixture.clock().setWall(kTestStart - 30s);
        QCOMPARE(denialOf(scene.perform(payment("1.00"))), Reason::NotLive);
        QVERIFY(scene.fixture.run<void>([](authority::Context& context) { return authority::confirmClock(context); }));
        // What was done "in the future" still counts against the rate.
        QCOMPARE(denialOf(scene.perform(payment("1.00"))), Reason::Rate);
        scene.fixture.clock().advance(200s);
        QVERIFY(isPermitted(scene.perform(payment("1.00"))));
    }

    void a_dry_run_takes_and_logs_nothing()
    {
        Scene scene(",\"uses\":1");
        const auto before = scene.fixture.log().size();
        for (int i = 0; i < 3; ++i)
            QVERIFY(isPermitted(scene.query(payment("1.00"))));
        QCOMPARE(scene.fixture.log().size(), before);
        QVERIFY(isPermitted(scene.perform(payment("1.00"))));
        QCOMPARE(denialOf(scene.query(payment("1.00"))), Reason::NotLive);
    }

    void a_dry_run_finds_the_grant_that_permits()
    {
        Scene scene;
        const auto second = grantTo(scene.fixture, scene.agent,
            permissionOf("[{\"type\":\"agent_delegation\",\"locations\":[\"https://ledger.example/\"],"
                         "\"actions\":[\"ledger.read\"],\"expires_at\":1767280000}]"));
        const auto answer = query(
            scene.fixture, {scene.agent.id(), std::nullopt, action("ledger.read", "{}", "https://ledger.example/")});
        QVERIFY(isPermitted(answer));
        QCOMPARE(answer->grant, second.grant);
        QCOMPARE(
            denialOf(query(scene.fixture, {scene.agent.id(), std::nullopt, payment("600.00")})), Reason::PerAction);
    }

    void an_agent_is_told_nothing_of_anothers_grant()
    {
        Scene scene;
        const TestAgent other = scene.fixture.registerAgent("other");
        const auto answer = query(scene.fixture, {other.id(), scene.tokens.grant, payment("1.00")});
        QCOMPARE(denialOf(answer), Reason::NotLive);
        QVERIFY(answer->grant.isEmpty());
        const auto unknown = query(scene.fixture, {other.id(), GrantId{"none"}, payment("1.00")});
        QCOMPARE(unknown->verdict.sentence, answer->verdict.sentence);
    }

    void spending_below_counts_above()
    {
        AuthorityFixture fixture;
        const ServiceId service = addService(fixture);
        const TestAgent parent = fixture.registerAgent("parent");
        const TestAgent child = fixture.registerAgent("child");
        const auto asked = paymentsWith(",\"uses\":3,\"max_depth\":1");
        const auto above = grantTo(fixture, parent, asked);
        auto narrower = handedOn(asked);
        narrower.details.front().uses = 2;
        const std::string link = fixture.delegate(above.accessToken, parent.key, child, narrower);
        const auto below = must(fixture.exchange(child, above.accessToken, {link}), "exchange");

        QVERIFY(isPermitted(perform(fixture, service, below.accessToken, child, payment("1.00"))));
        QCOMPARE(rowOf(fixture, above.grant).meters.front().used, std::int64_t{1});
        QVERIFY(isPermitted(perform(fixture, service, above.accessToken, parent, payment("1.00"))));
        QCOMPARE(rowOf(fixture, below.grant).meters.front().used, std::int64_t{1});
        // The child's own limit would allow one more, and so would the parent's: then all of it is used up.
        QVERIFY(isPermitted(perform(fixture, service, below.accessToken, child, payment("1.00"))));
        QCOMPARE(fixture.grant(above.grant).reason, grants::EndReason::UsedUp);
        QCOMPARE(fixture.grant(below.grant).reason, grants::EndReason::AncestorEnded);
    }

    void a_link_that_nobody_exchanged_acts_too_and_appears_in_the_tree()
    {
        AuthorityFixture fixture;
        const ServiceId service = addService(fixture);
        const TestAgent parent = fixture.registerAgent("parent");
        const TestAgent child = fixture.registerAgent("child");
        const auto asked = paymentsWith(",\"uses\":3,\"max_depth\":1");
        const auto above = grantTo(fixture, parent, asked);
        const std::string link = fixture.delegate(above.accessToken, parent.key, child, handedOn(asked));
        auto command = performanceOf(fixture, service, above.accessToken, child, payment("1.00"), {link});
        const auto answer = perform(fixture, command);
        QVERIFY(isPermitted(answer));
        QVERIFY(fixture.grant(answer->grant).parent == above.grant);
        QCOMPARE(rowOf(fixture, above.grant).meters.front().used, std::int64_t{1});
        // The parent can't present its child's link as its own.
        command.key = parent.jkt();
        command.proofs.clear();
        QCOMPARE(codeOf(perform(fixture, command)), ErrorCode::InvalidDpopProof);
    }

    void a_chain_that_is_refused_leaves_an_entry()
    {
        AuthorityFixture fixture;
        const ServiceId service = addService(fixture);
        const TestAgent parent = fixture.registerAgent("parent");
        const TestAgent child = fixture.registerAgent("child");
        const auto above = grantTo(fixture, parent, delegable(1));
        const std::string link = fixture.delegate(above.accessToken, parent.key, child, handedOn(delegable(1)));
        const auto command = performanceOf(fixture, service, above.accessToken, child, payment("1.00"), {link});
        QVERIFY(fixture.run<void>([&](authority::Context& context) { return blockAgent(context, child.id()); }));
        QCOMPARE(codeOf(perform(fixture, command)), ErrorCode::UnauthorizedClient);
        QCOMPARE(fixture.count(LeafKind::ActionDenied), 1);
        QCOMPARE(fixture.count(LeafKind::GrantDelegated), 0);
    }
};

QTEST_GUILESS_MAIN(TestActions)
#include "tst_actions.moc"
