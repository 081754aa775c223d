// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/leaves.h"
#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/permissions/permission_json.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using audit::LeafKind;

StoredRequest toRequest(const Context& context, const DelegationRequest& command, const std::string& secret)
{
    const UnixSeconds now = context.now();
    StoredRequest stored;
    stored.idHash = crypto::sha256(secret);
    stored.mergeKey = command.digest;
    stored.request.publicId = crypto::randomId();
    stored.request.agent = command.agent;
    stored.request.asked = command.asked;
    stored.request.purpose = command.replaces ? consent::Purpose::Replacement : consent::Purpose::Grant;
    stored.request.grant = command.replaces;
    stored.request.bindingMessage = command.bindingMessage;
    stored.request.openid = command.openid;
    stored.request.dpopKey = command.dpopKey;
    stored.request.evidence = command.evidence;
    stored.request.receivedAt = now;
    stored.request.expiresAt = now + std::clamp(command.life, std::chrono::seconds(1), consent::kMaxRequestLife);
    return stored;
}

Result<void> logReceived(Context& context, LeafKind kind, const agents::Agent& agent, const consent::Request& request)
{
    audit::LeafDraft leaf = draftAbout(kind, agent, request);
    leaf.claims["expires_at"] = request.expiresAt.value;
    if (request.grant)
        leaf.claims["replaces"] = request.grant->value;
    leaf.claims["asked"] = TRY(json::parse(permissions::permissionJson(request.asked)));
    TRY(appendLeaf(context, leaf));
    context.touched.requests.insert(request.publicId);
    return {};
}

Result<void> checkAsked(const Context& context, const consent::Request& request)
{
    for (const permissions::AgentDelegation& detail : request.asked.details) {
        if (detail.expiresAt && *detail.expiresAt <= context.now())
            return fail(ErrorCode::InvalidAuthorizationDetails, "expires_at lies in the past.");
    }
    if (!fitsIntoToken(context, request))
        return fail(ErrorCode::InvalidAuthorizationDetails, "That is more than fits into one token; ask for less.");
    return {};
}

/// What is to be replaced is the agent's own, and has not ended.
Result<void> checkReplaced(const Context& context, const DelegationRequest& command)
{
    if (!command.replaces)
        return {};
    const auto grant = TRY(context.ledger.find(*command.replaces));
    const bool isOpen = grant && (grant->state == grants::GrantState::Live || grant->state == grants::GrantState::Held);
    if (!isOpen || grant->agent != command.agent)
        return fail(
            ErrorCode::InvalidGrantId, "There is no grant of this client with that grant_id that could be replaced.");
    return {};
}

Result<void> rememberProgram(Context& context, const agents::Agent& agent, const agents::ProcessEvidence& evidence)
{
    const std::string program = evidence.executable();
    if (program.empty() || program == agent.executable || !isValidUtf8(program))
        return {};
    context.touched.agents.insert(agent.id);
    return context.registry.seenAs(agent.id, program);
}

} // namespace

Result<AcceptedRequest> requestDelegation(Context& context, const DelegationRequest& command)
{
    TRY(useProofsOf(context, command.agent, command.proofs));
    const auto known = TRY(context.registry.find(command.agent));
    if (!known || known->agent.standing == agents::Standing::Forgotten)
        return refuse(context, ErrorCode::InvalidClient, "No such client is registered.");
    TRY(mayExtend(context));
    const agents::Agent& agent = known->agent;
    if (agent.standing == agents::Standing::Blocked
        || TRY(context.registry.isBlocked(agent.key, command.evidence.executable())))
        return refuseAndLog(
            context, agent, ErrorCode::UnauthorizedClient, "blocked", "The person has blocked this agent.");

    const std::string secret = crypto::randomToken();
    StoredRequest stored = toRequest(context, command, secret);
    for (const auto& checked : {checkAsked(context, stored.request), checkReplaced(context, command)}) {
        if (!checked)
            return refuse(context, checked.error().code, checked.error().message);
    }
    TRY(rememberProgram(context, agent, command.evidence));

    if (const auto equal = TRY(context.requests.findEqual(command.agent, command.digest))) {
        TRY(context.requests.replace(*equal, stored, context.now()));
        TRY(logReceived(context, LeafKind::RequestMerged, agent, stored.request));
    } else {
        TRY(mayAsk(context, *known, command.evidence.executable(), command.peer.uid));
        TRY(context.requests.add(stored));
        TRY(logReceived(context, LeafKind::RequestReceived, agent, stored.request));
    }
    TRY(keyWasProven(context, agent.id)); // by its assertion, which what was logged bears out
    return AcceptedRequest{
        RequestId{secret}, stored.request.expiresAt - stored.request.receivedAt, stored.pollInterval};
}

} // namespace countersign::authority
