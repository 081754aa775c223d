// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a new log says of the one that it follows: the member `lost` of the leaf log_recovered
// (resources/profile/keys.md), and of the file that holds the decision.
#pragma once

#include "core/authority/recovery.h"
#include "core/base/json.h"

namespace countersign::authority {

[[nodiscard]] json::Object lostLogClaims(const LostLog& lost);
/// Error: InvalidInput.
[[nodiscard]] Result<LostLog> readLostLogClaims(const json::Object& claims);

} // namespace countersign::authority
