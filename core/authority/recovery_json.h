// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a new log says of the one that it follows: the member `lost` of the leaf log_recovered
// (resources/profile/keys.md), and of the file that holds the decision.
#pragma once

#include "core/authority/recovery.h"
#include "core/base/json.h"

#include <string_view>

namespace countersign::authority {

/// Whether it can be that of a checkpoint (C2SP signed-note: UTF-8, no control characters but line ends), by its size
/// too: what stands in a database that nobody answers for must not keep the person from starting anew.
[[nodiscard]] bool isCheckpointText(std::string_view text);
[[nodiscard]] json::Object lostLogClaims(const LostLog& lost);
/// Error: InvalidInput.
[[nodiscard]] Result<LostLog> readLostLogClaims(const json::Object& claims);

} // namespace countersign::authority
