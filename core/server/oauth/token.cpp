// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/endpoints.h"

#include "core/permissions/permission_json.h"
#include "core/server/oauth/client_auth.h"
#include "core/server/oauth/delegation_form.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/replies.h"

#include <utility>
#include <vector>

namespace countersign::server {

namespace {
/// Who asks, and with which key: all that both grant types have in common.
struct TokenCaller {
    ClientId agent;
    Thumbprint dpopKey;
    std::vector<authority::UsedProof> proofs;
};

Result<crypto::DpopProof> readDpop(const OAuthServer& server, const HttpRequest& request)
{
    const auto proof = request.field("dpop");
    if (!proof)
        return fail(ErrorCode::InvalidDpopProof, "Exactly one DPoP proof is needed (RFC 9449).");
    const std::string url = server.url(kTokenPath);
    return crypto::verifyDpop(*proof, {"POST", url, std::nullopt, server.clock.now()}, server.nonces);
}

/// Nothing is consumed before the DPoP nonce is right: clients send the same form again (RFC 9449 section 8).
Result<TokenCaller> readCaller(const OAuthServer& server, const HttpRequest& request, const Form& form)
{
    const auto agent = authenticateAgent(server, request, form);
    if (!agent)
        return std::unexpected(agent.error());
    const auto dpop = readDpop(server, request);
    if (!dpop)
        return std::unexpected(dpop.error());
    const Thumbprint key = dpop->key.thumbprint();
    const UnixSeconds forgotten = dpop->issuedAt + crypto::kSignedFormLife + crypto::kClockSkew;
    return TokenCaller{agent->id, key, {agent->proof, {key.value, dpop->jti, forgotten}}};
}

HttpResponse tokenAnswer(const Result<authority::TokenSet>& tokens)
{
    if (!tokens)
        return refusal(tokens.error());
    json::Object body{
        {"access_token", tokens->accessToken},
        {"token_type", "DPoP"},
        {"expires_in", tokens->expiresIn.count()},
        {"refresh_token", tokens->refreshToken},
        {"grant_id", tokens->grant.value},
    };
    if (auto granted = json::parse(permissions::permissionJson(tokens->granted)))
        body["authorization_details"] = *std::move(granted);
    if (!tokens->scope.empty())
        body["scope"] = tokens->scope;
    if (tokens->idToken)
        body["id_token"] = *tokens->idToken;
    return jsonAnswer(200, body);
}

/// A refresh gives what the grant gives, no other part of it.
Result<void> checkRefreshForm(const Form& form)
{
    if (form.value("resource"))
        return fail(ErrorCode::InvalidTarget, "resource: a refresh can't choose a part of the grant.");
    if (form.value("authorization_details"))
        return fail(ErrorCode::InvalidAuthorizationDetails, "A refresh can't choose a part of the grant.");
    if (const auto scope = readScope(form.value("scope").value_or(std::string_view())); !scope)
        return std::unexpected(scope.error());
    return {};
}

enum class Grant : std::uint8_t { Ciba, Refresh };

struct TokenRequest {
    Grant grant = Grant::Ciba;
    std::string secret; ///< the auth_req_id or the refresh token
    TokenCaller caller;
};

Result<Grant> readGrantType(const Form& form)
{
    const auto type = form.required("grant_type");
    if (!type)
        return std::unexpected(type.error());
    if (*type == kCibaGrantType)
        return Grant::Ciba;
    if (*type == kRefreshGrantType)
        return Grant::Refresh;
    return fail(
        ErrorCode::UnsupportedGrantType, "The grant types are " + std::string(kCibaGrantType) + " and refresh_token.");
}

Result<TokenRequest> readTokenRequest(const OAuthServer& server, const HttpRequest& request)
{
    const auto form = Form::of(request);
    if (!form)
        return std::unexpected(form.error());
    const auto grant = readGrantType(*form);
    if (!grant)
        return std::unexpected(grant.error());
    auto secret = form->required(*grant == Grant::Ciba ? "auth_req_id" : "refresh_token");
    if (!secret)
        return std::unexpected(secret.error());
    auto caller = readCaller(server, request, *form);
    if (!caller)
        return std::unexpected(caller.error());
    if (*grant == Grant::Refresh) {
        if (auto right = checkRefreshForm(*form); !right)
            return std::unexpected(right.error());
    }
    return TokenRequest{*grant, *std::move(secret), *std::move(caller)};
}

Respond withNonce(Respond respond, std::string nonce)
{
    return [respond = std::move(respond), nonce = std::move(nonce)](HttpResponse answer) mutable {
        answer.fields.push_back({"dpop-nonce", std::move(nonce)});
        respond(std::move(answer));
    };
}
} // namespace

void token(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    respond = withNonce(std::move(respond), server.nonces.current(server.clock.now()));
    auto asked = readTokenRequest(server, request);
    if (!asked) {
        respond(refusal(asked.error(), challengeFor(request)));
        return;
    }
    auto reply = [respond = std::move(respond)](
                     const Result<authority::TokenSet>& tokens) mutable { respond(tokenAnswer(tokens)); };
    auto& [agent, dpopKey, proofs] = asked->caller;
    if (asked->grant == Grant::Ciba)
        server.authority.poll({agent, RequestId{asked->secret}, dpopKey, std::move(proofs)}, std::move(reply));
    else
        server.authority.refresh({agent, asked->secret, dpopKey, std::move(proofs)}, std::move(reply));
}

} // namespace countersign::server
