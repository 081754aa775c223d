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

Result<void> logRegistered(Context& context, const agents::Agent& agent, agents::KeyProof proof)
{
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::AgentRegistered, agent);
    if (proof == agents::KeyProof::Proven)
        leaf.claims[kKeyProofClaim] = kKeyProvenByDpop;
    if (!agent.name.empty())
        leaf.privateText = agent.name;
    TRY(appendLeaf(context, leaf));
    return {};
}

Result<void> add(Context& context, const agents::Agent& agent, const crypto::PublicKey& key, std::optional<uid_t> uid,
    agents::KeyProof proof)
{
    TRY(context.registry.add(agent, key, uid));
    TRY(logRegistered(context, agent, proof));
    context.touched.agents.insert(agent.id);
    return recallTrust(context, agent);
}

/// It was known, and shows only now that the key is its own.
Result<void> logFirstProof(Context& context, const agents::Agent& agent, agents::KeyProof proof)
{
    const bool isNew = proof == agents::KeyProof::Proven && agent.standing == agents::Standing::Ordinary
        && !TRY(context.trust.shown(agent.id)).provenAt;
    return isNew ? logRegistered(context, agent, proof) : Result<void>();
}

/// Known by a link so far, it introduces itself.
Result<agents::Agent> introduce(Context& context, agents::Agent agent, const RegisterAgent& command)
{
    agent.name = command.name;
    TRY(context.registry.introduce(agent.id, command.name, command.peer.uid));
    TRY(logRegistered(context, agent, command.proof));
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
    if (known && (known->uid || command.name.empty())) {
        TRY(logFirstProof(context, known->agent, command.proof));
        return known->agent;
    }
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
    TRY(add(context, agent, command.key, command.peer.uid, command.proof));
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
    TRY(add(context, agent, key, std::nullopt, agents::KeyProof::Unproven));
    return agent;
}

} // namespace countersign::authority
