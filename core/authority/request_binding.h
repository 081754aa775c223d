// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// By what a request is bound to the key of the agent that acts.
#pragma once

#include "core/authority/agent_api.h"
#include "core/crypto/agent_signature.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace countersign::authority {

/// Whether its signature is the field Agent-Signature, which then stands among the received fields, and not RFC 9421's.
[[nodiscard]] inline bool isAgentSigned(const PerformAction& command)
{
    return command.signature && command.received.signature.empty()
        && std::ranges::any_of(
            command.received.fields, [](const auto& field) { return field.first == crypto::kAgentSignatureField; });
}

/// The receipt's `binding`.
[[nodiscard]] inline std::string_view bindingName(const PerformAction& command)
{
    if (!command.signature)
        return "dpop";
    return isAgentSigned(command) ? "agent-signature" : "http-signature";
}

/// Whose the nonces of request signatures by this key are, in both forms: apart from the ids of its DPoP proofs.
[[nodiscard]] inline std::string signatureOwner(const Thumbprint& key)
{
    return "sig:" + key.value;
}

} // namespace countersign::authority
