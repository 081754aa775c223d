// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The schema, as steps from one version to the next. A step that was released never changes.
#pragma once

#include <cstdint>
#include <span>

namespace countersign::store {

inline constexpr std::int64_t kApplicationId = 0x4353474e; ///< "CSGN" in the file's header (PRAGMA application_id)

/// The statements that lead from schema `version` - 1 to `version` (1 … kSchemaVersion), in order.
[[nodiscard]] std::span<const char* const> migrationTo(int version);

} // namespace countersign::store
