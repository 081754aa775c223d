// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Evidence as the log and the database have it: the claim `trust`, canonical JSON (RFC 8785). Pure.
#pragma once

#include "core/agents/trust_evidence.h"
#include "core/base/json.h"
#include "core/base/result.h"

#include <string_view>

namespace countersign::agents {

/// The member `trust` of a leaf: level, source, issuer, screening and its time, age and digest, and why it is L0.
[[nodiscard]] json::Object trustClaim(const TrustEvidence& evidence);
/// The member `said_by` of it, and of a receipt's evidence.
[[nodiscard]] json::Object saidByClaim(const SaidBy& said);
/// Strict: exactly what trustClaim() writes. Error: InvalidInput.
[[nodiscard]] Result<TrustEvidence> readTrustClaim(const json::Object& claim);

} // namespace countersign::agents
