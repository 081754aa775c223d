// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/matching.h"

#include "core/permissions/place.h"

#include <QVarLengthArray>

#include <algorithm>
#include <array>
#include <format>
#include <utility>

namespace countersign::permissions {

namespace {

constexpr std::array<std::string_view, 25> kReasonNames{"none", "location", "action", "not_yet", "expired",
    "outside_window", "constraint", "unnamed_argument", "amount_unreadable", "currency", "per_action", "per_day",
    "total", "uses", "rate", "ancestor_narrowed", "not_live", "step_up", "signature_required", "invalid_signature",
    "arguments", "waiting_for_evidence", "screening_hit", "service_limit", "level_cap"};
static_assert(kReasonNames.size() == std::to_underlying(Reason::LevelCap) + 1);

constexpr int kSecondsOfMinute = 60;

/// What the constraints and the spending name, as far as it is there: a few, so they need no memory of their own.
using NamedValues = QVarLengthArray<const Value*, kMaxConstraints + 2>;

std::unexpected<Mismatch> mismatch(Reason reason, std::string member, std::string sentence)
{
    return std::unexpected(Mismatch{reason, std::move(member), std::move(sentence)});
}

std::expected<void, Mismatch> checkPlaceAndAction(const AgentDelegation& detail, const ActionRequest& request)
{
    const auto coversLocation = [&](const Location& location) { return location.covers(request.location); };
    const auto coversAction = [&](const Action& action) { return action.covers(request.action); };
    if (std::ranges::none_of(detail.locations, coversLocation))
        return mismatch(Reason::Location, "locations", std::format("{} is not permitted.", request.location.url()));
    if (std::ranges::none_of(detail.actions, coversAction))
        return mismatch(Reason::Action, "actions", std::format("{} is not permitted.", request.action.name()));
    return {};
}

bool isInside(const DailyWindow& window, UnixSeconds now)
{
    const int minute = window.zone.secondOfDay(now) / kSecondsOfMinute;
    if (window.from < window.to)
        return window.from <= minute && minute < window.to;
    return window.from <= minute || minute < window.to;
}

std::expected<void, Mismatch> checkTime(const AgentDelegation& detail, UnixSeconds now)
{
    if (detail.notBefore && now < *detail.notBefore)
        return mismatch(Reason::NotYet, "not_before", "It is not permitted yet.");
    if (detail.expiresAt && now >= *detail.expiresAt)
        return mismatch(Reason::Expired, "expires_at", "It is not permitted any more.");
    if (detail.dailyWindow && !isInside(*detail.dailyWindow, now))
        return mismatch(Reason::OutsideWindow, "daily_window", "It is not permitted at this time of day.");
    return {};
}

/// The first leaf that is neither one of `named` nor below one: its pointer. An empty object or list is a leaf too.
/// Looks at nothing below what is named and stops at the first that isn't, so it costs no more than the names do.
std::optional<std::string> unnamedIn(const Value& value, const NamedValues& named)
{
    if (std::ranges::binary_search(named, &value))
        return std::nullopt;
    bool isLeaf = true;
    if (const Value::Members* members = value.members()) {
        for (const auto& [name, member] : *members) {
            isLeaf = false;
            if (auto unnamed = unnamedIn(member, named))
                return '/' + shownStep(name) + *unnamed;
        }
    } else if (const Value::List* list = value.list()) {
        for (std::size_t i = 0; i < list->size(); ++i) {
            isLeaf = false;
            if (auto unnamed = unnamedIn((*list)[i], named))
                return std::format("/{}{}", i, *unnamed);
        }
    }
    return isLeaf ? std::optional(std::string()) : std::nullopt;
}

std::expected<void, Mismatch> checkArguments(const AgentDelegation& detail, const Value& arguments)
{
    NamedValues named;
    for (const ArgumentConstraint& constraint : detail.constraints) {
        const Value* value = constraint.at.resolve(arguments);
        if (value == nullptr)
            return mismatch(Reason::Constraint, constraint.at.text(), "An argument that must be there is missing.");
        if (!constraint.constraint.accepts(*value))
            return mismatch(Reason::Constraint, constraint.at.text(), "An argument is not one that is permitted.");
        named.push_back(value);
    }
    if (detail.spend)
        named.push_back(detail.spend->amountAt.resolve(arguments));
    if (detail.spend && detail.spend->currencyAt)
        named.push_back(detail.spend->currencyAt->resolve(arguments));
    const bool hasArguments = arguments.members() == nullptr || !arguments.members()->empty();
    if (named.empty() || !hasArguments)
        return {};
    std::ranges::sort(named);
    if (auto unnamed = unnamedIn(arguments, named))
        return mismatch(Reason::UnnamedArgument, std::move(*unnamed), "An argument is not one that the grant names.");
    return {};
}

std::optional<Amount> amountOf(const Spend& spend, const Value& arguments)
{
    const Value* value = spend.amountAt.resolve(arguments);
    const std::optional<Decimal> number = value != nullptr ? value->number() : std::nullopt;
    if (!number || (spend.scale && !number->isInteger()))
        return std::nullopt;
    auto amount = Amount::of(number->shifted(-spend.scale.value_or(0)));
    return amount ? std::optional(*amount) : std::nullopt;
}

std::expected<Amount, Mismatch> checkSpend(const Spend& spend, const Value& arguments)
{
    const std::optional<Amount> amount = amountOf(spend, arguments);
    if (!amount)
        return mismatch(Reason::AmountUnreadable, spend.amountAt.text(), "The amount can't be read.");
    if (spend.currencyAt) {
        const Value* value = spend.currencyAt->resolve(arguments);
        if (value == nullptr || value->text() == nullptr || *value->text() != spend.currency.code())
            return mismatch(Reason::Currency, spend.currencyAt->text(),
                std::format("The currency is not {}.", spend.currency.code()));
    }
    if (spend.perAction && *amount > *spend.perAction)
        return mismatch(Reason::PerAction, "spend/per_action",
            std::format(
                "{0} {2} is over {1} {2} each.", amount->text(), spend.perAction->text(), spend.currency.code()));
    return *amount;
}

} // namespace

std::string_view reasonName(Reason reason)
{
    return kReasonNames[std::to_underlying(reason)];
}

std::optional<Reason> reasonFromName(std::string_view name)
{
    const auto* const found = std::ranges::find(kReasonNames, name);
    if (found == kReasonNames.end())
        return std::nullopt;
    return static_cast<Reason>(found - kReasonNames.begin());
}

std::expected<Match, Mismatch> match(const AgentDelegation& detail, const ActionRequest& request, UnixSeconds now)
{
    if (auto checked = checkPlaceAndAction(detail, request); !checked)
        return std::unexpected(std::move(checked.error()));
    if (auto checked = checkTime(detail, now); !checked)
        return std::unexpected(std::move(checked.error()));
    if (detail.signedReads == SignedReads::Yes && request.proof != ActionRequest::Proof::Signature)
        return mismatch(Reason::SignatureRequired, "signed_reads", "What it reads must be signed too (RFC 9421).");
    if (auto checked = checkArguments(detail, request.arguments); !checked)
        return std::unexpected(std::move(checked.error()));
    if (!detail.spend)
        return Match{};
    auto amount = checkSpend(*detail.spend, request.arguments);
    if (!amount)
        return std::unexpected(std::move(amount.error()));
    return Match{*amount};
}

} // namespace countersign::permissions
