// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The characters of structured fields (RFC 9651 section 3), for reading and writing alike.
#pragma once

#include "core/base/ascii.h"
#include "core/crypto/structured_fields.h"

#include <string_view>

namespace countersign::crypto::sf {

inline constexpr std::string_view kHexDigits = "0123456789abcdef";

using ascii::isDigit;
using ascii::isPrintable;

[[nodiscard]] inline bool startsKey(char c)
{
    return ascii::isLowerCase(c) || c == '*';
}
[[nodiscard]] inline bool isKeyCharacter(char c)
{
    return startsKey(c) || isDigit(c) || c == '_' || c == '-' || c == '.';
}
[[nodiscard]] inline bool startsToken(char c)
{
    return startsKey(c) || ascii::isUpperCase(c);
}
[[nodiscard]] inline bool isSfTokenCharacter(char c)
{
    return isTokenCharacter(c) || c == ':' || c == '/';
}

} // namespace countersign::crypto::sf
