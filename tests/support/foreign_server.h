// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Another server, of another make, that gives receipts by resources/profile: a key, and what it says.
#pragma once

#include "core/audit/foreign_receipt.h"
#include "core/crypto/keys.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace countersign::testing {

/// What of a receipt the tests vary.
struct ForeignClaims {
    std::string signatureDigest = {}; ///< empty: none
    std::string contentDigest = {}; ///< a Content-Digest field, in the claims; empty: none
    std::optional<std::string> text = {}; ///< its private details
    std::vector<std::string> upstream = {}; ///< leaf hashes, 32 bytes each
    std::string decision = "permit";
    UnixSeconds at = {};
    std::function<void(json::Object& claims)> change = {}; ///< before the leaf is hashed
};

/// A receipt as it is passed on.
struct GivenReceipt {
    std::string jws;
    std::string leafHash; ///< 32 bytes
    std::optional<audit::ForeignDetails> details;
    json::Object keys; ///< JWK set
};

class ForeignServer {
public:
    explicit ForeignServer(
        std::string issuer = "https://gateway.example", crypto::KeyType type = crypto::KeyType::P256);

    [[nodiscard]] GivenReceipt receipt(const ForeignClaims& claims) const;
    /// What came of a decision of its own.
    [[nodiscard]] GivenReceipt outcome(const GivenReceipt& decision, UnixSeconds at) const;
    /// As it would be after it got a new key; its key set has the old one as well.
    void rotate();
    [[nodiscard]] const crypto::PrivateKey& key() const { return m_keys.back(); }
    [[nodiscard]] json::Object keySet() const;

private:
    [[nodiscard]] GivenReceipt sign(json::Object claims, std::optional<audit::ForeignDetails> details) const;

    std::string m_issuer;
    std::vector<crypto::PrivateKey> m_keys;
};

/// A member of `upstream`.
[[nodiscard]] json::Object toJson(const GivenReceipt& given);
/// As a door verifies it.
[[nodiscard]] Result<audit::ForeignReceipt> verified(const GivenReceipt& given, UnixSeconds now);

} // namespace countersign::testing
