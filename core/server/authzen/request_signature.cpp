// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/request_signature.h"

#include "core/base/try.h"
#include "core/crypto/agent_signature.h"
#include "core/crypto/content_digest.h"
#include "core/crypto/digest.h"
#include "core/crypto/http_signature.h"
#include "core/server/oauth/form.h"

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::server {

namespace {
using authority::Objection;

constexpr std::array<std::string_view, 4> kAlwaysCovered{"@method", "@target-uri", "authorization", "dpop"};
/// What the receipt's private text has as members of its own, or as the token's digest.
constexpr std::array<std::string_view, 4> kToldElsewhere{"authorization", "dpop", "signature-input", "signature"};
constexpr std::string_view kJson = "application/json";
constexpr std::array<std::string_view, 5> kCoveredWhereThere{
    "content-digest", "content-type", "content-encoding", "idempotency-key", "delegation-chain"};

crypto::HttpRequest messageOf(const PassedOn& passed)
{
    crypto::HttpRequest message{.method = passed.method, .targetUri = passed.uri};
    message.fields = {{"authorization", "DPoP " + passed.accessToken}, {"dpop", passed.dpop},
        {"signature-input", passed.signatureInput}, {"signature", passed.signature}};
    if (passed.delegationChain)
        message.fields.push_back({"delegation-chain", *passed.delegationChain});
    for (const auto& [name, value] : passed.fields)
        message.fields.push_back({name, value});
    return message;
}

std::vector<crypto::Component> demandedOf(const crypto::HttpRequest& message)
{
    std::vector<crypto::Component> demanded;
    for (const std::string_view name : kAlwaysCovered)
        demanded.push_back({std::string(name)});
    for (const std::string_view name : kCoveredWhereThere) {
        if (crypto::fieldValue(message.fields, name))
            demanded.push_back({std::string(name)});
    }
    return demanded;
}

Result<void> checkBody(const PassedOn& passed)
{
    const auto digest = passed.field("content-digest");
    if (digest)
        return crypto::verifyContentDigest(*digest, passed.body);
    if (!passed.body.empty())
        return fail(ErrorCode::BadSignature, "A body needs a content-digest (RFC 9530).");
    return {};
}

Result<VerifiedRequest> verify(const PassedOn& passed, const crypto::PublicKey& key, UnixSeconds now)
{
    TRY(checkBody(passed));
    const crypto::HttpRequest message = messageOf(passed);
    auto received = TRY(crypto::readSignature(message, std::string(kRequestTag)));
    const auto verified = TRY(crypto::verifySignature(message, std::move(received), key,
        {.components = demandedOf(message),
            .parameters = {"created", "nonce", "keyid", "tag"},
            .keyId = key.thumbprint().value,
            .now = now}));
    const crypto::SignatureParameters& parameters = verified.received.parameters;
    if (parameters.nonce->empty() || parameters.nonce->size() > kMaxSignatureNonceBytes)
        return fail(ErrorCode::BadSignature, "The signature's nonce is empty or too long.");
    VerifiedRequest out{{verified.digest, *parameters.nonce, *parameters.created}, {}};
    for (const crypto::FieldLine& field : message.fields) {
        const bool isCovered =
            std::ranges::contains(verified.received.components, field.name, &crypto::Component::name);
        if (isCovered && !std::ranges::contains(kToldElsewhere, field.name))
            out.coveredFields.emplace_back(field.name, field.value);
    }
    return out;
}
Result<void> checkUnsignedFields(const PassedOn& passed)
{
    if (passed.delegationChain)
        return fail(ErrorCode::BadSignature, "Agent-Signature does not cover Delegation-Chain: exchange the link.");
    if (passed.field("content-encoding"))
        return fail(ErrorCode::BadSignature, "Agent-Signature does not cover Content-Encoding.");
    const auto type = passed.field("content-type");
    if (!passed.body.empty() && (!type || !isMediaType(type->substr(0, type->find(';')), kJson)))
        return fail(ErrorCode::BadSignature, "Agent-Signature does not cover Content-Type: a body must be JSON.");
    return {};
}

Result<VerifiedRequest> verifyAgent(const PassedOn& passed, const crypto::PublicKey& key, UnixSeconds now)
{
    TRY(checkUnsignedFields(passed));
    if (const auto digest = passed.field("content-digest"))
        TRY(crypto::verifyContentDigest(*digest, passed.body));
    const auto received = TRY(crypto::parseAgentSignature(passed.agentSignature));
    const std::string digest = crypto::sha256(passed.body);
    TRY(crypto::verifyAgentSignature(received, {passed.method, passed.uri, digest}, key, now));
    VerifiedRequest out{{crypto::sha256Base64url(received.signature), received.nonce, received.at}, {}};
    out.coveredFields = {{std::string(crypto::kAgentSignatureField), passed.agentSignature}};
    if (!passed.body.empty()) {
        out.coveredFields.emplace_back("content-digest", crypto::contentDigest(passed.body));
        out.coveredFields.emplace_back("content-type", kJson);
    }
    return out;
}
} // namespace

std::expected<std::optional<VerifiedRequest>, Objection> verifyRequest(
    const PassedOn& passed, const crypto::PublicKey& key, UnixSeconds now)
{
    using permissions::Reason;
    const bool isAgentSigned = !passed.agentSignature.empty();
    if (passed.signature.empty() && !isAgentSigned) {
        if (passed.isRead())
            return std::nullopt;
        return std::unexpected(Objection{Reason::SignatureRequired,
            "A request that changes something must be signed (RFC 9421 or Agent-Signature)."});
    }
    auto verified = isAgentSigned ? verifyAgent(passed, key, now) : verify(passed, key, now);
    if (!verified)
        return std::unexpected(Objection{Reason::InvalidSignature, verified.error().message});
    return *std::move(verified);
}

} // namespace countersign::server
