// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Money that is added up and limited: exact, never negative, and an overflow is an error, not a wrap.
#pragma once

#include "core/base/decimal.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign {

inline constexpr int kMoneyScale = 6; ///< an amount counts millionths of the currency's main unit

/// What is spent, at most 9,223,372,036,854.775807. In which currency stands beside it.
class Amount {
public:
    Amount() = default; ///< 0
    /// Error: InvalidInput when it is negative, finer than kMoneyScale, or too large.
    [[nodiscard]] static Result<Amount> of(const Decimal& number);
    [[nodiscard]] static Result<Amount> parse(std::string_view text); ///< a decimal as text: "500.00"
    [[nodiscard]] static Amount ofMillionths(std::int64_t millionths); ///< not negative

    [[nodiscard]] std::int64_t millionths() const { return m_millionths; }
    [[nodiscard]] std::string text() const; ///< with two decimals at least: "500.00", "0.000001"
    [[nodiscard]] std::optional<Amount> plus(Amount other) const; ///< nullopt: overflow
    [[nodiscard]] Amount minusAtMost(Amount other) const; ///< 0 where `other` is more

    auto operator<=>(const Amount&) const = default;

private:
    std::int64_t m_millionths = 0;
};

/// A code of three to eight characters: ISO 4217 ("EUR"), or what an API calls a token ("USDC").
class Currency {
public:
    Currency() = default;
    [[nodiscard]] static Result<Currency> parse(std::string_view code); ///< [A-Z][A-Z0-9]{2,7}
    [[nodiscard]] const std::string& code() const { return m_code; }

    auto operator<=>(const Currency&) const = default;

private:
    std::string m_code;
};

} // namespace countersign
