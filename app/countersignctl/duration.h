// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Durations as people type them: "45s", "30m", "2h", "1d", "1h30m".
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace countersign::ctl {

/// nullopt: not a duration, zero, or more than 366 days.
[[nodiscard]] std::optional<std::chrono::seconds> parseDuration(std::string_view text);

} // namespace countersign::ctl
