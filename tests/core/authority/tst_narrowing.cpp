// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The person takes back a part of a grant: at once, for all below it too, with what was counted.

#include "tests/core/authority/narrowing_scene.h"

#include <QTest>

#include <random>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using authority::Context;
using grants::EndReason;
using grants::GrantState;
using permissions::Reason;
using Scene = NarrowingScene;

namespace {

/// payments and ledger, in two details
permissions::Permission twoDetails()
{
    auto permission = paymentsWith(",\"uses\":5,\"max_depth\":1");
    auto second = permission.details.front();
    second.locations = {must(permissions::Location::parse("https://ledger.example/"), "location")};
    second.actions = {must(permissions::Action::parse("ledger.read"), "action")};
    permission.details.push_back(second);
    return permission;
}

permissions::ActionRequest readLedger()
{
    return action("ledger.read", "{}", "https://ledger.example/");
}

} // namespace

class TestNarrowing : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void less_is_permitted_at_once_here_and_below()
    {
        Scene scene;
        QVERIFY(narrow(scene.fixture, scene.above.grant, atMost("100.00")));
        scene.refresh();
        QCOMPARE(denialOf(scene.performAbove(payment("100.01"))), Reason::PerAction);
        QCOMPARE(denialOf(scene.performBelow(payment("100.01"))), Reason::PerAction);
        QVERIFY(isPermitted(scene.performAbove(payment("100.00"))));
        QVERIFY(isPermitted(scene.performBelow(payment("100.00"))));
        for (const GrantId& id : {scene.above.grant, scene.below.grant}) {
            const auto row = rowOf(scene.fixture, id);
            QCOMPARE(row.grant.permission.details.front().spend->perAction, euros("100.00"));
            QCOMPARE(row.grant.state, GrantState::Live);
        }
        QCOMPARE(scene.fixture.count(LeafKind::GrantNarrowed), 1);
    }

    void tokens_that_say_more_die_and_the_agents_go_on()
    {
        Scene scene;
        QVERIFY(narrow(scene.fixture, scene.above.grant, atMost("100.00")));
        QVERIFY(!scene.fixture.isActive(scene.above.accessToken));
        QVERIFY(!scene.fixture.isActive(scene.below.accessToken));
        scene.refresh();
        QCOMPARE(scene.above.granted.details.front().spend->perAction, euros("100.00"));
        QCOMPARE(scene.below.granted.details.front().spend->perAction, euros("100.00"));
    }

    void a_link_that_was_signed_before_gives_no_more()
    {
        Scene scene;
        const TestAgent late = scene.fixture.registerAgent("late");
        const auto wide = handedOn(scene.asked);
        const std::string old = scene.fixture.delegate(scene.above.accessToken, scene.parent.key, late, wide);
        QVERIFY(narrow(scene.fixture, scene.above.grant, atMost("100.00")));
        QVERIFY(!scene.fixture.exchange(late, scene.above.accessToken, {old}));
        scene.refresh();
        const std::string anew = scene.fixture.delegate(scene.above.accessToken, scene.parent.key, late, wide);
        QVERIFY(!scene.fixture.exchange(late, scene.above.accessToken, {anew}).has_value());
    }

    void an_action_that_is_taken_back_leaves_the_counts_with_the_others()
    {
        Scene scene(twoDetails());
        QVERIFY(isPermitted(scene.performAbove(payment("1"))));
        const ServiceId ledger = addService(scene.fixture, "https://ledger.example/");
        for (int i = 0; i < 4; ++i)
            QVERIFY(isPermitted(perform(scene.fixture, ledger, scene.above.accessToken, scene.parent, readLedger())));
        QVERIFY(narrow(scene.fixture, scene.above.grant, [](consent::Edit& edit) {
            edit.details.front().keptActions.assign(edit.details.front().keptActions.size(), false);
        }));
        scene.refresh();
        const auto row = rowOf(scene.fixture, scene.above.grant);
        QCOMPARE(row.grant.permission.details.size(), std::size_t{1});
        QCOMPARE(row.meters.front().used, std::int64_t{4});
        QCOMPARE(scene.fixture.grant(scene.below.grant).pairing, (std::vector<int>{-1, 0}));
        // Whoever verifies alone knows the token only: it must not say what nothing above permits any more.
        QCOMPARE(scene.below.granted.details.size(), std::size_t{1});
        const auto said = scene.fixture.authority().introspect(scene.below.accessToken);
        QVERIFY(said && said->permission == scene.below.granted);
        const auto keys = audit::keysOf(scene.fixture.authority().deviceKeys());
        const auto token = grants::verifyAccessToken(scene.below.accessToken, keys, scene.fixture.clock().now());
        QVERIFY(token && token->permission == scene.below.granted);
        QCOMPARE(denialOf(scene.performBelow(payment("1"))), Reason::AncestorNarrowed);
        QVERIFY(isPermitted(perform(scene.fixture, ledger, scene.below.accessToken, scene.child, readLedger())));
        QCOMPARE(scene.fixture.grant(scene.above.grant).reason, EndReason::UsedUp);
    }

    void what_nothing_above_permits_any_more_is_not_offered_to_be_narrowed()
    {
        Scene scene(twoDetails());
        const ServiceId ledger = addService(scene.fixture, "https://ledger.example/");
        QVERIFY(isPermitted(perform(scene.fixture, ledger, scene.below.accessToken, scene.child, readLedger())));
        QVERIFY(narrow(scene.fixture, scene.above.grant, [](consent::Edit& edit) {
            edit.details.front().keptActions.assign(edit.details.front().keptActions.size(), false);
        }));
        const auto facts = scene.fixture.run<consent::ScreenFacts>(
            [&](Context& context) { return prepareNarrowing(context, scene.below.grant); });
        QVERIFY(facts);
        QCOMPARE(facts->asked, scene.fixture.grant(scene.below.grant).inForce());
        QCOMPARE(facts->asked.details.size(), std::size_t{1});

        QVERIFY(narrow(scene.fixture, scene.below.grant, [](consent::Edit& edit) { edit.details.front().uses = 2; }));
        const auto below = scene.fixture.grant(scene.below.grant);
        QCOMPARE(below.permission.details.size(), std::size_t{1});
        QCOMPARE(below.permission.details.front().uses, std::int64_t{2});
        QCOMPARE(below.pairing, std::vector<int>{0});
        scene.refresh();
        scene.restart();
        QCOMPARE(scene.fixture.status().detail, QString());
        QCOMPARE(rowOf(scene.fixture, scene.below.grant).meters.front().used, std::int64_t{1});
        QVERIFY(isPermitted(perform(scene.fixture, ledger, scene.below.accessToken, scene.child, readLedger())));
        QVERIFY(!isPermitted(perform(scene.fixture, ledger, scene.below.accessToken, scene.child, readLedger())));
    }

    void a_grant_of_which_nothing_is_in_force_can_not_be_narrowed()
    {
        Scene scene(twoDetails());
        const auto below = handedOn(scene.asked);
        const auto other = scene.fixture.registerAgent("other");
        const auto payments = must(
            scene.fixture.exchange(other, scene.above.accessToken,
                {scene.fixture.delegate(scene.above.accessToken, scene.parent.key, other, {{below.details.front()}})}),
            "exchange");
        QVERIFY(narrow(scene.fixture, scene.above.grant, [](consent::Edit& edit) {
            edit.details.front().keptActions.assign(edit.details.front().keptActions.size(), false);
        }));
        const auto facts = scene.fixture.run<consent::ScreenFacts>(
            [&](Context& context) { return prepareNarrowing(context, payments.grant); });
        QVERIFY(!facts);
        QCOMPARE(facts.error().code, ErrorCode::InvalidGrant);
    }

    void counts_after_a_restart_follow_the_details_too()
    {
        Scene scene(twoDetails());
        const ServiceId ledger = addService(scene.fixture, "https://ledger.example/");
        QVERIFY(isPermitted(scene.performAbove(payment("1"))));
        for (int i = 0; i < 3; ++i)
            QVERIFY(isPermitted(perform(scene.fixture, ledger, scene.above.accessToken, scene.parent, readLedger())));
        QVERIFY(narrow(scene.fixture, scene.above.grant, [](consent::Edit& edit) {
            edit.details.front().keptActions.assign(edit.details.front().keptActions.size(), false);
        }));
        QVERIFY(scene.fixture.run<void>(
            [](Context& context) { return store::Query(context.database, "DELETE FROM uses").run(); }));
        scene.restart();
        QCOMPARE(rowOf(scene.fixture, scene.above.grant).meters.front().used, std::int64_t{3});
        QVERIFY(!scene.fixture.status().detail.isEmpty());
    }

    void a_limit_that_is_set_later_counts_what_was_done_before()
    {
        Scene scene(paymentsWith(",\"max_depth\":1"));
        for (int i = 0; i < 3; ++i)
            QVERIFY(isPermitted(scene.performBelow(payment("1"))));
        QVERIFY(narrow(scene.fixture, scene.above.grant, [](consent::Edit& edit) { edit.details.front().uses = 4; }));
        scene.refresh();
        QVERIFY(isPermitted(scene.performBelow(payment("1"))));
        QVERIFY(!isPermitted(scene.performBelow(payment("1"))));
    }

    void a_sooner_end_is_the_end_of_all_below()
    {
        Scene scene;
        QVERIFY(narrow(scene.fixture, scene.above.grant,
            [](consent::Edit& edit) { edit.duration = consent::Duration::FifteenMinutes; }));
        QCOMPARE(scene.fixture.grant(scene.above.grant).expiresAt, kTestStart + 15min);
        QCOMPARE(scene.fixture.grant(scene.below.grant).expiresAt, kTestStart + 15min);
        scene.fixture.clock().advance(15min);
        QCOMPARE(scene.fixture.count(LeafKind::GrantNarrowed), 1);
        QVERIFY(scene.fixture.run<void>([](Context&) { return Result<void>(); }));
        QCOMPARE(scene.fixture.grant(scene.above.grant).state, GrantState::Expired);
        QCOMPARE(scene.fixture.grant(scene.below.grant).state, GrantState::Expired);
    }

    void a_sub_agent_alone_can_be_narrowed()
    {
        Scene scene;
        QVERIFY(narrow(scene.fixture, scene.below.grant, atMost("10.00")));
        scene.refresh();
        QCOMPARE(denialOf(scene.performBelow(payment("10.01"))), Reason::PerAction);
        QVERIFY(isPermitted(scene.performAbove(payment("500.00"))));
        QVERIFY(!rowOf(scene.fixture, scene.below.grant).narrowed.isEmpty());
        QVERIFY(rowOf(scene.fixture, scene.above.grant).narrowed.isEmpty());
    }

    void what_can_not_be_written_below_is_held_until_it_fits()
    {
        // The child may spend by day in one zone; the person then sets a daily limit above in another.
        Scene scene(paymentsWith(",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"total\":\"1000.00\"},"
                                 "\"constraints\":{\"/recipient\":{\"pattern\":\"a*\"}},\"max_depth\":2"));
        auto narrower = handedOn(scene.asked);
        narrower.details.front().spend->perDay = euros("100.00");
        narrower.details.front().spend->zone = must(permissions::Zone::parse("Asia/Tokyo"), "zone");
        const auto other = scene.fixture.registerAgent("other");
        const auto tokyo =
            must(scene.fixture.exchange(other, scene.above.accessToken,
                     {scene.fixture.delegate(scene.above.accessToken, scene.parent.key, other, narrower)}),
                "exchange");
        const auto narrowed = narrow(scene.fixture, scene.above.grant,
            [](consent::Edit& edit) { edit.details.front().perDay = euros("50.00"); });
        QVERIFY2(narrowed, narrowed ? "" : narrowed.error().message.c_str());
        const auto held = scene.fixture.grant(tokyo.grant);
        QCOMPARE(held.state, GrantState::Held);
        QCOMPARE(held.reason, EndReason::AncestorNarrowed);
        QCOMPARE(scene.fixture.grant(scene.below.grant).state, GrantState::Live);
        QVERIFY(!scene.fixture.refresh(other, tokyo.refreshToken));
        QVERIFY(!scene.fixture.run<void>([&](Context& context) { return resumeGrant(context, tokyo.grant); }));
    }

    void whatever_is_taken_back_the_rest_narrows_what_there_was()
    {
        const auto seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const auto number = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
        int narrowed = 0;
        for (int round = 0; round < 8; ++round) {
            Scene scene;
            for (int step = 0; step < 5; ++step) {
                const GrantId id = number(1) == 0 ? scene.above.grant : scene.below.grant;
                const auto above = scene.fixture.grant(scene.above.grant);
                const auto below = scene.fixture.grant(scene.below.grant);
                const auto done = narrow(scene.fixture, id, [&](consent::Edit& edit) {
                    auto& detail = edit.details.front();
                    detail.perAction = Amount::ofMillionths(number(600) * 1'000'000);
                    detail.total = Amount::ofMillionths(number(1100) * 1'000'000);
                    detail.maxDepth = number(2);
                    if (number(3) == 0)
                        detail.keptActions.back() = false;
                    if (number(3) == 0 && !detail.keptValues.empty() && !detail.keptValues.front().empty())
                        detail.keptValues.front().front() = false;
                });
                const auto aboveNow = scene.fixture.grant(scene.above.grant);
                const auto belowNow = scene.fixture.grant(scene.below.grant);
                QVERIFY(permissions::narrows(aboveNow.permission, above.permission));
                QVERIFY(permissions::narrows(belowNow.permission, below.permission));
                narrowed += done ? 1 : 0;
                if (!done)
                    QCOMPARE(belowNow, below);
                if (belowNow.state == GrantState::Live && belowNow.pairing.front() == 0)
                    QVERIFY(permissions::narrows(belowNow.permission, aboveNow.permission));
            }
            scene.restart();
            QCOMPARE(scene.fixture.status().detail, QString());
        }
        QVERIFY(narrowed > 4);
    }
};

QTEST_GUILESS_MAIN(TestNarrowing)
#include "tst_narrowing.moc"
