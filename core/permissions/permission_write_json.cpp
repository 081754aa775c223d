// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/canonical_json.h"
#include "core/permissions/constraint_json.h"
#include "core/permissions/permission_json.h"

#include <format>

namespace countersign::permissions {

namespace {

template <typename T, typename Text> json::Array arrayOf(const std::vector<T>& values, Text text)
{
    json::Array array;
    for (const T& value : values)
        array.emplace_back(text(value));
    return array;
}

json::Object constraintsJson(const std::vector<ArgumentConstraint>& constraints)
{
    json::Object object;
    for (const ArgumentConstraint& constraint : constraints)
        object[constraint.at.text()] = constraintJson(constraint.constraint);
    return object;
}

json::Object spendJson(const Spend& spend)
{
    json::Object object;
    object["amount_at"] = spend.amountAt.text();
    object["currency"] = spend.currency.code();
    if (spend.currencyAt)
        object["currency_at"] = spend.currencyAt->text();
    if (spend.scale)
        object["scale"] = *spend.scale;
    if (spend.perAction)
        object["per_action"] = spend.perAction->text();
    if (spend.perDay) {
        object["per_day"] = spend.perDay->text();
        object["zone"] = spend.zone.name();
    }
    if (spend.total)
        object["total"] = spend.total->text();
    return object;
}

json::Object windowJson(const DailyWindow& window)
{
    const auto time = [](int minutes) { return std::format("{:02}:{:02}", minutes / 60, minutes % 60); };
    return {{"from", time(window.from)}, {"to", time(window.to)}, {"zone", window.zone.name()}};
}

json::Object stepUpJson(const StepUp& stepUp)
{
    json::Object object;
    if (stepUp.everyAction == StepUp::EveryAction::Yes)
        object["every_action"] = true;
    if (stepUp.above)
        object["above"] = stepUp.above->text();
    if (!stepUp.firstSeen.empty())
        object["first_seen"] = arrayOf(stepUp.firstSeen, [](const Pointer& pointer) { return pointer.text(); });
    return object;
}

json::Object detailJson(const AgentDelegation& detail)
{
    json::Object object;
    object["type"] = kDetailType;
    object["locations"] = arrayOf(detail.locations, [](const Location& location) { return location.url(); });
    object["actions"] = arrayOf(detail.actions, [](const Action& action) { return action.name(); });
    if (!detail.constraints.empty())
        object["constraints"] = constraintsJson(detail.constraints);
    if (detail.spend)
        object["spend"] = spendJson(*detail.spend);
    if (detail.uses)
        object["uses"] = *detail.uses;
    if (detail.rate)
        object["rate"] = {{"count", detail.rate->count}, {"seconds", detail.rate->span.count()}};
    if (detail.notBefore)
        object["not_before"] = detail.notBefore->value;
    if (detail.expiresAt)
        object["expires_at"] = detail.expiresAt->value;
    if (detail.dailyWindow)
        object["daily_window"] = windowJson(*detail.dailyWindow);
    if (detail.maxDepth > 0)
        object["max_depth"] = detail.maxDepth;
    if (detail.stepUp.isSet())
        object["step_up"] = stepUpJson(detail.stepUp);
    if (detail.signedReads == SignedReads::Yes)
        object["signed_reads"] = true;
    return object;
}

} // namespace

std::string permissionJson(const Permission& permission)
{
    json::Array array;
    for (const AgentDelegation& detail : permission.details)
        array.push_back(detailJson(detail));
    // Can't fail: every text was parsed as UTF-8, and every number fits a double.
    return crypto::canonicalJson(array).value_or(std::string());
}

} // namespace countersign::permissions
