// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {

using grants::EndReason;
using grants::GrantState;

bool hasEnded(const grants::Grant& grant)
{
    return grant.state == GrantState::Expired || grant.state == GrantState::Revoked;
}

} // namespace

Result<void> endGrant(Context& context, const GrantId& id, EndReason reason)
{
    // For readers it ends now, also if the disk should refuse what follows.
    context.touched.grants.insert(id);
    context.view.cut(id);
    const auto found = context.ledger.find(id);
    if (!found && found.error().code == ErrorCode::StorageCorrupt) // permits nothing, and must not stop what follows
        return context.ledger.setState(id, GrantState::Revoked, reason, context.now());
    const auto grant = TRY(found);
    if (!grant || hasEnded(*grant))
        return {};
    const bool ranOut = reason == EndReason::TimeRanOut;
    TRY(context.ledger.setState(id, ranOut ? GrantState::Expired : GrantState::Revoked, reason, context.now()));
    TRY(context.tokens.removeOfGrant(id));
    context.touched.holders.insert(grant->agent);
    audit::LeafDraft leaf = draftAbout(ranOut ? audit::LeafKind::GrantExpired : audit::LeafKind::GrantRevoked, *grant);
    leaf.claims["reason"] = grants::endReasonName(reason);
    TRY(appendLeaf(context, leaf));
    if (!ranOut)
        context.touched.anchor = Touched::Anchor::Due;
    return {};
}

Result<void> revokeGrant(Context& context, const GrantId& id)
{
    if (const auto grant = context.ledger.find(id); grant && !*grant)
        return fail(ErrorCode::NotFound, "There is no such grant.");
    return endGrant(context, id, EndReason::RevokedByPerson);
}

Result<void> revokeAllOf(Context& context, const ClientId& agent, EndReason reason)
{
    for (const GrantId& id : TRY(context.ledger.notEndedOf(agent)))
        TRY(endGrant(context, id, reason));
    return {};
}

Result<void> stopEverything(Context& context)
{
    for (const GrantState state : {GrantState::Live, GrantState::Held}) {
        for (const GrantId& id : TRY(context.ledger.inState(state)))
            TRY(endGrant(context, id, EndReason::StoppedEverything));
    }
    return {};
}

} // namespace countersign::authority
