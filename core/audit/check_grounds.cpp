// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/check_grounds.h"

#include "core/audit/leaf.h"
#include "core/audit/leaf_codec.h"
#include "core/base/json_members.h"
#include "core/base/try.h"
#include "core/crypto/commitment.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"

#include <algorithm>
#include <string>
#include <utility>

namespace countersign::audit {

namespace {

using json::objectOf;
using json::textOf;

constexpr std::string_view kConsentType = "consent+jwt"; // consent::signConsent()

std::unexpected<Error> corruptEntry(std::int64_t index, const std::string& what)
{
    return fail(ErrorCode::StorageCorrupt, "entry " + std::to_string(index) + ": " + what);
}

Result<void> goOn(const std::stop_token& stop)
{
    return stop.stop_requested() ? fail(ErrorCode::Cancelled, "The check was cancelled.") : Result<void>();
}

/// The entry carries all claims of the record.
bool carries(const json::Object& entry, const json::Object& record)
{
    return std::ranges::all_of(record, [&](const auto& claim) {
        const json::Value* same = entry.if_contains(claim.key());
        return same != nullptr && *same == claim.value();
    });
}

bool isOfConsent(std::int64_t kind)
{
    return kind == std::to_underlying(LeafKind::ConsentGiven) || kind == std::to_underlying(LeafKind::GrantNarrowed)
        || kind == std::to_underlying(LeafKind::ActionApproved);
}

/// nullopt: it is no JWS with claims.
std::optional<json::Object> claimsOf(const std::string& jws)
{
    const auto parsed = crypto::parseJws(jws);
    auto claims = parsed ? json::parseObject(parsed->payload) : std::unexpected(parsed.error());
    return claims ? std::optional(*std::move(claims)) : std::nullopt;
}

Result<void> checkConsents(store::Database& database, const Decider& decider, const std::stop_token& stop)
{
    store::Query query(database,
        "SELECT leaf_index, consents.grant_id, record, digest, screen_text, consents.salt, kind, leaf FROM consents"
        " LEFT JOIN log_leaves ON idx = leaf_index");
    while (TRY(query.next())) {
        TRY(goOn(stop));
        const std::int64_t index = query.integer(0);
        const auto record = claimsOf(query.text(2));
        const auto entry = unpackClaims(query.blob(7));
        const bool isLogged = record && entry && !query.isNull(6) && isOfConsent(query.integer(6))
            && carries(*entry, *record) && textOf(*record, "grant_id") == query.text(1)
            && query.blob(3) == crypto::sha256(query.text(2));
        if (!isLogged || (!decider.person.isEmpty() && textOf(*record, "person") != decider.person.value))
            return corruptEntry(index, "the record that you signed is not the one that is filed under it");
        if (decider.key && !crypto::verifyJwt(query.text(2), kConsentType, *decider.key))
            return corruptEntry(index, "the record of what you decided is not signed by you");
        const std::string digest = textOf(objectOf(*record, "screen"), "digest");
        if (!query.isNull(4) && !crypto::opensCommitment(digest, query.blob(5), query.text(4)))
            return corruptEntry(index, "the kept text of the screen is not the one that you signed");
    }
    return {};
}

/// By the key in its header, which is whose the link says that it is (grants::Link).
Result<void> checkSignature(const crypto::Jws& link)
{
    const json::Object jwk = objectOf(link.header, "jwk");
    const auto key = TRY(crypto::PublicKey::fromJwk(jwk));
    TRY(crypto::verifyJws(link, key));
    const json::Object claims = TRY(json::parseObject(link.payload));
    return textOf(claims, "iss").ends_with(':' + key.thumbprint().value)
        ? Result<void>()
        : fail(ErrorCode::BadSignature, "It is signed by another key than it says.");
}

Result<void> checkLinks(store::Database& database, const std::stop_token& stop)
{
    store::Query query(database,
        "SELECT leaf_index, hash, links.grant_id, jws, kind, leaf FROM links LEFT JOIN log_leaves ON idx = leaf_index");
    while (TRY(query.next())) {
        TRY(goOn(stop));
        const std::string hash = query.text(1);
        const auto link = crypto::parseJws(query.text(3));
        const auto entry = unpackClaims(query.blob(5));
        const bool isLogged = link && entry && !query.isNull(4)
            && query.integer(4) == std::to_underlying(LeafKind::GrantDelegated) && textOf(*entry, "link") == hash
            && textOf(*entry, "grant_id") == query.text(2) && crypto::sha256Base64url(link->signingInput) == hash;
        if (!isLogged || !checkSignature(*link))
            return corruptEntry(query.integer(0), "the link that it speaks of is not the one that is filed under it");
    }
    return {};
}

/// A receipt has one outcome, and that one's entry names it.
Result<void> checkOutcomes(store::Database& database, const std::stop_token& stop)
{
    store::Query query(database,
        "SELECT leaf_index, jti, kind, leaf FROM used_proofs LEFT JOIN log_leaves ON idx = leaf_index"
        " WHERE owner = 'outcome'");
    store::Query decision(database, "SELECT leaf FROM log_leaves WHERE idx = ?");
    while (TRY(query.next())) {
        TRY(goOn(stop));
        const auto entry = unpackClaims(query.blob(3));
        const bool isOutcome =
            entry && !query.isNull(2) && query.integer(2) == std::to_underlying(LeafKind::ActionOutcome);
        decision.bind(isOutcome ? json::numberOf(objectOf(*entry, "receipt"), "index", -1) : -1);
        const auto claims = TRY(decision.next()) ? unpackClaims(decision.blob(0)) : fail(ErrorCode::NotFound, {});
        if (!claims || textOf(*claims, "jti") != query.text(1))
            return corruptEntry(query.integer(0), "it is no outcome of the receipt " + query.text(1));
    }
    return {};
}

} // namespace

Result<void> checkGrounds(store::Database& database, const Decider& decider, const std::stop_token& stop)
{
    TRY(checkConsents(database, decider, stop));
    TRY(checkLinks(database, stop));
    return checkOutcomes(database, stop);
}

} // namespace countersign::audit
