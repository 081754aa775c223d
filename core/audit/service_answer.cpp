// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/service_answer.h"

#include "core/base/json_members.h"
#include "core/base/try.h"
#include "core/crypto/http_signature.h"

#include <utility>
#include <vector>

namespace countersign::audit {

namespace {

using crypto::Component;
using json::objectOf;
using json::textOf;

std::unexpected<Error> malformed(std::string what)
{
    return fail(ErrorCode::InvalidInput, std::move(what));
}

Result<void> addFields(crypto::HttpResponse& message, const json::Object& response)
{
    message.fields.push_back({"signature-input", TRY(json::requiredString(response, "signature_input"))});
    message.fields.push_back({"signature", TRY(json::requiredString(response, "signature"))});
    for (const auto& [name, value] : objectOf(response, "fields")) {
        if (!value.is_string() || name == "signature" || name == "signature-input")
            return malformed("response: a field can't be read");
        message.fields.push_back({std::string(name), std::string(value.get_string())});
    }
    return {};
}

/// What the signature has to cover, so that it says something about this action.
std::vector<Component> demandedOf(const json::Object& outcome, const crypto::HttpRequest& request)
{
    std::vector<Component> demanded{{"@status"}, crypto::ofRequest("@method"), crypto::ofRequest("@target-uri")};
    for (const char* name : {"signature", "signature-input"}) {
        if (crypto::fieldValue(request.fields, name))
            demanded.push_back(crypto::ofRequest(name));
    }
    if (outcome.contains("response_digest"))
        demanded.push_back({"content-digest"});
    return demanded;
}

} // namespace

crypto::HttpRequest requestAsSent(const json::Object& request, const json::Object& details, const std::string& token)
{
    const std::string query = textOf(details, "query");
    crypto::HttpRequest sent{.method = textOf(request, "method"),
        .targetUri = textOf(request, "target_uri") + (query.empty() ? std::string() : '?' + query)};
    sent.fields = {{"authorization", "DPoP " + token}, {"dpop", textOf(details, "dpop")}};
    if (details.contains("signature")) {
        sent.fields.push_back({"signature-input", textOf(details, "signature_input")});
        sent.fields.push_back({"signature", textOf(details, "signature")});
    }
    for (const auto& [name, value] : objectOf(details, "fields")) {
        if (value.is_string())
            sent.fields.push_back({std::string(name), std::string(value.get_string())});
    }
    return sent;
}

Result<Thumbprint> verifyServiceAnswer(
    const json::Object& outcome, const crypto::HttpRequest& request, UnixSeconds from, UnixSeconds to)
{
    const json::Object response = objectOf(outcome, "response");
    TRY(json::onlyMembers(response, {"fields", "jwk", "signature", "signature_input"}));
    const json::Object jwk = objectOf(response, "jwk");
    const auto key = TRY(crypto::PublicKey::fromJwk(jwk));
    if (key.toJwk() != jwk)
        return malformed("response: the key has other members than it needs");
    const std::int64_t status = TRY(json::requiredInteger(outcome, "status"));
    if (!std::in_range<int>(status))
        return malformed("outcome: the status is none");
    crypto::HttpResponse message{.status = static_cast<int>(status), .request = request};
    TRY(addFields(message, response));
    const auto digest = TRY(json::optionalString(outcome, "response_digest"));
    if (digest && *digest != textOf(objectOf(response, "fields"), "content-digest"))
        return malformed("response: its content-digest is not the one that is reported");
    auto received = TRY(crypto::readSignature(message, std::string(kServiceAnswerTag)));
    TRY(crypto::verifySignature(message, std::move(received), key,
        {.components = demandedOf(outcome, request),
            .parameters = {"created", "keyid", "tag"},
            .keyId = key.thumbprint().value,
            .now = to,
            .maxAge = to - (from - crypto::kClockSkew)}));
    return key.thumbprint();
}

} // namespace countersign::audit
