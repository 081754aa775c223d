// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/oauth_agent.h"

#include "app/countersignctl/control_client.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/crypto/jws.h"

#include <QUrl>

namespace countersign::ctl {

namespace {
constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
constexpr std::string_view kAssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
constexpr std::string_view kJwtType = "urn:ietf:params:oauth:token-type:jwt";
constexpr std::chrono::seconds kAssertionLife{60};

std::string formText(const Parameters& parameters)
{
    std::string out;
    for (const auto& [name, value] : parameters)
        out += (out.empty() ? "" : "&") + queryText(name) + '=' + queryText(value);
    return out;
}

/// The JSON of an answer with the expected status, or the OAuth error in it.
Answer<json::Object> bodyOf(const Answer<HttpAnswer>& answer, int expected)
{
    if (!answer)
        return std::unexpected(answer.error());
    auto body = json::parseObject(answer->body);
    if (answer->status == expected && body)
        return *std::move(body);
    const std::string code = body ? textOf(*body, "error") : std::string();
    if (code.empty())
        return problem(ExitStatus::Failed, "server_error",
            "The server answered with the status " + std::to_string(answer->status) + '.');
    return problem(ExitStatus::Failed, code, textOf(*body, "error_description"));
}

std::unexpected<Problem> unreachable(const Error& error, const std::string& issuer)
{
    if (error.code == ErrorCode::NotFound)
        return problem(
            ExitStatus::NotRunning, "not_running", "Nothing listens at " + issuer + ". Is Countersign running?");
    return problem(ExitStatus::Failed, std::string(errorName(error.code)), error.message);
}
} // namespace

OAuthAgent::OAuthAgent(std::string issuer, std::uint16_t port, crypto::PrivateKey key, const Clock& clock)
    : m_issuer(std::move(issuer)), m_port(port), m_key(std::move(key)), m_clock(&clock)
{
}

Answer<OAuthAgent> OAuthAgent::discover(std::string issuer, crypto::PrivateKey key, const Clock& clock)
{
    const QUrl url(QString::fromStdString(issuer), QUrl::StrictMode);
    const int port = url.port(80);
    if (url.scheme() != QStringLiteral("http") || url.host() != QStringLiteral("127.0.0.1") || !url.path().isEmpty())
        return problem(ExitStatus::Usage, "usage", "The issuer must look like http://127.0.0.1:7317.");
    OAuthAgent agent(std::move(issuer), static_cast<std::uint16_t>(port), std::move(key), clock);
    auto metadata = bodyOf(agent.send(agent.m_issuer + "/.well-known/oauth-authorization-server", {}), 200);
    if (!metadata)
        return std::unexpected(metadata.error());
    if (textOf(*metadata, "issuer") != agent.m_issuer)
        return problem(ExitStatus::Failed, "invalid_issuer",
            "The server at this address calls itself " + textOf(*metadata, "issuer") + '.');
    agent.m_metadata = *std::move(metadata);
    return agent;
}

Answer<ClientId> OAuthAgent::registerClient(const std::string& name)
{
    const json::Object client{
        {"client_name", name},
        {"jwks", {{"keys", json::Array{m_key.publicKey().toJwk()}}}},
        {"token_endpoint_auth_method", "private_key_jwt"},
        {"grant_types",
            json::Array{"urn:openid:params:grant-type:ciba", "refresh_token",
                "urn:ietf:params:oauth:grant-type:token-exchange"}},
        {"response_types", json::Array()},
        {"backchannel_token_delivery_mode", "poll"},
        {"dpop_bound_access_tokens", true},
    };
    const auto url = endpointUrl("registration_endpoint");
    if (!url)
        return std::unexpected(url.error());
    HttpCall request{.method = "POST",
        .path = {},
        .fields = {{"Content-Type", "application/json"}},
        .body = json::serialize(client)};
    const auto registered = bodyOf(send(*url, std::move(request)), 201);
    if (!registered)
        return std::unexpected(registered.error());
    m_clientId = ClientId{textOf(*registered, "client_id")};
    return m_clientId;
}

Answer<json::Object> OAuthAgent::requestDelegation(Parameters parameters)
{
    parameters.emplace_back("dpop_jkt", m_key.publicKey().thumbprint().value);
    return bodyOf(post("backchannel_authentication_endpoint", parameters), 200);
}

Answer<json::Object> OAuthAgent::poll(const std::string& authReqId)
{
    return askToken({{"grant_type", "urn:openid:params:grant-type:ciba"}, {"auth_req_id", authReqId}});
}

Answer<json::Object> OAuthAgent::exchange(const grants::ChainText& chain)
{
    if (chain.links.empty())
        return problem(ExitStatus::Usage, "usage", "The chain has no link: there is nothing to exchange.");
    std::string ancestors = chain.token;
    for (auto link = chain.links.begin(); link + 1 != chain.links.end(); ++link)
        ancestors += ' ' + *link;
    return askToken({{"grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"},
        {"subject_token", chain.links.back()}, {"subject_token_type", std::string(kJwtType)},
        {"delegation_chain", ancestors}, {"actor_token", assertion()}, {"actor_token_type", std::string(kJwtType)}});
}

Answer<json::Object> OAuthAgent::refresh(const std::string& refreshToken)
{
    return askToken({{"grant_type", "refresh_token"}, {"refresh_token", refreshToken}});
}

Answer<json::Object> OAuthAgent::introspect(const std::string& token)
{
    return bodyOf(post("introspection_endpoint", {{"token", token}}), 200);
}

Answer<void> OAuthAgent::revoke(const std::string& token, const std::string& hint)
{
    const auto answer = post("revocation_endpoint", {{"token", token}, {"token_type_hint", hint}});
    if (answer && answer->status == 200) // RFC 7009 section 2.2: what stands in the body does not matter
        return {};
    const auto refused = bodyOf(answer, 200);
    return std::unexpected(refused.error());
}

std::string OAuthAgent::assertion() const
{
    const UnixSeconds now = m_clock->now();
    const json::Object claims{
        {"iss", m_clientId.value},
        {"sub", m_clientId.value},
        {"aud", m_issuer},
        {"jti", crypto::randomToken(16)},
        {"iat", now.value},
        {"exp", (now + kAssertionLife).value},
    };
    return crypto::signJwt("client-authentication+jwt", claims, m_key).value_or(std::string());
}

Answer<std::string> OAuthAgent::endpointUrl(std::string_view member) const
{
    std::string url = textOf(m_metadata, member);
    // This agent only ever talks to the one server that it was pointed at.
    if (!url.starts_with(m_issuer + '/'))
        return problem(
            ExitStatus::Failed, "invalid_metadata", "The server's metadata has no usable " + std::string(member) + '.');
    return url;
}

Answer<HttpAnswer> OAuthAgent::send(const std::string& url, HttpCall request) const
{
    request.path = url.substr(m_issuer.size());
    auto answer = call(LoopbackPort{m_port}, request);
    if (!answer)
        return unreachable(answer.error(), m_issuer);
    return *std::move(answer);
}

Answer<HttpAnswer> OAuthAgent::post(std::string_view endpoint, const Parameters& parameters)
{
    const auto url = endpointUrl(endpoint);
    if (!url)
        return std::unexpected(url.error());
    Parameters form = parameters;
    form.emplace_back("client_assertion_type", kAssertionType);
    form.emplace_back("client_assertion", assertion());
    return send(*url,
        {.method = "POST", .path = {}, .fields = {{"Content-Type", std::string(kFormType)}}, .body = formText(form)});
}

Answer<json::Object> OAuthAgent::askToken(const Parameters& parameters)
{
    const auto url = endpointUrl("token_endpoint");
    if (!url)
        return std::unexpected(url.error());
    auto body = bodyOf(postWithProof(*url, parameters), 200);
    if (!body && body.error().code == "use_dpop_nonce") // RFC 9449 section 8: once more, with the nonce that came
        body = bodyOf(postWithProof(*url, parameters), 200);
    return body;
}

Answer<HttpAnswer> OAuthAgent::postWithProof(const std::string& url, const Parameters& parameters)
{
    const auto proof = crypto::signDpop(m_key, "POST", url, m_clock->now(), m_nonce, std::nullopt);
    if (!proof)
        return problem(ExitStatus::Failed, "server_error", proof.error().message);
    Parameters form = parameters;
    form.emplace_back("client_assertion_type", kAssertionType);
    form.emplace_back("client_assertion", assertion());
    auto answer = send(url,
        {.method = "POST",
            .path = {},
            .fields = {{"Content-Type", std::string(kFormType)}, {"DPoP", *proof}},
            .body = formText(form)});
    if (answer) {
        if (const auto nonce = answer->field("dpop-nonce"))
            m_nonce = std::string(*nonce);
    }
    return answer;
}

} // namespace countersign::ctl
