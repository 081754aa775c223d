// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// HTTP message signatures (RFC 9421) with `ecdsa-p256-sha256` and `ed25519`; other algorithms are refused by name. That
// a signature was not seen before, by its key and nonce, is the caller's to ask. Pure: time is passed in.
#pragma once

#include "core/base/clock.h"
#include "core/crypto/dpop.h"
#include "core/crypto/keys.h"
#include "core/crypto/signature_base.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::crypto {

inline constexpr std::size_t kMaxCoveredComponents = 64;

/// Section 2.3. Where one is written, they stand in this order.
struct SignatureParameters {
    std::optional<UnixSeconds> created = {};
    std::optional<UnixSeconds> expires = {};
    std::optional<std::string> keyId = {}; ///< `keyid`
    std::optional<std::string> nonce = {};
    std::optional<std::string> algorithm = {}; ///< `alg`
    std::optional<std::string> tag = {};
};

/// One of the signatures that a message carries; not yet verified.
struct ReceivedSignature {
    std::string label;
    std::vector<Component> components; ///< covered, in their order
    SignatureParameters parameters;
    sf::Parameters parametersAsReceived; ///< in the sender's order
    std::string signature; ///< bytes
};

/// The signature with this `tag`, or without one the only signature, out of the message's `Signature-Input` and
/// `Signature`. None and several are both an error, as are unknown parameters. Errors: InvalidInput, TooLarge, NotFound
/// where there is none, NotSupported for `alg`.
[[nodiscard]] Result<ReceivedSignature> readSignature(
    const HttpMessage& message, const std::optional<std::string>& tag = {});

/// What a verifier demands (section 3.2.1).
struct SignatureExpectation {
    std::vector<Component> components; ///< must be covered; others may be
    std::vector<std::string> parameters; ///< must be there: "created", "nonce", …
    std::optional<std::string> keyId = {}; ///< what `keyid` must be
    UnixSeconds now = {};
    std::chrono::seconds maxAge = kSignedFormLife; ///< of `created`
    std::chrono::seconds maxAhead = kClockSkew; ///< of `created`
};

struct VerifiedSignature {
    ReceivedSignature received;
    std::string base; ///< the text that was signed
    std::string digest; ///< SHA-256 of the signature's bytes, base64url; an ECDSA signature has a twin with another
};

/// Coverage, parameters, times and the signature. `created` and `expires` are held to `now` wherever they stand.
/// Errors: those of signatureBase, and BadSignature, the message saying what is missing or wrong.
[[nodiscard]] Result<VerifiedSignature> verifySignature(
    const HttpMessage& message, ReceivedSignature received, const PublicKey& key, const SignatureExpectation& expected);

/// The fields that carry a signature, ready to send.
struct SignatureFields {
    std::string signatureInput;
    std::string signature;
};

/// Signs these components of the message. Errors: those of signatureBase, and NotSupported for an `algorithm` that
/// isn't the key's.
[[nodiscard]] Result<SignatureFields> signMessage(const HttpMessage& message, std::string_view label,
    const std::vector<Component>& components, const SignatureParameters& parameters, const PrivateKey& key);

} // namespace countersign::crypto
