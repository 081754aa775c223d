// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/endpoints.h"

#include "core/agents/trust_token.h"
#include "core/base/try.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/registration.h"
#include "core/server/oauth/replies.h"

#include <utility>

namespace countersign::server {

namespace {

/// RFC 7591 section 3.2.2. Whose it is, and whether it counts, is judged later; then it is evidence or none.
HttpResponse invalidStatement()
{
    return jsonAnswer(400,
        {{"error", "invalid_software_statement"},
            {"error_description", "software_statement must be an agent trust token: a JWT by ES256 or Ed25519."}});
}

/// Whoever sends a DPoP proof with our nonce shows that the key is its own: the challenge at first contact.
Result<void> addProof(const OAuthServer& server, const HttpRequest& request, authority::RegisterAgent& command)
{
    if (request.fieldCount("dpop") == 0)
        return {};
    const auto proof = request.field("dpop");
    if (!proof)
        return fail(ErrorCode::InvalidDpopProof, "There must be one DPoP proof.");
    const crypto::DpopProof verified = TRY(crypto::verifyDpop(*proof,
        {.method = request.method, .url = server.url(kRegisterPath), .accessToken = {}, .now = server.clock.now()},
        server.nonces));
    if (verified.key != command.key)
        return fail(ErrorCode::InvalidDpopProof, "The DPoP proof is by another key than the one that is registered.");
    command.proof = agents::KeyProof::Proven;
    command.proofs = {proofOf(verified)};
    return {};
}

} // namespace

void registerClient(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    respond = withNonce(server, std::move(respond));
    if (!hasContentType(request, "application/json")) {
        respond(refusal({ErrorCode::InvalidRequest, "The content type must be application/json."}));
        return;
    }
    auto registration = readRegistration(request.body);
    if (!registration) {
        respond(refusal(registration.error()));
        return;
    }
    if (!registration->softwareStatement.empty() && !agents::parseTrustToken(registration->softwareStatement)) {
        respond(invalidStatement());
        return;
    }
    authority::RegisterAgent command{
        .name = registration->name,
        .key = registration->key,
        .peer = request.peer,
        .evidence = agents::findProcess(request.peer),
        .trustToken = registration->softwareStatement,
    };
    if (const auto added = addProof(server, request, command); !added) {
        respond(refusal(added.error()));
        return;
    }
    json::Object answer = registeredMetadata(*registration);
    server.authority.registerAgent(std::move(command),
        [respond = std::move(respond), answer = std::move(answer)](Result<agents::Agent> agent) mutable {
            if (!agent) {
                respond(refusal(agent.error()));
                return;
            }
            answer["client_name"] = agent->name; // of a key that is known already: as it was first registered
            answer["client_id"] = agent->id.value;
            answer["client_id_issued_at"] = agent->registeredAt.value;
            respond(jsonAnswer(201, answer));
        });
}

} // namespace countersign::server
