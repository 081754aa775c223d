// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The log as pages, newest first, for the timeline and for `countersignctl timeline`. Any read connection.
#pragma once

#include "core/audit/leaf.h"
#include "core/base/result.h"
#include "core/store/database.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace countersign::audit {

inline constexpr int kMaxTimelinePage = 500;

struct TimelineFilter {
    std::optional<ClientId> agent;
    std::optional<GrantId> grant;
    std::vector<LeafKind> kinds; ///< empty: all
    std::optional<UnixSeconds> from;
    std::optional<UnixSeconds> to;
};

/// Leaves with an index below `before` (nullopt: from the newest), at most `count` (clamped to kMaxTimelinePage).
[[nodiscard]] Result<std::vector<Leaf>> timelinePage(
    store::Database& database, const TimelineFilter& filter, std::optional<std::uint64_t> before, int count);

} // namespace countersign::audit
