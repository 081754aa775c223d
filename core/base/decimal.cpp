// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/decimal.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <format>

namespace countersign {

namespace {

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

std::unexpected<Error> refuse(std::string_view why)
{
    return fail(ErrorCode::InvalidInput, std::format("The number {}.", why));
}

/// The digits at the front of `text`, which it loses.
std::string_view takeDigits(std::string_view& text)
{
    const auto end = std::ranges::find_if_not(text, isDigit);
    const std::string_view digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

bool take(std::string_view& text, char wanted)
{
    if (!text.starts_with(wanted))
        return false;
    text.remove_prefix(1);
    return true;
}

/// What stands after 'e' or 'E'; nullopt when it is not an exponent, or a giant.
std::optional<int> exponentOf(std::string_view text)
{
    const bool negative = take(text, '-');
    if (!negative)
        take(text, '+');
    int exponent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (text.empty() || !isDigit(text.front()) || error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return negative ? -exponent : exponent;
}

} // namespace

Result<Decimal> Decimal::parse(std::string_view text)
{
    Decimal number;
    number.m_negative = take(text, '-');
    const std::string_view whole = takeDigits(text);
    if (whole.empty() || (whole.size() > 1 && whole.front() == '0'))
        return refuse("is not one that JSON can write");
    const bool hasPoint = take(text, '.');
    const std::string_view fraction = hasPoint ? takeDigits(text) : std::string_view();
    if (hasPoint && fraction.empty())
        return refuse("has a point without digits after it");
    std::optional<int> exponent = 0;
    if (take(text, 'e') || take(text, 'E'))
        exponent = exponentOf(text);
    else if (!text.empty())
        return refuse("is not one that JSON can write");
    if (!exponent)
        return refuse("has an exponent that is none or far too large");

    // Zeros at both ends say only where the point stands.
    const std::string_view whole1 = whole.substr(std::min(whole.find_first_not_of('0'), whole.size()));
    const std::size_t lastOfFraction = fraction.find_last_not_of('0') + 1; // npos + 1: none
    const std::size_t droppedWhole = lastOfFraction > 0 ? 0 : whole1.size() - (whole1.find_last_not_of('0') + 1);
    const std::string_view head = whole1.substr(0, whole1.size() - droppedWhole);
    std::string_view tail = fraction.substr(0, lastOfFraction);
    const std::int64_t power =
        std::int64_t{*exponent} + static_cast<std::int64_t>(droppedWhole) - static_cast<std::int64_t>(tail.size());
    if (head.empty())
        tail.remove_prefix(std::min(tail.find_first_not_of('0'), tail.size()));
    if (head.empty() && tail.empty())
        return Decimal();
    if (head.size() + tail.size() > static_cast<std::size_t>(kMaxDecimalDigits))
        return refuse(std::format("has more than {} digits", kMaxDecimalDigits));
    if (std::abs(power) > kMaxDecimalExponent)
        return refuse("is far too large or far too fine");
    number.m_digits.append(head).append(tail);
    number.m_exponent = static_cast<int>(power);
    return number;
}

Decimal Decimal::of(std::int64_t number)
{
    Decimal decimal;
    if (number == 0)
        return decimal;
    decimal.m_digits = std::to_string(number);
    if (number < 0) {
        decimal.m_negative = true;
        decimal.m_digits.erase(0, 1);
    }
    const std::size_t significant = decimal.m_digits.find_last_not_of('0') + 1;
    decimal.m_exponent = static_cast<int>(decimal.m_digits.size() - significant);
    decimal.m_digits.resize(significant);
    return decimal;
}

std::string Decimal::text() const
{
    if (m_digits.empty())
        return "0";
    std::string out = m_digits;
    if (m_exponent >= 0) {
        out.append(static_cast<std::size_t>(m_exponent), '0');
    } else {
        const auto places = static_cast<std::size_t>(-m_exponent);
        if (out.size() <= places)
            out.insert(0, places - out.size() + 1, '0');
        out.insert(out.size() - places, 1, '.');
    }
    return m_negative ? '-' + out : out;
}

Decimal Decimal::shifted(int powerOfTen) const
{
    Decimal moved = *this;
    if (!moved.m_digits.empty())
        moved.m_exponent += powerOfTen;
    return moved;
}

std::optional<std::int64_t> Decimal::scaled(int scale) const
{
    const Decimal moved = shifted(scale);
    if (!moved.isInteger() || moved.m_digits.size() + static_cast<std::size_t>(moved.m_exponent) > 19)
        return std::nullopt;
    const std::string digits = moved.text();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

std::strong_ordering Decimal::operator<=>(const Decimal& other) const
{
    const auto signOf = [](const Decimal& number) { return number.m_digits.empty() ? 0 : number.m_negative ? -1 : 1; };
    if (const auto order = signOf(*this) <=> signOf(other); order != 0)
        return order;
    // Of numbers with one sign the one with more digits before its point is farther from zero; then digit by digit.
    const auto reach = [](const Decimal& number) {
        return static_cast<int>(number.m_digits.size()) + number.m_exponent;
    };
    auto order = reach(*this) <=> reach(other);
    if (order == 0)
        order = m_digits <=> other.m_digits;
    return m_negative ? 0 <=> order : order;
}

} // namespace countersign
