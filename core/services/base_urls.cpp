// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/base_urls.h"

#include "core/base/ascii.h"
#include "core/base/try.h"
#include "core/services/openapi.h"

#include <algorithm>
#include <format>

namespace countersign::services {

namespace {

Result<std::string> defaultOf(const Node& server, std::string_view variable)
{
    const std::optional<Node> variables = server.member("variables");
    const std::optional<Node> named = variables ? variables->member(variable) : std::nullopt;
    const std::optional<Node> value = named ? named->member("default") : std::nullopt;
    if (!value || !value->isText())
        return server.refuse("a name in braces has no variable with a default");
    return std::string(value->text());
}

Result<std::string> filledIn(const Node& server, std::string_view url)
{
    std::string out;
    while (!url.empty()) {
        const std::size_t open = std::min(url.find('{'), url.size());
        out += url.substr(0, open);
        url.remove_prefix(open);
        if (url.empty())
            break;
        const std::size_t close = url.find('}');
        if (close == std::string_view::npos)
            return server.refuse("the braces of the url don't fit together");
        out += TRY(defaultOf(server, url.substr(1, close - 1)));
        if (out.size() > kMaxBaseUrlBytes)
            break;
        url.remove_prefix(close + 1);
    }
    return out;
}

Result<void> check(const Node& server, std::string_view url)
{
    if (url.empty() || url.size() > kMaxBaseUrlBytes)
        return server.refuse(std::format("the url is empty, or longer than {} bytes", kMaxBaseUrlBytes));
    if (!std::ranges::all_of(url, [](char c) { return ascii::isPrintable(c) && c != ' '; }))
        return server.refuse("the url has characters that a URL does not have");
    const std::size_t colon = url.find(':');
    const bool hasScheme = colon < url.find('/');
    if (hasScheme && !url.starts_with("https://") && !url.starts_with("http://"))
        return server.refuse("only http and https are supported", ErrorCode::NotSupported);
    return {};
}

} // namespace

Result<std::vector<std::string>> baseUrls(Node root)
{
    std::vector<std::string> urls;
    const std::optional<Node> servers = root.member("servers");
    if (servers && !servers->isList())
        return servers->refuse("servers must be a list");
    if (servers && servers->size() > kMaxBaseUrls)
        return servers->refuse(std::format("more than {} servers", kMaxBaseUrls), ErrorCode::TooLarge);
    if (!servers || servers->size() == 0)
        return std::vector<std::string>{"/"};
    for (const Node server : servers->children()) {
        const std::optional<Node> url = server.member("url");
        if (!url || !url->isText())
            return server.refuse("a server needs its url");
        const std::string filled = TRY(filledIn(server, url->text()));
        TRY(check(server, filled));
        if (!std::ranges::contains(urls, filled))
            urls.push_back(filled);
    }
    return urls;
}

} // namespace countersign::services
