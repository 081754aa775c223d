// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The `Agent-Signature` field that the OpenAPI extension `x-agent-trust` names (OpenAPI Extension Registry), a
// structured field (RFC 9651):
//
//     Agent-Signature: keyid="<RFC 7638 thumbprint>", alg="ES256", ts=<Unix seconds>, nonce="<base64url>",
//     sig="<base64url>"
//
// What is published says that the signature is over method, path, ts, nonce and the SHA-256 of the body, and shows a
// signature in DER. The rest is inferred here, all of it in agentSignatureText(): the parts stand in that order, joined
// by line feeds; the digest in lower-case hex, of no bytes where there is no body; the path with its query, which would
// go unsigned else. JOSE's r‖s is taken as well as DER, and Ed25519 ("EdDSA", "Ed25519") next to ES256.
//
// The field says nothing about the server, nor about other fields: that the request was meant for this server, and with
// which token, is what the DPoP proof beside it says. That a nonce was not seen before, by its key, is the caller's to
// ask. Pure: time is passed in.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <string>
#include <string_view>

namespace countersign::crypto {

inline constexpr std::string_view kAgentSignatureField = "agent-signature";
inline constexpr std::size_t kMaxAgentNonceBytes = 256;

struct AgentSignature {
    Thumbprint keyId;
    std::string algorithm; ///< "ES256", "EdDSA" or "Ed25519"
    UnixSeconds at; ///< `ts`
    std::string nonce; ///< base64url, as it stands in the field
    std::string signature; ///< as PublicKey::verify takes it, however it was written

    bool operator==(const AgentSignature&) const = default;
};

/// Exactly these five members, without parameters. Errors: InvalidInput, NotSupported for `alg`.
[[nodiscard]] Result<AgentSignature> parseAgentSignature(std::string_view field);

/// What of a request is signed.
struct AgentSignedRequest {
    std::string_view method;
    std::string_view targetUri; ///< absolute; the path and, where there is one, '?' and the query of it are signed
    std::string_view bodyDigest; ///< SHA-256, 32 bytes
};

/// The bytes that are signed. Error: InvalidInput for a part that isn't one, in which others could hide.
[[nodiscard]] Result<std::string> agentSignatureText(
    const AgentSignedRequest& request, UnixSeconds at, std::string_view nonce);

/// Key, algorithm, `ts` (from kSignedFormLife before `now` to kClockSkew after) and signature. Errors: InvalidInput;
/// BadSignature, saying what is wrong.
[[nodiscard]] Result<void> verifyAgentSignature(
    const AgentSignature& signature, const AgentSignedRequest& request, const PublicKey& key, UnixSeconds now);

/// The field, as an agent makes it; an ECDSA signature in DER. Error: InvalidInput.
[[nodiscard]] Result<std::string> signAgentRequest(
    const AgentSignedRequest& request, const PrivateKey& key, UnixSeconds now, std::string_view nonce);

} // namespace countersign::crypto
