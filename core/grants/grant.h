// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A grant: what a person permitted an agent, until when, and how it ended. A grant whose consent record is missing or
// not signed by the person's key does not exist.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/permissions/permission.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::grants {

inline constexpr std::chrono::seconds kAccessTokenLife{600};
inline constexpr std::chrono::seconds kAnswerFetchWindow{60}; ///< a lost answer may be fetched again by the same key

/// Live is the only state in which anything is permitted. Expired and Revoked are final.
enum class GrantState : std::uint8_t { Live, Held, Expired, Revoked };

[[nodiscard]] std::string_view grantStateName(GrantState state); ///< "live", "held", "expired", "revoked"

/// Why a grant is held or ended.
enum class EndReason : std::uint8_t {
    None,
    TimeRanOut,
    RevokedByPerson,
    RevokedByAgent, ///< RFC 7009 with a refresh token
    StoppedEverything,
    AgentBlocked,
    ClockMoved, ///< held until the person confirms
    RefreshTokenReused, ///< held
    DatabaseRolledBack,
};

[[nodiscard]] std::string_view endReasonName(EndReason reason);
[[nodiscard]] std::optional<EndReason> endReasonFromName(std::string_view name);

struct Grant {
    GrantId id;
    ClientId agent;
    Thumbprint agentKey; ///< the registered key
    std::optional<Thumbprint> boundKey; ///< set before the first token leaves
    permissions::Permission permission; ///< what was granted; every detail has an end
    UnixSeconds createdAt;
    UnixSeconds expiresAt;
    GrantState state = GrantState::Live;
    EndReason reason = EndReason::None;
    std::optional<UnixSeconds> endedAt;
    std::optional<UnixSeconds> lastUsedAt;

    bool operator==(const Grant&) const = default;
};

} // namespace countersign::grants
