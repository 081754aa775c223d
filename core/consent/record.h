// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The consent record (JWS `typ: consent+jwt`, ES256 by the person's key): the root of every grant.
#pragma once

#include "core/agents/trust_evidence.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/consent/request.h"
#include "core/crypto/keys.h"
#include "core/permissions/permission.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::consent {

/// How the person was there.
enum class Presence : std::uint8_t { Click, Passphrase };

[[nodiscard]] std::string_view presenceName(Presence presence); ///< "click", "passphrase"

struct ConsentRecord {
    GrantId grant;
    std::string requestId; ///< Request::publicId
    Thumbprint person;
    Thumbprint device;
    ClientId agent;
    Thumbprint agentKey;
    permissions::Permission asked;
    permissions::Permission granted;
    std::string screenDigest; ///< base64url SHA-256(salt ‖ text as UTF-8)
    std::string locale;
    int renderer = 0;
    UnixSeconds decidedAt;
    UnixSeconds expiresAt;
    Presence presence = Presence::Click;
    Purpose purpose = Purpose::Grant;
    /// Replacement: the grant that ends. Else empty.
    std::optional<GrantId> replaces;
    /// Amendment: base64url SHA-256 of the record before this one, of the same grant, so that none can be left out.
    std::string previous;
    /// Action: actionDigest() of what may be done once; `asked` and `granted` are then empty.
    std::string actionDigest;
    /// What stood on the screen of the agent's trust, at that time; nullopt: nobody had said anything.
    std::optional<agents::TrustEvidence> trust = {};

    bool operator==(const ConsentRecord&) const = default;
};

/// An action as canonical JSON: {"action", "arguments", "location"}; equal actions have equal texts.
[[nodiscard]] std::string actionJson(const permissions::ActionRequest& action);
/// base64url SHA-256 of it.
[[nodiscard]] std::string actionDigest(const permissions::ActionRequest& action);

/// The claims as canonical JSON, which is also what the log's leaf carries.
[[nodiscard]] std::string consentClaims(const ConsentRecord& record);
[[nodiscard]] Result<std::string> signConsent(const ConsentRecord& record, const crypto::PrivateKey& person);
/// Verifies and reads one. Errors: BadSignature, InvalidInput.
[[nodiscard]] Result<ConsentRecord> verifyConsent(std::string_view jws, const crypto::PublicKey& person);

} // namespace countersign::consent
