// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// One constraint as JSON: {"exact": v}, {"range": {"min", "max"}}, … (profile: "constraints").
#pragma once

#include "core/base/json.h"
#include "core/permissions/constraint.h"
#include "core/permissions/place.h"

namespace countersign::permissions {

/// Error: InvalidAuthorizationDetails, naming the place. A kind that isn't known is refused.
[[nodiscard]] Result<Constraint> parseConstraint(const Value& value, const Place& at);
[[nodiscard]] json::Value constraintJson(const Constraint& constraint);

} // namespace countersign::permissions
