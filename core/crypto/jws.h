// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// JWS in compact serialization (RFC 7515). Accepted algorithms: ES256, Ed25519 (RFC 9864), EdDSA with Ed25519
// (RFC 8037). `none`, HS*, RS*, any `crit`, `b64` and a repeated member are refused; `jku`, `x5u`, `x5c` are never
// followed and are refused where they stand.
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <string>
#include <string_view>

namespace countersign::crypto {

inline constexpr std::size_t kMaxJwsBytes = 64 * 1024;

struct Jws {
    json::Object header;
    std::string payload; ///< decoded
    std::string signingInput; ///< BASE64URL(header) . BASE64URL(payload)
    std::string signature; ///< decoded

    [[nodiscard]] std::string algorithm() const;
    /// The header's `typ` in lower case without a leading "application/" (RFC 7515 section 4.1.9); empty when missing.
    [[nodiscard]] std::string type() const;
    [[nodiscard]] std::string keyId() const; ///< `kid`, or empty
};

/// Reads the form; checks no signature. Error: InvalidInput.
[[nodiscard]] Result<Jws> parseJws(std::string_view compact);
/// Checks that the algorithm fits the key and the signature is right. Error: BadSignature.
[[nodiscard]] Result<void> verifyJws(const Jws& jws, const PublicKey& key);
/// parseJws + `typ` must be `type` + verifyJws + payload is a JSON object. `type` empty: `typ` missing or "jwt".
[[nodiscard]] Result<json::Object> verifyJwt(std::string_view compact, std::string_view type, const PublicKey& key);

/// Signs; the header gets `alg` (ES256 or Ed25519), `typ`, and `kid` = the key's thumbprint.
[[nodiscard]] Result<std::string> signJws(std::string_view type, std::string_view payload, const PrivateKey& key);
/// The same with a header of the caller's, which gets `alg`.
[[nodiscard]] Result<std::string> signJwsWithHeader(
    json::Object header, std::string_view payload, const PrivateKey& key);
[[nodiscard]] Result<std::string> signJwt(std::string_view type, const json::Object& claims, const PrivateKey& key);

} // namespace countersign::crypto
