// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Requests, grants and log entries as a person meets them, for tests and pictures of the windows.
#pragma once

#include "core/authority/person_api.h"
#include "core/authority/story.h"

#include <functional>

namespace countersign::ui::samples {

inline constexpr UnixSeconds kNow{1795359600}; ///< 2026-11-22 15:00 UTC

[[nodiscard]] permissions::Permission permission(
    const std::vector<std::string>& locations, const std::vector<std::string>& actions, std::optional<UnixSeconds> end);

/// An agent that holds the same already and asks for an hour: nothing about it is risky.
[[nodiscard]] consent::ScreenFacts familiar(UnixSeconds at = kNow);
/// Never seen, asks for two places until tomorrow.
[[nodiscard]] consent::ScreenFacts unknown(UnixSeconds at = kNow);
/// Every text in it wants to be something else.
[[nodiscard]] consent::ScreenFacts hostile(UnixSeconds at = kNow);
/// As many and as long words as a request can have.
[[nodiscard]] consent::ScreenFacts crowded(UnixSeconds at = kNow);

/// Pays within limits of every kind, and may hand it on.
[[nodiscard]] consent::ScreenFacts payer(UnixSeconds at = kNow);
/// The same at a service that demands more than the agent can show: its level does, its screening does not.
[[nodiscard]] consent::ScreenFacts demanding(UnixSeconds at = kNow);
/// The same agent asks for more than it has.
[[nodiscard]] consent::ScreenFacts extending(UnixSeconds at = kNow);
/// The person looks at its grant to take back a part.
[[nodiscard]] consent::ScreenFacts narrowing(UnixSeconds at = kNow);
/// One payment that the person is asked about.
[[nodiscard]] consent::ScreenFacts onePayment(UnixSeconds at = kNow);

[[nodiscard]] authority::GrantRow grantRow(int number, std::chrono::seconds left, UnixSeconds now = kNow);
[[nodiscard]] std::vector<authority::GrantRow> grantRows(UnixSeconds now = kNow);
/// One agent that handed something on to a second, and that one to a third; and another agent. Newest first.
[[nodiscard]] std::vector<authority::GrantRow> grantTree(UnixSeconds now = kNow);
/// The log up to `now`, index `size - 1` the newest.
[[nodiscard]] authority::TimelineEntry timelineEntry(std::uint64_t index, std::uint64_t size, UnixSeconds now = kNow);
/// Entries of a log of `size`, as PersonDesk::timeline() hands them out.
[[nodiscard]] std::vector<authority::TimelineEntry> timelinePage(
    std::uint64_t size, std::optional<std::uint64_t> before, int count, UnixSeconds now = kNow);

/// A payment by an agent to which another handed a part of what it may.
[[nodiscard]] authority::Story story(std::uint64_t entry, UnixSeconds now = kNow);
/// The same, with its content kept, and decided about by three other servers: one that is known, and two behind it.
[[nodiscard]] authority::Story storyElsewhere(std::uint64_t entry, UnixSeconds now = kNow);

} // namespace countersign::ui::samples
