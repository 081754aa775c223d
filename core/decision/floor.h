// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The floor that a service sets under a person's decision, and the caps that go with an agent's level. Neither permits
// anything: what decide() refuses without them it refuses with them, whatever the evidence. Every agent of a chain must
// meet the floor, so a chain is as trusted as its least trusted hop. Pure; evidence is never fetched here.
#pragma once

#include "core/agents/trust_evidence.h"
#include "core/agents/trust_level_caps.h"
#include "core/base/money.h"
#include "core/permissions/matching.h"
#include "core/services/requirements.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace countersign::decision {

/// What counts of one agent's evidence at this moment. Nobody knows it: L0, and not screened.
struct Standing {
    services::TrustLevel level = services::TrustLevel::L0;
    agents::Screening screening = agents::Screening::NotScreened;
    std::vector<std::string> capabilities = {}; ///< that its evidence lists
    enum class Known : std::uint8_t { No, Yes } known = Known::No; ///< whether anybody says something of it
    enum class Key : std::uint8_t { Unproven, Proven } key = Key::Unproven; ///< by a challenge at first contact
    /// What was spent today under all of the agent's grants, what it handed on included.
    std::map<Currency, Amount> spentToday = {};
    enum class Summed : std::uint8_t { All, TooMany } summed = Summed::All; ///< TooMany: it may have been any amount

    bool operator==(const Standing&) const = default;
};

/// What counts of it at `now`. The person's word on a level lists no capabilities: those are the sources', while valid.
[[nodiscard]] Standing standingOf(const agents::AgentTrust& trust, UnixSeconds now, Standing::Key key);

/// What the service demands of this action, and what levels are capped at.
struct Floor {
    services::Requirements demands = {};
    enum class Read : std::uint8_t { Yes, No } demandsRead = Read::Yes; ///< No: what is kept of them can't be read
    agents::LevelCaps caps = {};
    agents::Capped capped = agents::Capped::WhoIsKnown;

    bool operator==(const Floor&) const = default;
};

/// Whether the agent itself meets the demands, its spending aside. The answer says what is missing: WaitingForEvidence,
/// or ScreeningHit.
[[nodiscard]] std::optional<permissions::Mismatch> unmet(
    const services::Requirements& demands, const Standing& standing);

/// Whether spending so much on top of what the agent spent today goes over what the service allows (ServiceLimit) or
/// its level (LevelCap). A level caps where the service demands evidence, agents of whom something is known, and where
/// Floor::capped says so everybody; else the person's own limits are all there is. nullopt: it doesn't.
[[nodiscard]] std::optional<permissions::Mismatch> overspent(
    const Floor& floor, const Standing& standing, const Currency& currency, Amount amount);

/// Whether overspent() looks at what was spent today.
[[nodiscard]] bool limitsSpending(const Floor& floor, const Standing& standing);

} // namespace countersign::decision
