// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/requirements.h"

#include <algorithm>

namespace countersign::services {

namespace {

void tighten(std::optional<Amount>& limit, const std::optional<Amount>& other)
{
    if (other && (!limit || *other < *limit))
        limit = other;
}

void tighten(std::vector<SpendLimit>& limits, const SpendLimit& other)
{
    const auto at = std::ranges::lower_bound(limits, other.currency, {}, &SpendLimit::currency);
    if (at == limits.end() || at->currency != other.currency) {
        limits.insert(at, other);
        return;
    }
    tighten(at->perAction, other.perAction);
    tighten(at->perDay, other.perDay);
}

} // namespace

bool Requirements::cover(const Requirements& other) const
{
    return both(*this, other) == *this;
}

Requirements both(const Requirements& one, const Requirements& other)
{
    Requirements out = one;
    out.minimumLevel = std::max(one.minimumLevel, other.minimumLevel);
    out.screening = std::max(one.screening, other.screening);
    out.identity = std::max(one.identity, other.identity);
    out.agentSignature = std::max(one.agentSignature, other.agentSignature);
    out.capabilities.clear();
    std::ranges::set_union(one.capabilities, other.capabilities, std::back_inserter(out.capabilities));
    for (const SpendLimit& limit : other.spendLimits)
        tighten(out.spendLimits, limit);
    return out;
}

} // namespace countersign::services
