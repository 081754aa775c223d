// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"

namespace countersign::authority {

namespace {
constexpr std::size_t kClientIdBytes = 16;

std::string programOf(const agents::ProcessEvidence& evidence)
{
    const std::string path = evidence.executable();
    return isValidUtf8(path) ? path : std::string();
}
} // namespace

Result<agents::Agent> registerAgent(Context& context, const RegisterAgent& command)
{
    if (command.name.size() > agents::kMaxClientNameBytes || !isValidUtf8(command.name))
        return fail(ErrorCode::InvalidClientMetadata, "client_name is too long or not UTF-8.");
    if (const auto known = TRY(context.registry.findByKey(command.key.thumbprint())))
        return known->agent;
    TRY(mayExtend(context));
    if (TRY(context.registry.countOf(command.peer.uid)) >= agents::kMaxAgentsPerUid) {
        ++context.refusedRequests;
        return fail(ErrorCode::TemporarilyUnavailable, "This user has registered too many agents.");
    }
    agents::Agent agent{ClientId{crypto::randomToken(kClientIdBytes)}, command.name, command.key.thumbprint(),
        programOf(command.evidence), context.now(), agents::Standing::Ordinary};
    if (TRY(context.registry.isBlocked(agent.key, agent.executable)))
        agent.standing = agents::Standing::Blocked;
    TRY(context.registry.add(agent, command.key, command.peer.uid));
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::AgentRegistered, agent);
    leaf.privateText = agent.name;
    TRY(appendLeaf(context, leaf));
    context.touched.agents.insert(agent.id);
    return agent;
}

} // namespace countersign::authority
