// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/meter_left.h"

#include "ui/grants/grant_words.h"

#include <algorithm>

namespace countersign::ui {

namespace {
using authority::GrantRow;
using authority::Meter;

/// A limit that was lowered below what is used up already leaves nothing.
std::int64_t leftOf(const Meter& meter)
{
    return std::max<std::int64_t>(meter.limit - meter.used, 0);
}

/// To which detail of the one above a detail's debits go; -1: to none.
int detailAbove(const GrantRow& row, int detail)
{
    const auto place = static_cast<std::size_t>(detail);
    return detail >= 0 && place < row.grant.pairing.size() ? row.grant.pairing[place] : -1;
}

const Meter* sameLimit(const GrantRow& row, const Meter& meter, int detail)
{
    const auto found = std::ranges::find_if(row.meters, [&](const Meter& each) {
        return each.kind == meter.kind && each.detail == detail && each.currency == meter.currency;
    });
    return found == row.meters.end() ? nullptr : &*found;
}
} // namespace

double MeterLeft::share() const
{
    return meter.limit <= 0 ? 0 : static_cast<double>(left) / static_cast<double>(meter.limit);
}

std::vector<MeterLeft> metersLeft(const GrantRow& row, const std::vector<const GrantRow*>& above)
{
    std::vector<MeterLeft> out;
    for (const Meter& meter : row.meters) {
        MeterLeft rest{meter, leftOf(meter), {}};
        const GrantRow* below = &row;
        int detail = meter.detail;
        for (const GrantRow* each : above) {
            detail = detailAbove(*below, detail);
            below = each;
            const Meter* const limit = sameLimit(*each, meter, detail);
            if (limit == nullptr || leftOf(*limit) >= rest.left)
                continue;
            rest.left = leftOf(*limit);
            rest.by = agentWords(*each);
        }
        out.push_back(std::move(rest));
    }
    return out;
}

} // namespace countersign::ui
