// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/grants/grant.h"

#include <array>
#include <utility>

namespace countersign::grants {

namespace {
constexpr std::array<std::string_view, 4> kStateNames{"live", "held", "expired", "revoked"};
constexpr std::array<std::string_view, 18> kReasonNames{"none", "time_ran_out", "revoked_by_person", "revoked_by_agent",
    "stopped_everything", "agent_blocked", "clock_moved", "refresh_token_reused", "database_rolled_back",
    "paused_by_person", "used_up", "replaced", "ancestor_held", "ancestor_ended", "ancestor_narrowed",
    "operations_changed", "waiting_for_evidence", "screening_hit"};
static_assert(std::to_underlying(GrantState::Revoked) == kStateNames.size() - 1);
static_assert(std::to_underlying(EndReason::ScreeningHit) == kReasonNames.size() - 1);
} // namespace

permissions::Permission Grant::inForce() const
{
    permissions::Permission left;
    for (std::size_t i = 0; i < permission.details.size(); ++i) {
        if (!parent || (i < pairing.size() && pairing[i] >= 0))
            left.details.push_back(permission.details[i]);
    }
    return left;
}

std::string_view grantStateName(GrantState state)
{
    return kStateNames.at(std::to_underlying(state));
}

std::string_view endReasonName(EndReason reason)
{
    return kReasonNames.at(std::to_underlying(reason));
}

std::optional<EndReason> endReasonFromName(std::string_view name)
{
    for (std::size_t i = 0; i < kReasonNames.size(); ++i) {
        if (kReasonNames.at(i) == name)
            return static_cast<EndReason>(i);
    }
    return std::nullopt;
}

} // namespace countersign::grants
