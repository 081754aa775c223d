// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// How far an agent's evidence goes, from L0 (nothing that counts) to L4 (draft-sharif-agent-payment-trust). A level is
// evidence for a person and a floor that a service may set; it grants nothing.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <string_view>

namespace countersign::services {

enum class TrustLevel : std::uint8_t { L0, L1, L2, L3, L4 }; ///< in order

[[nodiscard]] std::string_view levelName(TrustLevel level); ///< "L2"
/// "0" to "4" or "L0" to "L4", nothing else. Error: InvalidInput.
[[nodiscard]] Result<TrustLevel> parseTrustLevel(std::string_view text);
[[nodiscard]] Result<TrustLevel> trustLevelOf(std::int64_t number); ///< 0 to 4. Error: InvalidInput.

} // namespace countersign::services
