// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/catalogue_cases.h"
#include "core/authority/service_floor.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {

Result<void> addHeld(const Context& context, consent::ScreenFacts& facts, const ClientId& agent)
{
    for (grants::Grant& grant : TRY(context.ledger.ofAgent(agent, kHeldBeforeShown))) {
        const bool live = grant.state == grants::GrantState::Live && grant.expiresAt > facts.at;
        (live ? facts.holdsNow : facts.heldBefore).push_back(grant.inForce());
    }
    return {};
}

/// What is known of the agent itself.
Result<consent::ScreenFacts> factsOf(const Context& context, const agents::Agent& agent)
{
    consent::ScreenFacts facts;
    facts.agentName = safeText(agent.name);
    facts.ownName = safeText(agent.ownName).text;
    facts.agentKey = agent.key;
    facts.firstSeen = agent.registeredAt;
    facts.at = context.now();
    facts.trust = TRY(context.trust.find(agent.id));
    facts.keyShown = TRY(context.trust.shown(agent.id)).provenAt ? consent::KeyShown::Yes : consent::KeyShown::No;
    TRY(addHeld(context, facts, agent.id));
    return facts;
}

} // namespace

Result<WaitingRequest> waitingRequest(const Context& context, const StoredRequest& stored)
{
    const auto known = TRY(context.registry.find(stored.request.agent));
    if (!known)
        return fail(ErrorCode::StorageCorrupt, "A request's agent is not known.");
    WaitingRequest waiting;
    waiting.request = stored.request;
    waiting.agent = known->agent;
    waiting.facts = TRY(factsOf(context, known->agent));
    consent::ScreenFacts& facts = waiting.facts;
    facts.requestId = stored.request.publicId;
    facts.evidence = stored.request.evidence;
    facts.asked = stored.request.asked;
    facts.bindingMessage = stored.request.bindingMessage;
    facts.timesAsked = stored.request.timesAsked;
    facts.purpose = stored.request.purpose;
    facts.action = stored.request.action;
    facts.askedBecause = stored.askedBecause;
    if (facts.purpose != consent::Purpose::Action)
        facts.offers = TRY(offersFor(context, facts.asked));
    if (facts.purpose == consent::Purpose::Replacement) {
        const auto replaced = TRY(context.ledger.find(stored.request.grant.value_or(GrantId{})));
        facts.before = replaced ? std::optional(replaced->permission) : std::nullopt;
    }
    facts.demanded = TRY(demandedOf(context, facts));
    return waiting;
}

Result<consent::ScreenFacts> narrowingFacts(const Context& context, const grants::Grant& grant)
{
    const auto known = TRY(context.registry.find(grant.agent));
    if (!known)
        return fail(ErrorCode::StorageCorrupt, "A grant's agent is not known.");
    consent::ScreenFacts facts = TRY(factsOf(context, known->agent));
    facts.purpose = consent::Purpose::Amendment;
    facts.asked = grant.inForce();
    if (facts.asked.details.empty())
        return fail(ErrorCode::InvalidGrant, "Nothing above this grant permits it any more.");
    return facts;
}

} // namespace countersign::authority
