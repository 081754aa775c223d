// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/endpoints.h"

#include "core/base/try.h"
#include "core/grants/claims_json.h"
#include "core/server/oauth/client_auth.h"
#include "core/server/oauth/delegation_form.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/replies.h"
#include "core/server/oauth/token_exchange.h"

#include <utility>
#include <variant>
#include <vector>

namespace countersign::server {

namespace {
/// Who asks, and with which key: all that the grant types have in common.
struct TokenCaller {
    AuthenticatedAgent agent;
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
    const AuthenticatedAgent agent = TRY(authenticateAgent(server, request, form));
    const crypto::DpopProof dpop = TRY(readDpop(server, request));
    return TokenCaller{agent, dpop.key.thumbprint(), {agent.proof, proofOf(dpop)}};
}

enum class Exchanged : std::uint8_t { No, Yes };

/// RFC 8693 section 2.2.2: whatever is wrong with what was to be exchanged is one error.
Error asExchangeError(Error error)
{
    if (error.code == ErrorCode::InvalidGrant || error.code == ErrorCode::InvalidToken
        || error.code == ErrorCode::ExpiredToken || error.code == ErrorCode::InvalidAuthorizationDetails)
        error.code = ErrorCode::InvalidRequest;
    return error;
}

HttpResponse tokenAnswer(const Result<authority::TokenSet>& tokens, Exchanged exchanged)
{
    if (!tokens)
        return refusal(exchanged == Exchanged::Yes ? asExchangeError(tokens.error()) : tokens.error());
    json::Object body{
        {"access_token", tokens->accessToken},
        {"token_type", "DPoP"},
        {"expires_in", tokens->expiresIn.count()},
        {"grant_id", tokens->grant.value},
    };
    if (!tokens->refreshToken.empty())
        body["refresh_token"] = tokens->refreshToken;
    if (!tokens->scope.empty())
        body["scope"] = tokens->scope;
    if (tokens->idToken)
        body["id_token"] = *tokens->idToken;
    if (exchanged == Exchanged::Yes)
        body["issued_token_type"] = kAccessTokenType;
    return jsonTextAnswer(200, grants::claimsWithDetails(body, tokens->granted));
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

using TokenCommand = std::variant<authority::PollRequest, authority::RefreshTokens, authority::ExchangeLink>;

Result<TokenCommand> readPoll(const OAuthServer& server, const HttpRequest& request, const Form& form)
{
    std::string id = TRY(form.required("auth_req_id"));
    TokenCaller caller = TRY(readCaller(server, request, form));
    return authority::PollRequest{
        caller.agent.id, RequestId{std::move(id)}, std::move(caller.dpopKey), std::move(caller.proofs)};
}

Result<TokenCommand> readRefresh(const OAuthServer& server, const HttpRequest& request, const Form& form)
{
    std::string token = TRY(form.required("refresh_token"));
    TokenCaller caller = TRY(readCaller(server, request, form));
    TRY(checkRefreshForm(form));
    return authority::RefreshTokens{
        caller.agent.id, std::move(token), std::move(caller.dpopKey), std::move(caller.proofs)};
}

Result<TokenCommand> readExchange(const OAuthServer& server, const HttpRequest& request, const Form& form)
{
    const ExchangeForm exchange = TRY(readExchangeForm(form));
    TokenCaller caller = TRY(readCaller(server, request, form));
    authority::ExchangeLink command = TRY(verifyExchange(server, exchange, caller.agent, caller.dpopKey));
    command.proofs.insert(command.proofs.begin(), caller.proofs.begin(), caller.proofs.end());
    return command;
}

Result<TokenCommand> readTokenRequest(const OAuthServer& server, const HttpRequest& request)
{
    const Form form = TRY(Form::of(request));
    const std::string type = TRY(form.required("grant_type"));
    if (type == kCibaGrantType)
        return readPoll(server, request, form);
    if (type == kRefreshGrantType)
        return readRefresh(server, request, form);
    if (type == kExchangeGrantType)
        return readExchange(server, request, form);
    return fail(ErrorCode::UnsupportedGrantType,
        "The grant types are " + std::string(kCibaGrantType) + ", " + std::string(kExchangeGrantType)
            + " and refresh_token.");
}

/// The call of the authority for each kind of command.
class Issue {
public:
    Issue(authority::AgentApi& authority, Respond respond) : m_authority(&authority), m_respond(std::move(respond)) { }

    void operator()(authority::PollRequest& command) { m_authority->poll(std::move(command), answer(Exchanged::No)); }
    void operator()(authority::RefreshTokens& command)
    {
        m_authority->refresh(std::move(command), answer(Exchanged::No));
    }
    void operator()(authority::ExchangeLink& command)
    {
        m_authority->exchange(std::move(command), answer(Exchanged::Yes));
    }

private:
    authority::Reply<authority::TokenSet> answer(Exchanged exchanged)
    {
        return [respond = std::move(m_respond), exchanged](
                   const Result<authority::TokenSet>& tokens) mutable { respond(tokenAnswer(tokens, exchanged)); };
    }

    authority::AgentApi* m_authority;
    Respond m_respond;
};

} // namespace

void token(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    respond = withNonce(server, std::move(respond));
    auto asked = readTokenRequest(server, request);
    if (!asked) {
        respond(refusal(asked.error(), challengeFor(request)));
        return;
    }
    std::visit(Issue(server.authority, std::move(respond)), *asked);
}

} // namespace countersign::server
