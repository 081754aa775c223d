// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The arguments of an action as the agent's own bytes give them: the query's parameters and the body's top-level
// members (JSON, form) together. What a service states beside them (`action.properties`) must be the same; an argument
// that it states and that stands in neither must be a segment of the path.
#pragma once

#include "core/authority/agent_api.h"
#include "core/permissions/value.h"
#include "core/server/authzen/evaluation.h"

#include <optional>

namespace countersign::server {

struct ReadArguments {
    permissions::Value arguments; ///< an object
    /// Why not: another value than was stated; or, which only matters under rules about arguments, a name that stands
    /// in two places, a repeated parameter or member, or a body that can't be read.
    std::optional<authority::Objection> objection;
};

/// `stated`: nullopt where the service states nothing.
[[nodiscard]] ReadArguments readArguments(const PassedOn& passed, const std::optional<permissions::Value>& stated);

} // namespace countersign::server
