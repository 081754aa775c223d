// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/signed_answers.h"

#include "core/crypto/content_digest.h"
#include "core/crypto/http_signature.h"
#include "core/server/authzen/answers.h"
#include "core/server/oauth/replies.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace countersign::server {

namespace {
constexpr std::array<std::string_view, 3> kOfRequestWhereThere{"content-digest", "signature-input", "signature"};

crypto::HttpRequest requestOf(const OAuthServer& server, const HttpRequest& request)
{
    const std::string query = request.query.empty() ? std::string() : '?' + request.query;
    crypto::HttpRequest out{.method = request.method, .targetUri = server.url(request.path) + query};
    for (const Field& field : request.fields) {
        if (std::ranges::contains(kOfRequestWhereThere, field.name))
            out.fields.push_back({field.name, field.value});
    }
    return out;
}

std::vector<crypto::Component> coveredBy(const crypto::HttpRequest& request)
{
    std::vector<crypto::Component> components{
        {"@status"}, {"content-digest"}, crypto::ofRequest("@method"), crypto::ofRequest("@target-uri")};
    for (const std::string_view name : kOfRequestWhereThere) {
        if (crypto::fieldValue(request.fields, name))
            components.push_back(crypto::ofRequest(name));
    }
    return components;
}

Result<void> sign(const authority::AgentApi& authority, const crypto::HttpRequest& request, HttpResponse& answer)
{
    answer.fields.push_back({"content-digest", crypto::contentDigest(answer.body)});
    crypto::HttpResponse message{.status = answer.status, .request = request};
    message.fields.push_back({"content-digest", answer.fields.back().value});
    auto fields = authority.signAnswer(message, coveredBy(request));
    if (!fields)
        return std::unexpected(fields.error());
    answer.fields.push_back({"signature-input", std::move(fields->signatureInput)});
    answer.fields.push_back({"signature", std::move(fields->signature)});
    return {};
}
} // namespace

Respond withSignature(const OAuthServer& server, const HttpRequest& request, Respond respond)
{
    return [authority = &server.authority, asked = requestOf(server, request), respond = std::move(respond)](
               HttpResponse answer) mutable {
        if (std::ranges::contains(answer.fields, kReceiptField, &Field::name)) {
            if (const auto done = sign(*authority, asked, answer); !done)
                answer = refusal({ErrorCode::Internal, "The answer could not be signed: " + done.error().message});
        }
        respond(std::move(answer));
    };
}

} // namespace countersign::server
