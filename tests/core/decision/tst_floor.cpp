// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The service's floor and what is known of agents: a chain is as trusted as its least trusted hop, and no evidence of
// any kind makes decide() permit what it refused without it.
#include "tests/core/decision/floor_samples.h"

#include <QRandomGenerator>
#include <QTest>

#include <array>

using namespace countersign;
using namespace countersign::test;
using agents::Distrust;
using agents::TrustSource;
using permissions::Reason;
using Outcome = Verdict::Outcome;

namespace {
constexpr int kRuns = 5'000;
}

class FloorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void what_is_demanded_is_met_or_waited_for_data();
    void what_is_demanded_is_met_or_waited_for();
    void a_chain_is_as_trusted_as_its_least_trusted_hop();
    void a_hit_is_refused_whatever_is_demanded();
    void what_counts_of_an_agent_runs_out();
    void a_refusal_of_the_grant_comes_first();
    void the_person_is_not_asked_below_the_floor();
    void a_grant_that_waits_says_for_what();
    void what_cannot_be_read_is_not_met();
    void no_evidence_makes_more_permitted();
};

void FloorTest::what_is_demanded_is_met_or_waited_for_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<std::string>("member"); // empty: permitted
    const auto row = [](const char* name, Change change, const char* member = "") {
        QTest::newRow(name) << std::move(change) << std::string(member);
    };
    const auto demand = [](auto change) { return [change](Floor& floor, Standing&) { change(floor.demands); }; };
    row("nothing", [](Floor&, Standing&) { });
    row("nothing, and nothing is known", [](Floor&, Standing& standing) { standing = {}; });
    row("exactly the level",
        [](Floor& floor, Standing& standing) { floor.demands.minimumLevel = standing.level = TrustLevel::L3; });
    row(
        "a level more",
        [](Floor& floor, Standing& standing) {
            floor.demands.minimumLevel = TrustLevel::L4;
            standing.level = TrustLevel::L3;
        },
        "level");
    row(
        "any level, and nothing is known",
        [](Floor& floor, Standing& standing) {
            floor.demands.minimumLevel = TrustLevel::L1;
            standing = {};
        },
        "level");
    row("a screening", demand([](auto& demands) { demands.screening = services::Screening::Required; }));
    for (const auto& [name, state] :
        {std::pair("not screened", Clear::NotScreened), {"screened too long ago", Clear::Stale}})
        row(
            name,
            [state](Floor& floor, Standing& standing) {
                floor.demands.screening = services::Screening::Required;
                standing.screening = state;
            },
            "screening");
    row("a proven key", demand([](auto& demands) { demands.identity = services::IdentityMethod::ChallengeResponse; }));
    row(
        "a key that was never proven",
        [](Floor& floor, Standing& standing) {
            floor.demands.identity = services::IdentityMethod::ChallengeResponse;
            standing.key = Standing::Key::Unproven;
        },
        "identity");
    row("a capability", demand([](auto& demands) { demands.capabilities = {"payments.create"}; }));
    row("another capability",
        demand([](auto& demands) { demands.capabilities = {"payments.create", "payments.refund"}; }), "capabilities");
}

void FloorTest::what_is_demanded_is_met_or_waited_for()
{
    QFETCH(Change, change);
    QFETCH(std::string, member);
    Floor floor;
    Standing standing = goodStanding();
    change(floor, standing);
    const Verdict verdict = decideFor(ChainOfGrants({{""}}), {standing}, payment("{}"), floor);
    QCOMPARE(verdict.outcome, member.empty() ? Outcome::Permit : Outcome::Deny);
    QCOMPARE(verdict.reason, member.empty() ? Reason::None : Reason::WaitingForEvidence);
    QCOMPARE(verdict.member, member);
    QCOMPARE(verdict.sentence.empty(), member.empty());
}

void FloorTest::a_chain_is_as_trusted_as_its_least_trusted_hop()
{
    const ChainOfGrants chain({{kSpend}, {kSpend}, {kSpend}});
    for (std::size_t weak = 0; weak < 3; ++weak) {
        std::vector<Standing> standings(3, goodStanding());
        standings[weak].level = TrustLevel::L2;
        QCOMPARE(decideFor(chain, standings, pay("100.00"), floorOf(TrustLevel::L2)).outcome, Outcome::Permit);
        const Verdict level = decideFor(chain, standings, pay("100.00"), floorOf(TrustLevel::L3));
        QCOMPARE(level.reason, Reason::WaitingForEvidence);
        QCOMPARE(level.at.value, "hop" + std::to_string(weak));
        const Verdict cap = decideFor(chain, standings, pay("100.01"), floorOf(TrustLevel::L2)); // L2: 100 each
        QCOMPARE(cap.reason, Reason::LevelCap);
        QCOMPARE(cap.at.value, "hop" + std::to_string(weak));
    }
}

void FloorTest::a_hit_is_refused_whatever_is_demanded()
{
    const ChainOfGrants chain({{""}, {""}});
    for (std::size_t hit = 0; hit < 2; ++hit) {
        std::vector<Standing> standings(2, goodStanding());
        standings[hit].screening = Clear::Hit;
        for (const Floor& floor : {Floor(), floorOf(TrustLevel::L4)}) {
            const Verdict verdict = decideFor(chain, standings, payment("{}"), floor);
            QCOMPARE(verdict.reason, Reason::ScreeningHit);
            QCOMPARE(verdict.at.value, "hop" + std::to_string(hit));
        }
        // Also where the action would be refused anyway.
        QCOMPARE(decideFor(chain, standings, payment("{}", "books.read"), {}).reason, Reason::ScreeningHit);
    }
}

void FloorTest::what_counts_of_an_agent_runs_out()
{
    agents::AgentTrust trust;
    trust.evidence = {.level = TrustLevel::L3,
        .claimed = TrustLevel::L3,
        .source = TrustSource::Token,
        .capabilities = {"payments.create"},
        .screening = Clear::Clear,
        .validUntil = kDecideNow + std::chrono::seconds(1),
        .distrust = Distrust::None};
    const Standing now = standingOf(trust, kDecideNow, Standing::Key::Proven);
    QCOMPARE(now, goodStanding(TrustLevel::L3));
    const Standing later = standingOf(trust, kDecideNow + std::chrono::seconds(1), Standing::Key::Proven);
    QCOMPARE(later.level, TrustLevel::L0);
    QCOMPARE(later.screening, Clear::Stale);
    QVERIFY(later.capabilities.empty());
    QCOMPARE(later.known, Standing::Known::Yes);
    // The person's word is a level, and nothing else.
    trust.assigned = agents::AssignedLevel{TrustLevel::L2, kDecideNow};
    const Standing assigned = standingOf(trust, kDecideNow + std::chrono::seconds(1), Standing::Key::Proven);
    QCOMPARE(assigned.level, TrustLevel::L2);
    QCOMPARE(assigned.screening, Clear::Stale);
    QVERIFY(assigned.capabilities.empty());
    QCOMPARE(standingOf({}, kDecideNow, Standing::Key::Unproven), Standing());
}

void FloorTest::a_refusal_of_the_grant_comes_first()
{
    const ChainOfGrants chain({{kSpend + ",\"uses\":1"}});
    QCOMPARE(
        decideFor(chain, {Standing()}, payment("{}", "books.read"), floorOf(TrustLevel::L4)).reason, Reason::Action);
    QCOMPARE(decideFor(chain, {Standing()}, payment("{}"), floorOf(TrustLevel::L4)).reason, Reason::AmountUnreadable);
    QCOMPARE(decideFor(chain, {Standing()}, pay("1.00"), floorOf(TrustLevel::L4)).reason, Reason::WaitingForEvidence);
}

void FloorTest::the_person_is_not_asked_below_the_floor()
{
    const ChainOfGrants chain({{kSpend + ",\"step_up\":{\"every_action\":true}"}});
    QCOMPARE(decideFor(chain, {goodStanding()}, pay("1.00"), floorOf(TrustLevel::L4)).outcome, Outcome::Ask);
    QCOMPARE(decideFor(chain, {Standing()}, pay("1.00"), floorOf(TrustLevel::L4)).reason, Reason::WaitingForEvidence);
    std::vector<Hop> hops = chain.hops(); // nor does their yes to the action help
    QCOMPARE(
        decide(pay("1.00"), hops, kNow, Approval::Given, floorOf(TrustLevel::L4)).reason, Reason::WaitingForEvidence);
}

void FloorTest::a_grant_that_waits_says_for_what()
{
    for (const auto& [reason, said] :
        {std::pair(grants::EndReason::WaitingForEvidence, Reason::WaitingForEvidence),
            {grants::EndReason::PausedByPerson, Reason::NotLive}, {grants::EndReason::AncestorHeld, Reason::NotLive}}) {
        ChainOfGrants chain({{""}, {""}});
        chain.grants.front().state = grants::GrantState::Held;
        chain.grants.front().reason = reason;
        const Verdict verdict = chain.decide(payment("{}"));
        QCOMPARE(verdict.outcome, Outcome::Deny);
        QCOMPARE(verdict.reason, said);
    }
}

void FloorTest::what_cannot_be_read_is_not_met()
{
    Floor floor;
    floor.demandsRead = Floor::Read::No;
    QCOMPARE(
        decideFor(ChainOfGrants({{""}}), {goodStanding()}, payment("{}"), floor).reason, Reason::WaitingForEvidence);
}

void FloorTest::no_evidence_makes_more_permitted()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    QRandomGenerator random(seed);
    const auto oneOf = [&](auto... values) {
        const std::array all{values...};
        return all[random.bounded(static_cast<quint32>(all.size()))];
    };
    const auto level = [&] { return static_cast<TrustLevel>(random.bounded(5)); };
    const auto standing = [&] {
        Standing made{.level = level(),
            .screening = static_cast<Clear>(random.bounded(10) == 0 ? 3 : random.bounded(3)),
            .capabilities = random.bounded(2) ? std::vector<std::string>{"a"} : std::vector<std::string>{},
            .known = oneOf(Standing::Known::No, Standing::Known::Yes),
            .key = oneOf(Standing::Key::Proven, Standing::Key::Unproven),
            .spentToday = {}};
        if (random.bounded(2))
            made.spentToday[currency("USD")] = amount(oneOf("0", "49.00", "499.00", "4999.00"));
        return made;
    };
    const std::vector<std::string> rules{"", kSpend, kSpend + ",\"uses\":1",
        kSpend + ",\"step_up\":{\"above\":\"20.00\"}", "\"actions\":[\"payments.read\"]"};
    int permitted = 0;
    int onlyBelow = 0;
    for (int run = 0; run < kRuns; ++run) {
        std::vector<std::vector<std::string>> hops(1 + random.bounded(3U));
        for (auto& hop : hops)
            hop = {rules[random.bounded(static_cast<quint32>(rules.size()))]};
        const ChainOfGrants chain(hops);
        std::vector<Standing> standings;
        for (std::size_t i = 0; i < hops.size(); ++i)
            standings.push_back(standing());
        Floor floor;
        floor.demands.minimumLevel = random.bounded(2) ? level() : TrustLevel::L0;
        floor.demands.screening = oneOf(services::Screening::NotRequired, services::Screening::Required);
        floor.demands.identity = oneOf(services::IdentityMethod::Any, services::IdentityMethod::ChallengeResponse);
        if (random.bounded(3) == 0)
            floor.demands.capabilities = {"a"};
        if (random.bounded(3) == 0)
            floor.demands.spendLimits = {{currency(oneOf("USD", "EUR")), amount("50.00"), std::nullopt}};
        if (random.bounded(10) == 0)
            floor.demandsRead = Floor::Read::No;
        if (random.bounded(4) != 0)
            floor.caps = agents::LevelCaps::defaults();
        const auto request = payment(std::string("{\"amount\":\"") + oneOf("0", "9.99", "21.00", "99.00") + "\"}",
            oneOf("payments.create", "payments.read"));
        const auto approval = oneOf(Approval::None, Approval::Given);
        std::vector<Hop> known = chain.hops();
        for (std::size_t i = 0; i < known.size(); ++i)
            known[i].standing = standings[i];
        const Verdict with = decide(request, known, kNow, approval, floor);
        const Verdict without = decide(request, chain.hops(), kNow, approval);
        if (with.outcome != Outcome::Deny) {
            QVERIFY2(with.outcome == without.outcome, qPrintable(QStringLiteral("seed %1, run %2").arg(seed).arg(run)));
            QCOMPARE(with.detail, without.detail);
            QCOMPARE(with.amount, without.amount);
            QCOMPARE(with.debits.size(), without.debits.size());
        } else if (without.outcome != Outcome::Deny) {
            ++onlyBelow;
        }
        permitted += with.outcome == Outcome::Permit;
        // Evidence alone, where nobody demands any, only takes away.
        const Verdict unasked = decide(request, known, kNow, approval);
        QVERIFY(unasked.outcome == Outcome::Deny || unasked.outcome == without.outcome);
        // A chain of the same grants whose agents are known worse is permitted no more.
        const std::size_t weak = random.bounded(static_cast<quint32>(known.size()));
        known[weak].standing = {.level = TrustLevel::L0, .known = Standing::Known::Yes};
        const Verdict worse = decide(request, known, kNow, approval, floor);
        QVERIFY2(worse.outcome != Outcome::Permit || with.outcome == Outcome::Permit
                || standings[weak].screening == Clear::Hit || !standings[weak].spentToday.empty(),
            qPrintable(QStringLiteral("seed %1, run %2").arg(seed).arg(run)));
    }
    QVERIFY2(permitted > kRuns / 100 && onlyBelow > kRuns / 100,
        qPrintable(QStringLiteral("%1 permitted, %2 only without").arg(permitted).arg(onlyBelow)));
}

QTEST_GUILESS_MAIN(FloorTest)
#include "tst_floor.moc"
