// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is demanded beside what is shown, in words that can't be taken for each other.
#include "core/consent/demands.h"

#include "core/consent/screen.h"
#include "core/permissions/permission_json.h"

#include <QTest>

using namespace countersign;
using namespace countersign::consent;
using namespace Qt::StringLiterals;
using agents::Screening;
using services::Requirements;
using services::TrustLevel;
using Met = Demand::Met;

namespace {
constexpr UnixSeconds kNow{1'767'268'800};
constexpr auto kAsked = "[{\"type\":\"agent_delegation\",\"locations\":[\"https://payments.example/\"],"
                        "\"actions\":[\"payments.create\",\"payments.read\"]}]";

agents::AgentTrust trustOf(TrustLevel level, Screening screening)
{
    agents::AgentTrust trust;
    trust.evidence.level = trust.evidence.claimed = level;
    trust.evidence.source = agents::TrustSource::Registry;
    trust.evidence.issuer = "a registry";
    trust.evidence.screening = screening;
    trust.evidence.screenedAt = kNow;
    trust.evidence.fetchedAt = kNow;
    trust.evidence.validUntil = kNow + std::chrono::hours(1);
    trust.evidence.capabilities = {"payments.create"};
    trust.evidence.distrust = agents::Distrust::None;
    return trust;
}

Requirements everything()
{
    Requirements demands;
    demands.minimumLevel = TrustLevel::L2;
    demands.screening = services::Screening::Required;
    demands.identity = services::IdentityMethod::ChallengeResponse;
    demands.capabilities = {"payments.create"};
    demands.spendLimits = {{*Currency::parse("USD"), *Amount::parse("100.00"), *Amount::parse("500.00")}};
    return demands;
}

ScreenFacts factsWith(std::vector<Demanded> demanded)
{
    ScreenFacts facts;
    facts.at = kNow;
    facts.asked = permissions::parsePermission(kAsked).value();
    facts.demanded = std::move(demanded);
    return facts;
}

Demanded at(const char* place, Requirements demands, int action = 0)
{
    return {0, action, place, Demanded::Known::Yes, std::move(demands)};
}

std::vector<Demand> demandsOf(const ScreenFacts& facts, const Edit& edit)
{
    return demandsBeside(facts, edit, QLocale(QLocale::English));
}

std::vector<Demand> beside(const agents::AgentTrust& trust, KeyShown key, UnixSeconds now = kNow)
{
    ScreenFacts facts = factsWith({at("payments.example", everything())});
    facts.trust = trust;
    facts.keyShown = key;
    facts.at = now;
    return demandsOf(facts, {});
}

std::vector<Met> metOf(const std::vector<Demand>& demands)
{
    std::vector<Met> met;
    for (const Demand& demand : demands)
        met.push_back(demand.met);
    return met;
}
} // namespace

class DemandsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void where_nothing_is_demanded_nothing_is_said()
    {
        ScreenFacts facts = factsWith({});
        facts.trust = trustOf(TrustLevel::L4, Screening::Clear);
        QVERIFY(demandsOf(facts, {}).empty());
    }

    void each_demand_stands_beside_what_is_shown()
    {
        const auto good = beside(trustOf(TrustLevel::L2, Screening::Clear), KeyShown::Yes);
        QCOMPARE(metOf(good), (std::vector{Met::Yes, Met::Yes, Met::Yes, Met::Yes, Met::Yes}));
        QVERIFY(good[0].demanded.contains(u"L2"_s) && good[0].shown.contains(u"a registry"_s));
        QVERIFY(good[0].text().startsWith(u"✔"_s));
        QCOMPARE(good[4].text(),
            u"payments.example demands that an agent spends at most 100.00 USD each and 500.00 USD a day"_s);
        const auto nothing = beside({}, KeyShown::No);
        QCOMPARE(metOf(nothing), (std::vector{Met::No, Met::No, Met::No, Met::No, Met::Yes}));
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY(nothing[i].text().startsWith(u"✘"_s) && nothing[i].text().contains(u"MISSING"_s));
    }

    void not_screened_stale_clear_and_hit_are_four_texts()
    {
        QStringList texts;
        for (const auto state : {Screening::NotScreened, Screening::Stale, Screening::Clear, Screening::Hit}) {
            const Demand demand = beside(trustOf(TrustLevel::L2, state), KeyShown::Yes)[1];
            QCOMPARE(demand.met, state == Screening::Clear ? Met::Yes : Met::No);
            QVERIFY(!texts.contains(demand.text()));
            texts.append(demand.text());
        }
    }

    void what_has_run_out_is_missing()
    {
        const auto late =
            beside(trustOf(TrustLevel::L2, Screening::Clear), KeyShown::Yes, kNow + std::chrono::hours(1));
        QCOMPARE(metOf(late), (std::vector{Met::No, Met::No, Met::Yes, Met::No, Met::Yes}));
    }

    void only_what_is_kept_is_demanded()
    {
        Requirements strict;
        strict.minimumLevel = TrustLevel::L3;
        const ScreenFacts facts = factsWith({at("payments.example", strict)});
        Edit edit = initialEdit(facts);
        const Screen whole = composeScreen(facts, edit, QLocale(QLocale::English));
        QCOMPARE(whole.demands.size(), 1U);
        QVERIFY(whole.text(edit).contains(whole.demands.front().text())); // what is shown is what is signed
        edit.details.front().keptActions = {false, true};
        QVERIFY(composeScreen(facts, edit, QLocale(QLocale::English)).demands.empty());
    }

    void demands_of_one_service_are_joined_and_those_of_two_stand_apart()
    {
        Requirements lower;
        lower.minimumLevel = TrustLevel::L1;
        Requirements higher;
        higher.minimumLevel = TrustLevel::L3;
        const auto joined =
            demandsOf(factsWith({at("payments.example", lower), at("payments.example", higher, 1)}), {});
        QCOMPARE(joined.size(), 1U);
        QVERIFY(joined.front().demanded.contains(u"L3"_s));
        const auto apart = demandsOf(factsWith({at("payments.example", lower), at("books.example", higher, 1)}), {});
        QCOMPARE(apart.size(), 2U);
        QCOMPARE(apart[0].place, u"books.example"_s);
        QVERIFY(apart[0].demanded.contains(u"L3"_s) && apart[1].demanded.contains(u"L1"_s));
    }

    void limits_of_two_actions_are_told_beside_each_other()
    {
        const auto limited = [](const char* currency, const char* each) {
            return Requirements{.spendLimits = {{*Currency::parse(currency), *Amount::parse(each), std::nullopt}}};
        };
        const auto told = demandsOf(
            factsWith({at("payments.example", limited("USD", "70")), at("payments.example", limited("EUR", "50"), 1),
                at("payments.example", limited("USD", "60"), 2)}),
            {});
        QCOMPARE(told.size(), 2U);
        QVERIFY2(told[0].demanded.contains(u"60"_s), qPrintable(told[0].demanded));
        QVERIFY2(told[1].demanded.contains(u"50"_s), qPrintable(told[1].demanded));
        const auto nothing = demandsOf(factsWith({at("payments.example", limited("USD", "0"))}), {});
        QVERIFY2(nothing.front().demanded.contains(u"nothing in USD"_s), qPrintable(nothing.front().demanded));
    }

    void what_cannot_be_read_is_not_met()
    {
        Demanded unreadable = at("payments.example", {});
        unreadable.known = Demanded::Known::Unreadable;
        const auto demands = demandsOf(factsWith({unreadable}), {});
        QCOMPARE(demands.size(), 1U);
        QCOMPARE(demands.front().met, Met::No);
    }
};

QTEST_GUILESS_MAIN(DemandsTest)
#include "tst_consent_demands.moc"
