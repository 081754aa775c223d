// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is new: actions and places that the agent does not have, and more of what it has.

#include "core/consent/screen_parts.h"
#include "core/consent/screen_words.h"

#include <algorithm>
#include <span>

namespace countersign::consent {

namespace {

using permissions::Action;
using permissions::AgentDelegation;
using permissions::Location;
using permissions::Permission;

/// Held details that are looked at; what only later ones cover is called new, which is the careful side.
constexpr std::size_t kMaxCompared = 256;

std::vector<const AgentDelegation*> detailsOf(const std::vector<Permission>& permissions)
{
    std::vector<const AgentDelegation*> details;
    for (const Permission& permission : permissions) {
        for (const AgentDelegation& detail : permission.details) {
            if (details.size() == kMaxCompared)
                return details;
            details.push_back(&detail);
        }
    }
    return details;
}

bool covered(const Location& location, const Action& action, const std::vector<Permission>& permissions)
{
    return std::ranges::any_of(detailsOf(permissions), [&](const AgentDelegation* detail) {
        const auto covers = [](const auto& held, const auto& wanted) {
            return std::ranges::any_of(held, [&](const auto& each) { return each.covers(wanted); });
        };
        return covers(detail->locations, location) && covers(detail->actions, action);
    });
}

/// The lines of a difference that give more, but for work (which is told action by action) and time.
QStringList moreThan(
    const AgentDelegation& held, const AgentDelegation& wanted, const ScreenFacts& facts, const QLocale& locale)
{
    QStringList lines;
    for (const Change& change : changesBetween(held, wanted, facts.at, locale)) {
        if (change.about == Change::About::Limit && change.direction != Change::Direction::Less)
            lines.append(translate("%1: %2 → %3").arg(change.what, change.before, change.after));
    }
    return lines;
}

/// What `wanted` has more than the nearest of what is held; nullopt: nothing held is of the same work.
std::optional<QStringList> moreThanNearest(
    const std::vector<Permission>& held, const AgentDelegation& wanted, const ScreenFacts& facts, const QLocale& locale)
{
    std::optional<QStringList> least;
    for (const AgentDelegation* detail : detailsOf(held)) {
        if (!sameWork(*detail, wanted))
            continue;
        QStringList lines = moreThan(*detail, wanted, facts, locale);
        if (!least || lines.size() < least->size())
            least = std::move(lines);
        if (least->isEmpty())
            break;
    }
    return least;
}

void addNewWork(QStringList& news, const ScreenFacts& facts, const AgentDelegation& wanted, const QLocale& locale)
{
    AgentDelegation never{wanted.locations, {}, {}};
    AgentDelegation notNow{wanted.locations, {}, {}};
    for (const Action& action : wanted.actions) {
        const Novelty novelty = noveltyOf(facts, wanted, action);
        if (novelty != Novelty::Known)
            (novelty == Novelty::Never ? never : notNow).actions.push_back(action);
    }
    const auto sentence = [&](const AgentDelegation& detail) {
        return permissions::toSentences(Permission{{detail}}, locale).constFirst();
    };
    if (!never.actions.empty() && !isFirst(facts))
        news.append(translate("It was never allowed to %1.").arg(sentence(never)));
    if (!notNow.actions.empty())
        news.append(translate("It may not now, but was allowed before to %1.").arg(sentence(notNow)));
}

void addLargerLimits(QStringList& news, const ScreenFacts& facts, const AgentDelegation& wanted, const QLocale& locale)
{
    if (const auto more = moreThanNearest(facts.holdsNow, wanted, facts, locale)) {
        for (const QString& line : *more)
            news.append(translate("More than it has: %1.").arg(line));
    } else if (const auto moreThanBefore = moreThanNearest(facts.heldBefore, wanted, facts, locale)) {
        for (const QString& line : *moreThanBefore)
            news.append(translate("More than it had: %1.").arg(line));
    }
}

} // namespace

bool isFirst(const ScreenFacts& facts)
{
    return facts.holdsNow.empty() && facts.heldBefore.empty();
}

Novelty noveltyOf(const ScreenFacts& facts, const AgentDelegation& detail, const Action& action)
{
    Novelty most = Novelty::Known;
    for (const Location& location : detail.locations) {
        if (covered(location, action, facts.holdsNow))
            continue;
        most = std::max(most, covered(location, action, facts.heldBefore) ? Novelty::NotNow : Novelty::Never);
    }
    return most;
}

QStringList newsOf(const ScreenFacts& facts, const Permission& spoken, const QLocale& locale)
{
    if (facts.purpose != Purpose::Grant)
        return {};
    QStringList news;
    if (isFirst(facts))
        news.append(translate("You have never permitted this agent anything."));
    for (const AgentDelegation& detail : spoken.details) {
        addNewWork(news, facts, detail, locale);
        addLargerLimits(news, facts, detail, locale);
    }
    return news;
}

} // namespace countersign::consent
