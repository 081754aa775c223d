// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An HTTP trust registry: GET {url}/trust/{thumbprint of the agent's key}.
//
// What we take (the public descriptions name only the path): 200 with a JSON object of the claims of trust_claims.h,
// `agent_id` (the thumbprint again, so that an answer can't be about another) and, if it likes, `exp`; 404 where it
// does not know the agent. It is valid until `exp` and as long as Cache-Control says. Anything else is no answer.
#pragma once

#include "core/agents/trust_provider.h"

namespace countersign::agents {

class TrustRegistryProvider final : public TrustProvider {
public:
    TrustRegistryProvider(TrustRegistry registry, Fetch fetch, const Clock& clock);
    void ask(const TrustQuestion& question, Done done) override;

private:
    TrustRegistry m_registry;
    Fetch m_fetch;
    const Clock& m_clock;
};

/// What a registry or a program says: the claims, about `agent`, until `exp` and for `freshFor` at most. With
/// `"known": false` it has no opinion. Fills distrust, claims, validUntil and digest; what can't be read is NoAnswer.
void takeSaid(TrustStatement& statement, std::string_view json, const Thumbprint& agent, UnixSeconds now,
    std::chrono::seconds freshFor);

} // namespace countersign::agents
