// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/server/oauth/oauth_wire.h"

#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/crypto/jws.h"
#include "core/permissions/permission_json.h"
#include "core/server/oauth/agents_api.h"
#include "tests/core/server/handled.h"
#include "tests/support/must.h"

#include <QUrl>
#include <QtGlobal>

#include <algorithm>
#include <unistd.h>

namespace countersign::testing {

namespace {
std::string encoded(const std::string& text)
{
    return QUrl::toPercentEncoding(QString::fromStdString(text)).toStdString();
}
} // namespace

Parameters changed(Parameters parameters, const Parameters& changes)
{
    for (const auto& [name, value] : changes) {
        std::erase_if(parameters, [&](const auto& each) { return each.first == name; });
        if (!value.empty())
            parameters.emplace_back(name, value);
    }
    return parameters;
}

std::string formText(const Parameters& parameters)
{
    std::string out;
    for (const auto& [name, value] : parameters)
        out += (out.empty() ? "" : "&") + encoded(name) + '=' + encoded(value);
    return out;
}

std::string WireAnswer::text(std::string_view name) const
{
    return json::requiredString(body, name).value_or(std::string());
}

std::string WireAnswer::field(std::string_view lowerCaseName) const
{
    const auto found = std::ranges::find(response.fields, lowerCaseName, &server::Field::name);
    return found == response.fields.end() ? std::string() : found->value;
}

bool WireAnswer::isActive() const
{
    return json::optionalBool(body, "active").value_or(std::nullopt).value_or(false);
}

OAuthWire::OAuthWire() : m_handler(server::makeAgentsApi(m_fixture.authority(), m_fixture.clock())) { }

void OAuthWire::restart()
{
    m_fixture.stop();
    if (auto started = m_fixture.start(); !started)
        qFatal("not started: %s", started.error().message.c_str());
    m_handler = server::makeAgentsApi(m_fixture.authority(), m_fixture.clock());
}

WireAnswer OAuthWire::send(server::HttpRequest request)
{
    request.peer.uid = ::geteuid();
    server::HttpResponse response = handled(m_handler, std::move(request));
    auto body = json::parseObject(response.body);
    return {std::move(response), body ? *std::move(body) : json::Object()};
}

WireAnswer OAuthWire::get(const std::string& path)
{
    server::HttpRequest request;
    request.method = "GET";
    request.path = path;
    return send(std::move(request));
}

WireAnswer OAuthWire::post(const std::string& path, const Parameters& form, std::vector<server::Field> fields)
{
    server::HttpRequest request;
    request.method = "POST";
    request.path = path;
    request.fields = std::move(fields);
    request.fields.push_back({"content-type", "application/x-www-form-urlencoded"});
    request.body = formText(form);
    return send(std::move(request));
}

WireAnswer OAuthWire::postJson(const std::string& path, const std::string& body)
{
    server::HttpRequest request;
    request.method = "POST";
    request.path = path;
    request.fields = {{"content-type", "application/json"}};
    request.body = body;
    return send(std::move(request));
}

std::string OAuthWire::registrationOf(const crypto::PublicKey& key, const std::string& name)
{
    return json::serialize(json::Object{{"client_name", name}, {"jwks", {{"keys", json::Array{key.toJwk()}}}},
        {"token_endpoint_auth_method", "private_key_jwt"}});
}

WireAgent OAuthWire::registerAgent(crypto::KeyType type)
{
    WireAgent agent{must(crypto::PrivateKey::generate(type), "key"),
        must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key"), {}};
    const WireAnswer registered = postJson("/register", registrationOf(agent.key.publicKey()));
    if (registered.status() != 201)
        qFatal("not registered: %s", registered.response.body.c_str());
    agent.clientId = registered.text("client_id");
    return agent;
}

json::Object OAuthWire::assertionClaims(const WireAgent& agent)
{
    return {{"iss", agent.clientId}, {"sub", agent.clientId}, {"aud", issuer()}, {"jti", crypto::randomToken(16)},
        {"iat", now().value}, {"exp", now().value + 60}};
}

Parameters OAuthWire::withAssertion(Parameters form, const std::string& assertion)
{
    return changed(std::move(form),
        {{"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
            {"client_assertion", assertion}});
}

Parameters OAuthWire::signedBy(const WireAgent& agent, Parameters form)
{
    return withAssertion(std::move(form), must(crypto::signJwt("JWT", assertionClaims(agent), agent.key), "assertion"));
}

Parameters OAuthWire::delegation(const WireAgent& agent)
{
    return {{"scope", "openid"}, {"login_hint", "me"}, {"binding_message", "Last week's invoices."},
        {"authorization_details", permissions::permissionJson(payments(now()))}, {"dpop_jkt", agent.jkt().value}};
}

WireAnswer OAuthWire::ask(const WireAgent& agent, const Parameters& changes)
{
    return post("/bc-authorize", signedBy(agent, changed(delegation(agent), changes)));
}

std::string OAuthWire::nonce()
{
    return post("/token", {}).field("dpop-nonce");
}

std::string OAuthWire::dpop(const WireAgent& agent, const std::optional<std::string>& nonce)
{
    return must(crypto::signDpop(agent.dpopKey, "POST", url("/token"), now(), nonce, std::nullopt), "DPoP");
}

WireAnswer OAuthWire::token(const WireAgent& agent, const Parameters& form)
{
    return post("/token", signedBy(agent, form), {{"dpop", dpop(agent, nonce())}});
}

WireAnswer OAuthWire::poll(const WireAgent& agent, const std::string& authReqId)
{
    return token(agent, {{"grant_type", "urn:openid:params:grant-type:ciba"}, {"auth_req_id", authReqId}});
}

WireAnswer OAuthWire::refresh(const WireAgent& agent, const std::string& refreshToken)
{
    return token(agent, {{"grant_type", "refresh_token"}, {"refresh_token", refreshToken}});
}

WireAnswer OAuthWire::introspect(const WireAgent& agent, const std::string& token)
{
    return post("/introspect", signedBy(agent, {{"token", token}}));
}

WireAnswer OAuthWire::revoke(const WireAgent& agent, const std::string& token)
{
    return post("/revoke", signedBy(agent, {{"token", token}}));
}

WireAnswer OAuthWire::granted(const WireAgent& agent)
{
    const WireAnswer asked = ask(agent);
    if (asked.status() != 200)
        qFatal("not accepted: %s", asked.response.body.c_str());
    if (auto approved = m_fixture.approve(); !approved)
        qFatal("not approved: %s", approved.error().message.c_str());
    return poll(agent, asked.text("auth_req_id"));
}

} // namespace countersign::testing
