// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A grant: what a person permitted an agent, or an agent handed on to another, until when, and how it ended. Grants
// make trees: at each root stands a consent record signed by the person's key, under each other grant a link signed by
// the key that the grant above is bound to. One for which either is missing or wrong does not exist.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/permissions/permission.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
    PausedByPerson, ///< held
    UsedUp, ///< every detail has reached its uses or its total
    Replaced, ///< by a later consent to a request for more
    AncestorHeld, ///< a grant above is held: so is this, until that goes on
    AncestorEnded, ///< a grant above ended, and with it all below
    AncestorNarrowed, ///< held: what is left above can't be told as a permission of this grant
    OperationsChanged, ///< held: the service changed operations that it covers, until the person has looked
    WaitingForEvidence, ///< held: an agent of the chain does not show what the services demand, or not any more
    ScreeningHit, ///< a sanctions screening of its agent had a hit
};

[[nodiscard]] std::string_view endReasonName(EndReason reason);
[[nodiscard]] std::optional<EndReason> endReasonFromName(std::string_view name);

struct Grant {
    GrantId id;
    ClientId agent;
    Thumbprint agentKey; ///< the registered key
    std::optional<Thumbprint> boundKey; ///< set before the first token leaves
    std::optional<GrantId> parent; ///< the grant that it was delegated from; nullopt: the person's own decision
    int depth = 0; ///< links between it and the person's decision
    /// What it permits now: what was granted or delegated, narrowed by what the person took back since, here or above.
    /// Every detail has an end.
    permissions::Permission permission;
    /// Each detail's detail of the parent's permission, to which its debits go; -1: nothing above permits it any more.
    /// Empty at a root.
    std::vector<int> pairing;
    UnixSeconds createdAt;
    UnixSeconds expiresAt;
    GrantState state = GrantState::Live;
    EndReason reason = EndReason::None;
    std::optional<UnixSeconds> endedAt;
    std::optional<UnixSeconds> lastUsedAt;

    bool operator==(const Grant&) const = default;
    /// The permission without the details that nothing above permits any more: what tokens say, and what is shown.
    [[nodiscard]] permissions::Permission inForce() const;
};

} // namespace countersign::grants
