// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/service_floor.h"

#include "core/authority/dropped_spending.h"
#include "core/base/try.h"

#include <algorithm>
#include <limits>

namespace countersign::authority {

namespace {

using services::Requirements;

Amount added(Amount sum, Amount more)
{
    return sum.plus(more).value_or(Amount::ofMillionths(std::numeric_limits<std::int64_t>::max()));
}

/// So many grants are added up at each action; whoever used more spends no more today.
constexpr std::size_t kMostSummed = 1000;

Result<void> addSpentUnder(const Context& context, const grants::Grant& grant, decision::Standing& standing)
{
    const auto totals = TRY(context.uses.totals(grant.id, grant.permission, context.now()));
    for (std::size_t i = 0; i < totals.size(); ++i) {
        if (const auto& spend = grant.permission.details[i].spend)
            standing.spentToday[spend->currency] = added(standing.spentToday[spend->currency], totals[i].today);
    }
    return {};
}

/// Under all grants of the agent, each on its own day, and under what they were narrowed by since. What goes on under
/// one that replaced another counts there alone.
Result<void> addSpending(const Context& context, const grants::Grant& hop, decision::Standing& standing)
{
    TRY(addSpentUnder(context, hop, standing));
    const auto others = TRY(context.ledger.othersUsedSince(hop, context.now() - kLongestDay, kMostSummed));
    if (others.size() >= kMostSummed)
        standing.summed = decision::Standing::Summed::TooMany;
    for (const grants::Grant& grant : others)
        TRY(addSpentUnder(context, grant, standing));
    for (const Dropped& dropped : TRY(context.dropped.of(hop.agent, context.now())))
        standing.spentToday[dropped.currency] = added(standing.spentToday[dropped.currency], dropped.amount);
    return {};
}

bool spends(const grants::Grant& grant)
{
    return std::ranges::any_of(
        grant.permission.details, [](const permissions::AgentDelegation& detail) { return detail.spend.has_value(); });
}

/// The services with a document whose place covers that one. (Of a wider place something has no floor.)
Result<std::vector<const OfferedService*>> servicesAt(const Context& context, const permissions::Location& location)
{
    std::vector<const OfferedService*> found;
    for (const OfferedService& service : TRY(context.catalogues.offered())) {
        if (service.location.covers(location))
            found.push_back(&service);
    }
    return found;
}

/// What each action is demanded that is covered.
std::vector<Requirements> demandsWithin(const services::Catalogue& catalogue, const permissions::Action& action)
{
    std::vector<Requirements> demands;
    for (const services::Operation* operation : catalogue.coveredBy(action))
        demands.push_back(operation->requirements);
    if (demands.empty())
        demands.push_back(catalogue.demandedFor(action));
    return demands;
}

void addDemands(decision::Floor& floor, const OfferedService& service, const permissions::Action& action)
{
    if (!service.kept.catalogue) {
        floor.demandsRead = decision::Floor::Read::No;
        return;
    }
    const services::Operation* operation = service.kept.catalogue->find(action);
    Requirements demands = operation != nullptr ? operation->requirements : service.kept.catalogue->demandedFor(action);
    if (operation != nullptr && operation->effect == services::Effect::Reads)
        demands.spendLimits.clear(); // reading spends nothing
    floor.demands = services::both(floor.demands, demands);
}

/// Whether something of the detail may happen there.
bool touches(const permissions::AgentDelegation& detail, const permissions::Location& place)
{
    return std::ranges::any_of(
        detail.locations, [&](const permissions::Location& each) { return each.covers(place) || place.covers(each); });
}

void addDemanded(std::vector<consent::Demanded>& all, const OfferedService& service, int detail, int which,
    const permissions::Action& action)
{
    using Known = consent::Demanded::Known;
    decision::Floor floor;
    addDemands(floor, service, action);
    const auto known = floor.demandsRead == decision::Floor::Read::Yes ? Known::Yes : Known::Unreadable;
    if (known == Known::Unreadable || !floor.demands.isNothing())
        all.push_back({detail, which, service.location.place(), known, std::move(floor.demands)});
}

/// What counts of it, without what it spent. Whether its key is proven is looked up where that is demanded.
Result<decision::Standing> knownOf(const Context& context, const ClientId& agent, services::IdentityMethod identity)
{
    using Key = decision::Standing::Key;
    const agents::AgentTrust trust = TRY(context.trust.find(agent));
    Key key = Key::Unproven;
    if (identity == services::IdentityMethod::ChallengeResponse && TRY(context.trust.shown(agent)).provenAt)
        key = Key::Proven;
    return decision::standingOf(trust, context.now(), key);
}

/// The agents of a chain, without what they spent.
class Agents {
public:
    static Result<Agents> of(const Context& context, const std::vector<grants::Grant>& chain)
    {
        Agents agents;
        for (const grants::Grant& grant : chain)
            agents.m_standings.push_back(
                TRY(knownOf(context, grant.agent, services::IdentityMethod::ChallengeResponse)));
        return agents;
    }

    [[nodiscard]] bool allMeet(const Requirements& demands) const
    {
        return std::ranges::none_of(m_standings,
            [&](const decision::Standing& standing) { return decision::unmet(demands, standing).has_value(); });
    }

    [[nodiscard]] Result<bool> mayDoSomethingOf(
        const Context& context, const permissions::AgentDelegation& detail) const
    {
        for (const permissions::Location& location : detail.locations) {
            const auto services = TRY(servicesAt(context, location));
            const bool mayAct = std::ranges::any_of(detail.actions, [&](const permissions::Action& action) {
                return std::ranges::all_of(
                    services, [&](const OfferedService* service) { return mayDoSomethingAt(*service, action); });
            });
            if (mayAct && allMeet({}))
                return true;
        }
        return false;
    }

private:
    [[nodiscard]] bool mayDoSomethingAt(const OfferedService& service, const permissions::Action& action) const
    {
        return service.kept.catalogue
            && std::ranges::any_of(demandsWithin(*service.kept.catalogue, action),
                [this](const Requirements& each) { return allMeet(each); });
    }

    std::vector<decision::Standing> m_standings;
};

} // namespace

Result<decision::Floor> floorOf(const Context& context, const permissions::ActionRequest& action)
{
    decision::Floor floor;
    floor.caps = context.options.levelCaps;
    floor.capped = context.options.capped;
    for (const OfferedService& service : TRY(context.catalogues.offered())) {
        // What the asking service calls the place is its own word; the request went where it went.
        const bool isThere = service.location.covers(action.location)
            || (action.arrivedAt && service.location.covers(*action.arrivedAt));
        if (isThere)
            addDemands(floor, service, action.action);
    }
    return floor;
}

Result<std::vector<consent::Demanded>> demandedOf(const Context& context, const consent::ScreenFacts& facts)
{
    std::vector<consent::Demanded> all;
    for (const OfferedService& service : TRY(context.catalogues.offered())) {
        if (facts.action && service.location.covers(facts.action->location))
            addDemanded(all, service, 0, 0, facts.action->action);
        for (std::size_t i = 0; i < facts.asked.details.size(); ++i) {
            const permissions::AgentDelegation& detail = facts.asked.details[i];
            for (std::size_t j = 0; touches(detail, service.location) && j < detail.actions.size(); ++j)
                addDemanded(all, service, static_cast<int>(i), static_cast<int>(j), detail.actions[j]);
        }
    }
    return all;
}

Result<decision::Standing> standingOf(const Context& context, const grants::Grant& hop, const decision::Floor& floor)
{
    decision::Standing standing = TRY(knownOf(context, hop.agent, floor.demands.identity));
    if (spends(hop) && decision::limitsSpending(floor, standing))
        TRY(addSpending(context, hop, standing));
    return standing;
}

Result<bool> anythingWithinFloor(const Context& context, const std::vector<grants::Grant>& chain)
{
    const Agents agents = TRY(Agents::of(context, chain));
    const permissions::Permission permission = chain.back().inForce();
    for (const permissions::AgentDelegation& detail : permission.details) {
        if (TRY(agents.mayDoSomethingOf(context, detail)))
            return true;
    }
    return false;
}

} // namespace countersign::authority
