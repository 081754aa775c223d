// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What services demand of actions at their places, and what is known of the agents of a chain: from memory and this
// database alone. Nothing is ever fetched here; what is not known counts as unknown.
#pragma once

#include "core/authority/context.h"
#include "core/consent/screen.h"
#include "core/decision/floor.h"

#include <vector>

namespace countersign::authority {

/// All that is demanded of the action by the services at its place, and at the place to which its request went; and the
/// caps that go with levels.
[[nodiscard]] Result<decision::Floor> floorOf(const Context& context, const permissions::ActionRequest& action);

/// The same for all that is asked for, one by one, where something is demanded.
[[nodiscard]] Result<std::vector<consent::Demanded>> demandedOf(
    const Context& context, const consent::ScreenFacts& facts);

/// What counts of the agent of a hop now. What it spent today is looked up where the floor depends on it.
[[nodiscard]] Result<decision::Standing> standingOf(
    const Context& context, const grants::Grant& hop, const decision::Floor& floor);

/// Whether anything that the last grant of the chain covers may happen, as far as the agents of the chain and the
/// services' demands go, spending aside.
[[nodiscard]] Result<bool> anythingWithinFloor(const Context& context, const std::vector<grants::Grant>& chain);

} // namespace countersign::authority
