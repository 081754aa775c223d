// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The person decides on a request.

#include "core/authority/catalogue_cases.h"
#include "core/authority/leaves.h"
#include "core/authority/signed_consent.h"
#include "core/authority/successors.h"
#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"

namespace countersign::authority {

namespace {

using consent::RequestState;
using grants::GrantState;

std::string alreadyEnded(RequestState state)
{
    return "The request was already " + std::string(consent::requestStateName(state)) + '.';
}

/// A late answer never overrides how a request ended.
Result<StoredRequest> stillWaiting(const Context& context, const std::string& publicId)
{
    auto stored = TRY(context.requests.findByPublicId(publicId));
    if (!stored)
        return fail(ErrorCode::NotFound, "There is no such request.");
    if (stored->request.state != RequestState::Waiting)
        return fail(ErrorCode::InvalidGrant, alreadyEnded(stored->request.state));
    if (stored->request.expiresAt <= context.now())
        return fail(ErrorCode::InvalidGrant, alreadyEnded(RequestState::Expired));
    return std::move(*stored);
}

Result<permissions::Permission> grantedBy(Context& context, const Decision& decision, const StoredRequest& stored)
{
    const WaitingRequest now = TRY(waitingRequest(context, stored));
    if (auto held = holdToScreen(shownOf(decision), now.facts); !held) {
        context.touched.requests.insert(stored.request.publicId);
        return std::unexpected(std::move(held.error()));
    }
    permissions::Permission granted = TRY(consent::grantOf(decision.facts, decision.edit));
    TRY(permissions::narrows(granted, stored.request.asked));
    const auto end = granted.end();
    if (!end || *end <= context.now() || *end > context.now() + permissions::kMaxGrantLife)
        return fail(ErrorCode::InvalidInput, "The end must lie in the future, and within a year.");
    return granted;
}

grants::Grant newGrant(
    const Context& context, const StoredRequest& stored, const agents::Agent& agent, permissions::Permission granted)
{
    grants::Grant grant;
    grant.id.value = crypto::randomId();
    grant.agent = stored.request.agent;
    grant.agentKey = agent.key;
    grant.createdAt = context.now();
    grant.expiresAt = *granted.end();
    grant.permission = std::move(granted);
    return grant;
}

consent::ConsentRecord recordOf(
    const Context& context, const Decision& decision, const StoredRequest& stored, const grants::Grant& grant)
{
    consent::ConsentRecord record = recordAbout(context, grant, stored.request.purpose, shownOf(decision));
    record.requestId = stored.request.publicId;
    record.asked = stored.request.asked;
    record.granted = grant.permission;
    record.expiresAt = grant.expiresAt;
    record.replaces = stored.request.grant;
    return record;
}

/// The grant that the request would replace, which goes on counting in the new one.
Result<std::optional<grants::Grant>> replacedBy(const Context& context, const StoredRequest& stored)
{
    if (stored.request.purpose != consent::Purpose::Replacement)
        return std::nullopt;
    auto old = TRY(context.ledger.find(*stored.request.grant));
    const bool isOpen = old && (old->state == GrantState::Live || old->state == GrantState::Held);
    if (!isOpen || old->agent != stored.request.agent)
        return fail(ErrorCode::InvalidGrant, "The permission that this would replace has ended.");
    return old;
}

bool spendSameCurrency(const permissions::AgentDelegation& a, const permissions::AgentDelegation& b)
{
    return a.spend && b.spend && a.spend->currency == b.spend->currency;
}

/// The new grant goes on counting. What the old one spent today of a detail that has no place there, or another
/// currency there, still counts for the agent, under the old one.
CountsGoOn countsOf(const grants::Grant& old, const grants::Grant& grant)
{
    CountsGoOn counts{successors(old.permission, grant.permission), std::vector<int>()};
    for (std::size_t i = 0; i < counts.detailOf.size(); ++i) {
        const int place = counts.detailOf[i];
        if (place >= 0
            && spendSameCurrency(old.permission.details[i], grant.permission.details[static_cast<std::size_t>(place)]))
            counts.daysMoved->push_back(static_cast<int>(i));
    }
    return counts;
}

Result<void> carryOver(Context& context, const grants::Grant& old, const grants::Grant& grant, const CountsGoOn& counts)
{
    TRY(context.uses.carryOver(old.id, grant.id, counts.detailOf));
    for (const int detail : *counts.daysMoved)
        TRY(context.uses.moveDayAway(old.id, detail));
    return {};
}

Result<void> keepGrant(Context& context, const Decision& decision, const StoredRequest& stored,
    const grants::Grant& grant, const std::optional<grants::Grant>& replaced)
{
    const auto counts = replaced ? std::optional(countsOf(*replaced, grant)) : std::nullopt;
    TRY(signAndKeep(context, grant, recordOf(context, decision, stored, grant), shownOf(decision), counts));
    TRY(context.ledger.add(grant, stored.row));
    TRY(context.requests.approve(stored.row, grant.id, context.now()));
    TRY(offersCanBeRead(context, grant));
    if (!replaced)
        return {};
    TRY(carryOver(context, *replaced, grant, *counts));
    return endGrant(context, replaced->id, grants::EndReason::Replaced);
}

} // namespace

Result<GrantId> approveRequest(Context& context, const Decision& decision)
{
    TRY(mayExtend(context));
    const StoredRequest stored = TRY(stillWaiting(context, decision.requestId));
    if (!context.personKey)
        return fail(ErrorCode::KeychainLocked, "Your key is locked. Enter your passphrase to approve.");
    const auto known = TRY(context.registry.find(stored.request.agent));
    if (!known || known->agent.standing != agents::Standing::Ordinary)
        return fail(ErrorCode::UnauthorizedClient, "This agent is blocked.");
    if (TRY(trustOf(context, known->agent.id)).screening == agents::Screening::Hit)
        return fail(ErrorCode::AccessDenied,
            "A sanctions screening of this agent had a hit: whatever it is given would end at once. Deny the request.");
    TRY(context.registry.setCoolDown(known->agent.id, 0, {}));
    if (stored.request.purpose == consent::Purpose::Action)
        return approveAction(context, decision, stored);
    const auto replaced = TRY(replacedBy(context, stored));
    const grants::Grant grant = newGrant(context, stored, known->agent, TRY(grantedBy(context, decision, stored)));
    TRY(keepGrant(context, decision, stored, grant, replaced));
    context.touched.holders.insert(known->agent.id);
    context.touched.grants.insert(grant.id);
    context.touched.requests.insert(stored.request.publicId);
    return grant.id;
}

Result<void> denyRequest(Context& context, const std::string& publicId)
{
    const StoredRequest stored = TRY(stillWaiting(context, publicId));
    const auto known = TRY(context.registry.find(stored.request.agent));
    if (!known)
        return fail(ErrorCode::NotFound, "The request's agent is not known.");
    TRY(context.requests.end(stored.row, RequestState::Denied, context.now()));
    TRY(context.registry.setCoolDown(known->agent.id, 0, {}));
    TRY(appendLeaf(context, draftAbout(audit::LeafKind::RequestDenied, known->agent, stored.request)));
    context.touched.requests.insert(publicId);
    return {};
}

} // namespace countersign::authority
