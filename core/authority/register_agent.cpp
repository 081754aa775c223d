// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/leaves.h"
#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"

#include <limits>

namespace countersign::authority {

namespace {

std::string programOf(const agents::ProcessEvidence& evidence)
{
    const std::string path = evidence.executable();
    return isValidUtf8(path) ? path : std::string();
}

Result<void> add(Context& context, const agents::Agent& agent, const crypto::PublicKey& key, std::optional<uid_t> uid)
{
    TRY(context.registry.add(agent, key, uid));
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::AgentRegistered, agent);
    if (!agent.name.empty())
        leaf.privateText = agent.name;
    TRY(appendLeaf(context, leaf));
    context.touched.agents.insert(agent.id);
    return {};
}

/// Known by a link so far, it introduces itself.
Result<agents::Agent> introduce(Context& context, agents::Agent agent, const RegisterAgent& command)
{
    agent.name = command.name;
    TRY(context.registry.introduce(agent.id, command.name, command.peer.uid));
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::AgentRegistered, agent);
    leaf.privateText = agent.name;
    TRY(appendLeaf(context, leaf));
    TRY(touchGrantsOf(context, agent.id));
    return agent;
}

} // namespace

Result<void> touchGrantsOf(Context& context, const ClientId& agent)
{
    context.touched.agents.insert(agent);
    context.touched.holders.insert(agent);
    for (const grants::Grant& grant : TRY(context.ledger.ofAgent(agent, std::numeric_limits<int>::max())))
        context.touched.grants.insert(grant.id);
    return {};
}

namespace {

Result<agents::Agent> registerOrFind(Context& context, const RegisterAgent& command)
{
    if (command.name.size() > agents::kMaxClientNameBytes || !isValidUtf8(command.name))
        return fail(ErrorCode::InvalidClientMetadata, "client_name is too long or not UTF-8.");
    const auto known = TRY(context.registry.findByKey(command.key.thumbprint()));
    if (known && (known->uid || command.name.empty()))
        return known->agent;
    TRY(mayExtend(context));
    if (TRY(context.registry.countOf(command.peer.uid)) >= agents::kMaxAgentsPerUid) {
        ++context.refusedRequests;
        return fail(ErrorCode::TemporarilyUnavailable, "This user has registered too many agents.");
    }
    if (known)
        return introduce(context, known->agent, command);
    agents::Agent agent{ClientId{crypto::randomId()}, command.name, command.key.thumbprint(),
        programOf(command.evidence), context.now(), agents::Standing::Ordinary};
    if (TRY(context.registry.isBlocked(agent.key, agent.executable)))
        agent.standing = agents::Standing::Blocked;
    TRY(add(context, agent, command.key, command.peer.uid));
    return agent;
}

} // namespace

Result<agents::Agent> registerAgent(Context& context, const RegisterAgent& command)
{
    TRY(useProofsOf(context, {}, command.proofs));
    agents::Agent agent = TRY(registerOrFind(context, command));
    TRY(showTrust(context, agent.id, command.trustToken, command.proof));
    return agent;
}

Result<agents::Agent> registerUnnamed(Context& context, const crypto::PublicKey& key)
{
    if (const auto known = TRY(context.registry.findByKey(key.thumbprint()))) {
        if (known->agent.standing == agents::Standing::Blocked)
            return fail(ErrorCode::UnauthorizedClient, "The person has blocked this agent.");
        return known->agent;
    }
    TRY(mayExtend(context));
    if (TRY(context.registry.isBlocked(key.thumbprint(), {})))
        return fail(ErrorCode::UnauthorizedClient, "The person has blocked this agent.");
    if (TRY(context.registry.countOf(std::nullopt)) >= agents::kMaxAgentsPerUid)
        return fail(ErrorCode::TemporarilyUnavailable, "Links have named too many agents that nobody registered.");
    const agents::Agent agent{
        ClientId{crypto::randomId()}, {}, key.thumbprint(), {}, context.now(), agents::Standing::Ordinary};
    TRY(add(context, agent, key, std::nullopt));
    return agent;
}

} // namespace countersign::authority
