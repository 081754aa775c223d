// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The query of GET /timeline, read strictly: what is not known here is refused, because a filter that is silently left
// out would show more, or other, than was asked for.
#pragma once

#include "core/audit/timeline.h"
#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace countersign::server {

struct TimelineQuery {
    audit::TimelineFilter filter;
    std::optional<std::uint64_t> before;
    int count = 0; ///< 1 to audit::kMaxTimelinePage
};

/// Error: InvalidRequest, naming the parameter.
[[nodiscard]] Result<TimelineQuery> readTimelineQuery(std::string_view query);

} // namespace countersign::server
