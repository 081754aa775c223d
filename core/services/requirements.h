// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a service demands of an agent before it may act there. A floor under a person's decision: meeting it grants
// nothing. Plain values; a default one demands nothing.
#pragma once

#include "core/base/money.h"
#include "core/services/trust_level.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::services {

enum class Screening : std::uint8_t { NotRequired, Required }; ///< against sanctions lists, fresh and clear

/// How the agent proves who it is, beside the key that it signs with anyway.
enum class IdentityMethod : std::uint8_t {
    Any,
    ChallengeResponse, ///< its key signs a challenge at first contact
};

/// Whether each request carries the field `Agent-Signature` (x-agent-trust).
enum class AgentSignature : std::uint8_t { NotAsked, Asked };

/// Of one agent, in one currency. At least one of the two is set. Nothing is converted: where there are limits, nothing
/// may be spent in a currency that none of them names.
struct SpendLimit {
    Currency currency;
    std::optional<Amount> perAction;
    std::optional<Amount> perDay;

    bool operator==(const SpendLimit&) const = default;
    [[nodiscard]] bool allowsNothing() const;
};

struct Requirements {
    TrustLevel minimumLevel = TrustLevel::L0;
    Screening screening = Screening::NotRequired;
    IdentityMethod identity = IdentityMethod::Any;
    AgentSignature agentSignature = AgentSignature::NotAsked;
    std::vector<std::string> capabilities = {}; ///< that its evidence must list (agent_capabilities); sorted, each once
    std::vector<SpendLimit> spendLimits = {}; ///< sorted by currency, each once; empty: none

    bool operator==(const Requirements&) const = default;
    [[nodiscard]] bool isNothing() const { return *this == Requirements{}; }
    /// Whether whoever meets these meets `other` too.
    [[nodiscard]] bool cover(const Requirements& other) const;
};

/// What whoever must meet both must meet. Of spend limits that is the stricter in each currency; where both have some,
/// and only one names a currency, nothing in that.
[[nodiscard]] Requirements both(const Requirements& one, const Requirements& other);

} // namespace countersign::services
