// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_judgement.h"

#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"

#include <algorithm>

namespace countersign::agents {

namespace {

Screening screeningOf(const TrustStatement& said, UnixSeconds now)
{
    const TrustClaims& claims = said.claims;
    if (!claims.sanctionsClear)
        return Screening::NotScreened;
    if (!*claims.sanctionsClear)
        return Screening::Hit;
    // Without a time, or with one to come, nobody knows how old it is.
    if (!claims.sanctionsCheckedAt || *claims.sanctionsCheckedAt > now + crypto::kClockSkew)
        return Screening::Stale;
    return *claims.sanctionsCheckedAt + said.maxScreeningAge > now ? Screening::Clear : Screening::Stale;
}

/// Less favourable is more; a clear word of one outweighs the old one of another.
int weightOf(Screening screening)
{
    switch (screening) {
    case Screening::NotScreened:
        return 0;
    case Screening::Stale:
        return 1;
    case Screening::Clear:
        return 2;
    case Screening::Hit:
        break;
    }
    return 3;
}

void addScreening(TrustEvidence& evidence, const TrustStatement& said, UnixSeconds now)
{
    const Screening screening = screeningOf(said, now);
    if (weightOf(screening) < weightOf(evidence.screening))
        return;
    if (screening == evidence.screening && evidence.screenedAt > said.claims.sanctionsCheckedAt)
        return;
    evidence.screening = screening;
    evidence.screenedAt = said.claims.sanctionsCheckedAt;
}

/// The first to name an owner and capabilities is the agent's token, where it has one; the level is the lowest.
void addClaims(TrustEvidence& evidence, const TrustStatement& said)
{
    const bool isFirst = evidence.source == TrustSource::Nobody;
    if (isFirst || said.claims.level < evidence.claimed) {
        evidence.claimed = said.claims.level;
        evidence.source = said.source;
        evidence.issuer = said.issuer;
    }
    if (isFirst) {
        evidence.owner = said.claims.owner;
        evidence.capabilities = said.claims.capabilities;
    }
    if (said.token)
        evidence.token = said.token;
    evidence.validUntil = isFirst ? said.validUntil : std::min(evidence.validUntil, said.validUntil);
}

/// When a hit was found, as far as its source says so and can be believed; what gives no time is as new as the word.
UnixSeconds foundAt(const TrustEvidence& hit)
{
    return std::min(hit.screenedAt.value_or(hit.fetchedAt), hit.fetchedAt);
}

/// A hit gives way to another one, or to a screening of no earlier time that was clear. Who says nothing of a screening
/// says nothing against it, nor does what was clear before it was found.
bool takesPlaceOf(const TrustEvidence& hit, const TrustEvidence& newer)
{
    if (newer.screening == Screening::Hit)
        return foundAt(newer) >= foundAt(hit);
    return newer.distrust == Distrust::None && newer.screening == Screening::Clear && newer.screenedAt
        && *newer.screenedAt >= foundAt(hit);
}

std::chrono::seconds lifeOf(Distrust distrust)
{
    switch (distrust) {
    case Distrust::NoAnswer:
        return kNoAnswerFor;
    case Distrust::UnknownKey: // the key may be newer than what was fetched
        return kRefetchPause;
    default:
        return kUnknownFor;
    }
}

/// Only a clear screening runs out, and with it what it stood under.
void endWithScreening(TrustEvidence& evidence, const std::vector<TrustStatement>& statements, UnixSeconds now)
{
    if (evidence.screening != Screening::Clear)
        return;
    for (const TrustStatement& said : statements) {
        if (said.distrust == Distrust::None && screeningOf(said, now) == Screening::Clear
            && said.claims.sanctionsCheckedAt == evidence.screenedAt)
            evidence.validUntil = std::min(evidence.validUntil, *evidence.screenedAt + said.maxScreeningAge);
    }
}

std::string digestOf(const std::vector<TrustStatement>& statements)
{
    std::string digests;
    int count = 0;
    for (const TrustStatement& said : statements) {
        digests += said.digest;
        count += said.digest.empty() ? 0 : 1;
    }
    return count > 1 ? crypto::sha256Base64url(digests) : digests;
}

/// One that was asked and can't be believed: what it was about; None: there is none such.
const TrustStatement* findUnbelieved(const std::vector<TrustStatement>& statements)
{
    const auto found = std::ranges::find_if(statements,
        [](const auto& said) { return said.distrust != Distrust::None && said.distrust != Distrust::NothingKnown; });
    return found == statements.end() ? nullptr : &*found;
}

Distrust distrustOf(const TrustEvidence& evidence, const std::vector<TrustStatement>& statements, KeyProof proof)
{
    if (evidence.screening == Screening::Hit)
        return Distrust::ScreeningHit;
    if (const TrustStatement* unbelieved = findUnbelieved(statements))
        return unbelieved->distrust;
    if (evidence.source == TrustSource::Nobody)
        return Distrust::NothingKnown;
    if (proof == KeyProof::Unproven)
        return Distrust::KeyUnproven;
    return evidence.screening == Screening::Stale ? Distrust::StaleScreening : Distrust::None;
}

} // namespace

TrustEvidence judge(const std::vector<TrustStatement>& statements, KeyProof proof, UnixSeconds now)
{
    TrustEvidence evidence;
    evidence.fetchedAt = now;
    evidence.validUntil = now + kUnknownFor;
    for (const TrustStatement& said : statements) {
        if (said.distrust != Distrust::None)
            continue;
        addClaims(evidence, said);
        addScreening(evidence, said, now);
    }
    endWithScreening(evidence, statements, now);
    evidence.digest = digestOf(statements);
    evidence.distrust = distrustOf(evidence, statements, proof);
    if (evidence.distrust == Distrust::None) {
        evidence.level = evidence.claimed;
        return evidence;
    }
    const TrustStatement* unbelieved = findUnbelieved(statements);
    if (evidence.source == TrustSource::Nobody && unbelieved != nullptr) {
        evidence.source = unbelieved->source;
        evidence.issuer = unbelieved->issuer;
    }
    // What is unknown is never clear.
    if (evidence.screening == Screening::Clear)
        evidence.screening = Screening::NotScreened;
    evidence.validUntil = now + lifeOf(evidence.distrust);
    return evidence;
}

TrustEvidence successorOf(const TrustEvidence& kept, const TrustEvidence& newer, UnixSeconds now)
{
    const bool staysHit = kept.screening == Screening::Hit && !takesPlaceOf(kept, newer);
    const bool staysValid =
        newer.distrust == Distrust::NoAnswer && kept.distrust == Distrust::None && now < kept.validUntil;
    if (staysHit || staysValid)
        return kept;
    TrustEvidence next = newer;
    if (next.source == TrustSource::Nobody) {
        next.source = kept.source;
        next.issuer = kept.issuer;
    }
    return next;
}

} // namespace countersign::agents
