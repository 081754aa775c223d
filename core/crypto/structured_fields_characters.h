// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The characters of structured fields (RFC 9651 section 3), for reading and writing alike.
#pragma once

#include "core/crypto/structured_fields.h"

#include <string_view>

namespace countersign::crypto::sf {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";

[[nodiscard]] inline bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
[[nodiscard]] inline bool isLowerCase(char c)
{
    return c >= 'a' && c <= 'z';
}
[[nodiscard]] inline bool isPrintable(char c)
{
    return c >= ' ' && c <= '~';
}
[[nodiscard]] inline bool startsKey(char c)
{
    return isLowerCase(c) || c == '*';
}
[[nodiscard]] inline bool isKeyCharacter(char c)
{
    return startsKey(c) || isDigit(c) || c == '_' || c == '-' || c == '.';
}
[[nodiscard]] inline bool startsToken(char c)
{
    return isLowerCase(c) || (c >= 'A' && c <= 'Z') || c == '*';
}
[[nodiscard]] inline bool isSfTokenCharacter(char c)
{
    return isTokenCharacter(c) || c == ':' || c == '/';
}

} // namespace countersign::crypto::sf
