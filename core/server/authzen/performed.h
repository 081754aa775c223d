// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The decision: what a service passes on, verified on this thread. The agent's proof must be for the very method and
// URL at which it acted, which lies under the service's own location, and by the key that the token, or the last link
// of the chain, is bound to.
#pragma once

#include "core/authority/agent_api.h"
#include "core/server/authzen/answers.h"
#include "core/server/authzen/evaluation.h"
#include "core/server/oauth/endpoints.h"

#include <expected>

namespace countersign::server {

/// A wrong token, proof or chain is a no, whose reason is the standard's error code (`invalid_token`,
/// `invalid_dpop_proof`, `use_dpop_nonce`), or `subject` where they are another agent's.
[[nodiscard]] std::expected<authority::PerformAction, NotAsked> performedBy(
    OAuthServer& server, const authority::Service& service, const Evaluation& evaluation);

} // namespace countersign::server
