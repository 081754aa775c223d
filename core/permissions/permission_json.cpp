// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/permissions/permission_json.h"

#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/canonical_json.h"
#include "core/permissions/constraint_json.h"
#include "core/permissions/place.h"
#include "core/permissions/value_nesting.h"

#include <algorithm>
#include <format>
#include <initializer_list>

namespace countersign::permissions {

namespace {

constexpr std::int64_t kMaxTime = 253402300799; ///< the end of the year 9999
constexpr int kMinutesOfHour = 60;

static_assert(kMaxDetailsNesting + 8 <= json::kMaxDepth);

Result<void> onlyMembers(
    const Value& object, std::initializer_list<std::string_view> known, const Place& at, std::string_view of)
{
    if (object.members() == nullptr)
        return at.refuse("must be an object");
    for (const auto& [name, ignored] : *object.members()) {
        if (!std::ranges::contains(known, name))
            return at.in(name).refuse(std::format("not a member of {}", of));
    }
    return {};
}

Result<std::string> textOf(const Value& value, const Place& at)
{
    if (value.text() == nullptr)
        return at.refuse("must be a text");
    return *value.text();
}

/// An integer from `least` to `most`.
Result<std::int64_t> integerOf(const Value& value, const Place& at, std::int64_t least, std::int64_t most)
{
    const auto* number = std::get_if<Decimal>(&value.is);
    const std::optional<std::int64_t> integer = number != nullptr ? number->scaled(0) : std::nullopt;
    if (!integer || *integer < least || *integer > most)
        return at.refuse(std::format("must be an integer from {} to {}", least, most));
    return *integer;
}

/// What a type's own parse() says, at its place.
template <typename T> Result<T> parsedText(const Value& value, const Place& at)
{
    auto parsed = T::parse(TRY(textOf(value, at)));
    if (!parsed)
        return fail(parsed.error().code == ErrorCode::InvalidTarget ? ErrorCode::InvalidTarget
                                                                    : ErrorCode::InvalidAuthorizationDetails,
            std::format("{}: {}", at.text(), parsed.error().message));
    return parsed;
}

Result<Amount> amountOf(const Value& value, const Place& at)
{
    const std::optional<Decimal> number = value.number();
    if (!number)
        return at.refuse("must be a decimal number, like \"500.00\"");
    auto amount = Amount::of(*number);
    if (!amount)
        return at.refuse(amount.error().message);
    return amount;
}

Result<UnixSeconds> timeOf(const Value& value, const Place& at)
{
    const auto* number = std::get_if<Decimal>(&value.is);
    const std::optional<std::int64_t> seconds = number != nullptr ? number->scaled(0) : std::nullopt;
    if (!seconds || *seconds <= 0 || *seconds > kMaxTime)
        return at.refuse("must be seconds since 1970, a positive integer");
    return UnixSeconds{*seconds};
}

/// The member, read by `read`; nullopt: there is none.
template <typename Read>
auto optionalMember(const Value& object, std::string_view name, const Place& at, Read read)
    -> Result<std::optional<typename decltype(read(object, at))::value_type>>
{
    const Value* value = object.member(name);
    if (value == nullptr)
        return std::nullopt;
    return TRY(read(*value, at.in(name)));
}

template <typename Read>
auto requiredMember(const Value& object, std::string_view name, const Place& at, Read read)
    -> decltype(read(object, at))
{
    const Value* value = object.member(name);
    if (value == nullptr)
        return at.in(name).refuse("is missing");
    return read(*value, at.in(name));
}

/// A set of parsed names: not empty, bounded, sorted; a repetition is an error, since it may hide a mistake.
template <typename T> Result<std::vector<T>> setOf(const Value& value, const Place& at, std::size_t limit)
{
    const Value::List* list = value.list();
    if (list == nullptr)
        return at.refuse("must be an array of strings");
    if (list->empty())
        return at.refuse("must not be empty");
    if (list->size() > limit)
        return at.refuse(std::format("more than {}", limit));
    std::vector<T> values;
    for (const Value& element : *list)
        values.push_back(TRY(parsedText<T>(element, at)));
    std::ranges::sort(values);
    if (std::ranges::adjacent_find(values) != values.end())
        return at.refuse("names the same thing twice");
    return values;
}

Result<std::vector<ArgumentConstraint>> parseConstraints(const Value& value, const Place& at)
{
    const Value::Members* members = value.members();
    if (members == nullptr || members->empty())
        return at.refuse("must be an object with at least one member");
    std::vector<ArgumentConstraint> constraints;
    std::size_t size = 0;
    for (const auto& [name, constraint] : *members) {
        const Place place = at.in(name);
        constraints.push_back({TRY(parsedText<Pointer>(Value{name}, place)), TRY(parseConstraint(constraint, place))});
        size += constraints.back().constraint.size();
        if (size > kMaxConstraints)
            return at.refuse(std::format("more than {}, counted with what stands inside them", kMaxConstraints));
    }
    return constraints; // sorted by pointer, as the members are
}

Result<Spend> parseSpend(const Value& value, const Place& at)
{
    TRY(onlyMembers(value, {"amount_at", "currency", "currency_at", "scale", "per_action", "per_day", "zone", "total"},
        at, "spend"));
    const auto scaleOf = [](const Value& scale, const Place& place) { return integerOf(scale, place, 0, kMaxScale); };
    Spend spend;
    spend.amountAt = TRY(requiredMember(value, "amount_at", at, parsedText<Pointer>));
    spend.currency = TRY(requiredMember(value, "currency", at, parsedText<Currency>));
    spend.currencyAt = TRY(optionalMember(value, "currency_at", at, parsedText<Pointer>));
    if (const auto scale = TRY(optionalMember(value, "scale", at, scaleOf)))
        spend.scale = static_cast<int>(*scale);
    spend.perAction = TRY(optionalMember(value, "per_action", at, amountOf));
    spend.perDay = TRY(optionalMember(value, "per_day", at, amountOf));
    spend.total = TRY(optionalMember(value, "total", at, amountOf));
    if (!spend.perAction && !spend.perDay && !spend.total)
        return at.refuse("needs per_action, per_day or total");
    const auto zone = TRY(optionalMember(value, "zone", at, parsedText<Zone>));
    if (zone.has_value() != spend.perDay.has_value())
        return at.in("zone").refuse("goes with per_day, which needs one");
    spend.zone = zone.value_or(Zone());
    return spend;
}

Result<Rate> parseRate(const Value& value, const Place& at)
{
    TRY(onlyMembers(value, {"count", "seconds"}, at, "rate"));
    const auto countOf = [](const Value& count, const Place& place) {
        return integerOf(count, place, 1, kMaxRateCount);
    };
    const auto spanOf = [](const Value& span, const Place& place) {
        return integerOf(span, place, 1, kMaxRateSpan.count());
    };
    return Rate{static_cast<int>(TRY(requiredMember(value, "count", at, countOf))),
        std::chrono::seconds(TRY(requiredMember(value, "seconds", at, spanOf)))};
}

/// "22:00" as minutes since midnight.
Result<int> minutesOf(const Value& value, const Place& at)
{
    const auto refuse = [&] { return at.refuse("must be a time of day, like \"22:00\""); };
    const std::string text = TRY(textOf(value, at));
    const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 100; };
    if (text.size() != 5 || text[2] != ':')
        return refuse();
    const int hours = digit(0) * 10 + digit(1);
    const int minutes = digit(3) * 10 + digit(4);
    if (hours > 23 || minutes > 59)
        return refuse();
    return hours * kMinutesOfHour + minutes;
}

Result<DailyWindow> parseWindow(const Value& value, const Place& at)
{
    TRY(onlyMembers(value, {"from", "to", "zone"}, at, "daily_window"));
    DailyWindow window;
    window.from = TRY(requiredMember(value, "from", at, minutesOf));
    window.to = TRY(requiredMember(value, "to", at, minutesOf));
    window.zone = TRY(requiredMember(value, "zone", at, parsedText<Zone>));
    if (window.from == window.to)
        return at.refuse("from and to are the same");
    return window;
}

Result<bool> truthOf(const Value& value, const Place& at)
{
    const bool* truth = std::get_if<bool>(&value.is);
    return truth != nullptr ? Result<bool>(*truth) : at.refuse("must be true or false");
}

Result<StepUp> parseStepUp(const Value& value, const Place& at)
{
    TRY(onlyMembers(value, {"every_action", "above", "first_seen"}, at, "step_up"));
    StepUp stepUp;
    if (TRY(optionalMember(value, "every_action", at, truthOf)).value_or(false))
        stepUp.everyAction = StepUp::EveryAction::Yes;
    stepUp.above = TRY(optionalMember(value, "above", at, amountOf));
    const auto pointers = [](const Value& set, const Place& place) {
        return setOf<Pointer>(set, place, kMaxFirstSeen);
    };
    stepUp.firstSeen = TRY(optionalMember(value, "first_seen", at, pointers)).value_or(std::vector<Pointer>());
    return stepUp;
}

Result<AgentDelegation> parseDetail(const Value& value, const Place& at)
{
    if (value.members() == nullptr)
        return at.refuse("must be an object");
    const Value* type = value.member("type");
    if (type == nullptr || *type != Value{std::string(kDetailType)})
        return at.in("type").refuse(std::format("must be \"{}\"", kDetailType));
    TRY(onlyMembers(value,
        {"type", "locations", "actions", "constraints", "spend", "uses", "rate", "not_before", "expires_at",
            "daily_window", "max_depth", "step_up", "signed_reads"},
        at, kDetailType));
    const auto locations = [](const Value& set, const Place& place) {
        return setOf<Location>(set, place, kMaxLocations);
    };
    const auto actions = [](const Value& set, const Place& place) { return setOf<Action>(set, place, kMaxActions); };
    const auto usesOf = [](const Value& uses, const Place& place) { return integerOf(uses, place, 1, kMaxUses); };
    const auto depthOf = [](const Value& depth, const Place& place) {
        return integerOf(depth, place, 0, kMaxChain - 1);
    };
    AgentDelegation detail;
    detail.locations = TRY(requiredMember(value, "locations", at, locations));
    detail.actions = TRY(requiredMember(value, "actions", at, actions));
    detail.constraints =
        TRY(optionalMember(value, "constraints", at, parseConstraints)).value_or(std::vector<ArgumentConstraint>());
    detail.spend = TRY(optionalMember(value, "spend", at, parseSpend));
    detail.uses = TRY(optionalMember(value, "uses", at, usesOf));
    detail.rate = TRY(optionalMember(value, "rate", at, parseRate));
    detail.notBefore = TRY(optionalMember(value, "not_before", at, timeOf));
    detail.expiresAt = TRY(optionalMember(value, "expires_at", at, timeOf));
    detail.dailyWindow = TRY(optionalMember(value, "daily_window", at, parseWindow));
    detail.maxDepth = static_cast<int>(TRY(optionalMember(value, "max_depth", at, depthOf)).value_or(0));
    detail.stepUp = TRY(optionalMember(value, "step_up", at, parseStepUp)).value_or(StepUp());
    if (TRY(optionalMember(value, "signed_reads", at, truthOf)).value_or(false))
        detail.signedReads = SignedReads::Yes;
    if (detail.notBefore && detail.expiresAt && *detail.expiresAt <= *detail.notBefore)
        return at.in("expires_at").refuse("is not after not_before");
    if (detail.stepUp.above && !detail.spend)
        return at.in("step_up").in("above").refuse("needs spend");
    return detail;
}

} // namespace

Result<Permission> parsePermission(std::string_view authorizationDetails)
{
    const Place whole;
    auto value = parseValue(authorizationDetails);
    if (!value)
        return whole.refuse(value.error().message);
    // Else what the person approves couldn't be written down.
    if (nestingOf(*value) > kMaxDetailsNesting)
        return whole.refuse(std::format("arrays and objects are nested deeper than {}", kMaxDetailsNesting));
    const Value::List* list = value->list();
    if (list == nullptr || list->empty())
        return whole.refuse("must be a JSON array with at least one element");
    if (list->size() > kMaxDetails)
        return whole.refuse(std::format("more than {} elements", kMaxDetails));
    Permission permission;
    for (std::size_t i = 0; i < list->size(); ++i) {
        const std::string index = std::to_string(i);
        permission.details.push_back(TRY(parseDetail((*list)[i], whole.in(index))));
    }
    return permission;
}

} // namespace countersign::permissions
