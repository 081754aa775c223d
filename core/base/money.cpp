// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/money.h"

#include "core/base/try.h"

#include <algorithm>
#include <cassert>
#include <format>
#include <limits>

namespace countersign {

namespace {
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::size_t kMinCode = 3;
constexpr std::size_t kMaxCode = 8;
constexpr std::size_t kMinDecimals = 2; ///< shown of every amount
} // namespace

Result<Amount> Amount::of(const Decimal& number)
{
    if (number.isNegative())
        return fail(ErrorCode::InvalidInput, "The amount is negative.");
    const std::optional<std::int64_t> millionths = number.scaled(kMoneyScale);
    if (!millionths)
        return fail(ErrorCode::InvalidInput,
            std::format("The amount is too large, or has more than {} decimals.", kMoneyScale));
    return ofMillionths(*millionths);
}

Result<Amount> Amount::parse(std::string_view text)
{
    return of(TRY(Decimal::parse(text)));
}

Amount Amount::ofMillionths(std::int64_t millionths)
{
    assert(millionths >= 0);
    Amount amount;
    amount.m_millionths = std::max<std::int64_t>(millionths, 0);
    return amount;
}

std::string Amount::text() const
{
    std::string out = std::format("{}.{:06}", m_millionths / kMillion, m_millionths % kMillion);
    const std::size_t shortest = out.find('.') + 1 + kMinDecimals;
    out.resize(std::max(shortest, out.find_last_not_of('0') + 1));
    return out;
}

std::optional<Amount> Amount::plus(Amount other) const
{
    if (other.m_millionths > std::numeric_limits<std::int64_t>::max() - m_millionths)
        return std::nullopt;
    return ofMillionths(m_millionths + other.m_millionths);
}

Amount Amount::minusAtMost(Amount other) const
{
    return ofMillionths(std::max<std::int64_t>(m_millionths - other.m_millionths, 0));
}

Result<Currency> Currency::parse(std::string_view code)
{
    const auto isUpper = [](char c) { return c >= 'A' && c <= 'Z'; };
    const bool known = std::ranges::all_of(code, [&](char c) { return isUpper(c) || (c >= '0' && c <= '9'); });
    if (code.size() < kMinCode || code.size() > kMaxCode || !known || !isUpper(code.front()))
        return fail(ErrorCode::InvalidInput,
            std::format("A currency is {} to {} capital letters or digits, like EUR.", kMinCode, kMaxCode));
    Currency currency;
    currency.m_code = code;
    return currency;
}

} // namespace countersign
