// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/consent/demands.h"

#include "core/base/text_safety.h"
#include "core/consent/screen.h"
#include "core/consent/screen_words.h"
#include "core/consent/trust_words.h"
#include "core/permissions/words.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace countersign::consent {

namespace {

using Met = Demand::Met;

constexpr std::size_t kMaxCapabilityShown = 120;

Met metIf(bool is)
{
    return is ? Met::Yes : Met::No;
}

QString levelText(services::TrustLevel level)
{
    const std::string_view name = services::levelName(level);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

QString limitText(const services::SpendLimit& limit, const QLocale& locale)
{
    if (limit.allowsNothing())
        //: %1: the code of a currency
        return translate("that an agent spends nothing in %1").arg(QString::fromStdString(limit.currency.code()));
    const auto money = [&](Amount amount) { return permissions::moneyLabel(amount, limit.currency, locale); };
    if (limit.perAction && limit.perDay)
        return translate("that an agent spends at most %1 each and %2 a day")
            .arg(money(*limit.perAction), money(*limit.perDay));
    return limit.perAction ? translate("that an agent spends at most %1 each").arg(money(*limit.perAction))
                           : translate("that an agent spends at most %1 a day").arg(money(*limit.perDay));
}

/// Of another action, which leaves what may be spent in other currencies as it is: of those in one currency the
/// stricter is told.
void addLimits(std::vector<services::SpendLimit>& told, const std::vector<services::SpendLimit>& more)
{
    for (const services::SpendLimit& limit : more) {
        const auto same = std::ranges::find(told, limit.currency, &services::SpendLimit::currency);
        if (same == told.end())
            told.push_back(limit);
        else
            *same = services::both({.spendLimits = {*same}}, {.spendLimits = {limit}}).spendLimits.front();
    }
}

bool isKept(const Demanded& demanded, const Edit& edit)
{
    const auto detail = static_cast<std::size_t>(demanded.detail);
    const auto action = static_cast<std::size_t>(demanded.action);
    return detail >= edit.details.size() || action >= edit.details[detail].keptActions.size()
        || edit.details[detail].keptActions[action];
}

/// What is demanded at one service, and what is shown of it.
class Beside {
public:
    Beside(const ScreenFacts& facts, QString place, const QLocale& locale)
        : m_facts(facts), m_place(std::move(place)), m_locale(locale), m_counts(facts.trust.at(facts.at))
    {
    }

    void addUnreadable()
    {
        add(translate("something that can't be read any more"), translate("import its document again"), Met::No);
    }

    void add(const services::Requirements& demanded)
    {
        if (demanded.minimumLevel != services::TrustLevel::L0)
            add(translate("a trust level of %1 at least").arg(levelText(demanded.minimumLevel)),
                trustLevelWords(m_counts, m_facts.at), metIf(m_counts.level >= demanded.minimumLevel));
        if (demanded.screening == services::Screening::Required)
            add(translate("a sanctions screening that found nothing, and is not too old"),
                screeningStateWords(m_counts, m_facts.at), metIf(m_counts.screening == agents::Screening::Clear));
        if (demanded.identity == services::IdentityMethod::ChallengeResponse)
            add(translate("that it has proven its key"),
                m_facts.keyShown == KeyShown::Yes ? translate("it has") : translate("it has not yet"),
                metIf(m_facts.keyShown == KeyShown::Yes));
        addCapabilities(demanded);
        if (demanded.agentSignature == services::AgentSignature::Asked)
            add(translate("that each request is signed with Agent-Signature, or by RFC 9421"));
        for (const services::SpendLimit& limit : demanded.spendLimits)
            add(limitText(limit, m_locale));
    }

    [[nodiscard]] std::vector<Demand> take() { return std::move(m_demands); }

private:
    void add(const QString& demanded, const QString& shown = {}, Met met = Met::Yes)
    {
        m_demands.push_back({m_place, demanded, shown, met});
    }

    void addCapabilities(const services::Requirements& demanded)
    {
        const agents::TrustEvidence sources = agents::asOf(m_facts.trust.evidence, m_facts.at);
        const bool counts = sources.distrust == agents::Distrust::None;
        for (const std::string& capability : demanded.capabilities) {
            const bool isListed = counts && std::ranges::contains(sources.capabilities, capability);
            add(translate("that its evidence lists “%1”").arg(safeText(capability, kMaxCapabilityShown).text),
                isListed ? translate("it does") : translate("it does not"), metIf(isListed));
        }
    }

    const ScreenFacts& m_facts;
    QString m_place;
    const QLocale& m_locale;
    agents::TrustEvidence m_counts;
    std::vector<Demand> m_demands;
};

} // namespace

QString Demand::text() const
{
    if (shown.isEmpty())
        return translate("%1 demands %2").arg(place, demanded);
    return met == Met::Yes ? translate("✔ %1 demands %2 — shown: %3").arg(place, demanded, shown)
                           : translate("✘ %1 demands %2 — MISSING: %3").arg(place, demanded, shown);
}

std::vector<Demand> demandsBeside(const ScreenFacts& facts, const Edit& edit, const QLocale& locale)
{
    struct AtPlace {
        services::Requirements together; ///< without spend limits
        std::vector<services::SpendLimit> limits;
        Demanded::Known known = Demanded::Known::Yes;
    };
    std::map<std::string, AtPlace> places;
    for (const Demanded& demanded : facts.demanded) {
        if (!isKept(demanded, edit))
            continue;
        AtPlace& at = places[demanded.place];
        services::Requirements requirements = demanded.requirements;
        addLimits(at.limits, std::exchange(requirements.spendLimits, {}));
        at.together = services::both(at.together, requirements);
        at.known = std::max(at.known, demanded.known);
    }
    std::vector<Demand> all;
    for (auto& [place, at] : places) {
        at.together.spendLimits = std::move(at.limits);
        Beside beside(facts, safeText(place).text, locale);
        if (at.known == Demanded::Known::Unreadable)
            beside.addUnreadable();
        beside.add(at.together);
        std::ranges::move(beside.take(), std::back_inserter(all));
    }
    return all;
}

} // namespace countersign::consent
