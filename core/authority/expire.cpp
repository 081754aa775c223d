// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {

/// Nobody answered: the agent's count goes up, and after some in a row it must wait.
Result<void> countUnanswered(Context& context, const agents::RegisteredAgent& known)
{
    const int unanswered = known.unanswered + 1;
    const bool enough = unanswered >= consent::kUnansweredBeforeCoolDown;
    const UnixSeconds until = enough ? context.now() + consent::kCoolDown : known.coolDownUntil;
    return context.registry.setCoolDown(known.agent.id, enough ? 0 : unanswered, until);
}

Result<void> expireRequest(Context& context, const StoredRequest& stored)
{
    context.touched.requests.insert(stored.request.publicId);
    TRY(context.requests.end(stored.row, consent::RequestState::Expired, context.now()));
    const auto known = TRY(context.registry.find(stored.request.agent));
    if (!known)
        return {};
    TRY(countUnanswered(context, *known));
    TRY(appendLeaf(context, draftAbout(audit::LeafKind::RequestExpired, known->agent, stored.request)));
    return {};
}

} // namespace

Result<void> expireDue(Context& context)
{
    if (context.has(Trouble::DatabaseRolledBack))
        return {};
    for (const StoredRequest& stored : TRY(context.requests.dueAt(context.now())))
        TRY(expireRequest(context, stored));
    return endDueGrants(context);
}

Result<std::optional<UnixSeconds>> nextEnd(const Context& context)
{
    std::optional<UnixSeconds> nearest;
    for (const auto& end :
        {TRY(context.requests.nextEnd()), TRY(context.ledger.nextEnd()), context.evidenceEnds.next()}) {
        if (end && (!nearest || *end < *nearest))
            nearest = end;
    }
    return nearest;
}

} // namespace countersign::authority
