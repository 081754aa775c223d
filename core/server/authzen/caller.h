// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Who asks for an evaluation: a service that the person added, by its secret (HTTP Basic), or an agent, by an access
// token of its own with a DPoP proof (RFC 9449 section 7).
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/result.h"
#include "core/server/oauth/endpoints.h"

#include <string_view>
#include <variant>

namespace countersign::server {

struct AskingAgent {
    ClientId id;
    authority::UsedProof proof; ///< not remembered yet
};

using Caller = std::variant<authority::Service, AskingAgent>;

/// `path`: of the endpoint, for the proof. Errors: InvalidClient, InvalidToken, InvalidDpopProof, UseDpopNonce.
[[nodiscard]] Result<Caller> authenticateCaller(
    const OAuthServer& server, const HttpRequest& request, std::string_view path);

} // namespace countersign::server
