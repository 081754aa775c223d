// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The agent's signature over its request (RFC 9421, tag "fapi-2-request"), as the service passed it on: by the key with
// which the agent proves itself, over @method, @target-uri, authorization and dpop, and whatever of content-digest,
// content-type, content-encoding, idempotency-key and delegation-chain the request has; a body needs its digest.
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
    std::vector<std::pair<std::string, std::string>> coveredFields; ///< and Delegation-Chain
};

/// nullopt: a read that is not signed. The objection: SignatureRequired for a change (all but GET and HEAD) that is not
/// signed, else InvalidSignature with what is missing or wrong. Pure but for the time that is passed in.
[[nodiscard]] std::expected<std::optional<VerifiedRequest>, authority::Objection> verifyRequest(
    const PassedOn& passed, const crypto::PublicKey& key, UnixSeconds now);

} // namespace countersign::server
