// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Exact decimals. Nothing here ever becomes a floating-point number: amounts are read from the text that was sent.
#pragma once

#include "core/base/result.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign {

inline constexpr int kMaxDecimalDigits = 40; ///< significant digits of a number
inline constexpr int kMaxDecimalExponent = 40; ///< |power of ten| of its last significant digit

/// Any decimal number within the limits, kept as sign, digits and a power of ten; equal numbers are equal values
/// ("1.50", "15e-1").
class Decimal {
public:
    Decimal() = default; ///< 0
    /// The grammar of a JSON number (RFC 8259 section 6). Error: InvalidInput.
    [[nodiscard]] static Result<Decimal> parse(std::string_view text);
    [[nodiscard]] static Decimal of(std::int64_t number);

    [[nodiscard]] std::string text() const; ///< plain, without an exponent or useless zeros: "0.05", "-500"
    [[nodiscard]] bool isNegative() const { return m_negative; }
    [[nodiscard]] bool isInteger() const { return m_exponent >= 0; }
    [[nodiscard]] Decimal shifted(int powerOfTen) const; ///< times 10^powerOfTen, |powerOfTen| <= 20
    /// The number times 10^scale as an integer; nullopt when it is not one or does not fit.
    [[nodiscard]] std::optional<std::int64_t> scaled(int scale) const;

    bool operator==(const Decimal&) const = default;
    std::strong_ordering operator<=>(const Decimal& other) const;

private:
    bool m_negative = false;
    std::string m_digits; ///< without leading and trailing zeros; empty: 0
    int m_exponent = 0; ///< the value is ±digits × 10^exponent
};

} // namespace countersign
