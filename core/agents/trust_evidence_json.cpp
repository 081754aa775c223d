// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_evidence_json.h"

#include "core/base/try.h"

#include <utility>

namespace countersign::agents {

namespace {

template <typename Enum>
Result<Enum> readName(const json::Object& claim, std::string_view member, Enum last, std::string_view (*name)(Enum))
{
    const std::string text = TRY(json::requiredString(claim, member));
    for (int i = 0; i <= std::to_underlying(last); ++i) {
        if (name(static_cast<Enum>(i)) == text)
            return static_cast<Enum>(i);
    }
    return fail(ErrorCode::InvalidInput, std::string(member) + ": not known");
}

Result<TrustLevel> readLevel(const json::Object& claim, std::string_view member)
{
    return services::parseTrustLevel(TRY(json::requiredString(claim, member)));
}

Result<std::optional<UnixSeconds>> readTime(const json::Object& claim, std::string_view member)
{
    const auto time = TRY(json::optionalInteger(claim, member));
    return time ? std::optional(UnixSeconds{*time}) : std::nullopt;
}

Result<std::optional<AcceptedToken>> readToken(const json::Object& claim)
{
    const json::Value* value = claim.if_contains("token");
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_object())
        return fail(ErrorCode::InvalidInput, "token: must be an object");
    const json::Object& token = value->get_object();
    return AcceptedToken{TRY(json::requiredString(token, "iss")), {TRY(json::requiredInteger(token, "iat"))}};
}

Result<std::optional<SaidBy>> readSaidBy(const json::Object& claim)
{
    const json::Value* value = claim.if_contains("said_by");
    if (value == nullptr)
        return std::nullopt;
    if (!value->is_object())
        return fail(ErrorCode::InvalidInput, "said_by: must be an object");
    const json::Object& said = value->get_object();
    return SaidBy{TRY(json::requiredString(said, "issuer")), {TRY(json::requiredInteger(said, "fetched_at"))},
        TRY(json::requiredString(said, "digest"))};
}

} // namespace

json::Object saidByClaim(const SaidBy& said)
{
    return {{"issuer", said.issuer}, {"fetched_at", said.fetchedAt.value}, {"digest", said.digest}};
}

json::Object trustClaim(const TrustEvidence& evidence)
{
    json::Object claim{
        {"level", services::levelName(evidence.level)},
        {"claimed", services::levelName(evidence.claimed)},
        {"source", trustSourceName(evidence.source)},
        {"issuer", evidence.issuer},
        {"owner", evidence.owner},
        {"owner_proof", ownerProofName(evidence.ownerProof)},
        {"capabilities", json::Array(evidence.capabilities.begin(), evidence.capabilities.end())},
        {"screening", screeningName(evidence.screening)},
        {"fetched_at", evidence.fetchedAt.value},
        {"valid_until", evidence.validUntil.value},
        {"digest", evidence.digest},
        {"distrust", distrustName(evidence.distrust)},
    };
    if (evidence.screenedAt)
        claim["screened_at"] = evidence.screenedAt->value;
    if (evidence.token)
        claim["token"] = json::Object{{"iss", evidence.token->issuer}, {"iat", evidence.token->issuedAt.value}};
    if (evidence.saidBy)
        claim["said_by"] = saidByClaim(*evidence.saidBy);
    return claim;
}

Result<TrustEvidence> readTrustClaim(const json::Object& claim)
{
    TrustEvidence evidence;
    evidence.level = TRY(readLevel(claim, "level"));
    evidence.claimed = TRY(readLevel(claim, "claimed"));
    evidence.source = TRY(readName(claim, "source", kLastTrustSource, trustSourceName));
    evidence.issuer = TRY(json::requiredString(claim, "issuer"));
    evidence.owner = TRY(json::requiredString(claim, "owner"));
    evidence.ownerProof = TRY(readName(claim, "owner_proof", kLastOwnerProof, ownerProofName));
    evidence.capabilities = TRY(json::requiredStrings(claim, "capabilities"));
    evidence.screening = TRY(readName(claim, "screening", kLastScreening, screeningName));
    evidence.screenedAt = TRY(readTime(claim, "screened_at"));
    evidence.token = TRY(readToken(claim));
    evidence.fetchedAt.value = TRY(json::requiredInteger(claim, "fetched_at"));
    evidence.validUntil.value = TRY(json::requiredInteger(claim, "valid_until"));
    evidence.digest = TRY(json::requiredString(claim, "digest"));
    evidence.distrust = TRY(readName(claim, "distrust", kLastDistrust, distrustName));
    evidence.saidBy = TRY(readSaidBy(claim));
    // What was read is all that stood there.
    if (trustClaim(evidence) != claim)
        return fail(ErrorCode::InvalidInput, "trust: holds something that is not known");
    return evidence;
}

} // namespace countersign::agents
