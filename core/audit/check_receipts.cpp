// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/check_receipts.h"

#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"

namespace countersign::audit {

namespace {

std::unexpected<Error> corrupt(std::string what)
{
    return fail(ErrorCode::StorageCorrupt, std::move(what));
}

/// What was signed (RFC 7515 section 5.1): the leaf with its place in the log as one more member at the end.
std::string signedBytes(const Leaf& leaf, std::string_view hash, std::string_view origin, std::string_view kid)
{
    const std::string header = R"({"alg":"ES256","kid":")" + std::string(kid) + R"(","typ":"action-receipt+jwt"})";
    const std::string payload = leaf.bytes.substr(0, leaf.bytes.size() - 1) + R"(,"log":{"index":)"
        + std::to_string(leaf.index) + R"(,"leaf_hash":")" + crypto::base64url(hash) + R"(","origin":")"
        + std::string(origin) + R"("}})";
    return crypto::base64url(header) + '.' + crypto::base64url(payload);
}

bool hasReceipt(LeafKind kind)
{
    return kind == LeafKind::ActionPermitted || kind == LeafKind::ActionDenied || kind == LeafKind::ActionOutcome;
}

} // namespace

Result<ReceiptCheck> ReceiptCheck::start(store::Database& database, std::string origin, std::uint64_t first)
{
    ReceiptCheck check;
    check.m_origin = std::move(origin);
    TRY(check.readKeys(database));
    check.m_receipts = std::make_unique<store::Query>(
        database, "SELECT idx, key, signature FROM receipts WHERE idx >= ? ORDER BY idx");
    check.m_receipts->bind(static_cast<std::int64_t>(first));
    TRY(check.next());
    return check;
}

Result<void> ReceiptCheck::readKeys(store::Database& database)
{
    store::Query query(database, "SELECT id, jkt, jwk FROM device_keys");
    while (TRY(query.next())) {
        const auto jwk = json::parseObject(query.text(2));
        auto key = jwk ? crypto::PublicKey::fromJwk(*jwk) : std::unexpected(jwk.error());
        if (!key || key->thumbprint().value != query.text(1))
            return corrupt("the device key " + query.text(1) + " is filed under another thumbprint than it has");
        m_keys.emplace(query.integer(0), std::move(*key));
    }
    return {};
}

Result<void> ReceiptCheck::next()
{
    const bool more = TRY(m_receipts->next());
    m_next = more ? std::optional(static_cast<std::uint64_t>(m_receipts->integer(0))) : std::nullopt;
    return {};
}

Result<void> ReceiptCheck::take(const Leaf& leaf, const LeafClaims& claims, std::string_view hash)
{
    if (m_next == leaf.index) {
        TRY(checkSignature(leaf, claims, hash));
        return next();
    }
    if (hasReceipt(leaf.kind) && !claims.receiptId.empty())
        return corrupt("its receipt is missing");
    return {};
}

Result<void> ReceiptCheck::checkSignature(const Leaf& leaf, const LeafClaims& claims, std::string_view hash) const
{
    if (!claims.receiptId.starts_with(std::to_string(leaf.index) + '.'))
        return corrupt("its receipt's id names another entry");
    const auto key = m_keys.find(m_receipts->integer(1));
    if (key == m_keys.end() || key->second.thumbprint().value != claims.device)
        return corrupt("its receipt is signed by another device than it names");
    if (!key->second.verify(signedBytes(leaf, hash, m_origin, claims.device), m_receipts->blob(2)))
        return corrupt("its receipt's signature is wrong");
    return {};
}

Result<void> ReceiptCheck::finish() const
{
    if (m_next)
        return corrupt("entry " + std::to_string(*m_next) + ": it is missing; there is a receipt of it");
    return {};
}

} // namespace countersign::audit
