// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/consent/screen.h"

#include "core/consent/record.h"
#include "core/consent/screen_parts.h"
#include "core/consent/screen_words.h"
#include "core/consent/trust_words.h"
#include "core/permissions/permission_json.h"

#include <algorithm>

namespace countersign::consent {

namespace {

using permissions::AgentDelegation;
using permissions::Permission;

constexpr int kMaxHeldShown = 5;
constexpr std::size_t kMaxPathShown = 120;
constexpr qsizetype kShownKeyStart = 8;
constexpr qsizetype kShownKeyEnd = 6;

QString shown(const std::string& text)
{
    return safeText(text, kMaxPathShown).text;
}

/// A detail for the summary: what, where and how much; its conditions stand below.
AgentDelegation inShort(const AgentDelegation& detail)
{
    AgentDelegation brief{detail.locations, detail.actions, {}};
    brief.spend = detail.spend;
    brief.uses = detail.uses;
    return brief;
}

QString nameOf(const ScreenFacts& facts)
{
    return facts.ownName.isEmpty() ? facts.agentName.text : facts.ownName;
}

QString summaryOf(const ScreenFacts& facts, const Permission& spoken, const QLocale& locale)
{
    if (facts.purpose == Purpose::Amendment)
        return translate("Take back a part of what “%1” may do?").arg(nameOf(facts));
    if (facts.purpose == Purpose::Action && facts.action)
        return actionSummary(facts);
    if (spoken.details.empty())
        return {};
    QString what = permissions::toSentences(Permission{{inShort(spoken.details.front())}}, locale).constFirst();
    if (spoken.details.size() > 1)
        what = translate("%1, and %2").arg(what, translate("%n more", static_cast<int>(spoken.details.size()) - 1));
    if (facts.purpose == Purpose::Replacement)
        return translate("Change what this agent has, and let it %1?").arg(what);
    return translate("Let an agent %1?").arg(what);
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
    QStringList known{translate("Key: %1").arg(shownKey)};
    if (facts.purpose != Purpose::Amendment) // nobody asked, so no program did
        known.append(programOf(facts.evidence));
    known.append(translate("First seen: %1").arg(timeWords(facts.firstSeen, facts.at, locale)));
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

Screen::Trust trustOf(const ScreenFacts& facts)
{
    const agents::TrustEvidence evidence = facts.trust.at(facts.at);
    const QString owner = ownerWords(evidence);
    return {translate("Trust: %1").arg(trustLevelWords(evidence, facts.at)), screeningWords(evidence, facts.at),
        evidence.screening, owner.isEmpty() ? QString() : translate("Owner, as it is said: %1").arg(owner)};
}

bool isKept(const std::vector<bool>& kept, int which)
{
    const auto place = static_cast<std::size_t>(which);
    return place < kept.size() && kept[place];
}

QStringList saidOf(const ScreenFacts& facts, int detail, int action)
{
    QStringList lines;
    for (const Offer& offer : facts.offers) {
        if (offer.detail == detail && offer.action == action)
            lines.append(offerWords(offer));
    }
    return lines;
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
                isNew ? Screen::ActionLine::New::Yes : Screen::ActionLine::New::No,
                saidOf(facts, static_cast<int>(i), static_cast<int>(j))});
        }
    }
    return lines;
}

QString untilOf(const ScreenFacts& facts, const Result<Permission>& granted, const QLocale& locale)
{
    if (facts.purpose == Purpose::Action)
        return translate("only this once");
    const auto end = granted ? granted->end() : std::nullopt;
    return end ? translate("until %1 (%2)").arg(timeWords(*end, facts.at, locale), spanWords(*end - facts.at))
               : QString();
}

QString exactOf(
    const ScreenFacts& facts, const Result<Permission>& granted, const QString& until, const QLocale& locale)
{
    if (!granted)
        return QString::fromStdString(granted.error().message);
    if (facts.action)
        return exactAction(*facts.action);
    return permissions::toSentences(*granted, locale).join(QLatin1Char('\n')) + QLatin1Char('\n') + until
        + QLatin1Char('\n') + QString::fromStdString(permissions::permissionJson(*granted));
}

std::vector<Change> differenceOf(const ScreenFacts& facts, const Permission& spoken, const QLocale& locale)
{
    if (facts.purpose == Purpose::Replacement && facts.before)
        return changesBetween(*facts.before, spoken, facts.at, locale);
    if (facts.purpose == Purpose::Amendment)
        return changesBetween(facts.asked, spoken, facts.at, locale);
    return {};
}

QString quoted(const std::string& words, std::size_t most)
{
    return words.empty() ? QString() : translate("“%1”").arg(safeText(words, most).text);
}

QString boxLine(bool kept, const QString& text, const QString& about)
{
    return QStringLiteral("[%1] %2 | %3").arg(kept ? QStringLiteral("x") : QStringLiteral(" "), text, about);
}

} // namespace

Screen composeScreen(const ScreenFacts& facts, const Edit& edit, const QLocale& locale)
{
    const Result<Permission> granted = grantOf(facts, edit);
    // What would stay, for speaking of it; the whole of it where the edit can't be granted.
    const Permission& spoken = granted ? *granted : facts.asked;
    Screen screen;
    screen.summary = summaryOf(facts, spoken, locale);
    screen.news = newsOf(facts, spoken, locale);
    if (!facts.ownName.isEmpty())
        screen.ownName = translate("“%1” (your name for it)").arg(facts.ownName);
    screen.claimedName = translate("“%1” (what it calls itself)").arg(facts.agentName.text);
    screen.known = knownOf(facts, locale);
    screen.trust = trustOf(facts);
    screen.demands = demandsBeside(facts, edit, locale);
    if (facts.action) {
        screen.askedBecause = translate("You are asked because: %1").arg(safeText(facts.askedBecause).text);
        screen.arguments = argumentsOf(*facts.action);
    }
    screen.actions = actionsOf(facts, locale);
    screen.limits = limitsOf(facts, edit, locale);
    screen.values = valuesOf(facts);
    screen.conditions = conditionsOf(facts, locale);
    screen.changes = differenceOf(facts, spoken, locale);
    screen.until = untilOf(facts, granted, locale);
    screen.together = togetherOf(facts, spoken, locale);
    screen.why = quoted(facts.bindingMessage, 2 * kMaxBindingMessage);
    screen.exact = exactOf(facts, granted, screen.until, locale);
    screen.locale = locale.bcp47Name();
    return screen;
}

QString Screen::text(const Edit& edit) const
{
    const auto detailOf = [&](int detail) -> const DetailEdit& {
        static const DetailEdit kNothing;
        const auto place = static_cast<std::size_t>(detail);
        return place < edit.details.size() ? edit.details[place] : kNothing;
    };
    QStringList lines{summary};
    lines += news;
    for (const Change& change : changes)
        lines.append(change.text());
    lines << ownName << claimedName;
    lines += known;
    lines << trust.level << trust.screening << trust.owner;
    for (const Demand& demand : demands)
        lines.append(demand.text());
    lines.append(askedBecause);
    lines += arguments;
    for (const ActionLine& line : actions) {
        lines.append(boxLine(isKept(detailOf(line.detail).keptActions, line.action), line.text, line.place));
        lines += line.says;
    }
    for (const LimitLine& line : limits)
        lines.append(QStringLiteral("%1. %2: %3").arg(line.detail + 1).arg(line.label, line.value));
    for (const ValueLine& line : values) {
        const auto& kept = detailOf(line.detail).keptValues;
        const auto place = static_cast<std::size_t>(line.constraint);
        lines.append(boxLine(place < kept.size() && isKept(kept[place], line.value), line.text, line.argument));
    }
    for (const ConditionLine& line : conditions)
        lines.append(QStringLiteral("%1. %2").arg(line.detail + 1).arg(line.text));
    lines << until << together << why << exact;
    lines.removeIf([](const QString& line) { return line.isEmpty(); });
    return lines.join(QLatin1Char('\n'));
}

} // namespace countersign::consent
