// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The `Delegation-Chain` field: a list of strings (RFC 9651 sections 3.1 and 3.3.3), each a JWS in compact form.
// Nothing in one needs an escape, and no parameters are defined for them: both are refused.

#include "core/grants/chain.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace countersign::grants {

namespace {

std::unexpected<Error> bad(std::string_view reason)
{
    return fail(ErrorCode::InvalidInput, "Delegation-Chain: " + std::string(reason) + ".");
}

std::string_view withoutLeading(std::string_view text, std::string_view characters)
{
    const std::size_t start = text.find_first_not_of(characters);
    return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

bool isJwsCharacter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
        || c == '.';
}

/// Takes one string off the front.
Result<std::string> takeString(std::string_view& text)
{
    const std::size_t end = text.starts_with('"') ? text.find('"', 1) : std::string_view::npos;
    if (end == std::string_view::npos)
        return bad("not a list of strings");
    std::string taken(text.substr(1, end - 1));
    if (taken.empty() || !std::ranges::all_of(taken, isJwsCharacter))
        return bad("a string in it is not a JWS in compact form");
    text.remove_prefix(end + 1);
    return taken;
}

} // namespace

Result<ChainText> parseChainHeader(std::string_view value)
{
    if (value.size() > kMaxChainHeaderBytes)
        return fail(ErrorCode::TooLarge, "Delegation-Chain: too long.");
    std::vector<std::string> strings;
    std::string_view rest = withoutLeading(value, " ");
    for (bool more = true; more;) {
        if (std::cmp_equal(strings.size(), permissions::kMaxChain))
            return fail(ErrorCode::TooLarge, "Delegation-Chain: too many links.");
        auto string = takeString(rest);
        if (!string)
            return std::unexpected(std::move(string.error()));
        strings.push_back(*std::move(string));
        const std::string_view after = withoutLeading(rest, " \t");
        more = after.starts_with(',');
        if (more)
            rest = withoutLeading(after.substr(1), " \t");
        else if (!withoutLeading(rest, " ").empty())
            return bad("not a list of strings");
    }
    ChainText chain{std::move(strings.front()), {}};
    chain.links.assign(std::make_move_iterator(strings.begin() + 1), std::make_move_iterator(strings.end()));
    return chain;
}

std::string chainHeader(const ChainText& chain)
{
    std::string value = '"' + chain.token + '"';
    for (const std::string& link : chain.links)
        value += ", \"" + link + '"';
    return value;
}

} // namespace countersign::grants
