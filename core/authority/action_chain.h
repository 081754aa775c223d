// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a decision is made from: a grant with all above it as they stand now, and what each has used up.
#pragma once

#include "core/authority/context.h"
#include "core/decision/decision.h"

#include <optional>
#include <string>
#include <vector>

namespace countersign::authority {

struct ActionChain {
    std::vector<grants::Grant> grants; ///< the person's own first
    std::vector<decision::Hop> hops; ///< the same, with what is used up; they point into `grants`
    decision::Floor floor; ///< what the services at that place demand of the action

    [[nodiscard]] const grants::Grant& last() const { return grants.back(); }
};

/// Errors: NotFound, StorageCorrupt.
[[nodiscard]] Result<ActionChain> actionChain(
    const Context& context, const GrantId& grant, const permissions::ActionRequest& action);

struct ChainDecision {
    decision::Verdict verdict;
    std::optional<Approval> approval; ///< the person's, without which it would be asked for
};
/// decision::decide() at this moment. An approval of exactly this action counts where one is needed and the person
/// signed it.
[[nodiscard]] Result<ChainDecision> decideOn(
    const Context& context, const ActionChain& chain, const permissions::ActionRequest& action);

} // namespace countersign::authority
