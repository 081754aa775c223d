// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Held grants permit nothing until something goes on again: the person looked, the clock was confirmed, the grant above
// went on, or the agents show again what the services demand. A grant that is held for a reason of its own stays held
// when the one above goes on.

#include "core/authority/catalogue_cases.h"
#include "core/authority/evidence_holds.h"
#include "core/authority/leaves.h"
#include "core/authority/service_floor.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using grants::EndReason;
using grants::GrantState;

/// One grant; `Any`: a Grant or a Descendant.
template <typename Any> Result<void> holdOne(Context& context, const Any& grant, EndReason reason)
{
    context.touched.grants.insert(grant.id);
    context.touched.holders.insert(grant.agent);
    context.view.cut(grant.id);
    TRY(context.ledger.setState(grant.id, GrantState::Held, reason, std::nullopt));
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::GrantHeld, grant);
    leaf.claims["reason"] = grants::endReasonName(reason);
    TRY(appendLeaf(context, leaf));
    return {};
}

template <typename Any> Result<void> goOn(Context& context, const Any& grant)
{
    context.touched.grants.insert(grant.id);
    context.touched.holders.insert(grant.agent);
    TRY(context.ledger.setState(grant.id, GrantState::Live, EndReason::None, std::nullopt));
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::GrantResumed, grant);
    leaf.claims["held"] = endReasonName(grant.reason); // why it was
    TRY(appendLeaf(context, leaf));
    return {};
}

/// What only the grants above held goes on with them; each comes after its parent.
Result<void> goOnBelow(Context& context, const GrantId& id)
{
    std::set<GrantId> live{id};
    for (const grants::Descendant& below : TRY(context.ledger.notEndedBelow(id))) {
        if (below.reason != EndReason::AncestorHeld || !live.contains(below.parent))
            continue;
        if (below.expiresAt <= context.now()) {
            TRY(endGrant(context, below.id, EndReason::TimeRanOut));
            continue;
        }
        TRY(goOn(context, below));
        live.insert(below.id);
    }
    return {};
}

/// What was too hard to write when the grant above was narrowed may fit now.
Result<void> fitUnder(Context& context, const grants::Grant& grant, const grants::Grant& parent)
{
    const auto pairing = permissions::narrows(grant.permission, parent.permission);
    if (!pairing)
        return fail(ErrorCode::InvalidGrant, "The grant above it does not permit this any more.");
    return context.ledger.setPermission(
        grant.id, grant.permission, *pairing, std::min(grant.expiresAt, parent.expiresAt));
}

Result<void> resumeBelow(Context& context, const grants::Grant& grant, const grants::Grant& parent)
{
    if (parent.state == GrantState::Expired || parent.state == GrantState::Revoked)
        return endGrant(context, grant.id, EndReason::AncestorEnded);
    if (parent.state == GrantState::Held) {
        if (grant.reason == EndReason::AncestorHeld)
            return fail(ErrorCode::InvalidGrant, "The grant above it is held: resume that one.");
        return holdOne(context, grant, EndReason::AncestorHeld);
    }
    if (grant.reason == EndReason::AncestorNarrowed)
        TRY(fitUnder(context, grant, parent));
    TRY(goOn(context, grant));
    return goOnBelow(context, grant.id);
}

Result<bool> mayGoOn(const Context& context, const GrantId& id)
{
    const std::vector<grants::Grant> chain = TRY(context.ledger.chainOf(id));
    return anythingWithinFloor(context, chain);
}

/// What would go on by itself.
bool waitsForNobody(EndReason held)
{
    return held == EndReason::AncestorHeld || held == EndReason::ClockMoved || held == EndReason::WaitingForEvidence;
}

} // namespace

Result<void> continueGrant(Context& context, const grants::Grant& grant)
{
    if (grant.expiresAt <= context.now())
        return endGrant(context, grant.id, EndReason::TimeRanOut);
    if (grant.parent) {
        const auto parent = TRY(context.ledger.find(*grant.parent));
        return parent ? resumeBelow(context, grant, *parent) : endGrant(context, grant.id, EndReason::AncestorEnded);
    }
    if (grant.reason != EndReason::WaitingForEvidence) // then nobody has looked
        TRY(offersCanBeRead(context, grant));
    TRY(goOn(context, grant));
    return goOnBelow(context, grant.id);
}

Result<void> holdGrant(Context& context, const grants::Grant& grant, EndReason reason)
{
    TRY(holdOne(context, grant, reason));
    for (const grants::Descendant& below : TRY(context.ledger.notEndedBelow(grant.id))) {
        if (below.state == GrantState::Live)
            TRY(holdOne(context, below, EndReason::AncestorHeld));
    }
    return {};
}

Result<void> holdAllLive(Context& context, EndReason reason)
{
    if (reason == EndReason::ClockMoved)
        context.troubles[Trouble::ClockMoved] = troubleText(Trouble::ClockMoved);
    for (const GrantId& id : TRY(context.ledger.inState(GrantState::Live))) {
        const auto grant = TRY(context.ledger.find(id));
        if (grant)
            TRY(holdOne(context, *grant, reason));
    }
    // With a clock that may be wrong, nothing goes on by itself either.
    for (const GrantId& id : TRY(context.ledger.heldFor(EndReason::WaitingForEvidence))) {
        const auto grant = TRY(context.ledger.find(id));
        if (grant)
            TRY(holdOne(context, *grant, reason));
    }
    return {};
}

Result<void> pauseGrant(Context& context, const GrantId& id)
{
    const auto grant = TRY(context.ledger.find(id));
    if (!grant)
        return fail(ErrorCode::NotFound, "There is no such grant.");
    if (grant->state == GrantState::Live)
        return holdGrant(context, *grant, EndReason::PausedByPerson);
    if (grant->state != GrantState::Held)
        return fail(ErrorCode::InvalidGrant, "The grant has ended already.");
    // Anything else waits for the person already.
    if (waitsForNobody(grant->reason))
        return holdOne(context, *grant, EndReason::PausedByPerson);
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
    if (grant->reason == EndReason::WaitingForEvidence && !TRY(mayGoOn(context, id)))
        return fail(ErrorCode::InvalidGrant,
            "What is known of an agent does not meet what the services demand. It goes on by itself once it does.");
    TRY(continueGrant(context, *grant));
    TRY(followGrant(context, id));
    return signLog(context);
}

Result<void> holdIfClockMoved(Context& context)
{
    if (context.clockWatch.moved() == ClockMove::None || context.has(Trouble::DatabaseRolledBack))
        return {};
    return holdAllLive(context, EndReason::ClockMoved);
}

Result<void> confirmClock(Context& context)
{
    TRY(mayExtend(context));
    // In the order in which they were made: a grant comes after the one that it was delegated from.
    for (const GrantId& id : TRY(context.ledger.inState(GrantState::Held))) {
        const auto grant = TRY(context.ledger.find(id));
        if (grant && grant->state == GrantState::Held && grant->reason == EndReason::ClockMoved)
            TRY(continueGrant(context, *grant));
    }
    TRY(followDemands(context));
    return signLog(context);
}

} // namespace countersign::authority
