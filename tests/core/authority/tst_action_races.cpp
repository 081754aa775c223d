// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Many at once for the last use, the last cent, the last approval: exactly one is permitted.

#include "core/authority/use_cases.h"
#include "tests/support/actions.h"

#include <QTest>

#include <atomic>
#include <latch>
#include <thread>

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;

namespace {

constexpr int kRacers = 16;

struct Outcomes {
    int permitted = 0;
    int asked = 0;
    int denied = 0;
    int refused = 0; ///< an error: the token was gone
    [[nodiscard]] int all() const { return permitted + asked + denied + refused; }
};

/// All commands start together, each from a thread of its own.
Outcomes race(AuthorityFixture& fixture, std::vector<authority::PerformAction> commands)
{
    std::latch start(static_cast<std::ptrdiff_t>(commands.size()));
    std::latch done(static_cast<std::ptrdiff_t>(commands.size()));
    std::vector<Result<authority::ActionAnswer>> answers(
        commands.size(), Result<authority::ActionAnswer>(fail(ErrorCode::Internal, "no answer")));
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            answers[i] = perform(fixture, std::move(commands[i]));
            done.count_down();
        });
    }
    done.wait();
    Outcomes outcomes;
    for (const auto& answer : answers) {
        if (!answer)
            ++outcomes.refused;
        else
            ++(isPermitted(answer) ? outcomes.permitted : isAsked(answer) ? outcomes.asked : outcomes.denied);
    }
    return outcomes;
}

struct Scene {
    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    ServiceId service = addService(fixture);
    authority::TokenSet tokens;

    explicit Scene(const std::string& more) : tokens(grantTo(fixture, agent, paymentsWith(more))) { }
    [[nodiscard]] authority::PerformAction command(const char* amount) const
    {
        return performanceOf(fixture, service, tokens.accessToken, agent, payment(amount));
    }
    [[nodiscard]] Outcomes race(const char* amount)
    {
        std::vector<authority::PerformAction> commands;
        for (int i = 0; i < kRacers; ++i)
            commands.push_back(withSignature(command(amount)));
        return ::race(fixture, std::move(commands));
    }
    /// Racers act while `change` happens: how many of their actions were begun after it and permitted.
    [[nodiscard]] int permittedAfter(const std::function<void()>& change, const char* amount)
    {
        std::atomic<bool> changed = false;
        std::atomic<int> late = 0;
        std::latch start(kRacers + 1);
        std::vector<std::jthread> threads;
        for (int i = 0; i < kRacers; ++i) {
            threads.emplace_back([&] {
                start.arrive_and_wait();
                for (int j = 0; j < 10; ++j) {
                    const bool tooLate = changed;
                    if (isPermitted(perform(fixture, command(amount))) && tooLate)
                        ++late;
                }
            });
        }
        start.arrive_and_wait();
        change();
        changed = true;
        threads.clear(); // joins
        return late;
    }
};

} // namespace

class TestActionRaces : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_is_decided_is_logged_as_of_the_same_moment()
    {
        Scene scene(",\"uses\":1");
        const UnixSeconds before = scene.fixture.clock().now();
        const auto times = scene.fixture.run<std::pair<UnixSeconds, UnixSeconds>>([&](authority::Context& context) {
            const UnixSeconds decided = context.now();
            scene.fixture.clock().advance(std::chrono::seconds(2)); // a grant may end here, and a token
            return Result<std::pair<UnixSeconds, UnixSeconds>>({decided, context.now()});
        });
        QVERIFY(times);
        QVERIFY(times->first == before && times->second == before);
        const auto later = scene.fixture.run<UnixSeconds>(
            [](authority::Context& context) { return Result<UnixSeconds>(context.now()); });
        QCOMPARE(later->value, before.value + 2);
    }

    void one_gets_the_last_use()
    {
        Scene scene(",\"uses\":1");
        const Outcomes outcomes = scene.race("1.00");
        QCOMPARE(outcomes.permitted, 1);
        QCOMPARE(outcomes.all(), kRacers);
        QCOMPARE(scene.fixture.count(LeafKind::ActionPermitted), 1);
        QCOMPARE(scene.fixture.grant(scene.tokens.grant).reason, grants::EndReason::UsedUp);
    }

    void one_gets_the_last_cent()
    {
        Scene scene(",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_day\":\"10.00\","
                    "\"zone\":\"Europe/Berlin\"},\"constraints\":{\"/recipient\":{\"wildcard\":true}}");
        QVERIFY(isPermitted(perform(scene.fixture, scene.command("9.99"))));
        const Outcomes outcomes = scene.race("0.01");
        QCOMPARE(outcomes.permitted, 1);
        QCOMPARE(outcomes.denied, kRacers - 1);
        QCOMPARE(rowOf(scene.fixture, scene.tokens.grant).meters.front().used, std::int64_t{10'000'000});
        QCOMPARE(scene.fixture.count(LeafKind::ActionDenied), kRacers - 1);
    }

    void one_gets_the_approval()
    {
        Scene scene(",\"step_up\":{\"every_action\":true}");
        QVERIFY(isAsked(perform(scene.fixture, scene.command("1.00"))));
        QVERIFY(scene.fixture.approve());
        const Outcomes outcomes = scene.race("1.00");
        QCOMPARE(outcomes.permitted, 1);
        QCOMPARE(outcomes.asked, kRacers - 1);
        QCOMPARE(scene.fixture.waiting().size(), std::size_t{1});
        QCOMPARE(scene.fixture.waiting().front().facts.timesAsked, kRacers - 1);
    }

    void the_rate_is_exact()
    {
        Scene scene(",\"rate\":{\"count\":5,\"seconds\":60}");
        const Outcomes outcomes = scene.race("1.00");
        QCOMPARE(outcomes.permitted, 5);
        QCOMPARE(outcomes.denied, kRacers - 5);
    }

    void one_proof_shown_by_many_counts_once()
    {
        Scene scene(",\"uses\":100");
        const auto command = scene.command("1.00");
        const Outcomes outcomes = race(scene.fixture, std::vector(kRacers, command));
        QCOMPARE(outcomes.permitted, 1);
        QCOMPARE(outcomes.refused, kRacers - 1);
        QCOMPARE(rowOf(scene.fixture, scene.tokens.grant).meters.front().used, std::int64_t{1});
    }

    void one_signed_request_sent_by_many_is_one_action()
    {
        Scene scene(",\"uses\":100");
        const auto command = withSignature(scene.command("1.00"));
        const Outcomes outcomes = race(scene.fixture, std::vector(kRacers, command));
        QCOMPARE(outcomes.permitted, kRacers); // all of them the one permit
        QCOMPARE(scene.fixture.count(LeafKind::ActionPermitted), 1);
        QCOMPARE(rowOf(scene.fixture, scene.tokens.grant).meters.front().used, std::int64_t{1});
    }

    void one_of_many_signatures_gets_the_nonce()
    {
        Scene scene(",\"uses\":100");
        std::vector<authority::PerformAction> commands;
        for (int i = 0; i < kRacers; ++i)
            commands.push_back(withSignature(scene.command("1.00"), kTestStart, "nonce"));
        const Outcomes outcomes = race(scene.fixture, std::move(commands));
        QCOMPARE(outcomes.permitted, 1);
        QCOMPARE(outcomes.denied, kRacers - 1);
        QCOMPARE(rowOf(scene.fixture, scene.tokens.grant).meters.front().used, std::int64_t{1});
    }

    void agents_below_share_what_is_left_above()
    {
        Scene scene(",\"uses\":3,\"max_depth\":1");
        const auto asked = paymentsWith(",\"uses\":3,\"max_depth\":1");
        std::vector<authority::PerformAction> commands;
        for (int i = 0; i < kRacers; ++i) {
            const TestAgent child = scene.fixture.registerAgent("child");
            const std::string link =
                scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, child, handedOn(asked));
            // Half of them exchanged their link, the others come with it.
            if (i % 2 == 0) {
                commands.push_back(performanceOf(
                    scene.fixture, scene.service, scene.tokens.accessToken, child, payment("1.00"), {link}));
            } else {
                const auto below = must(scene.fixture.exchange(child, scene.tokens.accessToken, {link}), "exchange");
                commands.push_back(
                    performanceOf(scene.fixture, scene.service, below.accessToken, child, payment("1.00")));
            }
        }
        const Outcomes outcomes = race(scene.fixture, std::move(commands));
        QCOMPARE(outcomes.permitted, 3);
        QCOMPARE(outcomes.all(), kRacers);
        QCOMPARE(scene.fixture.count(LeafKind::ActionPermitted), 3);
        QCOMPARE(scene.fixture.grant(scene.tokens.grant).reason, grants::EndReason::UsedUp);
    }

    void nothing_is_permitted_after_a_revocation_was_answered()
    {
        Scene scene(",\"uses\":1000");
        QCOMPARE(scene.permittedAfter([&] { QVERIFY(scene.fixture.revoke(scene.tokens.grant)); }, "1.00"), 0);
        // What was permitted before is counted and logged alike.
        const auto row = rowOf(scene.fixture, scene.tokens.grant);
        QCOMPARE(row.meters.front().used, std::int64_t{scene.fixture.count(LeafKind::ActionPermitted)});
    }

    void narrowing_cuts_between_two_actions()
    {
        Scene scene(",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"10.00\"},"
                    "\"constraints\":{\"/recipient\":{\"wildcard\":true}}");
        const auto lower = [](consent::Edit& edit) {
            edit.details.front().perAction = must(Amount::parse("9.99"), "amount");
        };
        QCOMPARE(scene.permittedAfter([&] { QVERIFY(narrow(scene.fixture, scene.tokens.grant, lower)); }, "10.00"), 0);
    }
};

QTEST_GUILESS_MAIN(TestActionRaces)
#include "tst_action_races.moc"
