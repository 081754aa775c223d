// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// May this action happen under this grant? Pure: who asks hands in the chain, what it has used up, what is known of its
// agents, what the service demands, and the time.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/money.h"
#include "core/decision/floor.h"
#include "core/grants/grant.h"
#include "core/grants/uses.h"
#include "core/permissions/matching.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace countersign::decision {

/// One grant of the chain, as it stands now.
struct Hop {
    const grants::Grant* grant = nullptr;
    std::vector<grants::Used> used; ///< Uses::of(): one a detail of grant->permission
    Standing standing = {}; ///< of the grant's agent
};

/// What a permitted action takes from one detail of one hop.
struct Debit {
    GrantId grant;
    int detail = 0;
    grants::Use use;
};

/// Whether the person has already said yes to exactly these bytes (step_up).
enum class Approval : std::uint8_t { None, Given };

struct Verdict {
    enum class Outcome : std::uint8_t { Permit, Deny, Ask } outcome = Outcome::Deny;
    permissions::Reason reason = permissions::Reason::NotLive;
    GrantId at; ///< the hop that refuses or asks
    std::string member; ///< the member or the argument that it is about
    std::string sentence; ///< for a person; never a secret
    int detail = -1; ///< of the last grant of the chain: the one that the action was matched to
    std::optional<Amount> amount;
    std::optional<Currency> currency;
    std::vector<Debit> debits; ///< one a hop, in the chain's order; Permit only
};

/// `chain`: the person's grant first, the agent's last; an empty one permits nothing. `now`: wall time. The details of
/// the last grant are tried in order, each together with the details above that it is paired with (Grant::pairing);
/// every hop must permit the action. The first detail that permits decides; if none does, the first that asks; else the
/// first refusal of a detail whose location and action fit, or the first of all. Every agent of the chain must meet the
/// floor, whatever the person approved; without one (a default Floor) evidence can only refuse more.
[[nodiscard]] Verdict decide(const permissions::ActionRequest& request, std::span<const Hop> chain,
    std::chrono::milliseconds now, Approval approval = Approval::None, const Floor& floor = {});

} // namespace countersign::decision
