// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/consent/screen_parts.h"
#include "core/consent/screen_words.h"

#include <algorithm>

namespace countersign::consent {

namespace {

using permissions::AgentDelegation;
using permissions::Permission;

constexpr std::chrono::seconds kLong = std::chrono::days(1);

void addRisksOf(const Permission& granted, UnixSeconds at, QStringList& found)
{
    const auto any = [&](auto is) { return std::ranges::any_of(granted.details, is); };
    if (any([](const AgentDelegation& detail) { return detail.spend.has_value(); }))
        found.append(translate("It may spend money."));
    if (any([](const AgentDelegation& detail) {
            return std::ranges::any_of(detail.actions, &permissions::Action::isWildcard);
        }))
        found.append(translate("It names actions by a wildcard, which covers more than is listed."));
    if (any([](const AgentDelegation& detail) { return detail.maxDepth > 0; }))
        found.append(translate("It may hand this on to other agents."));
    if (const auto end = granted.end(); end && *end - at > kLong)
        found.append(translate("It lasts longer than a day."));
    if (any([](const AgentDelegation& detail) {
            return std::ranges::any_of(detail.locations, &permissions::Location::isUnprotected);
        }))
        found.append(translate("What is sent there is not encrypted on its way."));
}

} // namespace

QStringList risks(const ScreenFacts& facts, const Edit& edit)
{
    QStringList found;
    if (facts.purpose == Purpose::Amendment)
        return found;
    if (facts.purpose == Purpose::Action) {
        found.append(translate("What is done can't be taken back."));
        if (facts.action && facts.action->location.isUnprotected())
            found.append(translate("What is sent there is not encrypted on its way."));
    }
    if (facts.purpose == Purpose::Grant && isFirst(facts))
        found.append(translate("You have never permitted this agent anything."));
    if (facts.trust.at(facts.at).screening == agents::Screening::Hit)
        found.append(translate("It is on a sanctions list, as is said of it: it can be given nothing."));
    if (facts.agentName.mixedScripts || facts.agentName.escaped)
        found.append(translate("Its name could be made to look like another."));
    if (const Result<Permission> granted = grantOf(facts, edit))
        addRisksOf(*granted, facts.at, found);
    return found;
}

} // namespace countersign::consent
