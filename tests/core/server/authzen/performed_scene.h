// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An agent acts at a service, which passes on what it got: everything right, or one thing wrong.
#pragma once

#include "core/crypto/agent_signature.h"
#include "core/crypto/bytes.h"
#include "core/crypto/content_digest.h"
#include "core/crypto/digest.h"
#include "core/crypto/http_signature.h"
#include "tests/core/server/authzen/authzen_wire.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::testing {

inline const std::string kAt = "https://payments.example/payments";
inline const std::string kSpend =
    ",\"uses\":5,\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"500.00\","
    "\"total\":\"800.00\"}";

/// What an agent sent to the service, and what the service says of it.
struct Sent {
    std::string token;
    std::string proof;
    std::vector<std::string> links = {};
    std::string method = "POST";
    std::string uri = kAt;
    std::string body = "{\"amount\":\"100.00\"}";
    std::map<std::string, std::string> headers = {{"content-type", "application/json"}};
    std::string signatureInput = {};
    std::string signature = {};
    std::string agentSignature = {};
    std::string subject = {};
    std::string action = "payments.create";
    std::string resource = kAt;
    std::optional<std::string> stated = {}; ///< action.properties as JSON
    std::optional<json::Value> upstream = {}; ///< receipts of other servers that the service passes on

    [[nodiscard]] crypto::HttpRequest message() const
    {
        crypto::HttpRequest message{.method = method, .targetUri = uri};
        message.fields = {{"authorization", "DPoP " + token}, {"dpop", proof}};
        if (!links.empty())
            message.fields.push_back({"delegation-chain", grants::chainHeader({token, links})});
        for (const auto& [name, value] : headers)
            message.fields.push_back({name, value});
        return message;
    }
    /// All that the message has, as the profile demands.
    [[nodiscard]] std::vector<crypto::Component> covered() const
    {
        std::vector<crypto::Component> components{{"@method"}, {"@target-uri"}};
        for (const crypto::FieldLine& field : message().fields)
            components.push_back({field.name});
        return components;
    }
    void digest()
    {
        if (!body.empty())
            headers["content-digest"] = crypto::contentDigest(body);
    }
    void sign(const crypto::PrivateKey& key, const crypto::SignatureParameters& parameters,
        const std::vector<crypto::Component>& components)
    {
        const auto fields = crypto::signMessage(message(), "sig", components, parameters, key);
        if (!fields)
            qFatal("not signed: %s", fields.error().message.c_str());
        signatureInput = fields->signatureInput;
        signature = fields->signature;
    }
    /// As a good agent does.
    void sign(const crypto::PrivateKey& key, UnixSeconds now)
    {
        digest();
        sign(key, parameters(key, now), covered());
    }
    /// With the field Agent-Signature.
    void signAsAgent(const crypto::PrivateKey& key, UnixSeconds now, const std::string& nonce = crypto::randomToken())
    {
        const std::string digest256 = crypto::sha256(body);
        const auto field = crypto::signAgentRequest({method, uri, digest256}, key, now, nonce);
        if (!field)
            qFatal("not signed: %s", field.error().message.c_str());
        agentSignature = *field;
    }
    [[nodiscard]] static crypto::SignatureParameters parameters(const crypto::PrivateKey& key, UnixSeconds now)
    {
        return {.created = now,
            .keyId = key.publicKey().thumbprint().value,
            .nonce = crypto::randomToken(),
            .tag = "fapi-2-request"};
    }

    [[nodiscard]] json::Object context() const
    {
        json::Object context{{"access_token", token}, {"dpop", proof}, {"method", method}, {"uri", uri}};
        if (!links.empty())
            context["delegation_chain"] = grants::chainHeader({token, links});
        if (!signature.empty()) {
            context["signature"] = signature;
            context["signature_input"] = signatureInput;
        }
        if (!agentSignature.empty())
            context["agent_signature"] = agentSignature;
        json::Object fields;
        for (const auto& [name, value] : headers)
            fields[name] = value;
        context["headers"] = std::move(fields);
        context["body"] = crypto::base64url(body);
        if (upstream)
            context["upstream"] = *upstream;
        return context;
    }
    [[nodiscard]] std::string evaluation() const
    {
        const json::Object question{{"subject", {{"type", "agent"}, {"id", subject}}},
            {"resource", {{"type", "payments"}, {"id", resource}}}, {"context", context()}};
        std::string text = json::serialize(question);
        text.back() = ',';
        return text + "\"action\":{\"name\":\"" + action + '"' + (stated ? ",\"properties\":" + *stated : std::string())
            + "}}";
    }
};

struct PerformedScene {
    AuthzenWire wire;
    WireAgent agent = wire.registerAgent();
    WireAgent child = wire.registerAgent();
    WireAgent grandchild = wire.registerAgent(crypto::KeyType::Ed25519);
    WireAgent stranger = wire.registerAgent();
    WireAnswer tokens;
    Credentials service = wire.addService(QStringLiteral("https://payments.example/"));

    explicit PerformedScene(const std::string& more = kSpend) : tokens(wire.grantedTo(agent, delegableDetails(3, more)))
    {
    }
    [[nodiscard]] std::string token() const { return tokens.text("access_token"); }
    [[nodiscard]] GrantId grant() const { return GrantId{tokens.text("grant_id")}; }

    /// Not signed yet.
    [[nodiscard]] Sent sentBy(const WireAgent& who, const std::string& with, const std::string& method = "POST")
    {
        return {.token = with,
            .proof = wire.proof(who, method, kAt, with, wire.nonce()),
            .method = method,
            .subject = who.clientId};
    }
    [[nodiscard]] Sent signedBy(const WireAgent& who, Sent sent)
    {
        sent.sign(who.dpopKey, wire.now());
        return sent;
    }
    [[nodiscard]] Sent sent() { return signedBy(agent, sentBy(agent, token())); }
    [[nodiscard]] WireAnswer pass(const Sent& sent) { return wire.askFor(kOne, sent.evaluation(), {service.basic()}); }
    [[nodiscard]] WireAnswer pay(const std::string& amount)
    {
        Sent sent = sentBy(agent, token());
        sent.body = "{\"amount\":" + amount + '}';
        return pass(signedBy(agent, sent));
    }
    [[nodiscard]] int count(audit::LeafKind kind) { return wire.fixture().count(kind); }
};

} // namespace countersign::testing
