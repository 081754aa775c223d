// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/receipt.h"

#include "core/audit/leaf_codec.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/crypto/merkle.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <limits>

namespace countersign::audit {

namespace {

/// In the order of canonical JSON; both thumbprints and origins are plain ASCII without anything to escape.
std::string signingInput(
    std::string_view leaf, std::uint64_t index, std::string_view hash, std::string_view origin, std::string_view kid)
{
    const std::string header = std::format(R"({{"alg":"ES256","kid":"{}","typ":"{}"}})", kid, kReceiptType);
    leaf.remove_suffix(1); // the brace
    const std::string payload = std::format(
        R"({},"log":{{"index":{},"leaf_hash":"{}","origin":"{}"}}}})", leaf, index, crypto::base64url(hash), origin);
    return crypto::base64url(header) + '.' + crypto::base64url(payload);
}

std::string compact(const std::string& input, std::string_view signature)
{
    return input + '.' + crypto::base64url(signature);
}

std::unexpected<Error> unknownReceipt()
{
    return fail(ErrorCode::NotFound, "There is no such receipt.");
}

Result<json::Object> objectIn(const json::Object& claims, std::string_view name)
{
    const json::Value* value = claims.if_contains(name);
    if (value == nullptr || !value->is_object())
        return fail(ErrorCode::InvalidInput, "The receipt has no “" + std::string(name) + "”.");
    return value->get_object();
}

Result<crypto::PublicKey> signerOf(const crypto::Jws& jws, std::span<const crypto::PublicKey> deviceKeys)
{
    const auto isNamed = [kid = jws.keyId()](const crypto::PublicKey& key) { return key.thumbprint().value == kid; };
    const auto signer = std::ranges::find_if(deviceKeys, isNamed);
    if (signer == deviceKeys.end())
        return fail(ErrorCode::NotFound, "The receipt is signed by a key that is not known (kid).");
    return *signer;
}

Result<Receipt> readClaims(const std::string& payload)
{
    Receipt receipt;
    receipt.claims = TRY(json::parseObject(payload));
    const json::Object log = TRY(objectIn(receipt.claims, "log"));
    TRY(json::onlyMembers(log, {"index", "leaf_hash", "origin"}));
    const std::int64_t index = TRY(json::requiredInteger(log, "index"));
    if (index < 0)
        return fail(ErrorCode::InvalidInput, "The receipt's place in the log is none.");
    receipt.index = static_cast<std::uint64_t>(index);
    const std::string hash = TRY(json::requiredString(log, "leaf_hash"));
    receipt.leafHash = TRY(crypto::fromBase64url(hash));
    receipt.origin = TRY(json::requiredString(log, "origin"));
    receipt.claims.erase("log");
    receipt.leaf = TRY(crypto::canonicalJson(json::Value(receipt.claims)));
    return receipt;
}

} // namespace

std::string newReceiptId(std::uint64_t index)
{
    return std::to_string(index) + '.' + crypto::randomId();
}

std::optional<std::uint64_t> indexOfReceipt(std::string_view id)
{
    constexpr std::uint64_t kLast = std::numeric_limits<std::int64_t>::max();
    std::uint64_t index = 0;
    const auto [stop, error] = std::from_chars(id.begin(), id.end(), index);
    if (error != std::errc() || stop == id.end() || *stop != '.' || index > kLast)
        return std::nullopt;
    return index;
}

Result<void> rememberDeviceKey(store::Database& database, const crypto::PublicKey& device)
{
    store::Query query(database, "INSERT OR IGNORE INTO device_keys (jkt, jwk) VALUES (?, ?)");
    return query.bind(device.thumbprint().value).bind(json::serialize(device.toJwk())).run();
}

Result<std::string> writeReceipt(
    store::Database& database, const Appended& leaf, std::string_view origin, const crypto::PrivateKey& device)
{
    const Thumbprint& kid = device.publicKey().thumbprint();
    const std::string input = signingInput(leaf.bytes, leaf.index, leaf.leafHash, origin, kid.value);
    const std::string signature = TRY(device.sign(input));
    store::Query query(database,
        "INSERT INTO receipts (idx, key, signature) VALUES (?, (SELECT id FROM device_keys WHERE jkt = ?), ?)");
    query.bind(static_cast<std::int64_t>(leaf.index)).bind(kid.value).bindBlob(signature);
    TRY(query.run());
    return compact(input, signature);
}

Result<StoredReceipt> readReceipt(store::Database& database, std::uint64_t index, std::string_view origin)
{
    store::Query query(database,
        "SELECT kind, at, client_id, grant_id, private_text, salt, leaf, jkt, signature"
        " FROM log_leaves JOIN receipts USING (idx) JOIN device_keys ON device_keys.id = receipts.key WHERE idx = ?");
    if (!TRY(query.bind(static_cast<std::int64_t>(index)).next()))
        return unknownReceipt();
    StoredReceipt receipt;
    receipt.leaf.index = index;
    receipt.leaf.kind = static_cast<LeafKind>(query.integer(0));
    receipt.leaf.at.value = query.integer(1);
    receipt.leaf.agent.value = query.text(2);
    receipt.leaf.grant.value = query.text(3);
    if (!query.isNull(4))
        receipt.leaf.privateText = query.blob(4);
    receipt.salt = query.blob(5);
    receipt.leaf.bytes = TRY(unpackLeaf(query.blob(6)));
    const std::string& leaf = receipt.leaf.bytes;
    receipt.jws = compact(signingInput(leaf, index, crypto::leafHash(leaf), origin, query.text(7)), query.blob(8));
    return receipt;
}

Result<StoredReceipt> findReceipt(store::Database& database, std::string_view id, std::string_view origin)
{
    const auto index = indexOfReceipt(id);
    if (!index)
        return unknownReceipt();
    auto receipt = TRY(readReceipt(database, *index, origin));
    const auto claims = TRY(json::parseObject(receipt.leaf.bytes));
    if (!crypto::equalInConstantTime(TRY(json::requiredString(claims, "jti")), id))
        return unknownReceipt();
    return receipt;
}

Result<Receipt> verifyAnyReceipt(std::string_view jws, std::span<const crypto::PublicKey> deviceKeys)
{
    const crypto::Jws read = TRY(crypto::parseJws(jws));
    if (read.type() != kReceiptType)
        return fail(ErrorCode::InvalidInput, "This is no receipt (typ).");
    const crypto::PublicKey signer = TRY(signerOf(read, deviceKeys));
    TRY(crypto::verifyJws(read, signer));
    Receipt receipt = TRY(readClaims(read.payload));
    if (crypto::leafHash(receipt.leaf) != receipt.leafHash)
        return fail(ErrorCode::BadSignature, "The receipt names the hash of another entry (leaf_hash).");
    if (TRY(json::requiredString(receipt.claims, "device")) != signer.thumbprint().value)
        return fail(ErrorCode::BadSignature, "The receipt names another device than the one that signed it.");
    return receipt;
}

Result<Receipt> verifyReceipt(std::string_view jws, std::span<const crypto::PublicKey> deviceKeys)
{
    Receipt receipt = TRY(verifyAnyReceipt(jws, deviceKeys));
    if (indexOfReceipt(TRY(json::requiredString(receipt.claims, "jti"))) != receipt.index)
        return fail(ErrorCode::BadSignature, "The receipt's id names another entry than its place in the log.");
    return receipt;
}

} // namespace countersign::audit
