// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The single forms in which OpenAPI documents demand something of agents (demands.h), each strictly: a member that is
// not known refuses the document.
#pragma once

#include "core/services/document.h"
#include "core/services/requirements.h"

#include <vector>

namespace countersign::services {

/// x-agent-trust of a security scheme.
struct AgentTrust {
    std::vector<TrustLevel> levels; ///< its vocabulary
};

[[nodiscard]] Result<AgentTrust> agentTrust(Node block);
/// Of a scheme of type agentAuth.
[[nodiscard]] Result<Requirements> agentAuthDemands(Node scheme);
/// x-agent-auth and x-agent-trust-required of the document, a path or an operation.
[[nodiscard]] Result<Requirements> extensionDemands(Node object);

} // namespace countersign::services
