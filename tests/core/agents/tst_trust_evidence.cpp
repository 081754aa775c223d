// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agents/trust_evidence.h"
#include "core/agents/trust_evidence_json.h"
#include "core/agents/trust_level_caps.h"

#include <QTest>

#include <set>

using namespace countersign;
using namespace countersign::agents;

namespace {

constexpr std::size_t kLevels = 5;
constexpr UnixSeconds kNow{1'790'000'000};

TrustEvidence goodEvidence()
{
    TrustEvidence evidence;
    evidence.level = evidence.claimed = TrustLevel::L3;
    evidence.source = TrustSource::Token;
    evidence.issuer = "https://issuer.example";
    evidence.owner = "did:web:acme.example";
    evidence.ownerProof = OwnerProof::Confirmed;
    evidence.screening = Screening::Clear;
    evidence.screenedAt = kNow - std::chrono::hours(2);
    evidence.fetchedAt = kNow;
    evidence.validUntil = kNow + std::chrono::seconds(60);
    evidence.distrust = Distrust::None;
    return evidence;
}

template <typename Enum> std::size_t differentNames(Enum last, std::string_view (*name)(Enum))
{
    std::set<std::string_view> names;
    for (int i = 0; i <= std::to_underlying(last); ++i)
        names.insert(name(static_cast<Enum>(i)));
    return names.size();
}

} // namespace

class TestTrustEvidence : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothing_known_is_l0_and_not_screened()
    {
        const AgentTrust unknown;
        QCOMPARE(unknown.at(kNow).level, TrustLevel::L0);
        QCOMPARE(unknown.at(kNow).screening, Screening::NotScreened);
        QCOMPARE(unknown.at(kNow).distrust, Distrust::NothingKnown);
        QVERIFY(!unknown.changesAt(kNow));
    }

    void evidence_counts_until_its_end_and_not_in_that_second()
    {
        const AgentTrust trust{goodEvidence()};
        const UnixSeconds end = trust.evidence.validUntil;
        QCOMPARE(trust.at(end - std::chrono::seconds(1)), trust.evidence);
        QCOMPARE(trust.changesAt(kNow), std::optional(end));
        for (const auto past : {0, 1, 100'000}) {
            const TrustEvidence late = trust.at(end + std::chrono::seconds(past));
            QCOMPARE(late.level, TrustLevel::L0);
            QCOMPARE(late.claimed, TrustLevel::L3);
            QCOMPARE(late.screening, Screening::Stale);
            QCOMPARE(late.distrust, Distrust::Expired);
            QCOMPARE(late.ownerProof, OwnerProof::NotChecked);
            QCOMPARE(late.owner, trust.evidence.owner);
        }
        QVERIFY(!trust.changesAt(end));
    }

    void what_a_site_said_runs_out_whatever_else_counts()
    {
        AgentTrust trust{goodEvidence(), AssignedLevel{TrustLevel::L2, kNow}};
        trust.evidence.distrust = Distrust::KeyUnproven;
        trust.evidence.screening = Screening::NotScreened;
        const UnixSeconds end = trust.evidence.validUntil;
        QCOMPARE(trust.at(end - std::chrono::seconds(1)).ownerProof, OwnerProof::Confirmed);
        QCOMPARE(trust.changesAt(kNow), std::optional(end));
        QCOMPARE(trust.at(end).ownerProof, OwnerProof::NotChecked);
        QVERIFY(!trust.changesAt(end));
    }

    void a_hit_does_not_wear_off()
    {
        AgentTrust trust{goodEvidence()};
        trust.evidence.level = TrustLevel::L0;
        trust.evidence.screening = Screening::Hit;
        trust.evidence.distrust = Distrust::ScreeningHit;
        const TrustEvidence late = trust.at(trust.evidence.validUntil + std::chrono::days(400));
        QCOMPARE(late.screening, Screening::Hit);
        QCOMPARE(late.distrust, Distrust::ScreeningHit);
        QCOMPARE(late.level, TrustLevel::L0);
    }

    void the_person_s_word_is_a_level_and_no_screening()
    {
        const AgentTrust trust{{}, AssignedLevel{TrustLevel::L2, kNow}};
        QCOMPARE(trust.at(kNow).level, TrustLevel::L2);
        QCOMPARE(trust.at(kNow).source, TrustSource::Person);
        QCOMPARE(trust.at(kNow).distrust, Distrust::None);
        QCOMPARE(trust.at(kNow).screening, Screening::NotScreened);
    }

    void the_person_s_word_is_nobody_else_s()
    {
        AgentTrust trust{goodEvidence(), AssignedLevel{TrustLevel::L1, kNow - std::chrono::days(3), "the-entry"}};
        trust.evidence.issuer = "https://issuer.example";
        trust.evidence.digest = "what-it-said";
        const TrustEvidence counts = trust.at(kNow);
        QCOMPARE(counts.source, TrustSource::Person);
        QCOMPARE(counts.issuer, std::string());
        QCOMPARE(counts.fetchedAt, kNow - std::chrono::days(3));
        QCOMPARE(counts.digest, std::string("the-entry"));
        const SaidBy rest{"https://issuer.example", trust.evidence.fetchedAt, "what-it-said"};
        QCOMPARE(counts.saidBy, std::optional(rest));
        QVERIFY(!AgentTrust({}, trust.assigned).at(kNow).saidBy); // nobody said anything
        QVERIFY(!AgentTrust(trust.evidence).at(kNow).saidBy);
        const auto read = readTrustClaim(trustClaim(counts));
        QVERIFY(read);
        QCOMPARE(*read, counts);
    }

    void the_person_may_assign_less_than_is_claimed()
    {
        const AgentTrust trust{goodEvidence(), AssignedLevel{TrustLevel::L1, kNow}};
        QCOMPARE(trust.at(kNow).level, TrustLevel::L1);
        QCOMPARE(trust.at(kNow).claimed, TrustLevel::L3);
        QCOMPARE(trust.at(kNow).screening, Screening::Clear);
        const UnixSeconds end = trust.evidence.validUntil;
        QCOMPARE(trust.at(end).level, TrustLevel::L1);
        QCOMPARE(trust.at(end).screening, Screening::Stale);
    }

    void against_a_hit_no_word_helps()
    {
        AgentTrust trust{goodEvidence(), AssignedLevel{TrustLevel::L4, kNow}};
        trust.evidence.level = TrustLevel::L0;
        trust.evidence.screening = Screening::Hit;
        QCOMPARE(trust.at(kNow).level, TrustLevel::L0);
    }

    void the_default_caps_are_in_dollars_only()
    {
        const LevelCaps caps = LevelCaps::defaults();
        const Currency dollar = *Currency::parse("USD");
        const std::array<std::pair<const char*, const char*>, kLevels> expected{
            {{"0", "0"}, {"10", "50"}, {"100", "500"}, {"1000", "5000"}, {"50000", "200000"}}};
        for (std::size_t level = 0; level < kLevels; ++level) {
            const SpendCaps found = caps.of(static_cast<TrustLevel>(level), dollar);
            QCOMPARE(found.perAction, *Amount::parse(expected[level].first));
            QCOMPARE(found.perDay, *Amount::parse(expected[level].second));
            QCOMPARE(caps.of(static_cast<TrustLevel>(level), *Currency::parse("EUR")), SpendCaps());
        }
    }

    void caps_are_set_a_currency_at_a_time()
    {
        LevelCaps caps = LevelCaps::defaults();
        LevelCaps::OfLevels euros{};
        euros[2] = {*Amount::parse("5"), *Amount::parse("7.50")};
        caps.set(*Currency::parse("EUR"), euros);
        QCOMPARE(caps.of(TrustLevel::L2, *Currency::parse("EUR")).perDay, *Amount::parse("7.50"));
        QCOMPARE(caps.of(TrustLevel::L3, *Currency::parse("EUR")), SpendCaps());
        QCOMPARE(caps.of(TrustLevel::L3, *Currency::parse("USD")).perAction, *Amount::parse("1000"));
    }

    void each_value_has_a_name_of_its_own()
    {
        QCOMPARE(differentNames(kLastScreening, screeningName), 4U);
        QCOMPARE(differentNames(kLastTrustSource, trustSourceName), 5U);
        QCOMPARE(differentNames(kLastDistrust, distrustName), 15U);
        QCOMPARE(differentNames(kLastOwnerProof, ownerProofName), 3U);
    }
};

QTEST_GUILESS_MAIN(TestTrustEvidence)
#include "tst_trust_evidence.moc"
