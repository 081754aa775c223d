// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/permission.h"
#include "core/permissions/place.h"

#include <algorithm>
#include <format>

namespace countersign::permissions {

namespace {

/// Comparisons that one answer may take; more than any honest pair of permissions needs.
constexpr std::size_t kMaxSteps = 1'000'000;

struct Widening {
    std::string_view member;
    std::string reason;
};
using Fits = std::optional<Widening>; ///< nullopt: it does

Fits widens(std::string_view member, std::string reason)
{
    return Widening{member, std::move(reason)};
}

/// A number that may only shrink; without one there is no limit.
template <typename T> bool isWithin(const std::optional<T>& child, const std::optional<T>& parent)
{
    return !parent || (child && *child <= *parent);
}

template <typename T> const T* uncovered(const std::vector<T>& child, const std::vector<T>& parent, Effort& effort)
{
    const auto found = std::ranges::find_if(child, [&](const T& narrower) {
        return !effort.spend()
            || (!std::ranges::binary_search(parent, narrower) && std::ranges::none_of(parent, [&](const T& wider) {
                   return effort.spend() && wider.covers(narrower);
               }));
    });
    return found == child.end() ? nullptr : &*found;
}

Fits locationsFit(const AgentDelegation& child, const AgentDelegation& parent, Effort& effort)
{
    const Location* location = uncovered(child.locations, parent.locations, effort);
    return location == nullptr
        ? Fits()
        : widens("locations", std::format("{} is not under any location of the parent", location->url()));
}

Fits actionsFit(const AgentDelegation& child, const AgentDelegation& parent, Effort& effort)
{
    const Action* action = uncovered(child.actions, parent.actions, effort);
    return action == nullptr ? Fits()
                             : widens("actions", std::format("{} is not an action of the parent", action->name()));
}

const ArgumentConstraint* constraintAt(const AgentDelegation& detail, std::string_view pointer)
{
    const auto found = std::ranges::lower_bound(detail.constraints, pointer, {},
        [](const ArgumentConstraint& constraint) { return std::string_view(constraint.at.text()); });
    return found != detail.constraints.end() && found->at.text() == pointer ? &*found : nullptr;
}

bool namesExactly(const AgentDelegation& detail, std::string_view pointer)
{
    return constraintAt(detail, pointer) != nullptr
        || (detail.spend
            && (detail.spend->amountAt.text() == pointer
                || (detail.spend->currencyAt && detail.spend->currencyAt->text() == pointer)));
}

/// Whether the parent accepts an argument there: it names it, or what it stands in.
bool names(const AgentDelegation& parent, const Pointer& pointer, Effort& effort)
{
    const std::string& text = pointer.text();
    for (std::size_t end = text.size(); end > 0 && end != std::string::npos; end = text.rfind('/', end - 1)) {
        if (!effort.spend())
            return false;
        if (namesExactly(parent, std::string_view(text).substr(0, end)))
            return true;
    }
    return false;
}

bool restrictsArguments(const AgentDelegation& detail)
{
    return !detail.constraints.empty() || detail.spend;
}

/// Whatever the child names may be an argument, and the parent refuses what it doesn't name itself.
const Pointer* unknownToParent(const AgentDelegation& child, const AgentDelegation& parent, Effort& effort)
{
    if (!restrictsArguments(parent))
        return nullptr;
    for (const ArgumentConstraint& constraint : child.constraints) {
        if (!names(parent, constraint.at, effort))
            return &constraint.at;
    }
    if (child.spend && !names(parent, child.spend->amountAt, effort))
        return &child.spend->amountAt;
    if (child.spend && child.spend->currencyAt && !names(parent, *child.spend->currencyAt, effort))
        return &*child.spend->currencyAt;
    return nullptr;
}

Fits constraintsFit(const AgentDelegation& child, const AgentDelegation& parent, Effort& effort)
{
    for (const ArgumentConstraint& wider : parent.constraints) {
        const ArgumentConstraint* narrower = constraintAt(child, wider.at.text());
        if (narrower == nullptr)
            return widens("constraints", std::format("the parent's on {} is missing", wider.at.text()));
        if (!narrows(narrower->constraint, wider.constraint, effort))
            return widens("constraints", std::format("that on {} is not known to be narrower", wider.at.text()));
    }
    if (const Pointer* unknown = unknownToParent(child, parent, effort))
        return widens("constraints", std::format("the parent has no argument {}", unknown->text()));
    return {};
}

Fits spendFits(const AgentDelegation& child, const AgentDelegation& parent)
{
    if (!parent.spend)
        return {};
    if (!child.spend)
        return widens("spend", "the parent's is missing");
    const Spend& narrower = *child.spend;
    const Spend& wider = *parent.spend;
    if (narrower.amountAt != wider.amountAt)
        return widens("spend/amount_at", "is not the parent's");
    if (narrower.scale != wider.scale)
        return widens("spend/scale", "is not the parent's");
    if (narrower.currency != wider.currency)
        return widens("spend/currency", "is not the parent's");
    if (wider.currencyAt && narrower.currencyAt != wider.currencyAt)
        return widens("spend/currency_at", "is not the parent's");
    if (!isWithin(narrower.perAction, wider.perAction))
        return widens("spend/per_action", "is more than the parent's");
    if (!isWithin(narrower.perDay, wider.perDay))
        return widens("spend/per_day", "is more than the parent's");
    if (wider.perDay && narrower.zone != wider.zone)
        return widens("spend/zone", "is not the parent's, so the days differ");
    if (!isWithin(narrower.total, wider.total))
        return widens("spend/total", "is more than the parent's");
    return {};
}

/// Into a span of the parent's fit so many of the child's, begun ones counted.
bool rateIsWithin(const std::optional<Rate>& child, const std::optional<Rate>& parent)
{
    if (!parent)
        return true;
    if (!child)
        return false;
    const auto spans = (parent->span + child->span - std::chrono::seconds(1)) / child->span;
    return child->count * spans <= parent->count;
}

bool windowIsWithin(const std::optional<DailyWindow>& child, const std::optional<DailyWindow>& parent)
{
    constexpr int kDay = 24 * 60;
    if (!parent)
        return true;
    if (!child || child->zone != parent->zone)
        return false;
    const auto after = [](int from, int to) { return (to - from + kDay) % kDay; };
    return after(parent->from, child->from) + after(child->from, child->to) <= after(parent->from, parent->to);
}

Fits timesFit(const AgentDelegation& child, const AgentDelegation& parent)
{
    if (!isWithin(child.expiresAt, parent.expiresAt))
        return widens("expires_at", "ends later than the parent");
    if (parent.notBefore && (!child.notBefore || *child.notBefore < *parent.notBefore))
        return widens("not_before", "begins earlier than the parent");
    if (!windowIsWithin(child.dailyWindow, parent.dailyWindow))
        return widens("daily_window", "is not known to be inside the parent's");
    return {};
}

Fits stepUpFits(const StepUp& child, const StepUp& parent)
{
    if (parent.everyAction == StepUp::EveryAction::Yes && child.everyAction == StepUp::EveryAction::No)
        return widens("step_up/every_action", "the parent asks each time");
    if (!isWithin(child.above, parent.above))
        return widens("step_up/above", "is more than the parent's");
    if (!std::ranges::includes(child.firstSeen, parent.firstSeen))
        return widens("step_up/first_seen", "leaves out an argument of the parent's");
    return {};
}

/// Member by member: the places and actions first, since a refusal of what comes later says more.
Fits detailFits(const AgentDelegation& child, const AgentDelegation& parent, int maxDepth, Effort& effort)
{
    if (auto widening = locationsFit(child, parent, effort))
        return widening;
    if (auto widening = actionsFit(child, parent, effort))
        return widening;
    if (auto widening = timesFit(child, parent))
        return widening;
    if (!isWithin(child.uses, parent.uses))
        return widens("uses", "is more than the parent's");
    if (!rateIsWithin(child.rate, parent.rate))
        return widens("rate", "is more than the parent's");
    if (child.maxDepth > maxDepth)
        return widens("max_depth",
            maxDepth < 0 ? std::string("the parent may not be delegated") : std::format("is more than {}", maxDepth));
    if (auto widening = spendFits(child, parent))
        return widening;
    if (auto widening = stepUpFits(child.stepUp, parent.stepUp))
        return widening;
    if (child.signedReads < parent.signedReads)
        return widens("signed_reads", "the parent wants reads signed too");
    return constraintsFit(child, parent, effort);
}

std::unexpected<Error> refusal(std::size_t index, const Widening& widening)
{
    return fail(ErrorCode::InvalidAuthorizationDetails,
        std::format("/{}{}{}: {}", index, widening.member.empty() ? "" : "/", widening.member, widening.reason));
}

/// `hops`: by how much max_depth must be smaller.
Result<std::vector<int>> pair(const Permission& child, const Permission& parent, int hops)
{
    if (child.details.empty())
        return fail(ErrorCode::InvalidAuthorizationDetails, "authorization_details: permits nothing");
    Effort effort(kMaxSteps);
    std::vector<int> pairing;
    for (std::size_t i = 0; i < child.details.size(); ++i) {
        // With several to fit into, the refusal worth reading is that of one where place and action fit.
        Fits closest = widens({}, "the parent permits nothing");
        const auto fitsInto = [&](const AgentDelegation& wider) {
            Fits widening = detailFits(child.details[i], wider, wider.maxDepth - hops, effort);
            if (!widening)
                return true;
            if (closest->member.empty() || closest->member == "locations" || closest->member == "actions")
                closest = std::move(widening);
            return false;
        };
        const auto found = std::ranges::find_if(parent.details, fitsInto);
        if (found == parent.details.end())
            return refusal(i, *closest);
        pairing.push_back(static_cast<int>(found - parent.details.begin()));
    }
    return pairing;
}

} // namespace

Result<std::vector<int>> narrows(const Permission& child, const Permission& parent)
{
    return pair(child, parent, 0);
}

Result<std::vector<int>> delegates(const Permission& child, const Permission& parent)
{
    return pair(child, parent, 1);
}

} // namespace countersign::permissions
