// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Agent trust tokens: a JWT (ES256, Ed25519) by which an issuer attests a level and a screening to an agent's key.
//
//     iss sub aud iat exp, cnf.jkt (RFC 9449), and the claims of trust_claims.h
//
// It counts only when it was said to us (aud) about this very key: cnf.jkt, or without cnf a sub that is the key's
// thumbprint or its URN (RFC 9278). The rules of JWS hold as everywhere (crypto/jws.h). Pure.
#pragma once

#include "core/agents/trust_claims.h"
#include "core/agents/trust_evidence.h"
#include "core/base/ids.h"
#include "core/crypto/jws.h"

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace countersign::agents {

inline constexpr std::size_t kMaxTrustTokenBytes = 8 * 1024;

/// Its form was read; nothing of it is true yet.
struct UnverifiedToken {
    crypto::Jws jws;
    json::Object claims;
    std::string issuer;
};

/// Why not, as it goes into the evidence.
template <typename T> using Trusted = std::expected<T, Distrust>;

[[nodiscard]] Trusted<UnverifiedToken> parseTrustToken(std::string_view compact); ///< Unreadable

struct TokenExpectation {
    std::string_view audience; ///< our issuer
    const Thumbprint& agent;
    UnixSeconds now;
};

struct TrustToken {
    TrustClaims claims;
    UnixSeconds issuedAt;
    UnixSeconds expiresAt;
};

/// One signature check, then the claims. Errors: BadSignature, Unreadable, WrongAudience, OtherAgent, NotYetValid,
/// Expired.
[[nodiscard]] Trusted<TrustToken> verifyTrustToken(
    const UnverifiedToken& token, const crypto::PublicKey& issuerKey, const TokenExpectation& expected);

} // namespace countersign::agents
