// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/countersignctl/duration.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace countersign::ctl {

namespace {
struct Unit {
    char letter;
    std::int64_t seconds;
};
constexpr std::array kUnits{Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60}, Unit{'s', 1}};
constexpr std::int64_t kLongest = 366LL * 86400;
} // namespace

std::optional<std::chrono::seconds> parseDuration(std::string_view text)
{
    std::int64_t total = 0;
    while (!text.empty()) {
        std::int64_t count = 0;
        const auto [stop, error] = std::from_chars(text.begin(), text.end(), count);
        const auto digits = static_cast<std::size_t>(stop - text.begin());
        if (error != std::errc() || count < 0 || count > kLongest || digits == text.size())
            return std::nullopt;
        const auto* const unit = std::ranges::find(kUnits, text[digits], &Unit::letter);
        if (unit == kUnits.end())
            return std::nullopt;
        total += count * unit->seconds;
        if (total > kLongest)
            return std::nullopt;
        text.remove_prefix(digits + 1);
    }
    if (total == 0)
        return std::nullopt;
    return std::chrono::seconds(total);
}

} // namespace countersign::ctl
