// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_evidence.h"

#include <array>
#include <utility>

namespace countersign::agents {

namespace {

template <typename Enum, std::size_t Size>
std::string_view nameIn(const std::array<std::string_view, Size>& names, Enum value)
{
    return names.at(std::to_underlying(value));
}

} // namespace

std::string_view screeningName(Screening screening)
{
    static constexpr std::array<std::string_view, std::to_underlying(kLastScreening) + 1> kNames{
        "not_screened", "clear", "stale", "hit"};
    return nameIn(kNames, screening);
}

std::string_view trustSourceName(TrustSource source)
{
    static constexpr std::array<std::string_view, std::to_underlying(kLastTrustSource) + 1> kNames{
        "nobody", "token", "registry", "program", "person"};
    return nameIn(kNames, source);
}

std::string_view distrustName(Distrust distrust)
{
    static constexpr std::array<std::string_view, std::to_underlying(kLastDistrust) + 1> kNames{"none", "nothing_known",
        "unreadable", "unknown_issuer", "unknown_key", "bad_signature", "wrong_audience", "other_agent",
        "not_yet_valid", "expired", "superseded", "key_unproven", "no_answer", "stale_screening", "screening_hit"};
    return nameIn(kNames, distrust);
}

std::string_view ownerProofName(OwnerProof proof)
{
    static constexpr std::array<std::string_view, std::to_underlying(kLastOwnerProof) + 1> kNames{
        "not_checked", "confirmed", "not_confirmed"};
    return nameIn(kNames, proof);
}

TrustEvidence asOf(TrustEvidence evidence, UnixSeconds now)
{
    if (now < evidence.validUntil)
        return evidence;
    if (evidence.screening == Screening::Clear)
        evidence.screening = Screening::Stale;
    if (evidence.distrust == Distrust::None)
        evidence.distrust = Distrust::Expired;
    evidence.ownerProof = OwnerProof::NotChecked; // what a site says may have changed since
    evidence.level = TrustLevel::L0;
    return evidence;
}

TrustEvidence AgentTrust::at(UnixSeconds now) const
{
    TrustEvidence counts = asOf(evidence, now);
    if (!assigned || counts.screening == Screening::Hit)
        return counts;
    if (counts.source != TrustSource::Nobody)
        counts.saidBy = SaidBy{std::move(counts.issuer), counts.fetchedAt, std::move(counts.digest)};
    counts.level = assigned->level;
    counts.source = TrustSource::Person;
    counts.issuer.clear();
    counts.fetchedAt = assigned->at;
    counts.digest = assigned->digest;
    counts.distrust = Distrust::None;
    return counts;
}

std::optional<UnixSeconds> AgentTrust::changesAt(UnixSeconds now) const
{
    const bool endsByItself = evidence.distrust == Distrust::None || evidence.screening == Screening::Clear
        || evidence.ownerProof != OwnerProof::NotChecked;
    return now < evidence.validUntil && endsByItself ? std::optional(evidence.validUntil) : std::nullopt;
}

} // namespace countersign::agents
