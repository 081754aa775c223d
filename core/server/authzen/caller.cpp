// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/caller.h"

#include "core/base/try.h"
#include "core/crypto/dpop.h"
#include "core/server/oauth/client_auth.h"

#include <optional>
#include <string>

namespace countersign::server {

namespace {
using authority::Introspection;

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
    return AskingAgent{known->agent, proofOf(proof)};
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
