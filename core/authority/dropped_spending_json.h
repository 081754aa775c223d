// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The member `dropped` of the leaf grant_narrowed: what had been spent, on the day of the narrowing, under details that
// went: [{"currency": "EUR", "zone": "Europe/Berlin", "day": 20785, "amount": "30.00"}].
#pragma once

#include "core/authority/dropped_spending.h"
#include "core/base/json.h"

#include <span>
#include <string_view>

namespace countersign::authority {

inline constexpr std::string_view kDroppedClaim = "dropped";

[[nodiscard]] json::Array droppedClaim(std::span<const Dropped> dropped);
/// Of the leaf's claims; empty: nothing was. Error: InvalidInput.
[[nodiscard]] Result<std::vector<Dropped>> readDropped(const json::Object& claims);

} // namespace countersign::authority
