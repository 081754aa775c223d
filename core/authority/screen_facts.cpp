// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {

Result<void> addHeld(const Context& context, consent::ScreenFacts& facts, const ClientId& agent)
{
    for (grants::Grant& grant : TRY(context.ledger.ofAgent(agent, kHeldBeforeShown))) {
        const bool live = grant.state == grants::GrantState::Live && grant.expiresAt > facts.at;
        (live ? facts.holdsNow : facts.heldBefore).push_back(std::move(grant.permission));
    }
    return {};
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
    consent::ScreenFacts& facts = waiting.facts;
    facts.requestId = stored.request.publicId;
    facts.agentName = safeText(known->agent.name);
    facts.agentKey = known->agent.key;
    facts.evidence = stored.request.evidence;
    facts.firstSeen = known->agent.registeredAt;
    facts.asked = stored.request.asked;
    facts.bindingMessage = stored.request.bindingMessage;
    facts.timesAsked = stored.request.timesAsked;
    facts.at = context.now();
    TRY(addHeld(context, facts, known->agent.id));
    return waiting;
}

} // namespace countersign::authority
