// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// DPoP proofs (RFC 9449) with nonces that the server hands out (section 8).
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::crypto {

inline constexpr std::chrono::seconds kClockSkew{5};
inline constexpr std::chrono::seconds kSignedFormLife{300}; ///< how old a signed form may be
inline constexpr std::chrono::seconds kDpopNonceBucket{150}; ///< a nonce is good in its bucket and the next

/// Nonces that need no memory: HMAC of this start's secret and a time bucket. A restart voids them all. Any thread.
class DpopNonces {
public:
    DpopNonces(); ///< draws the secret
    [[nodiscard]] std::string current(UnixSeconds now) const;
    [[nodiscard]] bool accepts(std::string_view nonce, UnixSeconds now) const;

private:
    std::string m_secret;
};

struct DpopProof {
    PublicKey key;
    std::string jti;
    UnixSeconds issuedAt;
};

struct DpopExpectation {
    std::string_view method;
    std::string_view url; ///< as configured, without query and fragment
    std::optional<std::string> accessToken; ///< `ath` must be its SHA-256; where none is expected, `ath` is ignored
    UnixSeconds now;
};

/// Every check of RFC 9449 section 4.3 but replay, which the caller does by (thumbprint, jti) in the transaction that
/// acts on the proof. Error: InvalidDpopProof, or UseDpopNonce when everything but the nonce is right.
[[nodiscard]] Result<DpopProof> verifyDpop(
    std::string_view proof, const DpopExpectation& expected, const DpopNonces& nonces);

/// The key that a proof carries. Nothing else of the proof is looked at. Error: InvalidDpopProof.
[[nodiscard]] Result<PublicKey> dpopKey(std::string_view proof);

/// A proof, as a client makes it.
[[nodiscard]] Result<std::string> signDpop(const PrivateKey& key, std::string_view method, std::string_view url,
    UnixSeconds now, const std::optional<std::string>& nonce, const std::optional<std::string>& accessToken);

} // namespace countersign::crypto
