// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/http/answers.h"

#include "core/base/ascii.h"
#include "core/base/json.h"
#include "core/server/http/http_server.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <format>

namespace countersign::server {

namespace {

/// What only the server may say, because it frames the connection.
constexpr std::array<std::string_view, 7> kServersOwnFields{
    "connection", "content-length", "date", "keep-alive", "trailer", "transfer-encoding", "upgrade"};

/// RFC 9110 5.6.2
bool isTokenCharacter(char c)
{
    return ascii::isAlphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").contains(c);
}

/// RFC 9110 5.5
bool isValueCharacter(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

bool isSendable(const HttpResponse& answer)
{
    return answer.status >= 200 && answer.status <= 599 && std::ranges::all_of(answer.fields, [](const Field& field) {
        return !field.name.empty() && std::ranges::all_of(field.name, isTokenCharacter)
            && field.value.size() <= kMaxHeaderBytes && std::ranges::all_of(field.value, isValueCharacter);
    });
}

void addUnlessGiven(HttpResponse& answer, std::string_view name, std::string_view value)
{
    if (!std::ranges::contains(answer.fields, name, &Field::name))
        answer.fields.push_back({std::string(name), std::string(value)});
}

} // namespace

HttpResponse errorAnswer(int status, std::string_view error, std::string_view description)
{
    json::Object body;
    body["error"] = error;
    body["error_description"] = description;
    return {.status = status, .fields = {{"content-type", "application/json"}}, .body = json::serialize(body)};
}

HttpResponse refusal(int status, std::string_view why)
{
    return errorAnswer(status, "invalid_request", why);
}

std::string httpDate(UnixSeconds at)
{
    return std::format("{:%a, %d %b %Y %H:%M:%S} GMT", std::chrono::sys_seconds(std::chrono::seconds(at.value)));
}

HttpResponse sealAnswer(HttpResponse answer, UnixSeconds now)
{
    if (!isSendable(answer))
        answer = errorAnswer(500, "server_error", "The answer could not be sent.");
    for (auto& field : answer.fields)
        field.name = ascii::lowered(field.name);
    std::erase_if(
        answer.fields, [](const Field& field) { return std::ranges::contains(kServersOwnFields, field.name); });
    addUnlessGiven(answer, "cache-control", "no-store");
    addUnlessGiven(answer, "x-content-type-options", "nosniff");
    answer.fields.push_back({"date", httpDate(now)});
    if (hasContent(answer.status))
        answer.fields.push_back({"content-length", std::to_string(answer.body.size())});
    else
        answer.body.clear();
    return answer;
}

bool hasContent(int status)
{
    return status != 204 && status != 304;
}

} // namespace countersign::server
