// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What agents may spend at most: by the service's limits, and by the caps of their levels.
#include "tests/core/decision/floor_samples.h"

#include <QTest>

using namespace countersign;
using namespace countersign::test;
using permissions::Reason;
using Outcome = Verdict::Outcome;

class SpendFloorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void spending_is_limited_data();
    void spending_is_limited();
    void where_nobody_speaks_of_agents_an_unknown_one_is_capped_by_nothing();
    void to_show_nothing_does_not_pay();
    void where_the_amount_stands_must_be_known_to_limit_it();
};

void SpendFloorTest::spending_is_limited_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<std::string>("sum");
    QTest::addColumn<int>("reason"); // permissions::Reason
    QTest::addColumn<std::string>("member");
    const auto row = [](const char* name, Change change, const char* sum, Reason reason = Reason::None,
                         const char* member = "") {
        QTest::newRow(name) << std::move(change) << std::string(sum) << static_cast<int>(reason) << std::string(member);
    };
    const auto level = [](TrustLevel at, const char* spent = "0", const char* in = "USD") {
        return [=](Floor&, Standing& standing) {
            standing.level = at;
            standing.spentToday[currency(in)] = amount(spent);
        };
    };
    row("L0 spends nothing", level(TrustLevel::L0), "0.01", Reason::LevelCap, "per_action");
    row("L0 may do what costs nothing", level(TrustLevel::L0), "0");
    row("L1, at its cap", level(TrustLevel::L1), "10.00");
    row("L1, a cent over", level(TrustLevel::L1), "10.01", Reason::LevelCap, "per_action");
    row("L1, the day's last cent", level(TrustLevel::L1, "45.00"), "5.00");
    row("L1, a cent over the day", level(TrustLevel::L1, "45.00"), "5.01", Reason::LevelCap, "per_day");
    row(
        "what can't be added up", [](Floor&, Standing& standing) { standing.summed = Standing::Summed::TooMany; },
        "0.01", Reason::LevelCap, "per_day");
    row("another currency's day is another", level(TrustLevel::L1, "45.00", "EUR"), "10.00");
    row(
        "no cap is set for this currency", [](Floor& floor, Standing&) { floor.caps = {}; }, "0.01", Reason::LevelCap,
        "per_action");
    const auto limit = [](const char* in, const char* each, const char* day, const char* spent = "0") {
        return [=](Floor& floor, Standing& standing) {
            services::SpendLimit made{currency(in), std::nullopt, std::nullopt};
            if (*each)
                made.perAction = amount(each);
            if (*day)
                made.perDay = amount(day);
            floor.demands.spendLimits = {made};
            standing.spentToday[currency("USD")] = amount(spent);
        };
    };
    row("the service's limit", limit("USD", "200.00", ""), "200.00");
    row("over it", limit("USD", "200.00", ""), "200.01", Reason::ServiceLimit, "per_action");
    row("the service's day", limit("USD", "", "300.00", "100.00"), "200.00");
    row("over that", limit("USD", "", "300.00", "100.01"), "200.00", Reason::ServiceLimit, "per_day");
    row("more than can be added up", limit("USD", "", "300.00", "9223372036854.00"), "900.00", Reason::ServiceLimit,
        "per_day");
    row("a limit in another currency", limit("EUR", "200.00", ""), "0.01", Reason::ServiceLimit, "currency");
}

void SpendFloorTest::spending_is_limited()
{
    QFETCH(Change, change);
    QFETCH(std::string, sum);
    QFETCH(int, reason);
    QFETCH(std::string, member);
    Floor floor = floorOf(TrustLevel::L0);
    Standing standing = goodStanding();
    change(floor, standing);
    const Verdict verdict = decideFor(ChainOfGrants({{kSpend}}), {standing}, pay(sum), floor);
    QCOMPARE(static_cast<int>(verdict.reason), reason);
    QCOMPARE(verdict.member, member);
    QCOMPARE(verdict.outcome == Outcome::Permit, verdict.reason == Reason::None);
}

void SpendFloorTest::to_show_nothing_does_not_pay()
{
    Floor floor = floorOf(TrustLevel::L0);
    floor.capped = agents::Capped::Everybody;
    QCOMPARE(decideFor(ChainOfGrants({{kSpend}}), {Standing()}, pay("0.01"), floor).reason, Reason::LevelCap);
    QCOMPARE(decideFor(ChainOfGrants({{kSpend}}), {Standing()}, pay("0"), floor).outcome, Outcome::Permit);
    // Whatever it shows, it may spend no less than by showing nothing.
    for (const auto level : {TrustLevel::L0, TrustLevel::L1, TrustLevel::L2, TrustLevel::L3, TrustLevel::L4}) {
        for (const char* sum : {"0", "0.01", "10.00", "100.00", "1000.00", "50000.00"}) {
            const auto shown = decideFor(ChainOfGrants({{kSpend}}), {goodStanding(level)}, pay(sum), floor).outcome;
            const auto nothing = decideFor(ChainOfGrants({{kSpend}}), {Standing()}, pay(sum), floor).outcome;
            QVERIFY(nothing != Outcome::Permit || shown == Outcome::Permit);
        }
    }
}

void SpendFloorTest::where_nobody_speaks_of_agents_an_unknown_one_is_capped_by_nothing()
{
    Floor floor = floorOf(TrustLevel::L0);
    QCOMPARE(decideFor(ChainOfGrants({{kSpend}}), {Standing()}, pay("99999.00"), floor).outcome, Outcome::Permit);
    floor.demands.screening = services::Screening::Required; // the service asks: it counts as L0
    Standing screened;
    screened.screening = Clear::Clear;
    QCOMPARE(decideFor(ChainOfGrants({{kSpend}}), {screened}, pay("0.01"), floor).reason, Reason::LevelCap);
}

void SpendFloorTest::where_the_amount_stands_must_be_known_to_limit_it()
{
    Floor floor;
    floor.demands.spendLimits = {{currency("USD"), amount("50.00"), std::nullopt}};
    const Verdict verdict = decideFor(ChainOfGrants({{""}}), {goodStanding()}, pay("1.00"), floor);
    QCOMPARE(verdict.reason, Reason::ServiceLimit);
    QCOMPARE(verdict.member, "spend");
    QCOMPARE(decideFor(ChainOfGrants({{kSpend}}), {goodStanding()}, pay("1.00"), floor).reason, Reason::LevelCap);
    floor.caps = agents::LevelCaps::defaults();
    QCOMPARE(decideFor(ChainOfGrants({{kSpend}}), {goodStanding()}, pay("1.00"), floor).outcome, Outcome::Permit);
}

QTEST_GUILESS_MAIN(SpendFloorTest)
#include "tst_spend_floor.moc"
