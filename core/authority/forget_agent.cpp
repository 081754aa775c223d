// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
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

/// A block of its key or program stays: whoever was blocked and forgotten comes back blocked.
Result<void> forgetAgent(Context& context, const ClientId& id)
{
    const auto known = TRY(context.registry.find(id));
    if (!known || known->agent.standing == agents::Standing::Forgotten)
        return fail(ErrorCode::NotFound, "There is no such agent.");
    TRY(revokeAllOf(context, id, grants::EndReason::RevokedByPerson));
    TRY(endRequests(context, known->agent));
    TRY(context.registry.forget(id, context.now()));
    TRY(context.trust.remove(id));
    TRY(appendLeaf(context, draftAbout(audit::LeafKind::AgentForgotten, known->agent)));
    context.touched.agents.insert(id);
    return touchGrantsOf(context, id);
}

} // namespace countersign::authority
