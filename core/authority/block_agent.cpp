// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {

Result<agents::Agent> findAgent(const Context& context, const ClientId& id)
{
    auto known = TRY(context.registry.find(id));
    if (!known)
        return fail(ErrorCode::NotFound, "There is no such agent.");
    return std::move(known->agent);
}

/// Others may have changed too: those that come with the same key or program.
Result<void> touchAllAgents(Context& context)
{
    for (const ClientId& id : TRY(context.registry.ids()))
        context.touched.agents.insert(id);
    return {};
}

Result<void> blockRequests(Context& context, const agents::Agent& agent)
{
    for (const StoredRequest& stored : TRY(context.requests.waiting())) {
        const std::string program = stored.request.evidence.executable();
        if (stored.request.agent != agent.id && (program.empty() || program != agent.executable))
            continue;
        const agents::Agent asker = TRY(findAgent(context, stored.request.agent));
        TRY(context.requests.end(stored.row, consent::RequestState::Blocked, context.now()));
        TRY(appendLeaf(context, draftAbout(audit::LeafKind::RequestBlocked, asker, stored.request)));
        context.touched.requests.insert(stored.request.publicId);
    }
    return {};
}

Result<void> logStanding(Context& context, audit::LeafKind kind, const agents::Agent& agent)
{
    audit::LeafDraft leaf = draftAbout(kind, agent);
    if (!agent.executable.empty())
        leaf.privateText = agent.executable;
    TRY(appendLeaf(context, leaf));
    return {};
}

} // namespace

Result<void> blockAgent(Context& context, const ClientId& id)
{
    const agents::Agent agent = TRY(findAgent(context, id));
    TRY(revokeAllOf(context, id, grants::EndReason::AgentBlocked));
    TRY(blockRequests(context, agent));
    TRY(context.registry.block(agent, context.now()));
    TRY(logStanding(context, audit::LeafKind::AgentBlocked, agent));
    return touchAllAgents(context);
}

Result<void> unblockAgent(Context& context, const ClientId& id)
{
    TRY(mayExtend(context));
    const agents::Agent agent = TRY(findAgent(context, id));
    TRY(context.registry.unblock(agent));
    TRY(logStanding(context, audit::LeafKind::AgentUnblocked, agent));
    TRY(signLog(context));
    return touchAllAgents(context);
}

} // namespace countersign::authority
