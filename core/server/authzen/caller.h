// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Who asks for an evaluation: a service that the person added, by its secret (HTTP Basic), or an agent, by an access
// token of its own with a DPoP proof (RFC 9449 section 7). Where an agent signs that request too, by Agent-Signature
// (crypto/agent_signature.h), the signature must be right; it adds nothing.
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/result.h"
#include "core/server/oauth/endpoints.h"

#include <string_view>
#include <variant>
#include <vector>

namespace countersign::server {

struct AskingAgent {
    ClientId id;
    std::vector<authority::UsedProof> proofs; ///< not remembered yet
};

using Caller = std::variant<authority::Service, AskingAgent>;

/// `path`: of the endpoint, for the proof. Errors: InvalidClient, InvalidToken (also for the signature),
/// InvalidDpopProof, UseDpopNonce.
[[nodiscard]] Result<Caller> authenticateCaller(
    const OAuthServer& server, const HttpRequest& request, std::string_view path);

} // namespace countersign::server
