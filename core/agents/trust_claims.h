// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a source says of an agent, in the words that all sources share: the claims of agent trust tokens
// (draft-sharif-agent-payment-trust and the public descriptions of x-agent-trust; the names are theirs). Only the form
// is checked here. Pure.
#pragma once

#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/services/trust_level.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::agents {

inline constexpr std::size_t kMaxOwnerBytes = 256;
inline constexpr std::size_t kMaxTrustCapabilities = 32;
inline constexpr std::size_t kMaxCapabilityBytes = 100;

struct TrustClaims {
    services::TrustLevel level = services::TrustLevel::L0; ///< agent_trust_level: 0 to 4, or "L0" to "L4"
    std::string owner = {}; ///< agent_owner: a did:web; empty: none
    std::vector<std::string> capabilities = {}; ///< agent_capabilities
    std::optional<bool> sanctionsClear = {}; ///< agent_sanctions_clear; nullopt: it says nothing of a screening
    std::optional<UnixSeconds> sanctionsCheckedAt = {}; ///< agent_sanctions_checked_at: RFC 3339, or seconds since 1970

    bool operator==(const TrustClaims&) const = default;
};

/// agent_trust_level must be there; members that are not named above are not looked at. Error: InvalidInput.
[[nodiscard]] Result<TrustClaims> readTrustClaims(const json::Object& object);

/// RFC 3339 section 5.6, seconds rounded down; a time zone must be named. Error: InvalidInput.
[[nodiscard]] Result<UnixSeconds> parseTimestamp(std::string_view text);

} // namespace countersign::agents
