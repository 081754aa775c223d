// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Lines of the timeline as a file for other programs, newest first: CSV (RFC 4180, UTF-8, a heading; a cell that a
// spreadsheet would take for a formula begins with an apostrophe), or JSON lines. Any read connection.
#pragma once

#include "core/authority/person_api.h"
#include "core/store/database.h"

#include <stop_token>
#include <string>

namespace countersign::authority {

[[nodiscard]] std::string csvHeading(); ///< with its line end
[[nodiscard]] std::string csvLine(const TimelineEntry& entry);
[[nodiscard]] std::string jsonLine(const TimelineEntry& entry);

/// Only the whole file is ever there, readable for nobody else; how many lines of entries. Errors: Cancelled (by
/// `work`, or because the program ends); StorageFailed.
[[nodiscard]] Result<std::uint64_t> writeTimelineFile(
    store::Database& database, const TimelineFile& file, const LongWork& work, const std::stop_token& ending);

} // namespace countersign::authority
