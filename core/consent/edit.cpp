// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the person leaves of a request: the choices of time, the limits, and the exact grant that an edit makes. Every
// step makes less of what was asked, or refuses.

#include "core/base/try.h"
#include "core/consent/screen.h"

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>

namespace countersign::consent {

namespace {

using permissions::AgentDelegation;
using permissions::Constraint;
using permissions::Permission;
using permissions::Spend;

constexpr std::chrono::seconds kFifteenMinutes{900};

std::unexpected<Error> refuse(std::string why)
{
    return fail(ErrorCode::InvalidInput, std::move(why));
}

std::unexpected<Error> doesNotFit()
{
    return refuse("The choice does not fit the request.");
}

/// Whose days a daily limit counts that the person sets.
permissions::Zone zoneHere()
{
    return permissions::Zone::parse(QTimeZone::systemTimeZoneId().toStdString()).value_or(permissions::Zone());
}

/// The last second of the day of `at`, where the person is.
UnixSeconds tonight(UnixSeconds at)
{
    const QDate day = QDateTime::fromSecsSinceEpoch(at.value).date();
    return {day.endOfDay().toSecsSinceEpoch()};
}

/// From when on a detail may be used: a span of time that is chosen begins there.
UnixSeconds startOf(const ScreenFacts& facts, const AgentDelegation& detail)
{
    return std::max(facts.at, detail.notBefore.value_or(facts.at));
}

/// The end that a duration gives a detail; nullopt: its own.
std::optional<UnixSeconds> endOf(const ScreenFacts& facts, const AgentDelegation& detail, const Edit& edit)
{
    switch (edit.duration) {
    case Duration::FifteenMinutes:
        return startOf(facts, detail) + kFifteenMinutes;
    case Duration::OneHour:
        return startOf(facts, detail) + kDefaultGrantLife;
    case Duration::UntilTonight:
        return tonight(facts.at);
    case Duration::UntilDate:
        return edit.untilDate;
    case Duration::AsAsked:
        break;
    }
    return std::nullopt;
}

/// Whether a duration gives this detail some time, and no more than was asked.
bool offers(const ScreenFacts& facts, const AgentDelegation& detail, Duration duration)
{
    const auto end = endOf(facts, detail, Edit{{}, duration, {}});
    return end && *end > startOf(facts, detail) && *end <= facts.at + permissions::kMaxGrantLife
        && (!detail.expiresAt || *end <= *detail.expiresAt);
}

/// Whether what was asked has an end that can be granted.
bool hasUsableEnd(const ScreenFacts& facts)
{
    const auto end = facts.asked.end();
    return end && *end > facts.at && *end <= facts.at + permissions::kMaxGrantLife;
}

DetailEdit everythingOf(const AgentDelegation& detail)
{
    DetailEdit edit;
    edit.keptActions.assign(detail.actions.size(), true);
    for (const permissions::ArgumentConstraint& argument : detail.constraints)
        edit.keptValues.emplace_back(choosableValues(argument.constraint).size(), true);
    edit.maxDepth = detail.maxDepth;
    edit.signedReads = detail.signedReads;
    return edit;
}

/// A limit as edited: what the person set, else what was asked.
template <typename T>
Result<std::optional<T>> lowered(const std::optional<T>& asked, const std::optional<T>& chosen, const char* what)
{
    if (!chosen || chosen == asked)
        return asked;
    if (!(T{} < *chosen))
        return refuse(std::string(what) + ": a limit of nothing permits nothing. Untick what it is for instead.");
    if (asked && *asked < *chosen)
        return refuse(std::string(what) + ": that is more than was asked.");
    return chosen;
}

Result<std::optional<Spend>> spendOf(const AgentDelegation& asked, const DetailEdit& edit)
{
    if (!asked.spend) {
        if (edit.perAction || edit.perDay || edit.total)
            return doesNotFit();
        return std::optional<Spend>();
    }
    Spend spend = *asked.spend;
    spend.perAction = TRY(lowered(spend.perAction, edit.perAction, "Each"));
    spend.perDay = TRY(lowered(spend.perDay, edit.perDay, "A day"));
    if (spend.perDay && !asked.spend->perDay)
        spend.zone = zoneHere();
    spend.total = TRY(lowered(spend.total, edit.total, "In all"));
    return std::optional<Spend>(std::move(spend));
}

Result<Constraint> keptOf(const permissions::ArgumentConstraint& asked, const std::vector<bool>& kept)
{
    const std::vector<permissions::Value>& values = choosableValues(asked.constraint);
    if (kept.size() != values.size())
        return doesNotFit();
    if (!std::ranges::contains(kept, false))
        return asked.constraint;
    std::vector<permissions::Value> left;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (kept[i])
            left.push_back(values[i]);
    }
    if (left.empty())
        return refuse("Leave at least one value for " + asked.at.text() + ", or untick what it is for.");
    if (std::holds_alternative<permissions::OneOf>(asked.constraint.form))
        return Constraint{permissions::OneOf{std::move(left)}};
    return Constraint{permissions::Subset{std::move(left)}};
}

Result<std::optional<UnixSeconds>> endOfDetail(const ScreenFacts& facts, const AgentDelegation& asked, const Edit& edit)
{
    const auto chosen = endOf(facts, asked, edit);
    const auto end = chosen && asked.expiresAt ? std::min(chosen, asked.expiresAt) : chosen ? chosen : asked.expiresAt;
    if (!end)
        return refuse("Choose until when it may be used.");
    if (*end <= facts.at)
        return refuse("The end must lie in the future.");
    if (*end <= startOf(facts, asked))
        return refuse("It may only be used from a later time on. Choose an end after that.");
    if (*end > facts.at + permissions::kMaxGrantLife)
        return refuse("Nothing is granted for longer than a year.");
    return end;
}

/// What is left of one detail; without actions: nothing.
Result<AgentDelegation> detailOf(
    const ScreenFacts& facts, const AgentDelegation& asked, const DetailEdit& left, const Edit& edit)
{
    if (left.keptActions.size() != asked.actions.size() || left.keptValues.size() != asked.constraints.size())
        return doesNotFit();
    AgentDelegation detail = asked;
    detail.actions.clear();
    for (std::size_t i = 0; i < asked.actions.size(); ++i) {
        if (left.keptActions[i])
            detail.actions.push_back(asked.actions[i]);
    }
    if (detail.actions.empty())
        return detail;
    for (std::size_t i = 0; i < asked.constraints.size(); ++i)
        detail.constraints[i].constraint = TRY(keptOf(asked.constraints[i], left.keptValues[i]));
    detail.spend = TRY(spendOf(asked, left));
    detail.uses = TRY(lowered(asked.uses, left.uses, "Uses"));
    if (left.maxDepth < 0 || left.maxDepth > asked.maxDepth)
        return refuse("It may not be handed on further than was asked.");
    detail.maxDepth = left.maxDepth;
    if (left.signedReads < asked.signedReads)
        return refuse("What it reads must be signed, as was asked.");
    detail.signedReads = left.signedReads;
    detail.expiresAt = TRY(endOfDetail(facts, asked, edit));
    return detail;
}

/// A replacement is not proposed for less time than there is now, as far as that was asked.
void proposeTimeOf(const Permission& before, const ScreenFacts& facts, Edit& edit)
{
    const auto now = before.end();
    const auto asked = facts.asked.end();
    if (!now || *now <= facts.at + kDefaultGrantLife || edit.duration == Duration::AsAsked)
        return;
    edit.duration = asked && *asked <= *now ? Duration::AsAsked : Duration::UntilDate;
    if (edit.duration == Duration::UntilDate)
        edit.untilDate = now;
}

} // namespace

const std::vector<permissions::Value>& choosableValues(const Constraint& constraint)
{
    static const std::vector<permissions::Value> kNone;
    if (const auto* oneOf = std::get_if<permissions::OneOf>(&constraint.form))
        return oneOf->values;
    if (const auto* subset = std::get_if<permissions::Subset>(&constraint.form))
        return subset->values;
    return kNone;
}

std::vector<Duration> offeredDurations(const ScreenFacts& facts)
{
    if (facts.purpose == Purpose::Action)
        return {};
    std::vector<Duration> offered;
    for (const Duration duration : {Duration::FifteenMinutes, Duration::OneHour, Duration::UntilTonight}) {
        if (std::ranges::any_of(
                facts.asked.details, [&](const AgentDelegation& detail) { return offers(facts, detail, duration); }))
            offered.push_back(duration);
    }
    offered.push_back(Duration::UntilDate);
    if (hasUsableEnd(facts))
        offered.push_back(Duration::AsAsked);
    return offered;
}

Edit initialEdit(const ScreenFacts& facts)
{
    Edit edit;
    for (const AgentDelegation& detail : facts.asked.details)
        edit.details.push_back(everythingOf(detail));
    const bool hasAnHour = std::ranges::contains(offeredDurations(facts), Duration::OneHour);
    edit.duration = hasAnHour && facts.purpose != Purpose::Amendment ? Duration::OneHour : Duration::AsAsked;
    if (facts.purpose == Purpose::Replacement && facts.before)
        proposeTimeOf(*facts.before, facts, edit);
    return edit;
}

Result<Permission> grantOf(const ScreenFacts& facts, const Edit& edit)
{
    if (edit.details.size() != facts.asked.details.size())
        return doesNotFit();
    if (facts.purpose == Purpose::Action)
        return facts.action ? Result<Permission>(Permission{}) : refuse("There is no action to approve.");
    const auto asked = facts.asked.end();
    if (edit.duration == Duration::UntilDate && asked && edit.untilDate && *edit.untilDate > *asked)
        return refuse("That is longer than was asked.");
    Permission granted;
    for (std::size_t i = 0; i < facts.asked.details.size(); ++i) {
        AgentDelegation detail = TRY(detailOf(facts, facts.asked.details[i], edit.details[i], edit));
        if (!detail.actions.empty())
            granted.details.push_back(std::move(detail));
    }
    const bool isAmendment = facts.purpose == Purpose::Amendment;
    if (granted.details.empty())
        return refuse(isAmendment ? "Nothing would be left. Revoke the grant instead."
                                  : "Nothing is left to approve. Tick at least one action, or deny.");
    if (isAmendment && granted == facts.asked)
        return refuse("Nothing is taken back yet. Untick something, or lower a limit.");
    return granted;
}

} // namespace countersign::consent
