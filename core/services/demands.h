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

#include "core/services/references.h"
#include "core/services/requirements.h"

#include <optional>

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
    [[nodiscard]] Result<Requirements> forOperation(Node path, Node operation) const;

private:
    Demands(Node root, References& references) : m_root(root), m_references(&references) { }
    [[nodiscard]] Result<Requirements> fromSecurity(Node security) const;
    [[nodiscard]] Result<Requirements> fromAlternative(Node alternative) const;
    [[nodiscard]] Result<Requirements> fromScheme(Node scopes) const;

    Node m_root;
    References* m_references;
    Requirements m_fromExtensions; ///< of the document
    Requirements m_fromSecurity; ///< where an operation has none of its own
};

} // namespace countersign::services
