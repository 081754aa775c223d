// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What agents and services talk to: an OAuth 2.1 authorization server with CIBA (poll mode). Serves the loopback door
// and agents.sock alike. Nothing here approves anything.
#pragma once

#include "core/authority/agent_api.h"
#include "core/base/clock.h"
#include "core/server/http/message.h"

namespace countersign::server {

/// `authority` and `clock` outlive the handler. A method that a path does not know is 405, an unknown path 404.
[[nodiscard]] Handler makeAgentsApi(authority::AgentApi& authority, const Clock& clock);

} // namespace countersign::server
