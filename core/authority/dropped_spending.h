// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What agents spent today under a part of a grant that the person took back since. Nothing of the grant counts it any
// more, but it goes on counting for what the agent may spend in a day by its level, or at a service: being narrowed
// gives nobody room. It stands in the log, in the entry of the narrowing (dropped_spending_json.h). Used on the
// authority's thread.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/money.h"
#include "core/base/result.h"
#include "core/permissions/permission.h"
#include "core/store/database.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace countersign::authority {

/// Longer than a day is anywhere: what was last spent before was not spent today.
inline constexpr std::chrono::hours kLongestDay{50};

struct Dropped {
    Currency currency;
    permissions::Zone zone;
    std::int64_t day = 0; ///< in that zone, on which it was spent
    Amount amount;

    bool operator==(const Dropped&) const = default;
};

class DroppedSpending {
public:
    explicit DroppedSpending(store::Database& database) : m_database(&database) { }

    /// What counts at `now` of what was dropped from the agent's grants. From memory where it was read before.
    [[nodiscard]] Result<std::vector<Dropped>> of(const ClientId& agent, UnixSeconds now) const;

    void changed(); ///< an entry about it was appended
    void committed() { m_isUnsettled = false; }
    void undone(); ///< what was appended since the last commit, or a part of it

private:
    [[nodiscard]] Result<void> know(UnixSeconds now) const;

    store::Database* m_database;
    mutable std::map<ClientId, std::vector<Dropped>> m_dropped;
    mutable std::optional<UnixSeconds> m_knownAt; ///< nullopt: must be read
    bool m_isUnsettled = false;
};

} // namespace countersign::authority
