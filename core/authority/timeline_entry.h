// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A leaf of the log as a line of the timeline, in the language of the running translation.
#pragma once

#include "core/authority/person_api.h"
#include "core/store/database.h"

#include <vector>

namespace countersign::authority {

/// `agentName`: the agent's own claim, safe to show; empty: none or unknown.
[[nodiscard]] TimelineEntry timelineEntry(const audit::Leaf& leaf, const QString& agentName, Naming naming);

/// The same, with what is stored about it: whether it has a receipt, and whether a checkpoint covers it.
[[nodiscard]] Result<TimelineEntry> timelineEntryAt(store::Database& database, const audit::Leaf& leaf);

/// A page of the timeline, from any read connection.
[[nodiscard]] Result<std::vector<TimelineEntry>> timelineEntries(
    store::Database& database, const audit::TimelineFilter& filter, std::optional<std::uint64_t> before, int count);

} // namespace countersign::authority
