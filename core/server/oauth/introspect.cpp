// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/endpoints.h"

#include "core/authority/status_list.h"
#include "core/grants/claims_json.h"
#include "core/server/oauth/client_auth.h"
#include "core/server/oauth/form.h"
#include "core/server/oauth/replies.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace countersign::server {

namespace {
using authority::Introspection;

constexpr std::string_view kIntrospectionJwtType = "application/token-introspection+jwt";

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

std::string inactive()
{
    return R"({"active":false})"; // RFC 7662 section 2.2: and not a word about why
}

/// RFC 8693 section 4.1: the present actor first, those before it inside.
json::Object actJson(const std::vector<std::string>& actors)
{
    json::Object act;
    for (const std::string& actor : actors | std::views::reverse) {
        json::Object outer{{"sub", actor}};
        if (!act.empty())
            outer["act"] = std::move(act);
        act = std::move(outer);
    }
    return act;
}

std::string active(
    const authority::AgentApi& api, const Introspection& token, const permissions::Permission& permission)
{
    json::Object body{
        {"active", true},
        {"iss", api.issuer()},
        {"sub", crypto::thumbprintUrn(token.person)},
        {"client_id", token.agent.value},
        {"jti", token.id.value},
        {"iat", token.issuedAt.value},
        {"exp", token.expiresAt.value},
        {"cnf", {{"jkt", token.boundKey.value}}},
        {"grant_id", token.grant.value},
    };
    if (token.kind == Introspection::Kind::Access) {
        body["token_type"] = "DPoP";
        body["del_depth"] = token.depth;
        body["del_max_depth"] = token.maxDepth;
    }
    if (!token.actors.empty())
        body["act"] = actJson(token.actors);
    if (token.statusIndex) {
        const auto [uri, index] = authority::statusPlace(api.issuer(), *token.statusIndex);
        body["status"] = {{"status_list", {{"idx", index}, {"uri", uri}}}};
    }
    if (!token.audience.empty())
        body["aud"] = json::Array(token.audience.begin(), token.audience.end());
    return grants::claimsWithDetails(body, permission);
}

std::string forAgent(const authority::AgentApi& authority, const ClientId& agent, std::string_view secret)
{
    const auto token = authority.introspect(secret);
    if (!token || token->agent != agent)
        return inactive();
    return active(authority, *token, token->permission);
}

std::string forService(const authority::AgentApi& authority, const authority::Service& service, std::string_view secret)
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

/// Who asks, when, and in which form the answer is wanted.
struct Asker {
    std::string id;
    UnixSeconds at;
    enum class Form : std::uint8_t { Json, Jwt } form = Form::Json;
};

/// Whether the Accept field names the type of RFC 9701 section 4. What else it says does not matter: who names it can
/// read it.
Asker::Form acceptedForm(const HttpRequest& request)
{
    std::string_view list = request.field("accept").value_or(std::string_view());
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view item = list.substr(0, comma);
        if (isMediaType(item.substr(0, item.find(';')), kIntrospectionJwtType))
            return Asker::Form::Jwt;
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return Asker::Form::Json;
}

/// RFC 9701 section 5: neither `sub` nor `exp` beside the claim, so that nobody takes it for an access token.
std::string introspectionClaims(const authority::AgentApi& authority, const Asker& asker, const std::string& body)
{
    std::string claims =
        json::serialize(json::Object{{"iss", authority.issuer()}, {"aud", asker.id}, {"iat", asker.at.value}});
    claims.back() = ',';
    return claims + R"("token_introspection":)" + body + '}';
}

HttpResponse answerOf(const authority::AgentApi& authority, const Asker& asker, std::string body)
{
    if (asker.form == Asker::Form::Json)
        return jsonTextAnswer(200, std::move(body));
    auto jwt = authority.signIntrospection(introspectionClaims(authority, asker, body));
    if (!jwt)
        return refusal(jwt.error());
    return {.status = 200, .fields = {{"content-type", std::string(kIntrospectionJwtType)}}, .body = *std::move(jwt)};
}

/// An assertion is used up before anything is told: it can't be sent a second time by somebody else.
void answerAgent(
    authority::AgentApi& authority, AuthenticatedAgent agent, Asker asker, std::string secret, Respond respond)
{
    authority.consume({std::move(agent.proof)},
        [&authority, asker = std::move(asker), secret = std::move(secret), respond = std::move(respond)](
            Result<void> first) mutable {
            respond(first ? answerOf(authority, asker, forAgent(authority, ClientId{asker.id}, secret))
                          : replayed(first.error()));
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
        Asker asker{agent->id.value, server.clock.now(), acceptedForm(request)};
        return answerAgent(
            server.authority, *std::move(agent), std::move(asker), *std::move(secret), std::move(respond));
    }
    const auto service = authenticateService(server, request, *form);
    if (!service)
        return refuse(service.error());
    const auto secret = form->required("token");
    if (!secret)
        return refuse(secret.error());
    const Asker asker{service->id.value, server.clock.now(), acceptedForm(request)};
    respond(answerOf(server.authority, asker, forService(server.authority, *service, *secret)));
}

} // namespace countersign::server
