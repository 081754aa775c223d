// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/action_chain.h"

#include "core/authority/service_floor.h"
#include "core/authority/signed_approval.h"
#include "core/base/try.h"
#include "core/consent/record.h"

namespace countersign::authority {

namespace {

/// The person's approval of exactly this action; a row that nobody signed is none.
Result<std::optional<Approval>> approvalOf(
    const Context& context, const GrantId& grant, const permissions::ActionRequest& action)
{
    for (Approval& approval : TRY(context.approvals.matching(grant, consent::actionDigest(action), context.now()))) {
        if (TRY(isSigned(context, approval)))
            return std::move(approval);
    }
    return std::nullopt;
}

} // namespace

Result<ActionChain> actionChain(const Context& context, const GrantId& grant, const permissions::ActionRequest& action)
{
    ActionChain chain;
    chain.grants = TRY(context.ledger.chainOf(grant));
    chain.floor = TRY(floorOf(context, action));
    // A clock that was set says nothing about what has ended. What is live is being held for it, if the disk lets us.
    const bool clockIsRight = context.clockWatch.moved() == ClockMove::None;
    for (grants::Grant& hop : chain.grants) {
        if (!clockIsRight && hop.state == grants::GrantState::Live)
            hop.state = grants::GrantState::Held;
        chain.hops.push_back(
            {&hop, TRY(context.uses.of(hop.id, hop.permission, action, context.options.clock->wallTime())),
                TRY(standingOf(context, hop, chain.floor))});
    }
    return chain;
}

Result<ChainDecision> decideOn(
    const Context& context, const ActionChain& chain, const permissions::ActionRequest& action)
{
    using Outcome = decision::Verdict::Outcome;
    const std::chrono::milliseconds now = context.options.clock->wallTime();
    ChainDecision made{decision::decide(action, chain.hops, now, decision::Approval::None, chain.floor), std::nullopt};
    if (made.verdict.outcome != Outcome::Ask)
        return made;
    const auto approval = TRY(approvalOf(context, chain.last().id, action));
    if (!approval)
        return made;
    made.verdict = decision::decide(action, chain.hops, now, decision::Approval::Given, chain.floor);
    if (made.verdict.outcome == Outcome::Permit)
        made.approval = approval;
    return made;
}

} // namespace countersign::authority
