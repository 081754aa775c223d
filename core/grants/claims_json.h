// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Claims with an `authorization_details` whose numbers are exact: the JSON of everything else reads them as floating
// point.
#pragma once

#include "core/base/json.h"
#include "core/permissions/permission.h"

#include <string>
#include <string_view>

namespace countersign::grants {

/// `claims` (without authorization_details) and the permission as one JSON object.
[[nodiscard]] std::string claimsWithDetails(const json::Object& claims, const permissions::Permission& permission);
/// The authorization_details of a JSON object. Error: InvalidAuthorizationDetails (or InvalidTarget), InvalidInput.
[[nodiscard]] Result<permissions::Permission> detailsIn(std::string_view claims);

} // namespace countersign::grants
