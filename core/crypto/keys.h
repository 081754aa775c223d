// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Signature keys: P-256 (ES256) and Ed25519, as JWK (RFC 7517, 7518 section 6.2, 8037 section 2) and PKCS #8.
// A key that exists is valid: points are on the curve, lengths are right. Values are cheap to copy (PublicKey shares
// its OpenSSL key) and may be used from any thread at once.
#pragma once

#include "core/base/ids.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/crypto/secret_bytes.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace countersign::crypto {

enum class KeyType : std::uint8_t { P256, Ed25519 };

class PublicKey {
public:
    /// From a JWK. Members of a private key ("d", "k") are an error, as is a "use" or "alg" that contradicts signing.
    [[nodiscard]] static Result<PublicKey> fromJwk(const json::Object& jwk);
    [[nodiscard]] static Result<PublicKey> fromEd25519(std::string_view raw32);

    [[nodiscard]] KeyType type() const;
    /// The required members only: kty, crv, x (and y).
    [[nodiscard]] json::Object toJwk() const;
    [[nodiscard]] const Thumbprint& thumbprint() const; ///< RFC 7638
    [[nodiscard]] std::string rawEd25519() const; ///< 32 bytes; only for Ed25519

    /// `signature` in JOSE form: r‖s of 64 bytes for P-256, 64 bytes for Ed25519.
    [[nodiscard]] bool verify(std::string_view data, std::string_view signature) const;

    bool operator==(const PublicKey& other) const { return thumbprint() == other.thumbprint(); }

private:
    friend class PrivateKey;
    struct Data;
    explicit PublicKey(std::shared_ptr<const Data> data);
    std::shared_ptr<const Data> d;
};

class PrivateKey {
public:
    [[nodiscard]] static Result<PrivateKey> generate(KeyType type);
    [[nodiscard]] static Result<PrivateKey> fromPkcs8(const SecretBytes& der);

    [[nodiscard]] Result<SecretBytes> toPkcs8() const;
    [[nodiscard]] const PublicKey& publicKey() const;
    [[nodiscard]] Result<std::string> sign(std::string_view data) const; ///< JOSE form, as PublicKey::verify takes it

private:
    struct Data;
    explicit PrivateKey(std::shared_ptr<const Data> data);
    std::shared_ptr<const Data> d;
};

/// RFC 9278: urn:ietf:params:oauth:jwk-thumbprint:sha-256:<thumbprint>
[[nodiscard]] std::string thumbprintUrn(const Thumbprint& thumbprint);

} // namespace countersign::crypto
