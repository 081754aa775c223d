// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/replies.h"

#include "core/server/http/answers.h"

#include <utility>

namespace countersign::server {

std::string descriptionText(std::string_view text)
{
    static constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (out.size() >= kMaxDescriptionBytes)
            break;
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\''; // the two printable ones that the standard leaves out
        } else if (byte >= 0x20 && byte < 0x7f) {
            out += c;
        } else {
            out += {'%', kDigits[byte >> 4], kDigits[byte & 0x0f]};
        }
    }
    return out;
}

HttpResponse jsonAnswer(int status, const json::Object& body)
{
    return jsonTextAnswer(status, json::serialize(body));
}

HttpResponse jsonTextAnswer(int status, std::string body)
{
    return {.status = status, .fields = {{"content-type", "application/json"}}, .body = std::move(body)};
}

HttpResponse refusal(const Error& error, Challenge challenge)
{
    const WireError wire = wireError(error.code);
    HttpResponse answer = errorAnswer(wire.httpStatus, wire.code, descriptionText(error.message));
    if (wire.httpStatus == 429 || wire.httpStatus == 503)
        answer.fields.push_back({"retry-after", std::to_string(kRetryAfter.count())});
    if (wire.httpStatus == 401 && challenge == Challenge::Basic)
        answer.fields.push_back({"www-authenticate", R"(Basic realm="countersign", charset="UTF-8")"});
    return answer;
}

HttpResponse methodNotAllowed(std::string_view allowed)
{
    HttpResponse answer = errorAnswer(405, "invalid_request", "This method is not allowed here.");
    answer.fields.push_back({"allow", std::string(allowed)});
    return answer;
}

HttpResponse notFound()
{
    return errorAnswer(404, "not_found", "There is nothing at this path.");
}

} // namespace countersign::server
