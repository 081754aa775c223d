// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The door through which services and agents ask whether something may be done: AuthZEN Authorization API 1.0.
//
// An evaluation is a dry run: nothing is debited, nothing logged, and the answer says `dry_run`. It is the decision
// when a registered service passes on what the agent sent it, in `context`:
//   access_token      the agent's (with a chain: the one at its top)
//   dpop              the agent's proof (RFC 9449) for the action's own method and URL, with `ath` and our nonce
//   method, uri       that method and URL
//   delegation_chain  the Delegation-Chain header, where there was one
//   signature_input, signature   those headers: the agent's signature over its request (request_signature.h), without
//                     which only a read (GET, HEAD) may be permitted; or in their place
//   agent_signature   the header Agent-Signature
//   headers           an object: the other fields that are covered, as received
//   body              the content as received, base64url
// The arguments are then what the request says (arguments.h), and `properties`, where they are stated, must be the
// same. The answer carries a receipt (answers.h, and the field Action-Receipt) and is signed; the same signature again
// gets the same answer. Statements of the caller about the subject or the resource (`properties`) count for nothing:
// authority comes from grants alone.
//
// Callers: a service by its secret (HTTP Basic) about what lies under its own location; an agent by its access token
// (`Authorization: DPoP` and a proof) about itself. Errors are JSON strings; every answer carries a nonce for proofs.
#pragma once

#include "core/server/oauth/endpoints.h"

#include <string_view>

namespace countersign::server {

inline constexpr std::string_view kEvaluationPath = "/access/v1/evaluation";
inline constexpr std::string_view kEvaluationsPath = "/access/v1/evaluations";

[[nodiscard]] HttpResponse authzenMetadata(const OAuthServer& server);
void evaluate(OAuthServer& server, const HttpRequest& request, Respond respond);
void evaluateAll(OAuthServer& server, const HttpRequest& request, Respond respond);

} // namespace countersign::server
