// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// authorization_details as JSON text, strict and total in both directions.
#pragma once

#include "core/permissions/permission.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::permissions {

inline constexpr std::string_view kDetailType = "agent_delegation";

/// Arrays and objects inside each other: less than json::kMaxDepth, since permissions are written inside of records,
/// tokens and answers, which are read by that rule.
inline constexpr std::size_t kMaxDetailsNesting = 24;

/// Error: InvalidAuthorizationDetails (or InvalidTarget for a location), the message naming the member, for example
/// "/0/spend/currency: is missing". Unknown types and members are refused, never ignored.
[[nodiscard]] Result<Permission> parsePermission(std::string_view authorizationDetails);
/// Canonical JSON (RFC 8785); parsePermission() of it gives the same value.
[[nodiscard]] std::string permissionJson(const Permission& permission);

} // namespace countersign::permissions
