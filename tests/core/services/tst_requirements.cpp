// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/services/requirements.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace countersign;
using namespace countersign::services;

namespace {

SpendLimit limit(const char* currency, std::optional<int> perAction, std::optional<int> perDay)
{
    const auto amount = [](std::optional<int> units) {
        return units ? std::optional(*Amount::of(Decimal::of(*units))) : std::nullopt;
    };
    return {*Currency::parse(currency), amount(perAction), amount(perDay)};
}

Requirements generated(std::mt19937& random)
{
    const auto below = [&](int end) { return std::uniform_int_distribution<int>(0, end - 1)(random); };
    Requirements out;
    out.minimumLevel = static_cast<TrustLevel>(below(5));
    out.screening = static_cast<Screening>(below(2));
    out.identity = static_cast<IdentityMethod>(below(2));
    out.agentSignature = static_cast<AgentSignature>(below(2));
    for (const char* name : {"payments.create", "payments.read", "reports.read"}) {
        if (below(2) == 0)
            out.capabilities.emplace_back(name);
    }
    for (const char* currency : {"CHF", "EUR", "USD"}) {
        const auto amount = [&] { return below(2) == 0 ? std::nullopt : std::optional(below(4)); };
        const SpendLimit one = limit(currency, amount(), amount());
        if (one.perAction || one.perDay)
            out.spendLimits.push_back(one);
    }
    return out;
}

} // namespace

class RequirementsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothing_is_demanded_by_default()
    {
        QVERIFY(Requirements{}.isNothing());
        QVERIFY(!Requirements{.screening = Screening::Required}.isNothing());
    }

    void both_demand_the_stricter_of_each()
    {
        const Requirements one{.minimumLevel = TrustLevel::L3,
            .capabilities = {"payments.create", "payments.read"},
            .spendLimits = {limit("EUR", 100, 1000)}};
        const Requirements other{.minimumLevel = TrustLevel::L1,
            .screening = Screening::Required,
            .identity = IdentityMethod::ChallengeResponse,
            .agentSignature = AgentSignature::Asked,
            .capabilities = {"payments.create", "reports.read"},
            .spendLimits = {limit("CHF", 5, std::nullopt), limit("EUR", 200, 500)}};
        const Requirements expected{.minimumLevel = TrustLevel::L3,
            .screening = Screening::Required,
            .identity = IdentityMethod::ChallengeResponse,
            .agentSignature = AgentSignature::Asked,
            .capabilities = {"payments.create", "payments.read", "reports.read"},
            .spendLimits = {limit("CHF", 0, 0), limit("EUR", 100, 500)}};
        QVERIFY(both(one, other) == expected);
    }

    void a_limit_that_only_one_has_stays()
    {
        const Requirements one{.spendLimits = {limit("EUR", 100, std::nullopt)}};
        const Requirements other{.spendLimits = {limit("EUR", std::nullopt, 50)}};
        QVERIFY(both(one, other).spendLimits == std::vector{limit("EUR", 100, 50)});
    }

    void what_one_lets_nobody_spend_the_other_does_not_open()
    {
        const Requirements francs{.spendLimits = {limit("CHF", 100, std::nullopt)}};
        const Requirements euros{.spendLimits = {limit("EUR", std::nullopt, 50)}};
        const Requirements both = services::both(francs, euros);
        QCOMPARE(both.spendLimits.size(), std::size_t{2});
        QVERIFY(std::ranges::all_of(both.spendLimits, &SpendLimit::allowsNothing));
        QVERIFY(!francs.spendLimits.front().allowsNothing() && !euros.spendLimits.front().allowsNothing());
        QVERIFY(services::both(francs, {}) == francs); // one without limits says nothing of them
    }

    void joining_is_a_join()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int round = 0; round < 2000; ++round) {
            const Requirements a = generated(random);
            const Requirements b = generated(random);
            const Requirements c = generated(random);
            QVERIFY(both(a, a) == a);
            QVERIFY(both(a, b) == both(b, a));
            QVERIFY(both(a, both(b, c)) == both(both(a, b), c));
            QVERIFY(both(a, {}) == a);
            QVERIFY(both(a, b).cover(a));
            QVERIFY(both(a, b).cover(b));
            if (c.cover(a) && c.cover(b))
                QVERIFY(c.cover(both(a, b)));
            if (a.cover(b) && b.cover(a))
                QVERIFY(a == b);
        }
    }
};

QTEST_GUILESS_MAIN(RequirementsTest)
#include "tst_requirements.moc"
