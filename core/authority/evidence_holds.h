// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What evidence does to grants that there are: one under which nothing may happen any more, because an agent of its
// chain does not show what the services demand, is held until it does (WaitingForEvidence), and goes on by itself. A
// sanctions screening with a hit ends all of the agent's grants. Nothing else: evidence gives no authority.
#pragma once

#include "core/authority/context.h"
#include "core/decision/decision.h"

#include <QStringList>

namespace countersign::authority {

/// What counts of the agent is something else than before: for its grants and all below them.
[[nodiscard]] Result<void> followEvidence(Context& context, const ClientId& agent);
/// Something was said of the agent: the same, where it makes a difference to what was known `before`.
[[nodiscard]] Result<void> followNews(Context& context, const ClientId& agent, const agents::AgentTrust& before);
/// For the agents whose evidence has run out by now.
[[nodiscard]] Result<void> followTime(Context& context);
/// A service demands something else, or other grants are live than before: for all of them.
[[nodiscard]] Result<void> followDemands(Context& context);
/// A grant is new, or goes on: for it and all below.
[[nodiscard]] Result<void> followGrant(Context& context, const GrantId& grant);
/// An action was refused: for the grant at which it was, where evidence is the reason.
[[nodiscard]] Result<void> followRefusal(Context& context, const decision::Verdict& verdict);

/// What a grant that waits for evidence waits for, one sentence a demand and an agent; safe to show.
[[nodiscard]] Result<QStringList> waitsFor(const Context& context, const GrantId& grant);

} // namespace countersign::authority
