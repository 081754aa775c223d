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

/// Expired is what ended by its own terms.
GrantState endState(EndReason reason)
{
    return reason == EndReason::TimeRanOut || reason == EndReason::UsedUp ? GrantState::Expired : GrantState::Revoked;
}

/// What follows from the end of one grant; `Any`: a Grant or a Descendant.
template <typename Any> Result<void> noteEnd(Context& context, const Any& grant, GrantState state, EndReason reason)
{
    context.touched.ended.push_back(grant.id);
    context.touched.holders.insert(grant.agent);
    const bool expired = state == GrantState::Expired;
    audit::LeafDraft leaf = draftAbout(expired ? audit::LeafKind::GrantExpired : audit::LeafKind::GrantRevoked, grant);
    leaf.claims["reason"] = grants::endReasonName(reason);
    TRY(appendLeaf(context, leaf));
    if (!expired)
        context.touched.anchor = Touched::Anchor::Due;
    return {};
}

Result<void> endBelow(Context& context, const GrantId& id, GrantState state)
{
    std::vector<grants::Descendant> all = TRY(context.ledger.notEndedBelow(id));
    if (all.empty())
        return {};
    // Each entry of the log goes into indexes by grant: in their order, so that a page of them is written once.
    std::ranges::sort(all, {}, &grants::Descendant::id);
    TRY(context.ledger.endAll(all, state, EndReason::AncestorEnded, context.now()));
    const std::set<GrantId> askedAbout = TRY(context.requests.grantsAskedAbout());
    for (const grants::Descendant& below : all) {
        context.view.cut(below.id);
        if (askedAbout.contains(below.id))
            TRY(cancelRequestsAbout(context, below.id));
        TRY(noteEnd(context, below, state, EndReason::AncestorEnded));
    }
    return {};
}

Result<void> endGrants(Context& context, const std::vector<GrantId>& ids, EndReason reason)
{
    for (const GrantId& id : ids)
        TRY(endGrant(context, id, reason));
    return {};
}

} // namespace

Result<void> endGrant(Context& context, const GrantId& id, EndReason reason)
{
    // For readers it ends now, and so does all below it (read_view.h), also if the disk should refuse what follows.
    context.touched.grants.insert(id);
    context.view.cut(id);
    const GrantState state = endState(reason);
    const auto found = context.ledger.find(id);
    if (!found && found.error().code == ErrorCode::StorageCorrupt) { // permits nothing, and must not stop what follows
        TRY(context.ledger.setState(id, GrantState::Revoked, reason, context.now()));
        return endBelow(context, id, state);
    }
    const auto grant = TRY(found);
    if (!grant || hasEnded(*grant))
        return {};
    TRY(context.ledger.setState(id, state, reason, context.now()));
    TRY(cancelRequestsAbout(context, id));
    TRY(noteEnd(context, *grant, state, reason));
    return endBelow(context, id, state);
}

Result<void> endDueGrants(Context& context)
{
    const auto due = TRY(context.ledger.dueAt(context.now()));
    if (due.empty())
        return {};
    TRY(endGrants(context, due, EndReason::TimeRanOut));
    return context.tokens.removeExpired(context.now());
}

Result<void> revokeGrant(Context& context, const GrantId& id)
{
    if (const auto grant = context.ledger.find(id); grant && !*grant)
        return fail(ErrorCode::NotFound, "There is no such grant.");
    return endGrant(context, id, EndReason::RevokedByPerson);
}

Result<void> revokeAllOf(Context& context, const ClientId& agent, EndReason reason)
{
    const auto ids = TRY(context.ledger.notEndedOf(agent));
    return endGrants(context, ids, reason);
}

Result<void> stopEverything(Context& context)
{
    for (const GrantState state : {GrantState::Live, GrantState::Held}) {
        const auto ids = TRY(context.ledger.inState(state));
        TRY(endGrants(context, ids, EndReason::StoppedEverything));
    }
    return {};
}

} // namespace countersign::authority
