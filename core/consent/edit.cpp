// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the person leaves of a request: the choices of time, and the exact grant that an edit makes.

#include "core/consent/screen.h"

#include <QDateTime>

#include <algorithm>

namespace countersign::consent {

namespace {

using permissions::AgentDelegation;
using permissions::Permission;

constexpr std::chrono::seconds kFifteenMinutes{900};

/// The last second of the day of `at`, where the person is.
UnixSeconds tonight(UnixSeconds at)
{
    const QDate day = QDateTime::fromSecsSinceEpoch(at.value).date();
    return {day.endOfDay().toSecsSinceEpoch()};
}

/// The end that a duration gives; nullopt: each detail's own.
std::optional<UnixSeconds> endOf(const ScreenFacts& facts, const Edit& edit)
{
    switch (edit.duration) {
    case Duration::FifteenMinutes:
        return facts.at + kFifteenMinutes;
    case Duration::OneHour:
        return facts.at + kDefaultGrantLife;
    case Duration::UntilTonight:
        return tonight(facts.at);
    case Duration::UntilDate:
        return edit.untilDate;
    case Duration::AsAsked:
        break;
    }
    return std::nullopt;
}

bool fits(std::optional<UnixSeconds> end, const std::optional<UnixSeconds>& asked, UnixSeconds at)
{
    return end && *end > at && *end <= at + permissions::kMaxGrantLife && (!asked || *end <= *asked);
}

} // namespace

std::vector<Duration> offeredDurations(const ScreenFacts& facts)
{
    const std::optional<UnixSeconds> asked = facts.asked.end();
    std::vector<Duration> offered;
    for (const Duration duration : {Duration::FifteenMinutes, Duration::OneHour, Duration::UntilTonight}) {
        if (fits(endOf(facts, Edit{{}, duration, {}}), asked, facts.at))
            offered.push_back(duration);
    }
    offered.push_back(Duration::UntilDate);
    if (fits(asked, asked, facts.at))
        offered.push_back(Duration::AsAsked);
    return offered;
}

Edit initialEdit(const ScreenFacts& facts)
{
    Edit edit;
    for (const AgentDelegation& detail : facts.asked.details)
        edit.keptActions.emplace_back(detail.actions.size(), true);
    const std::optional<UnixSeconds> asked = facts.asked.end();
    edit.duration = asked && *asked < facts.at + kDefaultGrantLife ? Duration::AsAsked : Duration::OneHour;
    return edit;
}

Result<Permission> grantOf(const ScreenFacts& facts, const Edit& edit)
{
    const auto refuse = [](const char* why) { return fail(ErrorCode::InvalidInput, why); };
    if (edit.keptActions.size() != facts.asked.details.size())
        return refuse("The choice does not fit the request.");
    const std::optional<UnixSeconds> end = endOf(facts, edit);
    if (edit.duration == Duration::UntilDate && facts.asked.end() && end && *end > *facts.asked.end())
        return refuse("That is longer than the agent asked for.");
    Permission granted;
    for (std::size_t i = 0; i < facts.asked.details.size(); ++i) {
        const AgentDelegation& asked = facts.asked.details[i];
        if (edit.keptActions[i].size() != asked.actions.size())
            return refuse("The choice does not fit the request.");
        AgentDelegation detail{asked.locations, {},
            end && asked.expiresAt ? std::min(end, asked.expiresAt)
                : end              ? end
                                   : asked.expiresAt};
        for (std::size_t j = 0; j < asked.actions.size(); ++j) {
            if (edit.keptActions[i][j])
                detail.actions.push_back(asked.actions[j]);
        }
        if (detail.actions.empty())
            continue;
        if (!detail.expiresAt)
            return refuse("Choose until when it may be used.");
        if (*detail.expiresAt <= facts.at)
            return refuse("The end must lie in the future.");
        if (*detail.expiresAt > facts.at + permissions::kMaxGrantLife)
            return refuse("Nothing is granted for longer than a year.");
        granted.details.push_back(std::move(detail));
    }
    if (granted.details.empty())
        return refuse("Nothing is left to approve. Tick at least one action, or deny.");
    return granted;
}

} // namespace countersign::consent
