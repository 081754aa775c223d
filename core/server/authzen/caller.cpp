// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/caller.h"

#include "core/authority/request_binding.h"
#include "core/base/try.h"
#include "core/crypto/agent_signature.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/server/oauth/client_auth.h"

#include <optional>
#include <string>

namespace countersign::server {

namespace {
using authority::Introspection;

/// The agent's signature of this very request, as it is remembered; nullopt: it has none.
Result<std::optional<authority::UsedProof>> verifySignature(
    const OAuthServer& server, const HttpRequest& request, std::string_view path, const crypto::PublicKey& key)
{
    if (request.fieldCount(crypto::kAgentSignatureField) == 0)
        return std::nullopt;
    const auto field = request.field(crypto::kAgentSignatureField);
    if (!field)
        return fail(ErrorCode::InvalidToken, "Agent-Signature stands there more than once.");
    const std::string url = server.url(path) + (request.query.empty() ? std::string() : '?' + request.query);
    const std::string digest = crypto::sha256(request.body);
    const auto signature = crypto::parseAgentSignature(*field);
    const auto verified = signature
        ? crypto::verifyAgentSignature(*signature, {request.method, url, digest}, key, server.clock.now())
        : std::unexpected(signature.error());
    if (!verified)
        return fail(ErrorCode::InvalidToken, verified.error().message);
    return authority::UsedProof{authority::signatureOwner(key.thumbprint()), signature->nonce,
        signature->at + crypto::kSignedFormLife + crypto::kClockSkew};
}

Result<AskingAgent> authenticateByToken(
    const OAuthServer& server, const HttpRequest& request, std::string_view token, std::string_view path)
{
    const auto sent = request.field("dpop");
    if (!sent)
        return fail(ErrorCode::InvalidDpopProof, "Exactly one DPoP proof is needed (RFC 9449).");
    const std::string url = server.url(path);
    const crypto::DpopProof proof =
        TRY(crypto::verifyDpop(*sent, {"POST", url, std::string(token), server.clock.now()}, server.nonces));
    const Thumbprint& key = proof.key.thumbprint();
    const auto known = server.authority.introspect(token);
    if (!known || known->kind != Introspection::Kind::Access)
        return fail(ErrorCode::InvalidToken, "The access token is not active.");
    if (known->boundKey != key)
        return fail(ErrorCode::InvalidToken, "The access token is bound to another key than the DPoP proof's.");
    AskingAgent agent{known->agent, {proofOf(proof)}};
    if (auto signature = TRY(verifySignature(server, request, path, proof.key)))
        agent.proofs.push_back(*std::move(signature));
    return agent;
}
} // namespace

Result<Caller> authenticateCaller(const OAuthServer& server, const HttpRequest& request, std::string_view path)
{
    if (const auto token = credentials(request, "dpop"))
        return TRY(authenticateByToken(server, request, *token, path));
    auto service = authenticateService(server, request);
    if (!service)
        return fail(ErrorCode::InvalidClient,
            "A service asks with its secret (Basic), an agent with its access token and a proof (DPoP).");
    return *std::move(service);
}

} // namespace countersign::server
