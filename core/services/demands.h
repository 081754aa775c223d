// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What an OpenAPI document demands of agents, in the forms that exist:
// - x-agent-trust (registered with the OpenAPI Initiative): an `apiKey` scheme in the header `Agent-Signature`, or
// beside
//   another scheme; the minimum level stands in the scopes of the security requirement.
// - `type: agentAuth` with identityMethod, minimumTrustLevel, sanctionsScreeningRequired and spendLimit, in the scheme
// or
//   in its `properties`; the scopes are capabilities.
// - x-agent-auth at the document, a path or an operation: algorithm, trustLevels, issuerKeysUrl, and what agentAuth
// has.
// - x-agent-trust-required at the document, a path or an operation: a level.
// All that holds for an operation is joined. Of alternatives (several security requirements) the weakest holds where
// each of the others includes it, else all of them together: nothing is guessed in the agent's favour. What is not
// understood in such a demand is refused with its place, never skipped. Other schemes demand nothing of an agent
// itself.
//
// Inferred, because nothing published says it: a spendLimit that is only a number is in USD, and holds for each action
// and for a day. As an object it has currency, perAction and perDay.
#pragma once

#include "core/services/agent_extensions.h"
#include "core/services/references.h"
#include "core/services/requirements.h"

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace countersign::services {

inline constexpr std::size_t kMaxAlternatives = 32; ///< security requirements of one operation
inline constexpr std::size_t kMaxCapabilities = 64; ///< that one alternative names
inline constexpr std::size_t kMaxCapabilityBytes = 128;
inline constexpr std::size_t kMaxSchemesTogether = 16; ///< in one alternative

class Demands {
public:
    /// Reads what holds for the whole document.
    [[nodiscard]] static Result<Demands> of(Node root, References& references);
    /// All that holds for an operation of a path.
    [[nodiscard]] Result<Requirements> forOperation(Node path, Node operation);

private:
    /// What a security scheme says by itself, whatever the scopes are.
    struct Scheme {
        enum class Kind : std::uint8_t { Other, AgentAuth, AgentTrust } kind = Kind::Other;
        enum class Scopes : std::uint8_t { Any, Levels } scopes = Scopes::Any; ///< Levels: they can be nothing else
        Requirements demands = {}; ///< of AgentAuth
        AgentTrust trust = {};
    };

    Demands(Node root, References& references) : m_root(root), m_references(&references) { }
    [[nodiscard]] Result<Requirements> fromSecurity(Node security);
    [[nodiscard]] Result<Requirements> fromAlternative(Node alternative);
    [[nodiscard]] Result<Requirements> fromScopes(Node scopes);
    [[nodiscard]] Result<const Scheme*> schemeAt(Node scheme);
    [[nodiscard]] Result<const Requirements*> extensionsAt(Node path);

    Node m_root;
    References* m_references;
    Requirements m_fromExtensions; ///< of the document
    Requirements m_fromSecurity; ///< where an operation has none of its own
    // By index(), each read once: many operations may name the same, and it may be long.
    std::unordered_map<std::uint32_t, Scheme> m_schemes;
    std::unordered_map<std::uint32_t, Requirements> m_extensions; ///< of paths
};

} // namespace countersign::services
