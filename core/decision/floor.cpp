// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/decision/floor.h"

#include <algorithm>
#include <format>
#include <utility>

namespace countersign::decision {

namespace {

using permissions::Mismatch;
using permissions::Reason;
using services::Requirements;

Mismatch missing(std::string member, std::string sentence)
{
    return {Reason::WaitingForEvidence, std::move(member), std::move(sentence)};
}

bool demandsEvidence(const Requirements& demands)
{
    return demands.minimumLevel != services::TrustLevel::L0 || demands.screening == services::Screening::Required
        || demands.identity != services::IdentityMethod::Any || !demands.capabilities.empty();
}

std::optional<Mismatch> unscreened(const Requirements& demands, const Standing& standing)
{
    if (standing.screening == agents::Screening::Hit)
        return Mismatch{Reason::ScreeningHit, "screening", "A sanctions screening of the agent had a hit."};
    if (demands.screening == services::Screening::Required && standing.screening != agents::Screening::Clear)
        return missing("screening",
            standing.screening == agents::Screening::Stale
                ? "The service demands a sanctions screening, and the agent's is too old to count."
                : "The service demands a sanctions screening, and the agent was not screened.");
    return std::nullopt;
}

const services::SpendLimit* limitIn(const Requirements& demands, const Currency& currency)
{
    const auto found = std::ranges::find(demands.spendLimits, currency, &services::SpendLimit::currency);
    return found == demands.spendLimits.end() ? nullptr : &*found;
}

/// What is already spent, what it comes to, and who says how much.
struct Spending {
    Amount amount;
    Amount before;
    Standing::Summed summed;
    const Currency& currency;

    [[nodiscard]] std::string money(Amount of) const { return of.text() + ' ' + currency.code(); }

    [[nodiscard]] std::optional<Mismatch> over(Reason reason, std::string_view whose, const std::optional<Amount>& each,
        const std::optional<Amount>& aDay) const
    {
        if (each && amount > *each)
            return Mismatch{
                reason, "per_action", std::format("{} is over {} each, which {}.", money(amount), money(*each), whose)};
        if (aDay && summed == Standing::Summed::TooMany)
            return Mismatch{
                reason, "per_day", "The agent acts under too many grants for what it spent today to be added up here."};
        const auto sum = before.plus(amount);
        if (aDay && (!sum || *sum > *aDay))
            return Mismatch{reason, "per_day",
                std::format(
                    "{} on top of {} is over {} a day, which {}.", money(amount), money(before), money(*aDay), whose)};
        return std::nullopt;
    }
};

std::optional<Mismatch> overService(const Requirements& demands, const Spending& spending)
{
    if (demands.spendLimits.empty())
        return std::nullopt;
    const services::SpendLimit* limit = limitIn(demands, spending.currency);
    if (limit == nullptr)
        return Mismatch{Reason::ServiceLimit, "currency",
            std::format("The service lets agents spend nothing in {}.", spending.currency.code())};
    return spending.over(
        Reason::ServiceLimit, "is what the service lets an agent spend", limit->perAction, limit->perDay);
}

bool isCapped(const Floor& floor, const Standing& standing)
{
    return floor.capped == agents::Capped::Everybody || standing.known == Standing::Known::Yes
        || demandsEvidence(floor.demands);
}

} // namespace

Standing standingOf(const agents::AgentTrust& trust, UnixSeconds now, Standing::Key key)
{
    agents::TrustEvidence counts = trust.at(now);
    const bool isKnown = counts.source != agents::TrustSource::Nobody;
    const bool listsCapabilities = agents::asOf(trust.evidence, now).distrust == agents::Distrust::None;
    return {.level = counts.level,
        .screening = counts.screening,
        .capabilities = listsCapabilities ? std::move(counts.capabilities) : std::vector<std::string>(),
        .known = isKnown ? Standing::Known::Yes : Standing::Known::No,
        .key = key};
}

std::optional<Mismatch> unmet(const Requirements& demands, const Standing& standing)
{
    if (auto why = unscreened(demands, standing))
        return why;
    if (standing.level < demands.minimumLevel)
        return missing("level",
            std::format("The service demands {}, and the agent's evidence counts for {}.",
                services::levelName(demands.minimumLevel), services::levelName(standing.level)));
    if (demands.identity == services::IdentityMethod::ChallengeResponse && standing.key == Standing::Key::Unproven)
        return missing("identity", "The service demands that the agent has proven its key, and it has not.");
    for (const std::string& capability : demands.capabilities) {
        if (!std::ranges::contains(standing.capabilities, capability))
            return missing("capabilities", std::format("The agent's evidence does not list {}.", capability));
    }
    return std::nullopt;
}

std::optional<Mismatch> overspent(const Floor& floor, const Standing& standing, const Currency& currency, Amount amount)
{
    const auto before = standing.spentToday.find(currency);
    const Spending spending{
        amount, before == standing.spentToday.end() ? Amount() : before->second, standing.summed, currency};
    if (auto why = overService(floor.demands, spending))
        return why;
    if (!isCapped(floor, standing))
        return std::nullopt;
    const agents::SpendCaps caps = floor.caps.of(standing.level, currency);
    return spending.over(Reason::LevelCap,
        std::format("is what an agent of {} may spend", services::levelName(standing.level)), caps.perAction,
        caps.perDay);
}

bool limitsSpending(const Floor& floor, const Standing& standing)
{
    return !floor.demands.spendLimits.empty() || isCapped(floor, standing);
}

} // namespace countersign::decision
