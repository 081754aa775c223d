// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/client_auth.h"

#include "core/base/json.h"
#include "core/crypto/bytes.h"
#include "core/crypto/dpop.h"
#include "core/crypto/jws.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace countersign::server {

namespace {
constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr std::array<std::string_view, 3> kAssertionTypes{"", "jwt", "client-authentication+jwt"};

std::unexpected<Error> refused(std::string reason)
{
    return fail(ErrorCode::InvalidClient, std::move(reason));
}

/// A NumericDate (RFC 7519 section 2), which may have a fraction: rounded down. nullopt: missing.
Result<std::optional<UnixSeconds>> numericDate(const json::Object& claims, std::string_view name)
{
    const json::Value* value = claims.if_contains(name);
    if (!value)
        return std::nullopt;
    constexpr double kLatest = 253402300799.0; // the end of the year 9999
    const double seconds = value->is_number() ? value->to_number<double>() : -1;
    if (seconds < 0 || seconds > kLatest)
        return refused(std::string(name) + " is not a time");
    return UnixSeconds{static_cast<std::int64_t>(std::floor(seconds))};
}

/// RFC 7523 section 3, point 3; CIBA Core 1.0 section 7.1 names the same three. Whatever names another server too could
/// be used there and here, so that is refused.
bool isForUs(const json::Object& claims, const OAuthServer& server)
{
    const std::array ours{server.authority.issuer(), server.url(kTokenPath), server.url(kBackchannelPath)};
    const auto isOurs = [&](const json::Value& value) {
        return value.is_string() && std::ranges::contains(ours, std::string_view(value.get_string()));
    };
    const json::Value* audience = claims.if_contains("aud");
    if (!audience)
        return false;
    if (!audience->is_array())
        return isOurs(*audience);
    return !audience->get_array().empty() && std::ranges::all_of(audience->get_array(), isOurs);
}

/// RFC 7523 section 3, points 4 to 6. Returns when it ends.
Result<UnixSeconds> checkTimes(const json::Object& claims, UnixSeconds now)
{
    const auto ends = numericDate(claims, "exp");
    const auto issued = numericDate(claims, "iat");
    const auto begins = numericDate(claims, "nbf");
    for (const auto* time : {&ends, &issued, &begins}) {
        if (!*time)
            return std::unexpected(time->error());
    }
    if (!*ends)
        return refused("exp is missing");
    if (**ends + crypto::kClockSkew <= now)
        return refused("it has expired");
    if (**ends > now + kMaxAssertionLife + crypto::kClockSkew)
        return refused("exp is more than " + std::to_string(kMaxAssertionLife.count()) + " seconds ahead");
    if (*issued && **issued > now + crypto::kClockSkew)
        return refused("iat lies in the future");
    if (*issued && **issued + kMaxAssertionLife + crypto::kClockSkew < now)
        return refused("it was issued too long ago");
    if (*begins && **begins > now + crypto::kClockSkew)
        return refused("nbf lies in the future");
    return **ends;
}

Result<std::string> claimedClient(const json::Object& claims)
{
    const auto issuer = json::requiredString(claims, "iss");
    const auto subject = json::requiredString(claims, "sub");
    if (!issuer || !subject || *issuer != *subject)
        return refused("iss and sub must both be the client_id");
    return *subject;
}
} // namespace

Result<AuthenticatedAgent> verifyAssertion(const OAuthServer& server, std::string_view assertion)
{
    const auto jws = crypto::parseJws(assertion);
    if (!jws)
        return refused(jws.error().message);
    if (!std::ranges::contains(kAssertionTypes, jws->type()))
        return refused("its typ is another one");
    const auto claims = json::parseObject(jws->payload);
    if (!claims)
        return refused(claims.error().message);
    const auto id = claimedClient(*claims);
    if (!id)
        return std::unexpected(id.error());
    const auto client = server.authority.findClient(ClientId{*id});
    if (!client)
        return refused("no such client is registered");
    if (const auto right = crypto::verifyJws(*jws, client->key); !right)
        return refused("the signature is not by the registered key");

    if (!isForUs(*claims, server))
        return refused("aud must be the issuer, the token or the backchannel endpoint");
    const auto ends = checkTimes(*claims, server.clock.now());
    if (!ends)
        return std::unexpected(ends.error());
    const auto jti = json::requiredString(*claims, "jti");
    if (!jti || jti->empty() || jti->size() > kMaxJtiBytes)
        return refused("jti is missing or too long");
    return AuthenticatedAgent{client->agent.id, {client->agent.id.value, *jti, *ends + crypto::kClockSkew}};
}

Challenge challengeFor(const HttpRequest& request)
{
    return request.fieldCount("authorization") != 0 ? Challenge::Basic : Challenge::None;
}

Result<AuthenticatedAgent> authenticateAgent(const OAuthServer& server, const HttpRequest& request, const Form& form)
{
    const auto assertion = form.value("client_assertion");
    const auto type = form.value("client_assertion_type");
    if (form.value("client_secret"))
        return fail(ErrorCode::InvalidClient, "Agents authenticate by private_key_jwt, not by a secret.");
    if (request.fieldCount("authorization") != 0) {
        if (assertion || type)
            return fail(ErrorCode::InvalidRequest, "More than one way to authenticate is used.");
        return fail(ErrorCode::InvalidClient, "Agents authenticate by private_key_jwt.");
    }
    if (!assertion || !type)
        return fail(ErrorCode::InvalidClient,
            "The client does not authenticate: client_assertion and client_assertion_type are needed.");
    if (*type != kAssertionType)
        return fail(ErrorCode::InvalidClient, "The client_assertion_type is not " + std::string(kAssertionType) + '.');
    auto agent = verifyAssertion(server, *assertion);
    const auto named = form.value("client_id");
    if (agent && named && *named != agent->id.value)
        agent = refused("it is of another client than client_id");
    if (!agent)
        return fail(agent.error().code, "The client assertion is refused: " + agent.error().message + '.');
    return agent;
}

std::optional<std::string_view> credentials(const HttpRequest& request, std::string_view scheme)
{
    const std::string_view field = request.field("authorization").value_or(std::string_view());
    const auto sameLetter = [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); };
    if (!std::ranges::equal(field.substr(0, scheme.size()), scheme, sameLetter)
        || !field.substr(scheme.size()).starts_with(' '))
        return std::nullopt;
    return field.substr(scheme.size() + 1);
}

Result<authority::Service> authenticateService(const OAuthServer& server, const HttpRequest& request)
{
    const std::unexpected wrong(Error{ErrorCode::InvalidClient, "No service has these credentials."});

    const auto encoded = credentials(request, "basic");
    const auto pair = encoded ? crypto::fromBase64(*encoded) : wrong;
    const std::size_t colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos)
        return wrong;
    // RFC 6749 section 2.3.1: both are form-encoded before they are joined.
    const auto id = decodeFormText(std::string_view(*pair).substr(0, colon));
    const auto secret = decodeFormText(std::string_view(*pair).substr(colon + 1));
    if (!id || !secret)
        return wrong;
    auto service = server.authority.findService(ServiceId{*id}, *secret);
    if (!service)
        return wrong;
    return *std::move(service);
}

Result<authority::Service> authenticateService(const OAuthServer& server, const HttpRequest& request, const Form& form)
{
    if (form.value("client_assertion") || form.value("client_assertion_type") || form.value("client_secret"))
        return fail(ErrorCode::InvalidRequest, "More than one way to authenticate is used.");
    auto service = authenticateService(server, request);
    const auto named = form.value("client_id");
    if (service && named && *named != service->id.value)
        return fail(ErrorCode::InvalidRequest, "client_id names another client than the Authorization field.");
    return service;
}

} // namespace countersign::server
