// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/endpoints.h"

#include "core/permissions/permission_json.h"
#include "core/server/oauth/client_auth.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/replies.h"

#include <utility>

namespace countersign::server {

namespace {
using authority::Introspection;

/// The part of a permission that a service may know of: what falls under its own location.
permissions::Permission seenBy(const authority::Service& service, const permissions::Permission& permission)
{
    permissions::Permission seen;
    for (permissions::AgentDelegation detail : permission.details) {
        std::erase_if(detail.locations, [&](const permissions::Location& at) { return !service.location.covers(at); });
        if (!detail.locations.empty())
            seen.details.push_back(std::move(detail));
    }
    return seen;
}

HttpResponse inactive()
{
    return jsonAnswer(200, {{"active", false}}); // RFC 7662 section 2.2: and not a word about why
}

HttpResponse active(
    const authority::AgentApi& authority, const Introspection& token, const permissions::Permission& permission)
{
    json::Object body{
        {"active", true},
        {"iss", authority.issuer()},
        {"sub", crypto::thumbprintUrn(token.person)},
        {"client_id", token.agent.value},
        {"jti", token.id.value},
        {"iat", token.issuedAt.value},
        {"exp", token.expiresAt.value},
        {"cnf", {{"jkt", token.boundKey.value}}},
        {"grant_id", token.grant.value},
    };
    if (token.kind == Introspection::Kind::Access)
        body["token_type"] = "DPoP";
    if (!token.audience.empty())
        body["aud"] = json::Array(token.audience.begin(), token.audience.end());
    if (auto details = json::parse(permissions::permissionJson(permission)))
        body["authorization_details"] = *std::move(details);
    return jsonAnswer(200, body);
}

HttpResponse forAgent(const authority::AgentApi& authority, const ClientId& agent, std::string_view secret)
{
    const auto token = authority.introspect(secret);
    if (!token || token->agent != agent)
        return inactive();
    return active(authority, *token, token->permission);
}

HttpResponse forService(
    const authority::AgentApi& authority, const authority::Service& service, std::string_view secret)
{
    const auto token = authority.introspect(secret);
    if (!token || token->kind != Introspection::Kind::Access)
        return inactive();
    const permissions::Permission seen = seenBy(service, token->permission);
    return seen.details.empty() ? inactive() : active(authority, *token, seen);
}

/// A replayed assertion authenticates nobody.
HttpResponse replayed(Error error)
{
    if (error.code == ErrorCode::Replayed)
        error.code = ErrorCode::InvalidClient;
    return refusal(error);
}

/// An assertion is used up before anything is told: it can't be sent a second time by somebody else.
void answerAgent(authority::AgentApi& authority, AuthenticatedAgent agent, std::string secret, Respond respond)
{
    authority.consume({std::move(agent.proof)},
        [&authority, id = std::move(agent.id), secret = std::move(secret), respond = std::move(respond)](
            Result<void> first) mutable {
            respond(first ? forAgent(authority, id, secret) : replayed(first.error()));
        });
}
} // namespace

void introspect(OAuthServer& server, const HttpRequest& request, Respond respond)
{
    const auto refuse = [&](const Error& error) { respond(refusal(error, Challenge::Basic)); };
    const auto form = Form::of(request);
    if (!form)
        return refuse(form.error());
    if (form->value("client_assertion")) {
        auto agent = authenticateAgent(server, request, *form);
        auto secret = form->required("token");
        if (!agent)
            return respond(refusal(agent.error(), challengeFor(request)));
        if (!secret)
            return refuse(secret.error());
        return answerAgent(server.authority, *std::move(agent), *std::move(secret), std::move(respond));
    }
    const auto service = authenticateService(server, request, *form);
    if (!service)
        return refuse(service.error());
    const auto secret = form->required("token");
    if (!secret)
        return refuse(secret.error());
    respond(forService(server.authority, *service, *secret));
}

} // namespace countersign::server
