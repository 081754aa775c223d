// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Characters of ASCII, whatever the locale. Bytes beyond it belong to no class and have no lower case.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace countersign::ascii {

[[nodiscard]] constexpr bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool isLowerCase(char c)
{
    return c >= 'a' && c <= 'z';
}
[[nodiscard]] constexpr bool isUpperCase(char c)
{
    return c >= 'A' && c <= 'Z';
}
[[nodiscard]] constexpr bool isAlphanumeric(char c)
{
    return isDigit(c) || isLowerCase(c) || isUpperCase(c);
}
/// A space counts.
[[nodiscard]] constexpr bool isPrintable(char c)
{
    return c >= ' ' && c <= '~';
}

[[nodiscard]] constexpr char lowered(char c)
{
    return isUpperCase(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] inline std::string lowered(std::string_view text)
{
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) { return lowered(c); });
    return result;
}

} // namespace countersign::ascii
