// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The person is asked about one action with its exact arguments, and an approval is good for exactly those, once.

#include "core/authority/leaves.h"
#include "core/authority/signed_consent.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using audit::LeafKind;
using consent::Purpose;

std::string mergeKeyOf(const grants::Grant& grant, const permissions::ActionRequest& action)
{
    return crypto::sha256("action " + grant.id.value + ' ' + consent::actionDigest(action));
}

StoredRequest toRequest(const Context& context, const grants::Grant& grant, const permissions::ActionRequest& action,
    const decision::Verdict& verdict)
{
    const UnixSeconds now = context.now();
    StoredRequest stored;
    stored.idHash = crypto::sha256(crypto::randomToken()); // nobody polls for it
    stored.mergeKey = mergeKeyOf(grant, action);
    stored.askedBecause = verdict.sentence;
    stored.request.publicId = crypto::randomId();
    stored.request.agent = grant.agent;
    stored.request.receivedAt = now;
    stored.request.expiresAt = std::min(now + consent::kDefaultRequestLife, grant.expiresAt);
    stored.request.purpose = Purpose::Action;
    stored.request.grant = grant.id;
    stored.request.action = action;
    return stored;
}

Result<AskedAction> logAsked(Context& context, LeafKind kind, const grants::Grant& grant, const StoredRequest& stored,
    const PerformAction& command)
{
    audit::LeafDraft leaf = draftAbout(kind, grant);
    leaf.claims["service_id"] = command.service.value;
    if (command.signature)
        leaf.claims["signature_digest"] = command.signature->digest;
    leaf.claims["request_id"] = stored.request.publicId;
    leaf.claims["expires_at"] = stored.request.expiresAt.value;
    leaf.claims["action"] = stored.request.action->action.name();
    leaf.claims["location"] = stored.request.action->location.url();
    leaf.privateText = consent::actionJson(*stored.request.action);
    context.touched.requests.insert(stored.request.publicId);
    return AskedAction{stored.request.publicId, TRY(appendLeaf(context, leaf)).index};
}

/// The grant to act under, in force with all above it.
Result<grants::Grant> grantOfAction(Context& context, const StoredRequest& stored)
{
    const auto chain = TRY(context.ledger.chainOf(stored.request.grant.value_or(GrantId{})));
    TRY(checkInForce(context, chain));
    return chain.back();
}

} // namespace

Result<AskedAction> askAboutAction(
    Context& context, const grants::Grant& grant, const PerformAction& command, const decision::Verdict& verdict)
{
    const permissions::ActionRequest& action = command.request;
    const auto known = TRY(context.registry.find(grant.agent));
    if (!known)
        return fail(ErrorCode::StorageCorrupt, "A grant's agent is not known.");
    if (const auto equal = TRY(context.requests.findEqual(grant.agent, mergeKeyOf(grant, action)))) {
        TRY(context.requests.askedAgain(equal->row));
        return logAsked(context, LeafKind::RequestMerged, grant, *equal, command);
    }
    TRY(mayAsk(context, *known, {}, known->uid));
    StoredRequest stored = toRequest(context, grant, action, verdict);
    TRY(context.requests.add(stored));
    return logAsked(context, LeafKind::ActionAsked, grant, stored, command);
}

Result<GrantId> approveAction(Context& context, const Decision& decision, const StoredRequest& stored)
{
    const grants::Grant grant = TRY(grantOfAction(context, stored));
    const WaitingRequest now = TRY(waitingRequest(context, stored));
    context.touched.requests.insert(stored.request.publicId);
    TRY(holdToScreen(shownOf(decision), now.facts));
    consent::ConsentRecord record = recordAbout(context, grant, Purpose::Action, shownOf(decision));
    record.requestId = stored.request.publicId;
    record.actionDigest = consent::actionDigest(*stored.request.action);
    record.expiresAt = std::min(stored.request.expiresAt + kApprovalRest, grant.expiresAt);
    TRY(context.approvals.add({grant.id, record.actionDigest, record.requestId, record.expiresAt}));
    TRY(signAndKeep(context, grant, record, shownOf(decision)));
    TRY(context.requests.approve(stored.row, grant.id, context.now()));
    return grant.id;
}

} // namespace countersign::authority
