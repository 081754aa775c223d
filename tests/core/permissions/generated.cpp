// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "generated.h"

#include <algorithm>

namespace countersign::testing {

using namespace countersign::permissions;

namespace {

constexpr std::int64_t kDay = 86400;
constexpr std::size_t kMembers = 18; ///< of remake(); the last are constraints

template <typename T> void sortUnique(std::vector<T>& values)
{
    std::ranges::sort(values);
    const auto repeated = std::ranges::unique(values);
    values.erase(repeated.begin(), repeated.end());
}

} // namespace

std::vector<Value> Generator::values()
{
    std::vector<Value> chosen;
    for (std::size_t i = 1 + below(3); i > 0; --i)
        chosen.push_back(oneOf(allValues()));
    sortUnique(chosen);
    return chosen;
}

Constraint Generator::constraint(int depth)
{
    static const std::vector<std::string> globs{
        "*", "a", "a*", "*a", "*b", "a*b", "*a*", "ab", "a\\*", "\\**", "**", "a**b", "*ab*", "*a*b*", "", "2"};
    static const std::vector<std::optional<Decimal>> bounds{
        std::nullopt, Decimal::of(0), Decimal::of(1), Decimal::parse("1.5").value(), Decimal::of(2), Decimal::of(3)};
    const auto parts = [&] {
        std::vector<Constraint> made;
        for (std::size_t i = 1 + below(3); i > 0; --i)
            made.push_back(constraint(depth + 1));
        return made;
    };
    switch (below(depth < 2 ? 10 : 8)) {
    case 0:
        return {Wildcard{}};
    case 1:
        return {Exact{oneOf(allValues())}};
    case 2: {
        Range range{oneOf(bounds), oneOf(bounds)};
        if ((!range.min && !range.max) || (range.min && range.max && *range.min > *range.max))
            range = {Decimal::of(1), std::nullopt};
        return {range};
    }
    case 3:
        return {OneOf{values()}};
    case 4:
        return {NotOneOf{values()}};
    case 5:
        return {Contains{values()}};
    case 6:
        return {Subset{values()}};
    case 7:
        return {Pattern{oneOf(globs)}};
    case 8:
        return {All{parts()}};
    default:
        return {Any{parts()}};
    }
}

std::optional<Amount> Generator::limit(std::size_t most)
{
    return oneIn(2) ? std::optional(Amount::ofMillionths(static_cast<std::int64_t>(below(most)) * 500'000))
                    : std::nullopt;
}

Spend Generator::spend()
{
    Spend spend;
    spend.amountAt = Pointer::parse("/amt").value();
    spend.currency = Currency::parse("EUR").value();
    spend.total = Amount::ofMillionths(4'000'000);
    for (std::size_t i = below(9); i > 0; --i)
        tweak(spend);
    return spend;
}

/// One member of it made anew.
void Generator::tweak(Spend& spend)
{
    static const std::vector<Pointer> amounts = parsed<Pointer>({"/amt", "/amt", "/o/k"});
    static const std::vector<Currency> currencies = parsed<Currency>({"EUR", "EUR", "USD"});
    static const std::vector<Zone> zones = parsed<Zone>({"UTC", "Asia/Tokyo"});
    switch (below(7)) {
    case 0:
        spend.amountAt = oneOf(amounts);
        break;
    case 1:
        spend.currency = oneOf(currencies);
        break;
    case 2:
        spend.scale = oneIn(2) ? std::nullopt : std::optional(static_cast<int>(below(2)));
        break;
    case 3:
        spend.currencyAt = oneIn(3) ? std::nullopt : std::optional(Pointer::parse("/cur").value());
        break;
    case 4:
        spend.perAction = limit(8);
        break;
    case 5:
        spend.perDay = limit(12);
        spend.zone = spend.perDay ? oneOf(zones) : Zone();
        break;
    default:
        spend.total = limit(20);
        break;
    }
    if (!spend.perAction && !spend.perDay && !spend.total)
        spend.total = Amount::ofMillionths(4'000'000);
}

void Generator::remakeConstraint(AgentDelegation& detail)
{
    static const std::vector<Pointer> pointers =
        parsed<Pointer>({"/amt", "/cur", "/o", "/o/k", "/tags", "/tags/0", "/to"});
    const Pointer& at = oneOf(pointers);
    const auto found = std::ranges::find(detail.constraints, at, &ArgumentConstraint::at);
    if (found == detail.constraints.end())
        detail.constraints.push_back({at, oneIn(3) ? Constraint{Wildcard{}} : constraint(1)});
    else if (oneIn(3))
        detail.constraints.erase(found);
    else if (oneIn(2))
        found->constraint = Constraint{All{{found->constraint, constraint(2)}}};
    else
        found->constraint = constraint(1);
    std::ranges::sort(detail.constraints, {}, &ArgumentConstraint::at);
}

/// So that spending can differ in what it reads, and no argument is refused for being there.
void Generator::nameEverything(AgentDelegation& detail)
{
    detail.constraints.clear();
    for (const Pointer& at : parsed<Pointer>({"/amt", "/cur", "/o"}))
        detail.constraints.push_back({at, Constraint{Wildcard{}}});
}

void Generator::remake(AgentDelegation& detail, std::size_t member)
{
    static const std::vector<Action> patterns = parsed<Action>({"a.*", "a.**", "a.x.*", "b.*", "ab.**"});
    static const std::vector<Zone> zones = parsed<Zone>({"UTC", "UTC", "America/New_York"});
    const auto some = [&](const auto& all) {
        auto chosen = all;
        std::erase_if(chosen, [&](const auto&) { return oneIn(2); });
        if (chosen.empty())
            chosen.push_back(oneOf(all));
        return chosen;
    };
    switch (member) {
    case 0:
        detail.locations = some(allLocations());
        break;
    case 1:
        detail.actions = some(allActions());
        if (oneIn(2))
            detail.actions.push_back(oneOf(patterns));
        break;
    case 2:
        detail.expiresAt =
            oneIn(3) ? std::nullopt : std::optional(UnixSeconds{200 + static_cast<std::int64_t>(below(3)) * kDay});
        break;
    case 3:
        detail.notBefore =
            oneIn(3) ? std::nullopt : std::optional(UnixSeconds{static_cast<std::int64_t>(50 * (1 + below(3)))});
        break;
    case 4:
        detail.uses = oneIn(3) ? std::nullopt : std::optional<std::int64_t>(1 + below(6));
        break;
    case 5:
        detail.rate = oneIn(3)
            ? std::nullopt
            : std::optional(Rate{static_cast<int>(1 + below(4)), std::chrono::seconds(1 + below(120))});
        break;
    case 6: {
        const int from = static_cast<int>(below(6)) * 240;
        detail.dailyWindow = oneIn(3)
            ? std::nullopt
            : std::optional(DailyWindow{from, (from + 240 * (1 + static_cast<int>(below(5)))) % 1440, oneOf(zones)});
        break;
    }
    case 7:
        detail.maxDepth = static_cast<int>(below(3));
        break;
    case 8: {
        static const std::vector<Pointer> seen = parsed<Pointer>({"/amt", "/to"});
        detail.stepUp = {oneIn(4) ? StepUp::EveryAction::Yes : StepUp::EveryAction::No, std::nullopt, {}};
        if (detail.spend && oneIn(2))
            detail.stepUp.above = Amount::ofMillionths(static_cast<std::int64_t>(below(5)) * 500'000);
        if (oneIn(2))
            detail.stepUp.firstSeen = some(seen);
        break;
    }
    case 9:
        detail.spend = oneIn(3) ? std::nullopt : std::optional(spend());
        if (detail.spend && oneIn(2))
            nameEverything(detail);
        break;
    case 10:
    case 11:
    case 12:
        if (detail.spend)
            tweak(*detail.spend);
        break;
    case 13:
        detail.signedReads = oneIn(2) ? SignedReads::Yes : SignedReads::No;
        break;
    default:
        remakeConstraint(detail);
        break;
    }
    if (!detail.spend)
        detail.stepUp.above.reset();
    sortUnique(detail.locations);
    sortUnique(detail.actions);
}

AgentDelegation Generator::detail()
{
    AgentDelegation made;
    remake(made, 0);
    remake(made, 1);
    for (std::size_t i = below(9); i > 0; --i)
        remake(made, below(kMembers));
    return made;
}

AgentDelegation Generator::changed(AgentDelegation detail)
{
    for (std::size_t i = below(4); i > 0; --i)
        remake(detail, below(kMembers));
    return detail;
}

Permission Generator::permission()
{
    Permission made;
    for (std::size_t i = 1 + below(3); i > 0; --i)
        made.details.push_back(detail());
    return made;
}

Permission Generator::changed(Permission permission)
{
    std::ranges::shuffle(permission.details, m_random);
    permission.details.resize(1 + below(permission.details.size()));
    for (AgentDelegation& detail : permission.details)
        detail = changed(std::move(detail));
    return permission;
}

} // namespace countersign::testing
