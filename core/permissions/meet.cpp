// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What two details both permit, member by member. Whatever comes out is held to narrows() and to the limits of the wire
// before it counts, so a mistake here can lose authority, never add any.
#include "core/permissions/permission.h"
#include "core/permissions/permission_json.h"

#include <algorithm>
#include <iterator>

namespace countersign::permissions {

namespace {

constexpr std::size_t kMaxSteps = 1'000'000; ///< of comparing constraints

template <typename T> std::optional<T> smaller(const std::optional<T>& a, const std::optional<T>& b)
{
    return a && b ? std::min(*a, *b) : a ? a : b;
}

/// What both name: of two that overlap the narrower.
template <typename T> std::vector<T> common(const std::vector<T>& a, const std::vector<T>& b)
{
    std::vector<T> both;
    for (const T& mine : a) {
        for (const T& theirs : b) {
            if (theirs.covers(mine))
                both.push_back(mine);
            else if (mine.covers(theirs))
                both.push_back(theirs);
        }
    }
    std::ranges::sort(both);
    const auto repeated = std::ranges::unique(both);
    both.erase(repeated.begin(), repeated.end());
    return both;
}

/// nullopt: a constraint that nothing meets.
std::optional<std::vector<ArgumentConstraint>> commonConstraints(
    const std::vector<ArgumentConstraint>& a, const std::vector<ArgumentConstraint>& b)
{
    Effort effort(kMaxSteps);
    std::vector<ArgumentConstraint> all;
    std::ranges::merge(a, b, std::back_inserter(all), {}, &ArgumentConstraint::at, &ArgumentConstraint::at);
    std::vector<ArgumentConstraint> both;
    for (ArgumentConstraint& constraint : all) {
        if (both.empty() || both.back().at != constraint.at) {
            both.push_back(std::move(constraint));
            continue;
        }
        auto met = meet(both.back().constraint, constraint.constraint, effort);
        if (!met)
            return std::nullopt;
        both.back().constraint = std::move(*met);
    }
    return both;
}

Spend commonSpend(const Spend& a, const Spend& b)
{
    Spend both = a;
    both.currencyAt = a.currencyAt ? a.currencyAt : b.currencyAt;
    both.perAction = smaller(a.perAction, b.perAction);
    both.perDay = smaller(a.perDay, b.perDay);
    both.zone = a.perDay ? a.zone : b.zone;
    both.total = smaller(a.total, b.total);
    return both;
}

/// The one that can be inside the other; narrows() says whether it is.
Rate tighterRate(const Rate& a, const Rate& b)
{
    const bool aIsSmaller = a.count < b.count || (a.count == b.count && a.span > b.span);
    return aIsSmaller ? a : b;
}

/// From the later beginning to the earlier end. Where each begins in the other they overlap twice, which one window
/// can't say: then it is the first, and narrows() refuses it.
DailyWindow commonWindow(const DailyWindow& a, const DailyWindow& b)
{
    constexpr int kDay = 24 * 60;
    const auto after = [](int from, int to) { return (to - from + kDay) % kDay; };
    const auto beginsIn = [&](const DailyWindow& inner, const DailyWindow& outer) {
        return after(outer.from, inner.from) < after(outer.from, outer.to);
    };
    if (a.from != b.from && beginsIn(a, b) && beginsIn(b, a))
        return a;
    const DailyWindow& later = beginsIn(b, a) ? b : a;
    const DailyWindow& earlier = beginsIn(b, a) ? a : b;
    const bool laterEndsFirst = after(later.from, later.to) < after(later.from, earlier.to);
    return {later.from, laterEndsFirst ? later.to : earlier.to, later.zone};
}

StepUp commonStepUp(const StepUp& a, const StepUp& b)
{
    StepUp both{std::max(a.everyAction, b.everyAction), smaller(a.above, b.above), {}};
    std::ranges::set_union(a.firstSeen, b.firstSeen, std::back_inserter(both.firstSeen));
    return both;
}

template <typename T, typename Join>
std::optional<T> joined(const std::optional<T>& a, const std::optional<T>& b, Join join)
{
    return a && b ? std::optional<T>(join(*a, *b)) : a ? a : b;
}

} // namespace

std::optional<AgentDelegation> meet(const AgentDelegation& child, const AgentDelegation& parent)
{
    auto constraints = commonConstraints(child.constraints, parent.constraints);
    if (!constraints)
        return std::nullopt;
    AgentDelegation both;
    both.locations = common(child.locations, parent.locations);
    both.actions = common(child.actions, parent.actions);
    both.expiresAt = smaller(child.expiresAt, parent.expiresAt);
    both.constraints = std::move(*constraints);
    both.spend = joined(child.spend, parent.spend, commonSpend);
    both.uses = smaller(child.uses, parent.uses);
    both.rate = joined(child.rate, parent.rate, tighterRate);
    both.notBefore = std::max(child.notBefore, parent.notBefore); // none is less than any
    both.dailyWindow = joined(child.dailyWindow, parent.dailyWindow, commonWindow);
    both.maxDepth = std::min(child.maxDepth, parent.maxDepth);
    both.stepUp = commonStepUp(child.stepUp, parent.stepUp);
    both.signedReads = std::max(child.signedReads, parent.signedReads);

    const Permission met{{both}};
    const auto written = parsePermission(permissionJson(met));
    const bool isWritten = written && *written == met;
    if (!isWritten || !narrows(met, Permission{{child}}) || !narrows(met, Permission{{parent}}))
        return std::nullopt;
    return both;
}

} // namespace countersign::permissions
