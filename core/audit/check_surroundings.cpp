// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/check_surroundings.h"

#include "core/audit/check_cosignatures.h"
#include "core/audit/leaf.h"
#include "core/audit/leaf_codec.h"
#include "core/base/json_members.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/commitment.h"
#include "core/crypto/content_digest.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/crypto/merkle.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

namespace countersign::audit {

namespace {

using json::objectOf;
using json::textOf;

std::unexpected<Error> corrupt(std::string what)
{
    return fail(ErrorCode::StorageCorrupt, std::move(what));
}

std::unexpected<Error> corruptEntry(std::int64_t index, const std::string& what)
{
    return corrupt("entry " + std::to_string(index) + ": " + what);
}

/// Bodies can be many, and large.
Result<void> goOn(const std::stop_token& stop)
{
    return stop.stop_requested() ? fail(ErrorCode::Cancelled, "The check was cancelled.") : Result<void>();
}

bool isDecision(std::int64_t kind)
{
    return kind == std::to_underlying(LeafKind::ActionPermitted) || kind == std::to_underlying(LeafKind::ActionDenied);
}

/// As another server's log has it: the claims without their place in that log (RFC 6962 section 2.1).
Result<std::string> leafHashOf(const std::string& jws, const std::string& key)
{
    const auto parsed = TRY(crypto::parseJws(jws));
    const json::Object jwk = TRY(json::parseObject(key));
    const auto signer = TRY(crypto::PublicKey::fromJwk(jwk));
    TRY(crypto::verifyJws(parsed, signer));
    json::Object claims = TRY(json::parseObject(parsed.payload));
    claims.erase("log");
    const std::string leaf = TRY(crypto::canonicalJson(json::Value(claims)));
    return crypto::leafHash(leaf);
}

/// The entry that took it in names it, and names the decision that it is filed under, if that is not itself.
bool isTakenIn(const json::Object& claims, const std::string& leafHash, std::int64_t index, std::int64_t action)
{
    const auto names = json::requiredStrings(claims, "upstream").value_or(std::vector<std::string>());
    if (!std::ranges::contains(names, crypto::base64url(leafHash)))
        return false;
    const auto about = json::optionalInteger(objectOf(claims, "receipt"), "index").value_or(std::nullopt);
    return about ? *about == action : index == action;
}

Result<void> checkForeignReceipts(store::Database& database, const std::stop_token& stop)
{
    store::Query query(database,
        "SELECT leaf_hash, jws, key, idx, action, private_text, salt,"
        " (SELECT leaf FROM log_leaves WHERE log_leaves.idx = foreign_receipts.idx),"
        " (SELECT kind FROM log_leaves WHERE log_leaves.idx = foreign_receipts.action) FROM foreign_receipts");
    while (TRY(query.next())) {
        TRY(goOn(stop));
        const std::int64_t index = query.integer(3);
        const auto claims = unpackClaims(query.blob(7));
        const auto hash = leafHashOf(query.text(1), query.text(2));
        if (!claims || !hash || *hash != query.blob(0) || query.isNull(8) || !isDecision(query.integer(8))
            || !isTakenIn(*claims, *hash, index, query.integer(4)))
            return corruptEntry(index, "it did not take in the receipt of another server that is filed under it");
        const auto parsed = TRY(crypto::parseJws(query.text(1)));
        const json::Object foreign = TRY(json::parseObject(parsed.payload));
        const bool isOpened = query.isNull(5)
            || crypto::opensCommitment(textOf(foreign, "text_commitment"), query.blob(6), query.blob(5));
        if (!isOpened)
            return corruptEntry(index, "the private details of another server's receipt are not those of the receipt");
    }
    return {};
}

/// The entry at which the person took each back last.
Result<std::map<std::string, std::int64_t>> forgottenServers(store::Database& database)
{
    // The index has the kinds; without being told so SQLite would read all leaves.
    store::Query query(database,
        "SELECT idx, leaf FROM log_leaves WHERE idx IN"
        " (SELECT idx FROM log_leaves INDEXED BY log_leaves_in_order WHERE kind = ?) ORDER BY idx");
    query.bind(std::int64_t{std::to_underlying(LeafKind::ServerForgotten)});
    std::map<std::string, std::int64_t> forgotten;
    while (TRY(query.next())) {
        if (const auto claims = unpackClaims(query.blob(1)))
            forgotten[textOf(*claims, "server")] = query.integer(0);
    }
    return forgotten;
}

Result<void> checkAcceptedServers(store::Database& database, const std::stop_token& stop)
{
    store::Query query(database,
        "SELECT jkt, leaf_index, leaf, name, private_text FROM accepted_servers"
        " LEFT JOIN log_leaves ON log_leaves.idx = leaf_index AND kind = ?");
    query.bind(std::int64_t{std::to_underlying(LeafKind::ServerAccepted)});
    const auto forgotten = TRY(forgottenServers(database));
    while (TRY(query.next())) {
        TRY(goOn(stop));
        const auto claims = unpackClaims(query.blob(2));
        const std::string server = query.text(0);
        const auto later = forgotten.find(server);
        const bool isForgotten = later != forgotten.end() && later->second > query.integer(1);
        if (!claims || textOf(*claims, "server") != server || isForgotten)
            return corruptEntry(
                query.integer(1), "the server with the key " + server + " is not accepted there, or not any more");
        if ((query.isNull(4) ? std::string() : query.blob(4)) != query.text(3)) // erased: nobody knows it any more
            return corruptEntry(query.integer(1), "you accepted this server under another name");
    }
    return {};
}

/// What the agent signed, and the entry is committed to.
Result<void> checkBodies(store::Database& database, const std::stop_token& stop)
{
    store::Query query(database,
        "SELECT bodies.idx, body, private_text, kind, bodies.at = log_leaves.at FROM bodies"
        " LEFT JOIN log_leaves USING (idx)");
    while (TRY(query.next())) {
        TRY(goOn(stop));
        const std::int64_t index = query.integer(0);
        if (query.isNull(3) || !isDecision(query.integer(3)) || query.integer(4) == 0)
            return corruptEntry(index, "a body of a request is filed under it that is not its own");
        const auto details = json::parseObject(query.blob(2));
        const std::string digest = details ? textOf(objectOf(*details, "fields"), "content-digest") : std::string();
        if (!crypto::verifyContentDigest(digest, query.blob(1)))
            return corruptEntry(index, "the kept body is not the one of the request");
    }
    return {};
}

Result<void> checkTokens(store::Database& database, const std::stop_token& stop)
{
    store::Query query(database, "SELECT hash, token FROM tokens_used");
    while (TRY(query.next())) {
        TRY(goOn(stop));
        if (query.blob(0) != crypto::sha256(query.text(1)))
            return corrupt("the text of an access token is not the one that it is filed under");
    }
    return {};
}

} // namespace

Result<void> checkSurroundings(store::Database& database, const std::stop_token& stop)
{
    TRY(checkCosignatures(database, stop));
    TRY(checkForeignReceipts(database, stop));
    TRY(checkAcceptedServers(database, stop));
    TRY(checkBodies(database, stop));
    return checkTokens(database, stop);
}

} // namespace countersign::audit
