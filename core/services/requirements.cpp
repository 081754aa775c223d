// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/requirements.h"

#include <algorithm>
#include <iterator>

namespace countersign::services {

namespace {

void tighten(std::optional<Amount>& limit, const std::optional<Amount>& other)
{
    if (other && (!limit || *other < *limit))
        limit = other;
}

/// What is not named in limits may not be spent: in that currency nothing.
SpendLimit limitIn(const std::vector<SpendLimit>& limits, const Currency& currency)
{
    const auto at = std::ranges::lower_bound(limits, currency, {}, &SpendLimit::currency);
    return at != limits.end() && at->currency == currency ? *at : SpendLimit{currency, Amount(), Amount()};
}

/// In each currency that either names what both allow. So one that names no more currencies opens none.
std::vector<SpendLimit> bothLimits(const std::vector<SpendLimit>& one, const std::vector<SpendLimit>& other)
{
    if (one.empty() || other.empty())
        return one.empty() ? other : one;
    std::vector<SpendLimit> out;
    std::ranges::set_union(one, other, std::back_inserter(out), {}, &SpendLimit::currency, &SpendLimit::currency);
    for (SpendLimit& limit : out) {
        for (const std::vector<SpendLimit>* each : {&one, &other}) {
            const SpendLimit its = limitIn(*each, limit.currency);
            tighten(limit.perAction, its.perAction);
            tighten(limit.perDay, its.perDay);
        }
    }
    return out;
}

} // namespace

bool SpendLimit::allowsNothing() const
{
    return perAction == Amount() || perDay == Amount();
}

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
    out.spendLimits = bothLimits(one.spendLimits, other.spendLimits);
    return out;
}

} // namespace countersign::services
