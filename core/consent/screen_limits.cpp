// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The limits on the screen: those that can be edited, as edited, those that can't, and what they come to together.

#include "core/consent/screen_parts.h"
#include "core/consent/screen_words.h"
#include "core/permissions/words.h"

#include <algorithm>
#include <map>

namespace countersign::consent {

namespace {

using permissions::AgentDelegation;
using permissions::Permission;
using permissions::Spend;
using Limit = Screen::LimitLine::Limit;

/// The money of some grants in one currency. nullopt: no limit.
struct Sum {
    std::optional<Amount> total = Amount();
    std::optional<Amount> perDay = Amount();
    int grants = 0;
};

void add(std::optional<Amount>& sum, const std::optional<Amount>& more)
{
    sum = sum && more ? sum->plus(*more) : std::nullopt; // an overflow is no limit that means anything
}

void add(std::map<Currency, Sum>& sums, const Permission& permission)
{
    for (const AgentDelegation& detail : permission.details) {
        if (!detail.spend)
            continue;
        Sum& sum = sums[detail.spend->currency];
        add(sum.total, detail.spend->total);
        add(sum.perDay, detail.spend->perDay);
        ++sum.grants;
    }
}

/// The live grants that stay beside this one.
std::vector<const Permission*> othersOf(const ScreenFacts& facts)
{
    const Permission* takenPlace = facts.purpose == Purpose::Amendment ? &facts.asked
        : facts.before                                                 ? &*facts.before
                                                                       : nullptr;
    std::vector<const Permission*> others;
    for (const Permission& held : facts.holdsNow) {
        if (takenPlace != nullptr && held == *takenPlace)
            takenPlace = nullptr; // it is one of them, once
        else
            others.push_back(&held);
    }
    return others;
}

QString sentenceOf(const Currency& currency, const Sum& sum, const QLocale& locale)
{
    if (sum.total)
        return translate("Together with what it holds: at most %1 in all.")
            .arg(permissions::moneyLabel(*sum.total, currency, locale));
    if (sum.perDay)
        return translate("Together with what it holds: at most %1 a day, without a limit in all.")
            .arg(permissions::moneyLabel(*sum.perDay, currency, locale));
    return translate("Together with what it holds: %1 without a limit in all.")
        .arg(QString::fromStdString(currency.code()));
}

/// Where more is at stake than reading, or less is to be permitted.
bool offersSignedReads(const ScreenFacts& facts, const AgentDelegation& asked)
{
    return asked.signedReads == permissions::SignedReads::No
        && (asked.spend || asked.maxDepth > 0 || facts.purpose == Purpose::Amendment);
}

QString amountOf(const std::optional<Amount>& edited, const std::optional<Amount>& asked, const Currency& currency,
    const QLocale& locale)
{
    const std::optional<Amount>& limit = edited ? edited : asked;
    return limit ? permissions::moneyLabel(*limit, currency, locale) : translate("no limit");
}

} // namespace

std::vector<Screen::LimitLine> limitsOf(const ScreenFacts& facts, const Edit& edit, const QLocale& locale)
{
    std::vector<Screen::LimitLine> lines;
    for (std::size_t i = 0; i < std::min(facts.asked.details.size(), edit.details.size()); ++i) {
        const AgentDelegation& asked = facts.asked.details[i];
        const DetailEdit& left = edit.details[i];
        const auto line = [&](Limit limit, const QString& value) {
            lines.push_back({static_cast<int>(i), limit, limitLabel(limit), value});
        };
        if (asked.spend) {
            const Spend& spend = *asked.spend;
            line(Limit::PerAction, amountOf(left.perAction, spend.perAction, spend.currency, locale));
            line(Limit::PerDay, amountOf(left.perDay, spend.perDay, spend.currency, locale));
            line(Limit::Total, amountOf(left.total, spend.total, spend.currency, locale));
        }
        const auto uses = left.uses ? left.uses : asked.uses;
        line(Limit::Uses, uses ? permissions::timesLabel(*uses) : translate("no limit"));
        if (asked.maxDepth > 0)
            line(Limit::Depth, depthWords(left.maxDepth));
        if (offersSignedReads(facts, asked))
            line(Limit::Reads, readsWords(left.signedReads));
    }
    return lines;
}

std::vector<Screen::ValueLine> valuesOf(const ScreenFacts& facts)
{
    std::vector<Screen::ValueLine> lines;
    for (std::size_t i = 0; i < facts.asked.details.size(); ++i) {
        const auto& constraints = facts.asked.details[i].constraints;
        for (std::size_t j = 0; j < constraints.size(); ++j) {
            const std::vector<permissions::Value>& values = choosableValues(constraints[j].constraint);
            for (std::size_t k = 0; k < values.size(); ++k)
                lines.push_back({static_cast<int>(i), static_cast<int>(j), static_cast<int>(k),
                    permissions::argumentLabel(constraints[j].at), permissions::valueLabel(values[k])});
        }
    }
    return lines;
}

std::vector<Screen::ConditionLine> conditionsOf(const ScreenFacts& facts, const QLocale& locale)
{
    std::vector<Screen::ConditionLine> lines;
    for (std::size_t i = 0; i < facts.asked.details.size(); ++i) {
        const AgentDelegation& detail = facts.asked.details[i];
        const auto line = [&](const QString& what, const QString& words) {
            lines.push_back({static_cast<int>(i), translate("%1: %2").arg(what, words)});
        };
        for (const permissions::ArgumentConstraint& each : detail.constraints) {
            if (choosableValues(each.constraint).empty())
                line(permissions::argumentLabel(each.at), permissions::constraintLabel(each.constraint, locale));
        }
        if (detail.rate)
            line(translate("how fast"), permissions::rateLabel(*detail.rate, locale));
        if (detail.notBefore)
            line(translate("from"), timeWords(*detail.notBefore, facts.at, locale));
        if (detail.dailyWindow)
            line(translate("time of day"), permissions::windowLabel(*detail.dailyWindow, locale));
        if (detail.stepUp.isSet())
            line(translate("you are asked"), permissions::stepUpLabel(detail, locale));
        if (detail.signedReads == permissions::SignedReads::Yes)
            line(limitLabel(Limit::Reads), readsWords(detail.signedReads));
    }
    return lines;
}

QString togetherOf(const ScreenFacts& facts, const Permission& spoken, const QLocale& locale)
{
    std::map<Currency, Sum> mine;
    add(mine, spoken);
    std::map<Currency, Sum> all = mine;
    for (const Permission* other : othersOf(facts))
        add(all, *other);
    QStringList sentences;
    for (const auto& [currency, sum] : all) {
        // Only what this decision adds to, and only where there is something to add it to.
        if (mine.contains(currency) && sum.grants > mine[currency].grants)
            sentences.append(sentenceOf(currency, sum, locale));
    }
    return sentences.join(QLatin1Char(' '));
}

} // namespace countersign::consent
