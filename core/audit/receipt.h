// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Receipts: a leaf of the log, signed by the device key for whoever acts on it (JWS, ES256, `typ:
// action-receipt+jwt`). The payload is the leaf, byte for byte, with one more member at its end: `log` {index,
// leaf_hash, origin}. Only the signature is stored; the rest is made from the leaf again.
#pragma once

#include "core/audit/log.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/store/database.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace countersign::audit {

inline constexpr std::string_view kReceiptType = "action-receipt+jwt";

/// `jti` of the receipt of the leaf with this index: "17.<22 random characters>". Who knows it may read the receipt.
[[nodiscard]] std::string newReceiptId(std::uint64_t index);
/// The index that an id names; nullopt: it is none.
[[nodiscard]] std::optional<std::uint64_t> indexOfReceipt(std::string_view id);

/// Keeps the public key under which receipts are looked up again; to be called once for each key, before it signs.
[[nodiscard]] Result<void> rememberDeviceKey(store::Database& database, const crypto::PublicKey& device);

/// Signs and stores the receipt of a leaf in the running transaction; the JWS.
[[nodiscard]] Result<std::string> writeReceipt(
    store::Database& database, const Appended& leaf, std::string_view origin, const crypto::PrivateKey& device);

/// A receipt as it was given out, with the private details of its leaf (empty: none, or erased).
struct StoredReceipt {
    Leaf leaf;
    std::string jws;
    std::string salt; ///< 16 bytes
};

/// By its id, compared in constant time. Error: NotFound.
[[nodiscard]] Result<StoredReceipt> findReceipt(
    store::Database& database, std::string_view id, std::string_view origin);
/// By its leaf. Error: NotFound: that one has no receipt.
[[nodiscard]] Result<StoredReceipt> readReceipt(
    store::Database& database, std::uint64_t index, std::string_view origin);

/// What a receipt says, once it was found right.
struct Receipt {
    json::Object claims; ///< of the leaf
    std::string leaf; ///< canonical JSON, whose hash is `leafHash`
    std::string origin; ///< of the log
    std::uint64_t index = 0;
    std::string leafHash; ///< 32 bytes
};

/// Signature (by the one of `deviceKeys` that `kid` names, which is also `device`), `typ`, and that `log` names the
/// hash of these very claims and the index in `jti`. Pure. Errors: InvalidInput, BadSignature, NotFound for the key.
[[nodiscard]] Result<Receipt> verifyReceipt(std::string_view jws, std::span<const crypto::PublicKey> deviceKeys);
/// The same for any server that follows the profile, whose ids (`jti`) may have another form than ours.
[[nodiscard]] Result<Receipt> verifyAnyReceipt(std::string_view jws, std::span<const crypto::PublicKey> deviceKeys);

} // namespace countersign::audit
