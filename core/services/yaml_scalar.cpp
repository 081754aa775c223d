// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <initializer_list>

namespace countersign::services {

namespace {

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words)
{
    return std::ranges::contains(words, text);
}

std::string_view takeDigits(std::string_view& text)
{
    const std::size_t size = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view digits = text.substr(0, size);
    text.remove_prefix(size);
    return digits;
}

bool takeSign(std::string_view& text)
{
    const bool minus = text.starts_with('-');
    if (minus || text.starts_with('+'))
        text.remove_prefix(1);
    return minus;
}

/// `text` after its 0o or 0x.
Result<Scalar> integer(std::string_view text, int base)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error == std::errc::result_out_of_range)
        return fail(ErrorCode::InvalidInput, "the number does not fit into 64 bits");
    return Scalar{ValueKind::Number, std::to_string(value)};
}

/// In JSON's grammar, which wants no '+', no useless zeros in front and digits on both sides of the point.
std::optional<Scalar> decimal(std::string_view text)
{
    std::string out = takeSign(text) ? "-" : "";
    std::string_view whole = takeDigits(text);
    const bool hasWhole = !whole.empty();
    whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
    out += whole.empty() ? "0" : whole;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        const std::string_view fraction = takeDigits(text);
        if (!hasWhole && fraction.empty())
            return std::nullopt;
        out += fraction.empty() ? std::string() : '.' + std::string(fraction);
    } else if (!hasWhole) {
        return std::nullopt;
    }
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        out += takeSign(text) ? "e-" : "e";
        const std::string_view exponent = takeDigits(text);
        if (exponent.empty())
            return std::nullopt;
        out += exponent;
    }
    return text.empty() ? std::optional(Scalar{ValueKind::Number, out}) : std::nullopt;
}

bool isAllOf(std::string_view text, std::string_view characters)
{
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

} // namespace

Result<Scalar> plainScalar(std::string_view text)
{
    if (isOneOf(text, {"", "~", "null", "Null", "NULL"}))
        return Scalar{ValueKind::Null, {}};
    if (isOneOf(text, {"true", "True", "TRUE"}))
        return Scalar{ValueKind::Bool, "true"};
    if (isOneOf(text, {"false", "False", "FALSE"}))
        return Scalar{ValueKind::Bool, "false"};
    if (text.starts_with("0o") && isAllOf(text.substr(2), "01234567"))
        return integer(text.substr(2), 8);
    if (text.starts_with("0x") && isAllOf(text.substr(2), "0123456789abcdefABCDEF"))
        return integer(text.substr(2), 16);
    if (auto number = decimal(text))
        return *std::move(number);
    std::string_view unsigned_ = text;
    takeSign(unsigned_);
    if (isOneOf(unsigned_, {".inf", ".Inf", ".INF"}) || isOneOf(text, {".nan", ".NaN", ".NAN"}))
        return fail(ErrorCode::InvalidInput, "JSON has no infinity and no NaN");
    return Scalar{ValueKind::Text, std::string(text)};
}

} // namespace countersign::services
