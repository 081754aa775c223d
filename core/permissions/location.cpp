// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/permissions/permission.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <format>

namespace countersign::permissions {

namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
bool isLowerAlnum(char c)
{
    return (c >= 'a' && c <= 'z') || isDigit(c);
}
bool isUnreserved(char c)
{
    return isLowerAlnum(c) || (c >= 'A' && c <= 'Z') || std::string_view("-._~").contains(c);
}
bool isSubDelimiter(char c)
{
    return std::string_view("!$&'()*+,;=").contains(c);
}
bool isUpperHex(char c)
{
    return isDigit(c) || (c >= 'A' && c <= 'F');
}

int hexValue(char c)
{
    return isDigit(c) ? c - '0' : c - 'A' + 10;
}

std::unexpected<Error> refuse(std::string_view why)
{
    return fail(ErrorCode::InvalidTarget, std::format("location: {}", why));
}

/// An IPv4 address in its one canonical form, "a.b.c.d". Other spellings reach the same host, so they are refused.
bool isCanonicalIpv4(std::string_view host)
{
    int parts = 0;
    std::size_t at = 0;
    while (at <= host.size()) {
        const std::size_t dot = std::min(host.find('.', at), host.size());
        const std::string_view part = host.substr(at, dot - at);
        int value = -1;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (error != std::errc() || end != part.data() + part.size() || value > 255
            || (part.size() > 1 && part[0] == '0'))
            return false;
        ++parts;
        at = dot + 1;
    }
    return parts == 4;
}

Result<void> checkName(std::string_view host)
{
    if (host.empty() || host.size() > 253)
        return refuse("the host is empty or too long");
    std::size_t at = 0;
    std::string_view last;
    while (at <= host.size()) {
        const std::size_t dot = std::min(host.find('.', at), host.size());
        last = host.substr(at, dot - at);
        if (last.empty() || last.size() > 63 || last.front() == '-' || last.back() == '-')
            return refuse("the host has a label that is empty, too long, or begins or ends with '-'");
        if (!std::ranges::all_of(last, [](char c) { return isLowerAlnum(c) || c == '-'; }))
            return refuse(
                "the host may hold a-z, 0-9, '-' and '.' only (write international names in their xn-- form)");
        at = dot + 1;
    }
    if (isDigit(last.front()) && !isCanonicalIpv4(host))
        return refuse("an IPv4 address is written as four decimal numbers");
    return {};
}

Result<void> checkIpv6(std::string_view address)
{
    const bool known =
        std::ranges::all_of(address, [](char c) { return isDigit(c) || (c >= 'a' && c <= 'f') || c == ':'; });
    if (!known || address.size() < 2 || address.size() > 39 || address.find(':') == std::string_view::npos)
        return refuse("the IPv6 address is not in its lower-case form");
    return {};
}

Result<void> checkPort(std::string_view port, std::string_view defaultPort)
{
    unsigned value = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
    if (port.empty() || error != std::errc() || end != port.data() + port.size() || port[0] == '0' || value > 65535)
        return refuse("the port is not a number from 1 to 65535");
    if (port == defaultPort)
        return refuse(std::format("leave out the default port {}", port));
    return {};
}

Result<void> checkAuthority(std::string_view authority, std::string_view defaultPort)
{
    if (authority.contains('@'))
        return refuse("user names do not belong in it");
    std::string_view host = authority;
    std::string_view port;
    bool hasPort = false;
    if (authority.starts_with('[')) {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos)
            return refuse("the IPv6 address has no ']'");
        if (auto checked = checkIpv6(authority.substr(1, close - 1)); !checked)
            return checked;
        const std::string_view rest = authority.substr(close + 1);
        if (!rest.empty() && rest.front() != ':')
            return refuse("after ']' comes a port or the path");
        hasPort = !rest.empty();
        port = hasPort ? rest.substr(1) : rest;
    } else {
        const std::size_t colon = authority.find(':');
        hasPort = colon != std::string_view::npos;
        host = authority.substr(0, colon);
        port = hasPort ? authority.substr(colon + 1) : std::string_view();
        if (auto checked = checkName(host); !checked)
            return checked;
    }
    return hasPort ? checkPort(port, defaultPort) : Result<void>();
}

Result<void> checkPercent(std::string_view path, std::size_t at)
{
    if (at + 2 >= path.size() || !isUpperHex(path[at + 1]) || !isUpperHex(path[at + 2]))
        return refuse("percent-encoding is '%' and two upper-case hexadecimal digits");
    const char decoded = static_cast<char>(hexValue(path[at + 1]) * 16 + hexValue(path[at + 2]));
    if (isUnreserved(decoded))
        return refuse(std::format("write '{}' instead of its percent-encoding", decoded));
    if (decoded == '/' || decoded == '\\' || decoded == '\0')
        return refuse("an encoded '/', '\\' or NUL makes a path ambiguous");
    return {};
}

Result<void> checkPath(std::string_view path)
{
    std::size_t at = 1;
    while (at < path.size()) {
        const std::size_t slash = std::min(path.find('/', at), path.size());
        const std::string_view segment = path.substr(at, slash - at);
        if (segment.empty() || segment == "." || segment == "..")
            return refuse("the path has an empty, '.' or '..' segment");
        at = slash + 1;
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '%') {
            if (auto checked = checkPercent(path, i); !checked)
                return checked;
        } else if (!isUnreserved(path[i]) && !isSubDelimiter(path[i]) && !std::string_view(":@/").contains(path[i])) {
            return refuse("the path has a character that a URL does not");
        }
    }
    return {};
}

} // namespace

Result<Location> Location::parse(std::string_view url)
{
    if (url.size() > kMaxLocationBytes)
        return refuse(std::format("longer than {} bytes", kMaxLocationBytes));
    const bool secure = url.starts_with(kHttps);
    if (!secure && !url.starts_with(kHttp))
        return refuse("must begin with https:// or http://");
    if (url.contains('?') || url.contains('#'))
        return refuse("has no query and no fragment");
    const std::size_t authorityStart = secure ? kHttps.size() : kHttp.size();
    const std::size_t pathStart = url.find('/', authorityStart);
    if (pathStart == std::string_view::npos)
        return refuse(std::format("needs a path: write {}/", url));
    if (auto checked = checkAuthority(url.substr(authorityStart, pathStart - authorityStart), secure ? "443" : "80");
        !checked)
        return std::unexpected(checked.error());
    if (auto checked = checkPath(url.substr(pathStart)); !checked)
        return std::unexpected(checked.error());
    Location location;
    location.m_url = url;
    location.m_authorityEnd = pathStart;
    return location;
}

std::string Location::origin() const
{
    return m_url.substr(0, m_authorityEnd);
}

std::string Location::place() const
{
    const std::size_t start = m_url.find("//") + 2;
    const std::string path = m_url.substr(m_authorityEnd);
    return m_url.substr(start, m_authorityEnd - start) + (path == "/" ? std::string() : path);
}

bool Location::isUnprotected() const
{
    if (!m_url.starts_with(kHttp))
        return false;
    std::string_view authority = std::string_view(m_url).substr(kHttp.size(), m_authorityEnd - kHttp.size());
    if (authority.starts_with("[::1]"))
        return false;
    authority = authority.substr(0, authority.find(':'));
    return authority != "localhost" && !(authority.starts_with("127.") && isCanonicalIpv4(authority));
}

bool Location::covers(const Location& other) const
{
    // "/a" covers "/a" and what is below it; "/a/" covers only what is below it.
    if (!other.m_url.starts_with(m_url))
        return false;
    return other.m_url.size() == m_url.size() || m_url.back() == '/' || other.m_url[m_url.size()] == '/';
}

} // namespace countersign::permissions
