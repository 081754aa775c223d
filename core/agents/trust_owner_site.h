// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The owner's own site (did:web, https://w3c-ccg.github.io/did-method-web/): does its DID document name the agent's
// key? Asked only about owners that a valid token of a configured issuer named, so that nobody else can send us
// anywhere. It makes the owner's name believable; it gives no level.
#pragma once

#include "core/agents/trust_provider.h"

#include <string>
#include <string_view>

namespace countersign::agents {

/// Where the document is: did:web:example.com → https://example.com/.well-known/did.json,
/// did:web:example.com%3A8443:agents:a → https://example.com:8443/agents/a/did.json. Error: InvalidInput for what is
/// not a host name of ASCII, a port and plain path segments.
[[nodiscard]] Result<std::string> didWebUrl(std::string_view did);

/// Whether the document is that DID's and has the key as a verification method (publicKeyJwk). Error: InvalidInput.
[[nodiscard]] Result<OwnerProof> ownerProofIn(
    const outbound::Answer& answer, std::string_view did, const Thumbprint& agent);

class TrustOwnerSite {
public:
    TrustOwnerSite(outbound::Reach reach, Fetch fetch);
    /// NotConfirmed also where the site doesn't answer.
    void ask(const std::string& did, const Thumbprint& agent, std::move_only_function<void(OwnerProof)> done);

private:
    outbound::Reach m_reach;
    Fetch m_fetch;
};

} // namespace countersign::agents
