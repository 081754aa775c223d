// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/signed_requests.h"

#include "core/crypto/agent_signature.h"
#include "core/crypto/content_digest.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/crypto/http_signature.h"
#include "core/crypto/jws.h"
#include "core/grants/chain.h"

#include <format>

namespace countersign::testing {

namespace {

constexpr std::string_view kTag = "fapi-2-request";

crypto::HttpRequest messageOf(const std::string& token, const authority::ReceivedRequest& received)
{
    const std::string query = received.query.empty() ? std::string() : '?' + received.query;
    crypto::HttpRequest message{.method = received.method, .targetUri = received.targetUri + query};
    message.fields = {{"authorization", "DPoP " + token}, {"dpop", received.dpop}};
    for (const auto& [name, value] : received.fields)
        message.fields.push_back({name, value});
    return message;
}

/// Signs the request with the agent's key, as the profile has it.
void sign(authority::PerformAction& command, const SentRequest& sent, const crypto::PrivateKey& key, UnixSeconds now)
{
    crypto::HttpRequest message = messageOf(command.accessToken, command.received);
    std::vector<crypto::Component> covered{{"@method"}, {"@target-uri"}, {"authorization"}, {"dpop"}};
    for (const auto& field : command.received.fields)
        covered.push_back({field.first});
    for (const std::string& name : sent.alsoCovered)
        covered.push_back({name});
    const std::string nonce = crypto::randomToken();
    const crypto::SignatureParameters parameters{
        .created = now, .keyId = key.publicKey().thumbprint().value, .nonce = nonce, .tag = std::string(kTag)};
    const auto made = must(crypto::signMessage(message, "agent", covered, parameters, key), "signature");
    message.fields.push_back({"signature-input", made.signatureInput});
    message.fields.push_back({"signature", made.signature});
    const auto verified =
        must(crypto::verifySignature(message, must(crypto::readSignature(message), "signature"), key.publicKey(),
                 {.components = covered, .parameters = {"created"}, .keyId = {}, .now = now}),
            "own signature");
    command.received.signatureInput = made.signatureInput;
    command.received.signature = made.signature;
    command.signature = {verified.digest, nonce, now};
}

/// Signs the request with the field Agent-Signature.
void signAsAgent(
    authority::PerformAction& command, const SentRequest& sent, const crypto::PrivateKey& key, UnixSeconds now)
{
    const std::string uri = sent.query.empty() ? sent.url : sent.url + '?' + sent.query;
    const std::string digest = crypto::sha256(sent.body);
    const std::string nonce = crypto::randomToken();
    const std::string field = must(crypto::signAgentRequest({sent.method, uri, digest}, key, now, nonce), "signature");
    const auto read = must(crypto::parseAgentSignature(field), "own signature");
    command.received.fields.emplace_back(crypto::kAgentSignatureField, field);
    command.signature = {crypto::sha256Base64url(read.signature), nonce, now};
}

} // namespace

std::string retyped(const std::string& jws, const std::string& type, const crypto::PrivateKey& key)
{
    const auto read = must(crypto::parseJws(jws), "JWS");
    return must(crypto::signJwsWithHeader({{"typ", type}, {"jwk", key.publicKey().toJwk()}}, read.payload, key), "JWS");
}

SentRequest sentPayment(const std::string& amount, const std::string& recipient)
{
    return {.body = std::format(R"({{"amount":"{}","recipient":"{}"}})", amount, recipient)};
}

authority::PerformAction passedOn(AuthorityFixture& fixture, const ServiceId& service, const std::string& token,
    const TestAgent& agent, const SentRequest& sent, const std::vector<std::string>& links)
{
    const UnixSeconds now = fixture.clock().now();
    const std::string& arguments = sent.arguments.empty() ? sent.body : sent.arguments;
    authority::PerformAction command = performanceOf(
        fixture, service, token, agent, action(sent.action, arguments.empty() ? "{}" : arguments, sent.url), links);
    command.objection = sent.objection;
    command.received.method = sent.method;
    command.received.targetUri = sent.url;
    command.received.query = sent.query;
    command.received.dpop = must(crypto::signDpop(agent.key, sent.method, sent.url, now, "nonce", token), "DPoP");
    if (!sent.proofType.empty())
        command.received.dpop = retyped(command.received.dpop, sent.proofType, agent.key);
    if (!sent.body.empty())
        command.received.fields = {{"content-digest", sent.beforeDigest + crypto::contentDigest(sent.body)},
            {"content-type", "application/json"}};
    if (!sent.contentEncoding.empty())
        command.received.fields.emplace_back("content-encoding", sent.contentEncoding);
    if (!links.empty())
        command.received.fields.emplace_back("delegation-chain", grants::chainHeader({token, links}));
    if (sent.isSigned == SentRequest::Signed::Yes) {
        sign(command, sent, agent.key, now);
        command.received.body = sent.body;
    }
    if (sent.isSigned == SentRequest::Signed::AsAgent)
        signAsAgent(command, sent, agent.key, now);
    return command;
}

} // namespace countersign::testing
