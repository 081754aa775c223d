// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {

using grants::EndReason;
using grants::GrantState;

Result<void> resume(Context& context, const grants::Grant& grant)
{
    if (grant.expiresAt <= context.now())
        return endGrant(context, grant.id, EndReason::TimeRanOut);
    TRY(context.ledger.setState(grant.id, GrantState::Live, EndReason::None, std::nullopt));
    TRY(appendLeaf(context, draftAbout(audit::LeafKind::GrantResumed, grant)));
    context.touched.grants.insert(grant.id);
    context.touched.holders.insert(grant.agent);
    return {};
}

} // namespace

Result<void> holdGrant(Context& context, const grants::Grant& grant, EndReason reason)
{
    context.touched.grants.insert(grant.id);
    context.touched.holders.insert(grant.agent);
    context.view.cut(grant.id);
    if (reason == EndReason::ClockMoved)
        context.troubles[Trouble::ClockMoved] = troubleText(Trouble::ClockMoved);
    TRY(context.ledger.setState(grant.id, GrantState::Held, reason, std::nullopt));
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::GrantHeld, grant);
    leaf.claims["reason"] = grants::endReasonName(reason);
    TRY(appendLeaf(context, leaf));
    return {};
}

Result<void> resumeGrant(Context& context, const GrantId& id)
{
    const auto grant = TRY(context.ledger.find(id));
    if (!grant)
        return fail(ErrorCode::NotFound, "There is no such grant.");
    if (grant->state == GrantState::Live)
        return {};
    if (grant->state != GrantState::Held)
        return fail(ErrorCode::InvalidGrant, "The grant has ended already.");
    TRY(mayExtend(context));
    return resume(context, *grant);
}

Result<void> holdIfClockMoved(Context& context)
{
    if (context.clockWatch.moved() == ClockMove::None || context.has(Trouble::DatabaseRolledBack))
        return {};
    for (const GrantId& id : TRY(context.ledger.inState(GrantState::Live))) {
        const auto grant = TRY(context.ledger.find(id));
        if (grant)
            TRY(holdGrant(context, *grant, EndReason::ClockMoved));
    }
    return {};
}

Result<void> confirmClock(Context& context)
{
    TRY(mayExtend(context));
    for (const GrantId& id : TRY(context.ledger.inState(GrantState::Held))) {
        const auto grant = TRY(context.ledger.find(id));
        if (grant && grant->reason == EndReason::ClockMoved)
            TRY(resume(context, *grant));
    }
    return {};
}

} // namespace countersign::authority
