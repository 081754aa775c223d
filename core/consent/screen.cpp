// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/consent/screen.h"

#include "core/permissions/permission_json.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>

namespace countersign::consent {

namespace {

using permissions::Action;
using permissions::AgentDelegation;
using permissions::Location;
using permissions::Permission;

constexpr int kMaxHeldShown = 5;
constexpr std::size_t kMaxPathShown = 120;
constexpr qsizetype kShownKeyStart = 8;
constexpr qsizetype kShownKeyEnd = 6;

QString translate(const char* text)
{
    return QCoreApplication::translate("consent", text);
}
QString translate(const char* text, int count)
{
    return QCoreApplication::translate("consent", text, nullptr, count);
}

QString shown(const std::string& text)
{
    return safeText(text, kMaxPathShown).text;
}

QString timeOf(UnixSeconds at, UnixSeconds now, const QLocale& locale)
{
    const QDateTime moment = QDateTime::fromSecsSinceEpoch(at.value);
    const QDate today = QDateTime::fromSecsSinceEpoch(now.value).date();
    const QString time = locale.toString(moment.time(), QLocale::ShortFormat);
    if (moment.date() == today)
        return translate("today %1").arg(time);
    if (moment.date() == today.addDays(1))
        return translate("tomorrow %1").arg(time);
    return translate("%1, %2").arg(locale.toString(moment.date(), QLocale::LongFormat), time);
}

/// "1 h 30 min": the two largest units, rounded down, so that it never promises more.
QString spanOf(std::chrono::seconds span)
{
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(span).count();
    const int days = static_cast<int>(minutes / (24 * 60));
    const int hours = static_cast<int>(minutes / 60 % 24);
    const int rest = static_cast<int>(minutes % 60);
    QStringList parts;
    if (days > 0)
        parts.append(translate("%1 d").arg(days));
    if (hours > 0)
        parts.append(translate("%1 h").arg(hours));
    if (rest > 0 && days == 0)
        parts.append(translate("%1 min").arg(rest));
    return parts.isEmpty() ? translate("less than a minute") : parts.join(QLatin1Char(' '));
}

bool covered(const Location& location, const Action& action, const std::vector<Permission>& permissions)
{
    return std::ranges::any_of(permissions, [&](const Permission& permission) {
        return std::ranges::any_of(permission.details, [&](const AgentDelegation& detail) {
            return std::ranges::binary_search(detail.actions, action)
                && std::ranges::any_of(detail.locations, [&](const Location& held) { return held.covers(location); });
        });
    });
}

enum class Novelty : std::uint8_t { Known, NotNow, Never };

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

bool isFirst(const ScreenFacts& facts)
{
    return facts.holdsNow.empty() && facts.heldBefore.empty();
}

/// What of the request would stay, for speaking of it; the whole of it where the edit leaves nothing.
Permission spokenOf(const ScreenFacts& facts, const Edit& edit)
{
    if (auto granted = grantOf(facts, edit))
        return *granted;
    return facts.asked;
}

QString summaryOf(const ScreenFacts& facts, const Edit& edit, const QLocale& locale)
{
    const Permission permission = spokenOf(facts, edit);
    QString what = permissions::toSentences(permission, locale).constFirst();
    if (permission.details.size() > 1)
        what = translate("%1, and %2").arg(what, translate("%n more", static_cast<int>(permission.details.size()) - 1));
    return translate("Let an agent %1?").arg(what);
}

QStringList newsOf(const ScreenFacts& facts, const Edit& edit, const QLocale& locale)
{
    QStringList news;
    if (isFirst(facts))
        news.append(translate("You have never permitted this agent anything."));
    for (const AgentDelegation& detail : spokenOf(facts, edit).details) {
        AgentDelegation never{detail.locations, {}, {}};
        AgentDelegation notNow{detail.locations, {}, {}};
        for (const Action& action : detail.actions) {
            const Novelty novelty = noveltyOf(facts, detail, action);
            if (novelty != Novelty::Known)
                (novelty == Novelty::Never ? never : notNow).actions.push_back(action);
        }
        if (!never.actions.empty() && !isFirst(facts))
            news.append(translate("It was never allowed to %1.")
                    .arg(permissions::toSentences(Permission{{never}}, locale).constFirst()));
        if (!notNow.actions.empty())
            news.append(translate("It may not now, but was allowed before to %1.")
                    .arg(permissions::toSentences(Permission{{notNow}}, locale).constFirst()));
    }
    return news;
}

QString programOf(const agents::ProcessEvidence& evidence)
{
    if (evidence.chain.empty())
        return translate("Program: unknown");
    QStringList names;
    for (const agents::Process& process : evidence.chain) {
        // The program itself by its path, its parents by their short names.
        const bool byPath = names.isEmpty() && !process.executable.empty();
        names.append(shown(byPath ? process.executable : process.name));
    }
    return translate("Program: %1").arg(names.join(QStringLiteral(" ← ")));
}

QStringList knownOf(const ScreenFacts& facts, const QLocale& locale)
{
    const QString key = QString::fromStdString(facts.agentKey.value);
    const QString shownKey = key.size() <= kShownKeyStart + kShownKeyEnd
        ? key
        : key.left(kShownKeyStart) + QChar(0x2026) + key.right(kShownKeyEnd);
    QStringList known{translate("Key: %1").arg(shownKey), programOf(facts.evidence),
        translate("First seen: %1").arg(timeOf(facts.firstSeen, facts.at, locale))};
    if (facts.holdsNow.empty()) {
        known.append(translate("Holds: nothing now"));
    } else {
        QStringList held;
        for (const Permission& permission : facts.holdsNow)
            held.append(permissions::toSentences(permission, locale));
        if (held.size() > kMaxHeldShown) {
            const int rest = static_cast<int>(held.size()) - kMaxHeldShown;
            held.resize(kMaxHeldShown);
            held.append(translate("%n more", rest));
        }
        known.append(translate("Holds: %1").arg(held.join(QStringLiteral("; "))));
    }
    if (facts.timesAsked > 1)
        known.append(translate("Asked %n times", facts.timesAsked));
    if (facts.agentName.mixedScripts)
        known.append(
            translate("Its name mixes letters of different scripts, which can be made to look like another name."));
    if (facts.agentName.escaped)
        known.append(translate("Its name holds invisible characters, shown as ⟨…⟩."));
    return known;
}

std::vector<Screen::ActionLine> actionsOf(const ScreenFacts& facts, const QLocale& locale)
{
    std::vector<Screen::ActionLine> lines;
    for (std::size_t i = 0; i < facts.asked.details.size(); ++i) {
        const AgentDelegation& detail = facts.asked.details[i];
        for (std::size_t j = 0; j < detail.actions.size(); ++j) {
            const bool isNew = noveltyOf(facts, detail, detail.actions[j]) == Novelty::Never;
            lines.push_back({static_cast<int>(i), static_cast<int>(j), permissions::actionLabel(detail.actions[j]),
                permissions::placesLabel(detail, locale),
                isNew ? Screen::ActionLine::New::Yes : Screen::ActionLine::New::No});
        }
    }
    return lines;
}

QString untilOf(const ScreenFacts& facts, const Result<Permission>& granted, const QLocale& locale)
{
    if (!granted)
        return {};
    const UnixSeconds end = *granted->end(); // grantOf() gives every detail an end
    return translate("until %1 (%2)").arg(timeOf(end, facts.at, locale), spanOf(end - facts.at));
}

QString exactOf(const Result<Permission>& granted, const QString& until, const QLocale& locale)
{
    if (!granted)
        return QString::fromStdString(granted.error().message);
    return permissions::toSentences(*granted, locale).join(QLatin1Char('\n')) + QLatin1Char('\n') + until
        + QLatin1Char('\n') + QString::fromStdString(permissions::permissionJson(*granted));
}

} // namespace

Screen composeScreen(const ScreenFacts& facts, const Edit& edit, const QLocale& locale)
{
    const Result<Permission> granted = grantOf(facts, edit);
    Screen screen;
    screen.summary = summaryOf(facts, edit, locale);
    screen.news = newsOf(facts, edit, locale);
    screen.claimedName = translate("“%1” (what it calls itself)").arg(facts.agentName.text);
    screen.known = knownOf(facts, locale);
    screen.actions = actionsOf(facts, locale);
    screen.until = untilOf(facts, granted, locale);
    screen.why = facts.bindingMessage.empty()
        ? QString()
        : translate("“%1”").arg(safeText(facts.bindingMessage, 2 * kMaxBindingMessage).text);
    screen.exact = exactOf(granted, screen.until, locale);
    screen.locale = locale.bcp47Name();
    return screen;
}

QString Screen::text(const Edit& edit) const
{
    QStringList lines{summary};
    lines += news;
    lines.append(claimedName);
    lines += known;
    for (const ActionLine& line : actions) {
        const auto detail = static_cast<std::size_t>(line.detail);
        const auto action = static_cast<std::size_t>(line.action);
        const bool kept = detail < edit.keptActions.size() && action < edit.keptActions[detail].size()
            && edit.keptActions[detail][action];
        lines.append(QStringLiteral("[%1] %2 | %3")
                .arg(kept ? QStringLiteral("x") : QStringLiteral(" "), line.text, line.place));
    }
    lines << until << why << exact;
    return lines.join(QLatin1Char('\n'));
}

QStringList risks(const ScreenFacts& facts, const Edit& edit)
{
    constexpr std::chrono::seconds kLong = std::chrono::days(1);
    QStringList found;
    if (isFirst(facts))
        found.append(translate("You have never permitted this agent anything."));
    const Result<Permission> granted = grantOf(facts, edit);
    if (granted && *granted->end() - facts.at > kLong)
        found.append(translate("It lasts longer than a day."));
    if (facts.agentName.mixedScripts || facts.agentName.escaped)
        found.append(translate("Its name could be made to look like another."));
    const bool unprotected = granted && std::ranges::any_of(granted->details, [](const AgentDelegation& detail) {
        return std::ranges::any_of(detail.locations, &Location::isUnprotected);
    });
    if (unprotected)
        found.append(translate("What is sent there is not encrypted on its way."));
    return found;
}

} // namespace countersign::consent
