// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// How much may wait for the person, and what stops waiting.

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

#include <algorithm>

namespace countersign::authority {

namespace {

/// Which cap a new request would be over; empty: none.
Result<std::string_view> capReached(
    const Context& context, const ClientId& agent, const std::string& program, std::optional<uid_t> uid)
{
    const auto waiting = TRY(context.requests.waiting());
    if (waiting.size() >= static_cast<std::size_t>(consent::kMaxWaiting))
        return "waiting_in_all";
    const auto ofAgent = std::ranges::count(waiting, agent, [](const auto& one) { return one.request.agent; });
    if (ofAgent >= consent::kMaxWaitingPerAgent)
        return "waiting_of_agent";
    const auto ofProgram =
        std::ranges::count(waiting, program, [](const auto& one) { return one.request.evidence.executable(); });
    if (!program.empty() && ofProgram >= kMaxWaitingPerExecutable)
        return "waiting_of_program";
    const int most = uid ? kMaxWaitingPerUid : kMaxWaitingOfUnnamed;
    return TRY(context.requests.countWaitingOf(uid)) >= most ? "waiting_of_user" : "";
}

} // namespace

std::unexpected<Error> refuseAndLog(
    Context& context, const agents::Agent& agent, ErrorCode code, std::string_view reason, std::string message)
{
    ++context.refusedRequests;
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::RequestRefused, agent);
    leaf.claims["reason"] = reason;
    if (auto logged = appendLeaf(context, leaf); !logged)
        return std::unexpected(std::move(logged.error()));
    return refuse(context, code, std::move(message));
}

Result<void> mayAsk(
    Context& context, const agents::RegisteredAgent& agent, const std::string& program, std::optional<uid_t> uid)
{
    if (agent.coolDownUntil > context.now())
        return refuseAndLog(context, agent.agent, ErrorCode::TemporarilyUnavailable, "cool_down",
            "Nobody answered this agent's last requests; it may ask again later.");
    if (const auto cap = TRY(capReached(context, agent.agent.id, program, uid)); !cap.empty())
        return refuseAndLog(context, agent.agent, ErrorCode::TemporarilyUnavailable, cap,
            "Too many requests are waiting for the person; ask again later.");
    return {};
}

Result<void> cancelRequestsAbout(Context& context, const GrantId& grant)
{
    for (const StoredRequest& stored : TRY(context.requests.waitingAbout(grant))) {
        TRY(context.requests.end(stored.row, consent::RequestState::Cancelled, context.now()));
        context.touched.requests.insert(stored.request.publicId);
        if (const auto known = TRY(context.registry.find(stored.request.agent)))
            TRY(appendLeaf(context, draftAbout(audit::LeafKind::RequestCancelled, known->agent, stored.request)));
    }
    return {};
}

} // namespace countersign::authority
