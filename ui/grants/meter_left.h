// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is left of a limit of a grant. What is used below counts above too, so that a grant above may leave less than
// the grant's own limit does.
#pragma once

#include "core/authority/person_api.h"

#include <QString>

#include <cstdint>
#include <vector>

namespace countersign::ui {

struct MeterLeft {
    authority::Meter meter; ///< the grant's own limit
    std::int64_t left = 0; ///< as meter.limit; never more than that
    QString by; ///< whose grant above leaves no more; empty: the grant's own limit is the smallest

    [[nodiscard]] double share() const; ///< of the grant's own limit: 0 to 1
    bool operator==(const MeterLeft&) const = default;
};

/// One for each of the row's meters. `above`: the grants that it came from, its parent first.
[[nodiscard]] std::vector<MeterLeft> metersLeft(
    const authority::GrantRow& row, const std::vector<const authority::GrantRow*>& above);

} // namespace countersign::ui
