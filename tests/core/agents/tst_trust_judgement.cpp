// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agents/trust_judgement.h"

#include "core/agents/trust_evidence_json.h"

#include "tests/core/agents/trust_samples.h"

#include <QTest>

using namespace countersign;
using namespace countersign::agents;
using namespace countersign::test;
using namespace std::chrono_literals;

namespace {

TrustStatement said(TrustLevel level, TrustSource source = TrustSource::Token)
{
    TrustStatement statement{
        .source = source, .issuer = std::string(trustSourceName(source)), .distrust = Distrust::None};
    statement.claims.level = level;
    statement.claims.owner = "did:web:acme.example";
    statement.claims.capabilities = {"payments.create"};
    statement.claims.sanctionsClear = true;
    statement.claims.sanctionsCheckedAt = kTrustNow - 2h;
    statement.maxScreeningAge = 24h;
    statement.validUntil = kTrustNow + 1h;
    statement.digest = "digest-of-" + statement.issuer;
    if (source == TrustSource::Token)
        statement.token = AcceptedToken{statement.issuer, kTrustNow - 60s};
    return statement;
}

TrustStatement refused(Distrust why, TrustSource source = TrustSource::Registry)
{
    return {.source = source, .issuer = std::string(trustSourceName(source)), .distrust = why};
}

TrustEvidence judged(const std::vector<TrustStatement>& statements)
{
    return judge(statements, KeyProof::Proven, kTrustNow);
}

TrustStatement screened(std::optional<bool> clear, std::optional<UnixSeconds> at)
{
    TrustStatement statement = said(TrustLevel::L3);
    statement.claims.sanctionsClear = clear;
    statement.claims.sanctionsCheckedAt = at;
    return statement;
}

} // namespace

class TestTrustJudgement : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void one_that_is_believed_says_all()
    {
        const TrustEvidence evidence = judged({said(TrustLevel::L3)});
        QCOMPARE(evidence.level, TrustLevel::L3);
        QCOMPARE(evidence.distrust, Distrust::None);
        QCOMPARE(evidence.screening, Screening::Clear);
        QCOMPARE(evidence.screenedAt, std::optional(kTrustNow - 2h));
        QCOMPARE(evidence.owner, std::string("did:web:acme.example"));
        QCOMPARE(evidence.fetchedAt, kTrustNow);
        QCOMPARE(evidence.validUntil, kTrustNow + 1h);
        QCOMPARE(evidence.digest, std::string("digest-of-token"));
    }

    void nobody_who_knows_is_nothing_known()
    {
        for (const auto& statements : {std::vector<TrustStatement>{}, {refused(Distrust::NothingKnown)},
                 {refused(Distrust::NothingKnown, TrustSource::Token), refused(Distrust::NothingKnown)}}) {
            const TrustEvidence evidence = judged(statements);
            QCOMPARE(evidence.distrust, Distrust::NothingKnown);
            QCOMPARE(evidence.level, TrustLevel::L0);
            QCOMPARE(evidence.screening, Screening::NotScreened);
        }
    }

    void each_reason_to_doubt_makes_it_l0_and_never_clear()
    {
        for (int i = 0; i <= std::to_underlying(kLastDistrust); ++i) {
            const auto why = static_cast<Distrust>(i);
            if (why == Distrust::None || why == Distrust::NothingKnown)
                continue;
            const TrustEvidence alone = judged({refused(why, TrustSource::Token)});
            const TrustEvidence beside = judged({said(TrustLevel::L4), refused(why)});
            for (const TrustEvidence& evidence : {alone, beside}) {
                QCOMPARE(evidence.level, TrustLevel::L0);
                QCOMPARE(evidence.distrust, why);
                QVERIFY(evidence.screening != Screening::Clear);
            }
        }
    }

    void the_lowest_level_counts_and_says_whose_it_is()
    {
        const auto token = said(TrustLevel::L4);
        const auto registry = said(TrustLevel::L1, TrustSource::Registry);
        for (const auto& statements : {std::vector{token, registry}, std::vector{registry, token}}) {
            const TrustEvidence evidence = judged(statements);
            QCOMPARE(evidence.level, TrustLevel::L1);
            QCOMPARE(evidence.source, TrustSource::Registry);
        }
        QCOMPARE(judged({token, refused(Distrust::NothingKnown)}).level, TrustLevel::L4);
    }

    void what_several_said_lasts_as_long_as_the_shortest()
    {
        TrustStatement registry = said(TrustLevel::L3, TrustSource::Registry);
        registry.validUntil = kTrustNow + 10min;
        QCOMPARE(judged({said(TrustLevel::L3), registry}).validUntil, kTrustNow + 10min);
        QCOMPARE(judged({registry, said(TrustLevel::L3)}).validUntil, kTrustNow + 10min);
    }

    void a_hit_of_one_is_a_hit()
    {
        TrustStatement hit = said(TrustLevel::L4, TrustSource::Program);
        hit.claims.sanctionsClear = false;
        for (const auto& statements : {std::vector{hit}, std::vector{said(TrustLevel::L4), hit},
                 std::vector{hit, said(TrustLevel::L4)}, std::vector{hit, refused(Distrust::NoAnswer)}}) {
            const TrustEvidence evidence = judged(statements);
            QCOMPARE(evidence.screening, Screening::Hit);
            QCOMPARE(evidence.distrust, Distrust::ScreeningHit);
            QCOMPARE(evidence.level, TrustLevel::L0);
        }
        QCOMPARE(judge({hit}, KeyProof::Unproven, kTrustNow).screening, Screening::Hit);
    }

    void a_screening_counts_until_it_is_too_old()
    {
        QCOMPARE(judged({screened(true, kTrustNow - 24h + 1s)}).screening, Screening::Clear);
        for (const auto at : {std::optional(kTrustNow - 24h), std::optional(kTrustNow - 1000h),
                 std::optional(kTrustNow + 6s), std::optional<UnixSeconds>()}) {
            const TrustEvidence evidence = judged({screened(true, at)});
            QCOMPARE(evidence.screening, Screening::Stale);
            QCOMPARE(evidence.distrust, Distrust::StaleScreening);
            QCOMPARE(evidence.level, TrustLevel::L0);
            QCOMPARE(evidence.claimed, TrustLevel::L3);
        }
        QCOMPARE(judged({screened(true, kTrustNow + 5s)}).screening, Screening::Clear);
    }

    void evidence_ends_with_its_screening()
    {
        TrustStatement statement = screened(true, kTrustNow - 24h + 30s);
        QCOMPARE(judged({statement}).validUntil, kTrustNow + 30s);
        statement.maxScreeningAge = 48h;
        QCOMPARE(judged({statement}).validUntil, kTrustNow + 1h);
    }

    void not_screened_is_no_reason_to_doubt_and_not_clear()
    {
        const TrustEvidence evidence = judged({screened(std::nullopt, std::nullopt)});
        QCOMPARE(evidence.level, TrustLevel::L3);
        QCOMPARE(evidence.screening, Screening::NotScreened);
        QCOMPARE(judged({screened(std::nullopt, kTrustNow)}).screening, Screening::NotScreened);
    }

    void a_new_screening_of_one_makes_up_for_an_old_one_of_another()
    {
        TrustStatement registry = said(TrustLevel::L3, TrustSource::Registry);
        for (const auto& statements : {std::vector{screened(true, kTrustNow - 48h), registry},
                 std::vector{registry, screened(true, kTrustNow - 48h)}}) {
            QCOMPARE(judged(statements).screening, Screening::Clear);
            QCOMPARE(judged(statements).screenedAt, registry.claims.sanctionsCheckedAt);
        }
    }

    void a_key_that_was_not_proven_gives_no_level()
    {
        const TrustEvidence evidence = judge({said(TrustLevel::L4)}, KeyProof::Unproven, kTrustNow);
        QCOMPARE(evidence.level, TrustLevel::L0);
        QCOMPARE(evidence.claimed, TrustLevel::L4);
        QCOMPARE(evidence.distrust, Distrust::KeyUnproven);
        QCOMPARE(evidence.screening, Screening::NotScreened);
    }

    void no_answer_is_tried_again_soon()
    {
        QCOMPARE(judged({refused(Distrust::NoAnswer)}).validUntil, kTrustNow + kNoAnswerFor);
        QCOMPARE(judged({refused(Distrust::UnknownKey)}).validUntil, kTrustNow + kRefetchPause);
        QCOMPARE(judged({refused(Distrust::BadSignature)}).validUntil, kTrustNow + kUnknownFor);
    }

    void a_hit_stays_until_one_who_is_believed_lifts_it()
    {
        const TrustEvidence hit = judged({screened(false, kTrustNow)});
        for (int i = 0; i <= std::to_underlying(kLastDistrust); ++i) {
            TrustEvidence newer = judged({screened(true, kTrustNow)});
            newer.distrust = static_cast<Distrust>(i);
            QCOMPARE(successorOf(hit, newer, kTrustNow + 9000h) == newer, newer.distrust == Distrust::None);
        }
    }

    void who_says_nothing_of_a_screening_since_then_lifts_no_hit()
    {
        const TrustEvidence hit = judged({screened(false, kTrustNow)});
        for (const auto& statement : {screened(std::nullopt, std::nullopt), screened(std::nullopt, kTrustNow),
                 screened(true, kTrustNow - 1s), screened(true, std::nullopt)})
            QCOMPARE(successorOf(hit, judged({statement}), kTrustNow + 1s), hit);
        // The one who found it knows the agent no more, and its token says nothing of screenings.
        QCOMPARE(successorOf(hit, judged({screened(std::nullopt, std::nullopt), refused(Distrust::NothingKnown)}),
                     kTrustNow + 1s),
            hit);
        for (const auto since : {0s, 1s}) {
            const TrustEvidence lifted = judged({screened(true, kTrustNow + since)});
            QCOMPARE(successorOf(hit, lifted, kTrustNow + 1s), lifted);
        }
    }

    void a_hit_is_as_new_as_it_can_be()
    {
        // Of no time, it was found when it was told; of a time to come, too.
        for (const auto at : {std::optional<UnixSeconds>(), std::optional(kTrustNow + 9000h)}) {
            const TrustEvidence hit = judged({screened(false, at)});
            QCOMPARE(successorOf(hit, judged({screened(true, kTrustNow - 1s)}), kTrustNow).screening, Screening::Hit);
            QCOMPARE(successorOf(hit, judged({screened(true, kTrustNow)}), kTrustNow).screening, Screening::Clear);
        }
        // An older one does not make it older.
        const TrustEvidence hit = judged({screened(false, kTrustNow)});
        QCOMPARE(successorOf(hit, judged({screened(false, kTrustNow - 1h)}), kTrustNow), hit);
        const TrustEvidence again = judged({said(TrustLevel::L3), screened(false, kTrustNow)});
        QCOMPARE(successorOf(hit, again, kTrustNow), again);
    }

    void while_nobody_answers_what_is_valid_stays_so()
    {
        const TrustEvidence good = judged({said(TrustLevel::L3)});
        const TrustEvidence none = judged({refused(Distrust::NoAnswer)});
        QCOMPARE(successorOf(good, none, good.validUntil - 1s), good);
        QCOMPARE(successorOf(good, none, good.validUntil), none);
        const TrustEvidence wrong = judged({refused(Distrust::BadSignature)});
        QCOMPARE(successorOf(good, wrong, kTrustNow), wrong);
        QCOMPARE(successorOf(wrong, good, kTrustNow), good);
        const TrustEvidence lower = judged({said(TrustLevel::L1)});
        QCOMPARE(successorOf(good, lower, kTrustNow), lower);
    }

    void whom_a_source_knew_is_never_again_unheard_of()
    {
        const TrustEvidence nothing = judged({});
        QCOMPARE(nothing.source, TrustSource::Nobody);
        const TrustEvidence dropped = successorOf(judged({said(TrustLevel::L3)}), nothing, kTrustNow + 9000h);
        QCOMPARE(dropped.source, TrustSource::Token);
        QCOMPARE(dropped.level, TrustLevel::L0);
        QCOMPARE(dropped.distrust, Distrust::NothingKnown);
        QCOMPARE(successorOf(dropped, nothing, kTrustNow + 9001h), dropped);
        QCOMPARE(successorOf(TrustEvidence(), nothing, kTrustNow), nothing);
    }

    void the_claim_of_the_log_says_all_of_it()
    {
        TrustStatement hit = said(TrustLevel::L4, TrustSource::Program);
        hit.claims.sanctionsClear = false;
        TrustEvidence owned = judged({said(TrustLevel::L3)});
        owned.ownerProof = OwnerProof::Confirmed;
        for (const TrustEvidence& evidence :
            {owned, judged({hit}), judged({refused(Distrust::NoAnswer)}), TrustEvidence{}}) {
            const auto read = readTrustClaim(trustClaim(evidence));
            QVERIFY(read);
            QCOMPARE(*read, evidence);
        }
    }

    void a_claim_that_says_something_else_is_refused()
    {
        const json::Object claim = trustClaim(judged({said(TrustLevel::L3)}));
        for (const auto& member : claim) {
            const bool isOptional = member.key() == "screened_at" || member.key() == "token";
            QCOMPARE(readTrustClaim(without(claim, member.key())).has_value(), isOptional);
            QVERIFY(!readTrustClaim(with(claim, member.key(), json::Array{1})));
        }
        QVERIFY(!readTrustClaim(with(claim, "more", 1)));
        QVERIFY(!readTrustClaim(with(claim, "level", "L9")));
        QVERIFY(!readTrustClaim(with(claim, "level", "3")));
        QVERIFY(!readTrustClaim(with(claim, "screening", "fine")));
    }
};

QTEST_GUILESS_MAIN(TestTrustJudgement)
#include "tst_trust_judgement.moc"
