// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Which way a limit moved is asked of permissions::narrows(), with details that differ in nothing else, so that these
// words can't say less than the rule that counts.

#include "core/consent/difference.h"

#include "core/consent/screen.h"
#include "core/consent/screen_words.h"
#include "core/permissions/words.h"

#include <algorithm>
#include <functional>
#include <set>

namespace countersign::consent {

namespace {

using permissions::AgentDelegation;
using permissions::Permission;
using permissions::Pointer;
using permissions::Spend;
using About = Change::About;
using Limit = Screen::LimitLine::Limit;
using Direction = Change::Direction;

/// One thing that a detail says.
struct Aspect {
    QString what;
    About about = About::Limit;
    std::function<QString(const AgentDelegation&)> words; ///< empty: it says nothing of it
    std::function<void(const AgentDelegation& from, AgentDelegation& to)> copy;
};

QString noLimit()
{
    return translate("no limit");
}

QString moneyOf(const std::optional<Amount>& amount, const Spend& spend, const QLocale& locale)
{
    return amount ? permissions::moneyLabel(*amount, spend.currency, locale) : noLimit();
}

QString actionsOf(const AgentDelegation& detail, const QLocale& locale)
{
    QStringList labels;
    for (const permissions::Action& action : detail.actions)
        labels.append(permissions::actionLabel(action));
    return locale.createSeparatedList(labels);
}

QString placesOf(const AgentDelegation& detail, const QLocale& locale)
{
    QStringList places;
    for (const permissions::Location& location : detail.locations)
        places.append(QString::fromStdString(location.place()));
    return locale.createSeparatedList(places);
}

/// All limits of money in one, for details that count different things.
QString spendOf(const AgentDelegation& detail, const QLocale& locale)
{
    if (!detail.spend)
        return noLimit();
    const Spend& spend = *detail.spend;
    QStringList limits;
    if (spend.perAction)
        limits.append(translate("%1 each").arg(moneyOf(spend.perAction, spend, locale)));
    if (spend.perDay)
        limits.append(translate("%1 a day").arg(moneyOf(spend.perDay, spend, locale)));
    if (spend.total)
        limits.append(translate("%1 in all").arg(moneyOf(spend.total, spend, locale)));
    return locale.createSeparatedList(limits);
}

bool countsTheSame(const AgentDelegation& a, const AgentDelegation& b)
{
    const auto counts = [](const Spend& spend) {
        return std::tie(spend.amountAt, spend.scale, spend.currency, spend.currencyAt);
    };
    if (!a.spend || !b.spend || counts(*a.spend) != counts(*b.spend))
        return false;
    return a.spend->zone == b.spend->zone || !a.spend->perDay || !b.spend->perDay;
}

const permissions::Constraint* constraintAt(const AgentDelegation& detail, const Pointer& at)
{
    const auto found = std::ranges::find(detail.constraints, at, &permissions::ArgumentConstraint::at);
    return found == detail.constraints.end() ? nullptr : &found->constraint;
}

void copyConstraint(const Pointer& at, const AgentDelegation& from, AgentDelegation& to)
{
    std::erase_if(to.constraints, [&](const permissions::ArgumentConstraint& each) { return each.at == at; });
    if (const permissions::Constraint* constraint = constraintAt(from, at))
        to.constraints.push_back({at, *constraint});
    std::ranges::sort(to.constraints, {}, &permissions::ArgumentConstraint::at);
}

class Comparison {
public:
    Comparison(const AgentDelegation& before, const AgentDelegation& after, UnixSeconds now, const QLocale& locale)
        : m_before(before), m_after(after), m_now(now), m_locale(locale)
    {
    }

    [[nodiscard]] std::vector<Change> changes()
    {
        addWork();
        addMoney();
        addConstraints();
        addCounts();
        addTimes();
        add(
            limitLabel(Limit::Depth), About::Limit, [](const AgentDelegation& d) { return depthWords(d.maxDepth); },
            [](const AgentDelegation& from, AgentDelegation& to) { to.maxDepth = from.maxDepth; });
        add(
            translate("you are asked"), About::Limit,
            [this](const AgentDelegation& d) {
                const QString words = permissions::stepUpLabel(d, m_locale);
                return words.isEmpty() ? translate("never") : words;
            },
            [](const AgentDelegation& from, AgentDelegation& to) { to.stepUp = from.stepUp; });
        add(
            limitLabel(Limit::Reads), About::Limit, [](const AgentDelegation& d) { return readsWords(d.signedReads); },
            [](const AgentDelegation& from, AgentDelegation& to) { to.signedReads = from.signedReads; });
        std::vector<Change> found;
        for (const Aspect& aspect : m_aspects) {
            if (auto change = changeOf(aspect))
                found.push_back(std::move(*change));
        }
        return found;
    }

private:
    template <typename Words, typename Copy> void add(const QString& what, About about, Words words, Copy copy)
    {
        m_aspects.push_back({what, about, std::move(words), std::move(copy)});
    }

    void addWork()
    {
        add(
            translate("may do"), About::Work, [this](const AgentDelegation& d) { return actionsOf(d, m_locale); },
            [](const AgentDelegation& from, AgentDelegation& to) { to.actions = from.actions; });
        add(
            translate("where"), About::Work, [this](const AgentDelegation& d) { return placesOf(d, m_locale); },
            [](const AgentDelegation& from, AgentDelegation& to) { to.locations = from.locations; });
    }

    void addMoney()
    {
        if (!countsTheSame(m_before, m_after)) {
            add(
                translate("may spend at most"), About::Limit,
                [this](const AgentDelegation& d) { return spendOf(d, m_locale); },
                [](const AgentDelegation& from, AgentDelegation& to) { to.spend = from.spend; });
            return;
        }
        const auto limit = [this](const QString& what, std::optional<Amount> Spend::* member) {
            add(
                what, About::Limit,
                [this, member](const AgentDelegation& d) { return moneyOf((*d.spend).*member, *d.spend, m_locale); },
                [member](const AgentDelegation& from, AgentDelegation& to) {
                    (*to.spend).*member = (*from.spend).*member;
                    if (member == &Spend::perDay) // whose days they are goes with it
                        to.spend->zone = from.spend->zone;
                });
        };
        limit(limitLabel(Limit::PerAction), &Spend::perAction);
        limit(limitLabel(Limit::PerDay), &Spend::perDay);
        limit(limitLabel(Limit::Total), &Spend::total);
    }

    void addConstraints()
    {
        std::set<Pointer> pointers;
        for (const AgentDelegation* detail : {&m_before, &m_after}) {
            for (const permissions::ArgumentConstraint& each : detail->constraints)
                pointers.insert(each.at);
        }
        for (const Pointer& at : pointers) {
            add(
                permissions::argumentLabel(at), About::Limit,
                [this, at](const AgentDelegation& d) {
                    const permissions::Constraint* constraint = constraintAt(d, at);
                    return constraint ? permissions::constraintLabel(*constraint, m_locale) : noLimit();
                },
                [at](const AgentDelegation& from, AgentDelegation& to) { copyConstraint(at, from, to); });
        }
    }

    void addCounts()
    {
        add(
            limitLabel(Limit::Uses), About::Limit,
            [](const AgentDelegation& d) { return d.uses ? permissions::timesLabel(*d.uses) : noLimit(); },
            [](const AgentDelegation& from, AgentDelegation& to) { to.uses = from.uses; });
        add(
            translate("how fast"), About::Limit,
            [this](const AgentDelegation& d) { return d.rate ? permissions::rateLabel(*d.rate, m_locale) : noLimit(); },
            [](const AgentDelegation& from, AgentDelegation& to) { to.rate = from.rate; });
    }

    void addTimes()
    {
        const auto time = [this](const QString& what, std::optional<UnixSeconds> AgentDelegation::* member,
                              const QString& none) {
            add(
                what, About::Time,
                [this, member, none](
                    const AgentDelegation& d) { return d.*member ? timeWords(*(d.*member), m_now, m_locale) : none; },
                [member](const AgentDelegation& from, AgentDelegation& to) { to.*member = from.*member; });
        };
        time(translate("from"), &AgentDelegation::notBefore, translate("at once"));
        time(translate("until"), &AgentDelegation::expiresAt, translate("no end"));
        add(
            translate("time of day"), About::Time,
            [this](const AgentDelegation& d) {
                return d.dailyWindow ? permissions::windowLabel(*d.dailyWindow, m_locale) : translate("any");
            },
            [](const AgentDelegation& from, AgentDelegation& to) { to.dailyWindow = from.dailyWindow; });
    }

    [[nodiscard]] std::optional<Change> changeOf(const Aspect& aspect) const
    {
        AgentDelegation probe = m_before;
        aspect.copy(m_after, probe);
        if (probe == m_before)
            return std::nullopt;
        Change change{aspect.what, aspect.words(m_before), aspect.words(m_after), Direction::Other, aspect.about};
        if (permissions::narrows(Permission{{probe}}, Permission{{m_before}}))
            change.direction = Direction::Less;
        else if (permissions::narrows(Permission{{m_before}}, Permission{{probe}}))
            change.direction = Direction::More;
        return change;
    }

    const AgentDelegation& m_before;
    const AgentDelegation& m_after;
    UnixSeconds m_now;
    const QLocale& m_locale;
    std::vector<Aspect> m_aspects;
};

/// The place of each detail of `before` in `after`, its work going on there; -1: nowhere.
std::vector<int> partnersOf(const Permission& before, const Permission& after)
{
    std::vector<int> partners(before.details.size(), -1);
    std::vector<bool> taken(after.details.size(), false);
    for (std::size_t i = 0; i < before.details.size(); ++i) {
        for (std::size_t step = 0; step < after.details.size() && partners[i] < 0; ++step) {
            const std::size_t j = (i + step) % after.details.size(); // the one at the same place first
            if (!taken[j] && sameWork(before.details[i], after.details[j])) {
                partners[i] = static_cast<int>(j);
                taken[j] = true;
            }
        }
    }
    return partners;
}

QString sentenceOf(const AgentDelegation& detail, const QLocale& locale)
{
    return permissions::toSentences(Permission{{detail}}, locale).constFirst();
}

} // namespace

QString Change::text() const
{
    const QString line = before.isEmpty() ? translate("%1: %2 (new)").arg(what, after)
        : after.isEmpty()                 ? translate("%1: %2 (no longer)").arg(what, before)
                                          : translate("%1: %2 → %3").arg(what, before, after);
    if (before.isEmpty() || after.isEmpty())
        return line;
    switch (direction) {
    case Direction::More:
        return translate("%1 (more)").arg(line);
    case Direction::Less:
        return translate("%1 (less)").arg(line);
    case Direction::Other:
        break;
    }
    return translate("%1 (different)").arg(line);
}

bool sameWork(const AgentDelegation& a, const AgentDelegation& b)
{
    const auto meet = [](const auto& some, const auto& others) {
        return std::ranges::any_of(some, [&](const auto& one) {
            return std::ranges::any_of(
                others, [&](const auto& other) { return one.covers(other) || other.covers(one); });
        });
    };
    return meet(a.locations, b.locations) && meet(a.actions, b.actions);
}

std::vector<Change> changesBetween(
    const AgentDelegation& before, const AgentDelegation& after, UnixSeconds now, const QLocale& locale)
{
    return Comparison(before, after, now, locale).changes();
}

std::vector<Change> changesBetween(
    const Permission& before, const Permission& after, UnixSeconds now, const QLocale& locale)
{
    std::vector<Change> changes;
    const std::vector<int> partners = partnersOf(before, after);
    const bool several = before.details.size() > 1 || after.details.size() > 1;
    for (std::size_t i = 0; i < before.details.size(); ++i) {
        if (partners[i] < 0) {
            changes.push_back(
                {translate("may do"), sentenceOf(before.details[i], locale), {}, Direction::Less, About::Work});
            continue;
        }
        const AgentDelegation& there = after.details[static_cast<std::size_t>(partners[i])];
        for (Change& change : changesBetween(before.details[i], there, now, locale)) {
            if (several)
                change.what = translate("%1 (at %2)").arg(change.what, permissions::placesLabel(there, locale));
            changes.push_back(std::move(change));
        }
    }
    for (std::size_t j = 0; j < after.details.size(); ++j) {
        if (!std::ranges::contains(partners, static_cast<int>(j)))
            changes.push_back(
                {translate("may do"), {}, sentenceOf(after.details[j], locale), Direction::More, About::Work});
    }
    return changes;
}

QStringList narrowedSentences(const Permission& parent, const Permission& child, UnixSeconds now, const QLocale& locale)
{
    QStringList sentences;
    const std::vector<int> pairing = permissions::narrows(child, parent).value_or(std::vector<int>());
    for (std::size_t i = 0; i < pairing.size(); ++i) {
        const AgentDelegation& above = parent.details[static_cast<std::size_t>(pairing[i])];
        for (const Change& change : changesBetween(above, child.details[i], now, locale))
            sentences.append(translate("%1: %2 instead of %3").arg(change.what, change.after, change.before));
    }
    for (std::size_t i = 0; i < parent.details.size(); ++i) {
        if (!pairing.empty() && !std::ranges::contains(pairing, static_cast<int>(i)))
            sentences.append(translate("may not %1").arg(sentenceOf(parent.details[i], locale)));
    }
    return sentences;
}

} // namespace countersign::consent
