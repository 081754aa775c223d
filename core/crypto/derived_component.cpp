// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/derived_component.h"

#include "core/base/ascii.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"

#include <algorithm>
#include <format>
#include <optional>

namespace countersign::crypto {

namespace {

std::unexpected<Error> bad(std::string_view what)
{
    return fail(ErrorCode::InvalidInput, std::string(what));
}

bool isGraphic(char c)
{
    return ascii::isPrintable(c) && c != ' ';
}

/// What may stand in a URI (RFC 3986 section 2) but in a fragment. What parsers disagree about, as a backslash, may
/// not.
bool isUriCharacter(char c)
{
    constexpr std::string_view kMarks = "-._~:/?[]@!$&'()*+,;=%";
    return ascii::isAlphanumeric(c) || kMarks.contains(c);
}

/// The parts of an absolute URI (RFC 3986 section 3), each as RFC 9421 wants it.
struct Target {
    std::string scheme; ///< in lower case
    std::string authority; ///< in lower case, without the scheme's own port
    std::string_view path; ///< never empty
    std::string_view query; ///< with its "?", which stands alone where there is no query
};

std::string normalizedAuthority(std::string_view scheme, std::string_view authority)
{
    std::string normalized = ascii::lowered(authority);
    const std::string_view ownPort = scheme == "https" ? ":443" : ":80";
    if (normalized.ends_with(ownPort))
        normalized.resize(normalized.size() - ownPort.size());
    return normalized;
}

Result<Target> parseTarget(std::string_view uri)
{
    if (!std::ranges::all_of(uri, isUriCharacter))
        return bad("the target URI has a character that it can't have");
    const std::size_t schemeEnd = uri.find("://");
    const std::string scheme = ascii::lowered(uri.substr(0, schemeEnd));
    if (schemeEnd == std::string_view::npos || (scheme != "https" && scheme != "http"))
        return bad("the target URI is not an absolute one of https or http");
    const std::string_view rest = uri.substr(schemeEnd + 3);
    const std::size_t authorityEnd = std::min(rest.find_first_of("/?"), rest.size());
    const std::string_view authority = rest.substr(0, authorityEnd);
    if (authority.empty() || authority.starts_with(':') || authority.contains('@'))
        return bad("the target URI names no host, or a user");
    const std::string_view pathAndQuery = rest.substr(authorityEnd);
    const std::size_t pathEnd = std::min(pathAndQuery.find('?'), pathAndQuery.size());
    return Target{scheme, normalizedAuthority(scheme, authority),
        pathEnd == 0 ? std::string_view("/") : pathAndQuery.substr(0, pathEnd),
        pathEnd == pathAndQuery.size() ? std::string_view("?") : pathAndQuery.substr(pathEnd)};
}

std::optional<int> hexDigit(char c)
{
    if (ascii::isDigit(c))
        return c - '0';
    const char lower = ascii::lowered(c);
    return lower >= 'a' && lower <= 'f' ? std::optional(lower - 'a' + 10) : std::nullopt;
}

/// One name or value of a form-encoded query, decoded (URL Standard, application/x-www-form-urlencoded parsing). What
/// that algorithm would let pass under another reading, a stray "%" and broken UTF-8, is refused.
Result<std::string> decodedForm(std::string_view text)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        const auto high = i + 2 < text.size() ? hexDigit(text[i + 1]) : std::nullopt;
        const auto low = high ? hexDigit(text[i + 2]) : std::nullopt;
        if (!low)
            return bad("the query has a % without two hexadecimal digits");
        decoded += static_cast<char>(*high * 16 + *low);
        i += 2;
    }
    if (!isValidUtf8(decoded))
        return bad("the query is not UTF-8");
    return decoded;
}

/// Encoded by the application/x-www-form-urlencoded percent-encode set, a space as %20 (RFC 9421 section 2.2.8).
std::string encodedForm(std::string_view text)
{
    std::string encoded;
    for (const char c : text) {
        if (ascii::isAlphanumeric(c) || std::string_view("*-._").contains(c))
            encoded += c;
        else
            encoded += std::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return encoded;
}

/// Section 2.2.8. A name that stands several times is refused, as the section says.
Result<std::string> queryParameter(std::string_view query, const std::string& name)
{
    std::optional<std::string> found;
    for (std::size_t start = 1; start <= query.size();) {
        const std::size_t end = std::min(query.find('&', start), query.size());
        const std::string_view pair = query.substr(start, end - start);
        start = end + 1;
        const std::size_t nameEnd = std::min(pair.find('='), pair.size());
        if (pair.empty() || encodedForm(TRY(decodedForm(pair.substr(0, nameEnd)))) != name)
            continue;
        if (found)
            return bad("the query has several of that name");
        found = encodedForm(TRY(decodedForm(pair.substr(std::min(nameEnd + 1, pair.size())))));
    }
    if (!found)
        return fail(ErrorCode::NotFound, "the query has none of that name");
    return *std::move(found);
}

Result<std::string> method(const HttpRequest& request)
{
    if (request.method.empty() || !std::ranges::all_of(request.method, sf::isTokenCharacter))
        return bad("not a method");
    return request.method;
}

Result<std::string> requestTarget(const HttpRequest& request)
{
    if (request.requestTarget.empty())
        return fail(ErrorCode::NotFound, "the request line isn't known");
    if (!std::ranges::all_of(request.requestTarget, isGraphic))
        return bad("the request line has a character that it can't have");
    return request.requestTarget;
}

} // namespace

Result<std::string> derivedComponent(const HttpRequest& request, std::string_view name, const std::string* queryName)
{
    if (name == "@method")
        return method(request);
    if (name == "@request-target")
        return requestTarget(request);
    if (name == "@status")
        return fail(ErrorCode::NotFound, "a request doesn't have it");
    const Target target = TRY(parseTarget(request.targetUri));
    if (name == "@target-uri")
        return request.targetUri;
    if (name == "@authority")
        return target.authority;
    if (name == "@scheme")
        return target.scheme;
    if (name == "@path")
        return std::string(target.path);
    if (name == "@query")
        return std::string(target.query);
    if (name != "@query-param")
        return fail(ErrorCode::NotSupported, "not known");
    if (!queryName)
        return bad("it needs a name");
    return queryParameter(target.query, *queryName);
}

Result<std::string> statusComponent(int status)
{
    if (status < 100 || status > 999)
        return bad("not a status of three digits");
    return std::to_string(status);
}

} // namespace countersign::crypto
