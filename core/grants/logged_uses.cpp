// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is counted, in the form in which the log says it.

#include "core/base/try.h"
#include "core/grants/uses.h"

#include <algorithm>
#include <limits>

namespace countersign::grants {

using store::Query;

void LoggedUses::add(const LoggedUses& more)
{
    // As sum() counts; what is beyond all counting is beyond every limit.
    const auto plus = [](Amount a, Amount b) {
        return a.plus(b).value_or(Amount::ofMillionths(std::numeric_limits<std::int64_t>::max()));
    };
    const Amount before = more.day > day ? Amount() : onDay;
    const Amount added = more.day < day ? Amount() : more.onDay;
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    uses = uses > kMost - more.uses ? kMost : uses + more.uses;
    total = plus(total, more.total);
    onDay = plus(before, added);
    day = std::max(day, more.day);
    timesMs.insert(timesMs.end(), more.timesMs.begin(), more.timesMs.end());
    seen.insert(more.seen.begin(), more.seen.end());
}

void LoggedUses::raiseTo(const LoggedUses& least)
{
    uses = std::max(uses, least.uses);
    total = std::max(total, least.total);
    day = std::max(day, least.day);
    onDay = std::max(onDay, least.onDay);
}

Result<Uses::All> Uses::all() const
{
    All all;
    const auto of = [&all](const Query& row) -> std::optional<LoggedUses>& {
        return all.try_emplace({GrantId{row.text(0)}, static_cast<int>(row.integer(1))}, LoggedUses()).first->second;
    };
    Query times(*m_database, "SELECT grant_id, detail, at_ms FROM use_times ORDER BY at_ms");
    while (TRY(times.next()))
        of(times)->timesMs.push_back(times.integer(2));
    Query seen(*m_database, "SELECT grant_id, detail, key FROM seen_values");
    while (TRY(seen.next()))
        of(seen)->seen.insert(seen.text(2));
    Query counts(*m_database, "SELECT grant_id, detail, uses, total, day, on_day FROM uses");
    while (TRY(counts.next())) {
        std::optional<LoggedUses>& counted = of(counts);
        if (counts.integer(2) < 0 || counts.integer(3) < 0 || counts.integer(5) < 0) {
            counted.reset();
            continue;
        }
        counted->uses = counts.integer(2);
        counted->total = Amount::ofMillionths(counts.integer(3));
        counted->day = counts.integer(4);
        counted->onDay = Amount::ofMillionths(counts.integer(5));
    }
    return all;
}

} // namespace countersign::grants
