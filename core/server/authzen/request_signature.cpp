// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/authzen/request_signature.h"

#include "core/base/try.h"
#include "core/crypto/content_digest.h"
#include "core/crypto/http_signature.h"

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::server {

namespace {
using authority::Objection;

constexpr std::array<std::string_view, 4> kAlwaysCovered{"@method", "@target-uri", "authorization", "dpop"};
/// What the receipt's private text has as members of its own, or as the token's digest.
constexpr std::array<std::string_view, 4> kToldElsewhere{"authorization", "dpop", "signature-input", "signature"};
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
} // namespace

std::expected<std::optional<VerifiedRequest>, Objection> verifyRequest(
    const PassedOn& passed, const crypto::PublicKey& key, UnixSeconds now)
{
    using permissions::Reason;
    if (passed.signature.empty()) {
        if (passed.isRead())
            return std::nullopt;
        return std::unexpected(
            Objection{Reason::SignatureRequired, "A request that changes something must be signed (RFC 9421)."});
    }
    auto verified = verify(passed, key, now);
    if (!verified)
        return std::unexpected(Objection{Reason::InvalidSignature, verified.error().message});
    return *std::move(verified);
}

} // namespace countersign::server
