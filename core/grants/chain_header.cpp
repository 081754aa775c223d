// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The `Delegation-Chain` field: a list of strings (RFC 9651 sections 3.1 and 3.3.3), each a JWS in compact form.
// Nothing in one needs an escape, and no parameters are defined for them: both are refused.

#include "core/base/ascii.h"
#include "core/base/try.h"
#include "core/crypto/structured_fields.h"
#include "core/grants/chain.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace countersign::grants {

namespace sf = crypto::sf;

namespace {

bool isJwsCharacter(char c)
{
    return ascii::isAlphanumeric(c) || c == '-' || c == '_' || c == '.';
}

Result<std::string> compactJws(const sf::Member& member)
{
    const auto* item = std::get_if<sf::Item>(&member);
    const auto* text = item ? std::get_if<std::string>(&item->value) : nullptr;
    if (!text || !item->parameters.empty())
        return fail(ErrorCode::InvalidInput, "Delegation-Chain: not a list of strings.");
    if (text->empty() || !std::ranges::all_of(*text, isJwsCharacter))
        return fail(ErrorCode::InvalidInput, "Delegation-Chain: a string in it is not a JWS in compact form.");
    return *text;
}

} // namespace

Result<ChainText> parseChainHeader(std::string_view value)
{
    const auto list = sf::parseList(value, {.maxBytes = kMaxChainHeaderBytes});
    if (!list)
        return fail(list.error().code, "Delegation-Chain: " + list.error().message);
    if (list->empty())
        return fail(ErrorCode::InvalidInput, "Delegation-Chain: empty.");
    if (std::cmp_greater(list->size(), permissions::kMaxChain))
        return fail(ErrorCode::TooLarge, "Delegation-Chain: too many links.");
    ChainText chain{TRY(compactJws(list->front())), {}};
    for (auto link = std::next(list->begin()); link != list->end(); ++link)
        chain.links.push_back(TRY(compactJws(*link)));
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
