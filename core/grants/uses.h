// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What each detail of a grant has used up: actions, money, the actions of the rate's span, and the values that it has
// acted with. Actions and money are counted whether they are limited or not, for a person may limit them later. Used on
// the thread of its database, inside a transaction where it writes.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/money.h"
#include "core/base/result.h"
#include "core/permissions/matching.h"
#include "core/store/database.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace countersign::grants {

/// What one detail has used up, as far as it matters for one action at one time.
struct Used {
    std::int64_t uses = 0;
    Amount total;
    Amount onDay; ///< on the present day of spend.zone
    int inSpan = 0; ///< actions in the rate's span that ends now; one that is exactly a span ago is not in it
    std::vector<bool> seen; ///< one a pointer of step_up.first_seen: it has acted with this value before

    bool operator==(const Used&) const = default;
};

/// What one action takes from one detail.
struct Use {
    Amount amount;
    std::int64_t day = 0; ///< Zone::dayOf; meaningful with spend
    std::chrono::milliseconds at{}; ///< wall time
    std::vector<std::string> values; ///< seenKeys(); kept as Uses::seenDigests()

    bool operator==(const Use&) const = default;
};

/// What the action would be remembered by for step_up.first_seen, one a pointer: base64url SHA-256 of the pointer, a
/// zero byte and the canonical value; empty where the pointer names no value of this action.
[[nodiscard]] std::vector<std::string> seenKeys(
    const permissions::StepUp& stepUp, const permissions::ActionRequest& request);

/// What the log says that one detail has used up.
struct LoggedUses {
    std::int64_t uses = 0;
    Amount total;
    std::int64_t day = 0; ///< the last one on which money was spent; 0: none
    Amount onDay;
    std::vector<std::int64_t> timesMs; ///< what the rate counts, milliseconds
    std::set<std::string> seen; ///< Uses::seenDigests()

    /// One more action, or all that another detail has used up.
    void add(const LoggedUses& more);
    /// No less than this is used up, whichever day it is.
    void raiseTo(const LoggedUses& least);
    bool operator==(const LoggedUses&) const = default;
};

/// All that is used up of one detail, for showing and checking.
struct UsedTotals {
    std::int64_t uses = 0;
    Amount total;
    Amount today;

    bool operator==(const UsedTotals&) const = default;
};

struct SpentOnDay {
    std::int64_t day = 0; ///< Zone::dayOf in the detail's zone; 0: nothing was spent
    Amount amount;

    bool operator==(const SpentOnDay&) const = default;
};

/// Whether every detail has reached its `uses` or its `spend.total`: nothing but a person could make the grant good for
/// anything again. `totals`: one a detail.
[[nodiscard]] bool isUsedUp(const permissions::Permission& permission, const std::vector<UsedTotals>& totals);

class Uses {
public:
    explicit Uses(store::Database& database) : m_database(&database) { }

    /// One a detail. Only what the detail limits is looked up. What was spent on a day that is still to come (the clock
    /// was set back over midnight) counts as spent on the present one.
    [[nodiscard]] Result<std::vector<Used>> of(const GrantId& grant, const permissions::Permission& permission,
        const permissions::ActionRequest& request, std::chrono::milliseconds now) const;
    [[nodiscard]] Result<std::vector<UsedTotals>> totals(
        const GrantId& grant, const permissions::Permission& permission, UnixSeconds now) const;
    /// What was spent of a detail on the last day on which it was.
    [[nodiscard]] Result<SpentOnDay> lastDayOf(const GrantId& grant, int detail) const;
    /// Counts the action, and forgets what left the rate's span. Error: InvalidInput on an overflow, and then nothing
    /// of it is counted.
    [[nodiscard]] Result<void> debit(
        const GrantId& grant, int detail, const permissions::AgentDelegation& rules, const Use& use);
    /// What a replacing grant takes over: old detail → new detail, -1: none; several that go into one add up. The old
    /// grant's own counts stay. `from` and `to` may be the same grant, whose details changed places. Error:
    /// InvalidInput on an overflow.
    [[nodiscard]] Result<void> carryOver(const GrantId& from, const GrantId& to, const std::vector<int>& detailOf);
    /// What was spent today of a detail counts elsewhere from now on; all else of it stays.
    [[nodiscard]] Result<void> moveDayAway(const GrantId& grant, int detail);
    /// Sees to it that no less is counted than this. What the row says of a day that is still to come, and `least` does
    /// not know, is taken for `today`.
    [[nodiscard]] Result<void> raise(const GrantId& grant, int detail, const LoggedUses& least, std::int64_t today);
    /// Holds a detail to the log: no less is counted, and the times and values are those that the log knows. What
    /// counts now, where the two said different things; nullopt: they agreed.
    [[nodiscard]] Result<std::optional<LoggedUses>> holdTo(
        const GrantId& grant, int detail, const LoggedUses& logged, std::int64_t today);
    /// All that is counted, by grant and detail, as the log would say it, times in order. nullopt: it is no count.
    using All = std::map<std::pair<GrantId, int>, std::optional<LoggedUses>>;
    [[nodiscard]] Result<All> all() const;
    /// Forgets all of it, so that it can be counted anew from the log.
    [[nodiscard]] Result<void> removeOf(const GrantId& grant);

    /// By what values are remembered here and in the log: HMAC-SHA-256 of each under a secret of this database, for
    /// nobody else is to guess them; base64url. Without the empty ones.
    [[nodiscard]] Result<std::vector<std::string>> seenDigests(const std::vector<std::string>& values) const;

private:
    store::Database* m_database;
};

} // namespace countersign::grants
