// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Whom the person lets speak of agents. Nobody by default: then each agent is L0 and not screened, and nothing is asked
// of anybody. Plain values; the file that they are read from is trust_settings_json.h's.
#pragma once

#include "core/agents/trust_level_caps.h"
#include "core/outbound/outbound.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace countersign::agents {

inline constexpr std::chrono::hours kDefaultScreeningAge{24};
inline constexpr std::chrono::days kLongestScreeningAge{90};
inline constexpr std::size_t kMaxTrustIssuers = 16;
inline constexpr std::size_t kMaxTrustRegistries = 4;

/// One who signs agent trust tokens.
struct TrustIssuer {
    std::string issuer; ///< `iss`, a URL
    std::string keysUrl; ///< its JWK set
    std::chrono::seconds maxScreeningAge = kDefaultScreeningAge;
    outbound::Reach reach = outbound::Reach::Public;

    bool operator==(const TrustIssuer&) const = default;
};

/// One who is asked, over https, with the agent's key in the path.
struct TrustRegistry {
    std::string name; ///< what the person calls it
    std::string url; ///< "/trust/{thumbprint}" is put after it
    std::chrono::seconds maxScreeningAge = kDefaultScreeningAge;
    outbound::Reach reach = outbound::Reach::Public;

    bool operator==(const TrustRegistry&) const = default;
};

/// A program of the person's that is asked: the way in for resolvers that speak no HTTP.
struct TrustProgram {
    std::string name;
    std::string path; ///< absolute; started directly, by no shell
    std::vector<std::string> arguments = {};
    std::chrono::seconds maxScreeningAge = kDefaultScreeningAge;

    bool operator==(const TrustProgram&) const = default;
};

struct TrustSettings {
    std::vector<TrustIssuer> issuers = {};
    std::vector<TrustRegistry> registries = {};
    std::optional<TrustProgram> program = {};
    /// Whether owners' sites are asked about the agents' keys; nullopt: they are not.
    std::optional<outbound::Reach> ownerSites = {};
    LevelCaps caps = LevelCaps::defaults();

    /// Whether there is anyone to ask: with nobody configured, nothing is ever known.
    [[nodiscard]] bool hasSources() const { return !issuers.empty() || !registries.empty() || program; }

    bool operator==(const TrustSettings&) const = default;
};

} // namespace countersign::agents
