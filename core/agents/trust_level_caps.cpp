// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_level_caps.h"

#include <cstdint>
#include <utility>

namespace countersign::agents {

namespace {

SpendCaps caps(std::int64_t perAction, std::int64_t perDay)
{
    constexpr std::int64_t kMillion = 1'000'000;
    return {Amount::ofMillionths(perAction * kMillion), Amount::ofMillionths(perDay * kMillion)};
}

} // namespace

LevelCaps LevelCaps::defaults()
{
    LevelCaps defaults;
    if (const auto dollar = Currency::parse("USD"))
        defaults.set(*dollar, {caps(0, 0), caps(10, 50), caps(100, 500), caps(1'000, 5'000), caps(50'000, 200'000)});
    return defaults;
}

SpendCaps LevelCaps::of(services::TrustLevel level, const Currency& currency) const
{
    const auto known = m_caps.find(currency);
    return known == m_caps.end() ? SpendCaps() : known->second.at(std::to_underlying(level));
}

void LevelCaps::set(const Currency& currency, const OfLevels& caps)
{
    m_caps[currency] = caps;
}

} // namespace countersign::agents
