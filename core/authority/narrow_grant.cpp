// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The person takes back a part of a grant. It can't widen: what is left is held to what there was, here and, grant by
// grant, below.

#include "core/authority/amendments.h"
#include "core/authority/signed_consent.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/consent/difference.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using grants::Grant;
using grants::GrantState;
using permissions::AgentDelegation;
using permissions::Permission;

Result<Grant> openGrant(const Context& context, const GrantId& id)
{
    auto grant = TRY(context.ledger.find(id));
    if (!grant)
        return fail(ErrorCode::NotFound, "There is no such grant.");
    if (grant->state != GrantState::Live && grant->state != GrantState::Held)
        return fail(ErrorCode::InvalidGrant, "The grant has ended already.");
    return std::move(*grant);
}

/// Where each detail of the grant goes: those that nothing above permits any more, and so were not shown, and those of
/// which no action is kept fall away; the others keep their order. `edit`: of the details in force.
std::vector<int> keptDetails(const Grant& grant, const consent::Edit& edit)
{
    std::vector<int> detailOf(grant.permission.details.size(), -1);
    auto shown = edit.details.begin();
    int kept = 0;
    for (std::size_t i = 0; i < detailOf.size() && shown != edit.details.end(); ++i) {
        const bool isInForce = !grant.parent || (i < grant.pairing.size() && grant.pairing[i] >= 0); // as inForce()
        if (isInForce && std::ranges::contains((shown++)->keptActions, true))
            detailOf[i] = kept++;
    }
    return detailOf;
}

/// The pairing of what is left: each detail stays with the one above that it had.
std::vector<int> keptPairing(const std::vector<int>& pairing, const std::vector<int>& detailOf)
{
    std::vector<int> kept;
    for (std::size_t i = 0; i < pairing.size() && i < detailOf.size(); ++i) {
        if (detailOf[i] >= 0)
            kept.push_back(pairing[i]);
    }
    return kept;
}

/// Less than it was, detail by detail.
Result<Permission> leftOf(const Grant& grant, const Narrowing& narrowing, const std::vector<int>& detailOf)
{
    Permission left = TRY(consent::grantOf(narrowing.facts, narrowing.edit));
    const auto kept = std::ranges::count_if(detailOf, [](int place) { return place >= 0; });
    if (std::cmp_not_equal(kept, left.details.size()))
        return fail(ErrorCode::Internal, "What is left does not fit what there was.");
    for (std::size_t i = 0; i < detailOf.size(); ++i) {
        if (detailOf[i] >= 0)
            TRY(permissions::narrows(
                {{left.details[static_cast<std::size_t>(detailOf[i])]}}, {{grant.permission.details[i]}}));
    }
    return left;
}

/// What made the grant, as it was signed: the person's consent, or the link.
Result<std::string> baseOf(const Context& context, const Grant& grant)
{
    if (!grant.parent) {
        if (auto record = TRY(context.consents.recordOf(grant.id)))
            return std::move(*record);
    } else if (auto link = TRY(context.links.ofGrant(grant.id))) {
        return std::move(link->jws);
    }
    return fail(ErrorCode::StorageCorrupt, "Nothing that was signed stands under the grant.");
}

/// Access tokens say what was permitted before; refresh tokens don't, and stay.
Result<void> removeAccessTokens(Context& context, const GrantId& grant)
{
    for (const grants::Token& token : TRY(context.tokens.usableOf(grant))) {
        if (token.kind == grants::TokenKind::Access)
            TRY(context.tokens.remove(token.row));
    }
    return {};
}

Result<void> setPermission(Context& context, Grant& grant)
{
    grant.expiresAt = std::min(grant.expiresAt, grant.permission.end().value_or(grant.expiresAt));
    TRY(context.ledger.setPermission(grant.id, grant.permission, grant.pairing, grant.expiresAt));
    TRY(removeAccessTokens(context, grant.id));
    context.touched.grants.insert(grant.id);
    context.touched.holders.insert(grant.agent);
    return {};
}

/// Where the details above are now that those of a grant below were paired with.
std::vector<int> movedPairing(const std::vector<int>& pairing, const std::vector<int>& detailOf)
{
    std::vector<int> moved;
    for (const int before : pairing) {
        const bool isThere = before >= 0 && std::cmp_less(before, detailOf.size());
        moved.push_back(isThere ? detailOf[static_cast<std::size_t>(before)] : -1);
    }
    return moved;
}

/// Leaves of a grant below what its details and those above permit together. False: that is nothing, or can't be
/// written.
bool meetAbove(Grant& child, const Grant& parent)
{
    for (std::size_t i = 0; i < child.pairing.size(); ++i) {
        if (child.pairing[i] < 0)
            continue;
        AgentDelegation& detail = child.permission.details[i];
        const AgentDelegation& above = parent.permission.details[static_cast<std::size_t>(child.pairing[i])];
        if (auto left = permissions::meet(detail, above))
            detail = std::move(*left);
        else if (consent::sameWork(detail, above))
            return false;
        else
            child.pairing[i] = -1;
    }
    return !child.inForce().details.empty();
}

std::vector<int> unchanged(const Permission& permission)
{
    std::vector<int> places(permission.details.size());
    std::ranges::generate(places, [next = 0]() mutable { return next++; });
    return places;
}

/// All below get what both permit; where that can't be written the grant is held, and with it all below it.
Result<void> narrowChildren(Context& context, const Grant& parent, const std::vector<int>& detailOf)
{
    for (const GrantId& id : TRY(context.ledger.childrenOf(parent.id))) {
        auto child = TRY(context.ledger.find(id));
        if (!child || (child->state != GrantState::Live && child->state != GrantState::Held))
            continue;
        child->pairing = movedPairing(child->pairing, detailOf);
        child->expiresAt = std::min(child->expiresAt, parent.expiresAt);
        Grant narrowed = *child;
        const bool isWritten = meetAbove(narrowed, parent);
        TRY(setPermission(context, isWritten ? narrowed : *child));
        if (isWritten)
            TRY(narrowChildren(context, narrowed, unchanged(narrowed.permission)));
        else
            TRY(holdGrant(context, *child, grants::EndReason::AncestorNarrowed));
    }
    return {};
}

/// What was spent today under details that go, which nothing of the grant counts any more.
Result<std::vector<Dropped>> droppedBy(const Context& context, const Grant& grant, const std::vector<int>& detailOf)
{
    std::vector<Dropped> dropped;
    for (std::size_t i = 0; i < detailOf.size(); ++i) {
        const auto& spend = grant.permission.details[i].spend;
        if (!spend || detailOf[i] >= 0)
            continue;
        const grants::SpentOnDay last = TRY(context.uses.lastDayOf(grant.id, static_cast<int>(i)));
        if (last.day >= spend->zone.dayOf(context.now()) && last.amount > Amount())
            dropped.push_back({spend->currency, spend->zone, last.day, last.amount});
    }
    return dropped;
}

Result<void> amend(Context& context, Grant grant, const Narrowing& narrowing)
{
    const std::vector<int> detailOf = keptDetails(grant, narrowing.edit);
    const CountsGoOn counts{detailOf, {}, TRY(droppedBy(context, grant, detailOf))};
    consent::ConsentRecord record = recordAbout(context, grant, consent::Purpose::Amendment, shownOf(narrowing));
    record.requestId = narrowing.facts.requestId;
    record.asked = grant.permission;
    record.granted = TRY(leftOf(grant, narrowing, detailOf));
    const std::string base = TRY(baseOf(context, grant));
    record.previous = previousOf(TRY(lastRecordOf(context, grant.id, base)));
    grant.permission = record.granted;
    grant.pairing = keptPairing(grant.pairing, detailOf);
    TRY(setPermission(context, grant));
    record.expiresAt = grant.expiresAt;
    TRY(signAndKeep(context, grant, std::move(record), shownOf(narrowing), counts));
    TRY(context.uses.carryOver(grant.id, grant.id, detailOf));
    return narrowChildren(context, grant, detailOf);
}

} // namespace

Result<consent::ScreenFacts> prepareNarrowing(Context& context, const GrantId& id)
{
    return narrowingFacts(context, TRY(openGrant(context, id)));
}

Result<void> narrowGrant(Context& context, const Narrowing& narrowing)
{
    TRY(mayExtend(context));
    Grant grant = TRY(openGrant(context, narrowing.grant));
    const consent::ScreenFacts now = TRY(narrowingFacts(context, grant));
    TRY(holdToScreen(shownOf(narrowing), now));
    return amend(context, std::move(grant), narrowing);
}

} // namespace countersign::authority
