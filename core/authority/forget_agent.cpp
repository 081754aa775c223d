// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_evidence_json.h"
#include "core/authority/leaves.h"
#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {

Result<void> endRequests(Context& context, const agents::Agent& agent)
{
    for (const StoredRequest& stored : TRY(context.requests.waiting())) {
        if (stored.request.agent != agent.id)
            continue;
        TRY(context.requests.end(stored.row, consent::RequestState::Denied, context.now()));
        TRY(appendLeaf(context, draftAbout(audit::LeafKind::RequestDenied, agent, stored.request)));
        context.touched.requests.insert(stored.request.publicId);
    }
    return {};
}

} // namespace

/// A block of its key or program stays: whoever was blocked and forgotten comes back blocked. So does a hit, and what
/// its newest tokens were (recallTrust).
Result<void> forgetAgent(Context& context, const ClientId& id)
{
    const auto known = TRY(context.registry.find(id));
    if (!known || known->agent.standing == agents::Standing::Forgotten)
        return fail(ErrorCode::NotFound, "There is no such agent.");
    TRY(revokeAllOf(context, id, grants::EndReason::RevokedByPerson));
    TRY(endRequests(context, known->agent));
    TRY(context.registry.forget(id, context.now()));
    TRY(context.trust.forgetShown(id));
    TRY(appendLeaf(context, draftAbout(audit::LeafKind::AgentForgotten, known->agent)));
    context.touched.agents.insert(id);
    return touchGrantsOf(context, id);
}

Result<void> recallTrust(Context& context, const agents::Agent& agent)
{
    const auto before = TRY(context.registry.forgottenWith(agent.key));
    if (!before)
        return {};
    agents::ShownTrust shown;
    shown.newestTokens = TRY(context.trust.shown(*before)).newestTokens;
    if (!shown.newestTokens.empty())
        TRY(context.trust.keepShown(agent.id, shown));
    const agents::TrustEvidence known = TRY(context.trust.find(*before)).evidence;
    if (known.screening != agents::Screening::Hit)
        return {};
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::TrustReported, agent);
    leaf.claims["trust"] = agents::trustClaim(known);
    TRY(appendLeaf(context, leaf));
    context.trust.changed(agent.id);
    return signLog(context); // unsigned, it would break the log at a start after a kill
}

} // namespace countersign::authority
