// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/permissions/permission_json.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using audit::LeafKind;

constexpr std::size_t kPublicIdBytes = 16;

/// A refusal that the person is told of: counted, and logged with its reason.
Result<AcceptedRequest> refuseAndLog(
    Context& context, const agents::Agent& agent, ErrorCode code, std::string_view reason, std::string message)
{
    ++context.refusedRequests;
    audit::LeafDraft leaf = draftAbout(LeafKind::RequestRefused, agent);
    leaf.claims["reason"] = reason;
    TRY(appendLeaf(context, leaf));
    return refuse(context, code, std::move(message));
}

/// Which cap a new request would be over; empty: none.
Result<std::string_view> capReached(const Context& context, const DelegationRequest& command)
{
    const auto waiting = TRY(context.requests.waiting());
    if (waiting.size() >= static_cast<std::size_t>(consent::kMaxWaiting))
        return "waiting_in_all";
    const auto ofAgent = std::ranges::count(waiting, command.agent, [](const auto& one) { return one.request.agent; });
    if (ofAgent >= consent::kMaxWaitingPerAgent)
        return "waiting_of_agent";
    const std::string program = command.evidence.executable();
    const auto ofProgram =
        std::ranges::count(waiting, program, [](const auto& one) { return one.request.evidence.executable(); });
    if (!program.empty() && ofProgram >= kMaxWaitingPerExecutable)
        return "waiting_of_program";
    return TRY(context.requests.countWaitingOf(command.peer.uid)) >= kMaxWaitingPerUid ? "waiting_of_user" : "";
}

StoredRequest toRequest(const Context& context, const DelegationRequest& command, const std::string& secret)
{
    const UnixSeconds now = context.now();
    StoredRequest stored;
    stored.idHash = crypto::sha256(secret);
    stored.mergeKey = command.digest;
    stored.request.publicId = crypto::randomToken(kPublicIdBytes);
    stored.request.agent = command.agent;
    stored.request.asked = command.asked;
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
    if (!known)
        return refuse(context, ErrorCode::InvalidClient, "No such client is registered.");
    TRY(mayExtend(context));
    const agents::Agent& agent = known->agent;
    if (agent.standing == agents::Standing::Blocked
        || TRY(context.registry.isBlocked(agent.key, command.evidence.executable())))
        return refuseAndLog(
            context, agent, ErrorCode::UnauthorizedClient, "blocked", "The person has blocked this agent.");

    const std::string secret = crypto::randomToken();
    StoredRequest stored = toRequest(context, command, secret);
    if (auto checked = checkAsked(context, stored.request); !checked)
        return refuse(context, checked.error().code, checked.error().message);
    TRY(rememberProgram(context, agent, command.evidence));

    if (const auto equal = TRY(context.requests.findEqual(command.agent, command.digest))) {
        TRY(context.requests.replace(*equal, stored, context.now()));
        TRY(logReceived(context, LeafKind::RequestMerged, agent, stored.request));
    } else {
        if (known->coolDownUntil > context.now())
            return refuseAndLog(context, agent, ErrorCode::TemporarilyUnavailable, "cool_down",
                "Nobody answered this agent's last requests; it may ask again later.");
        if (const auto cap = TRY(capReached(context, command)); !cap.empty())
            return refuseAndLog(context, agent, ErrorCode::TemporarilyUnavailable, cap,
                "Too many requests are waiting for the person; ask again later.");
        TRY(context.requests.add(stored));
        TRY(logReceived(context, LeafKind::RequestReceived, agent, stored.request));
    }
    return AcceptedRequest{
        RequestId{secret}, stored.request.expiresAt - stored.request.receivedAt, stored.pollInterval};
}

} // namespace countersign::authority
