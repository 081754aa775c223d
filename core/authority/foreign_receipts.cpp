// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/foreign_receipts.h"

#include "core/base/try.h"
#include "core/crypto/jws.h"
#include "core/crypto/merkle.h"

namespace countersign::authority {

namespace {

Result<KeptReceipt> read(const store::Query& query)
{
    std::string jws = query.text(2);
    const json::Object jwk = TRY(json::parseObject(query.text(3)));
    auto key = TRY(crypto::PublicKey::fromJwk(jwk));
    crypto::Jws parsed = TRY(crypto::parseJws(jws));
    const json::Object claims = TRY(json::parseObject(parsed.payload));
    auto details = query.isNull(4) ? std::nullopt : std::optional(query.blob(4));
    audit::ReceiptNode node = audit::nodeOf(claims, query.blob(0), details);
    return KeptReceipt{static_cast<std::uint64_t>(query.integer(1)), std::move(jws), std::move(key), std::move(details),
        std::move(parsed.payload), std::move(node)};
}

} // namespace

Result<std::vector<KeptReceipt>> keptReceipts(store::Database& database, std::uint64_t action)
{
    store::Query query(database,
        "SELECT leaf_hash, idx, jws, key, private_text FROM foreign_receipts WHERE action = ? ORDER BY idx, leaf_hash"
        " LIMIT 64"); // more than ever are taken in
    query.bind(static_cast<std::int64_t>(action));
    std::vector<KeptReceipt> receipts;
    while (TRY(query.next())) {
        auto receipt = read(query);
        if (!receipt)
            return fail(ErrorCode::StorageCorrupt,
                "entry " + std::to_string(action)
                    + ": a receipt of another server about it can't be read: " + receipt.error().message);
        receipts.push_back(*std::move(receipt));
    }
    return receipts;
}

Result<void> keepReceipt(
    store::Database& database, const audit::ForeignReceipt& receipt, std::uint64_t action, std::uint64_t leaf)
{
    store::Query query(database,
        "INSERT INTO foreign_receipts (leaf_hash, idx, action, jws, key, salt, private_text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)");
    query.bindBlob(receipt.node.leafHash).bind(static_cast<std::int64_t>(leaf)).bind(static_cast<std::int64_t>(action));
    query.bind(receipt.jws).bind(json::serialize(receipt.key.toJwk()));
    if (receipt.details)
        query.bindBlob(receipt.details->salt).bindBlob(receipt.details->text);
    else
        query.bind(std::optional<std::string>()).bind(std::optional<std::string>());
    return query.run();
}

Result<bool> isOwnReceipt(store::Database& database, const audit::ForeignReceipt& receipt)
{
    store::Query query(database, "SELECT 1 FROM device_keys WHERE jkt = ?");
    return query.bind(receipt.key.thumbprint().value).next();
}

Result<audit::ReceiptNode> nodeOf(const StoredEntry& action)
{
    const json::Object claims = TRY(json::parseObject(action.leaf.bytes));
    return audit::nodeOf(claims, crypto::leafHash(action.leaf.bytes), action.leaf.privateText);
}

} // namespace countersign::authority
