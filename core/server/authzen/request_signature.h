// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The agent's signature over its request, as the service passed it on, by the key with which the agent proves itself.
//
// RFC 9421, tag "fapi-2-request": over @method, @target-uri, authorization and dpop, and whatever of content-digest,
// content-type, content-encoding, idempotency-key and delegation-chain the request has; a body needs its digest.
//
// Agent-Signature (crypto/agent_signature.h): over the method, the path and the body. It covers no field, so what a
// field could turn into something else is refused: a body of another type than JSON, an encoded one, a chain beside the
// token (a link can be exchanged for a token of its own). Server and token are bound by the DPoP proof, which is for
// them.
#pragma once

#include "core/authority/agent_api.h"
#include "core/crypto/keys.h"
#include "core/server/authzen/evaluation.h"

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace countersign::server {

inline constexpr std::string_view kRequestTag = "fapi-2-request";
inline constexpr std::size_t kMaxSignatureNonceBytes = 256;

struct VerifiedRequest {
    authority::RequestSignature signature;
    /// And Delegation-Chain. With Agent-Signature: itself, the body's Content-Digest, and the type that it was read as.
    std::vector<std::pair<std::string, std::string>> coveredFields;
};

/// nullopt: a read that is not signed. The objection: SignatureRequired for a change (all but GET and HEAD) that is not
/// signed, else InvalidSignature with what is missing or wrong. Pure but for the time that is passed in.
[[nodiscard]] std::expected<std::optional<VerifiedRequest>, authority::Objection> verifyRequest(
    const PassedOn& passed, const crypto::PublicKey& key, UnixSeconds now);

} // namespace countersign::server
