// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/http/request_rules.h"

#include "core/server/http/answers.h"
#include "core/server/http/http_server.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace countersign::server {

namespace {

/// Null: the rule has nothing against the request.
using Verdict = std::optional<HttpResponse>;

std::string lowered(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(
        result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

bool isOurAuthority(std::string_view authority, Door door, std::uint16_t port)
{
    const auto name = lowered(authority);
    const auto suffix = ":" + std::to_string(port);
    return name == "127.0.0.1" + suffix || name == "localhost" + suffix
        || (door != Door::Loopback && name == "localhost");
}

Verdict checkHost(const HttpRequest& request, std::uint16_t port)
{
    if (request.fieldCount("host") != 1)
        return refusal(400, "A request needs exactly one Host field.");
    if (!isOurAuthority(*request.field("host"), request.door, port))
        return refusal(421, "The Host field names another server.");
    return std::nullopt;
}

Verdict checkOrigin(const HttpRequest& request)
{
    if (request.fieldCount("origin") > 0)
        return refusal(403, "Requests of web pages are not served.");
    return std::nullopt;
}

Verdict checkLength(const HttpRequest& request)
{
    const auto text = request.field("content-length");
    if (!text)
        return std::nullopt;
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), length);
    if (error == std::errc::result_out_of_range || length > kMaxBodyBytes)
        return refusal(413, "The body is larger than 1 MiB.");
    if (error != std::errc() || end != text->data() + text->size())
        return refusal(400, "The Content-Length is not a number.");
    return std::nullopt;
}

Verdict checkFraming(int version, const HttpRequest& request)
{
    const auto lengths = request.fieldCount("content-length");
    const auto codings = request.fieldCount("transfer-encoding");
    if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0))
        return refusal(400, "A request says once how long its body is: by Content-Length or by Transfer-Encoding.");
    if (codings > 0 && version < 11)
        return refusal(400, "HTTP/1.0 has no Transfer-Encoding.");
    if (codings > 0 && lowered(*request.field("transfer-encoding")) != "chunked")
        return refusal(501, "The only Transfer-Encoding that is understood is chunked.");
    return checkLength(request);
}

Verdict checkExpectation(int version, const HttpRequest& request)
{
    const auto expectations = request.fieldCount("expect");
    if (version < 11 || expectations == 0 || waitsForContinue(version, request))
        return std::nullopt;
    return refusal(417, "The only expectation that is understood is 100-continue.");
}

Verdict checkMethod(const HttpRequest& request)
{
    const bool upperCase = std::ranges::all_of(request.method, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!upperCase || request.method == "CONNECT" || request.method == "TRACE")
        return refusal(501, "This method is not served.");
    return std::nullopt;
}

/// Turns the absolute form (RFC 9112 3.2.2), which clients of proxies send, into the origin form.
Verdict useOriginForm(HttpRequest& request, std::uint16_t port)
{
    constexpr std::string_view kScheme = "http://";
    if (request.target.starts_with('/') || lowered(request.target.substr(0, kScheme.size())) != kScheme)
        return std::nullopt;
    const auto rest = request.target.substr(kScheme.size());
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    if (!isOurAuthority(std::string_view(rest).substr(0, end), request.door, port))
        return refusal(421, "The request's target is on another server.");
    request.target = rest.substr(end);
    if (!request.target.starts_with('/'))
        request.target.insert(0, "/");
    return std::nullopt;
}

Verdict splitTarget(HttpRequest& request, std::uint16_t port)
{
    if (request.target == "*" && request.method == "OPTIONS")
        return HttpResponse{};
    if (auto verdict = useOriginForm(request, port))
        return verdict;
    const bool visible = std::ranges::all_of(request.target, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
    if (!visible || !request.target.starts_with('/'))
        return refusal(400, "The request's target is not a path.");
    const auto question = request.target.find('?');
    request.path = request.target.substr(0, question);
    if (question != std::string::npos)
        request.query = request.target.substr(question + 1);
    return std::nullopt;
}

} // namespace

std::expected<HttpRequest, HttpResponse> admitRequest(RequestHead head, Door door, std::uint16_t port)
{
    HttpRequest request;
    request.door = door;
    request.method = std::move(head.method);
    request.target = std::move(head.target);
    request.fields = std::move(head.fields);

    auto verdict = checkHost(request, port);
    if (!verdict)
        verdict = checkOrigin(request);
    if (!verdict)
        verdict = checkFraming(head.version, request);
    if (!verdict)
        verdict = checkExpectation(head.version, request);
    if (!verdict)
        verdict = checkMethod(request);
    if (!verdict)
        verdict = splitTarget(request, port);
    if (verdict)
        return std::unexpected(std::move(*verdict));
    return request;
}

bool hasFoldedLine(std::string_view headerBlock)
{
    return headerBlock.contains("\r\n ") || headerBlock.contains("\r\n\t");
}

bool waitsForContinue(int version, const HttpRequest& request)
{
    const auto expectation = request.field("expect");
    return version >= 11 && expectation && lowered(*expectation) == "100-continue";
}

} // namespace countersign::server
