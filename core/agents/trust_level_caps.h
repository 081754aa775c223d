// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What an agent of a level may spend at most, whatever it was granted: per action and per day, in each currency for
// itself. Nothing is converted: where nothing is set for a currency, nothing may be spent in it. Plain values.
#pragma once

#include "core/base/money.h"
#include "core/services/trust_level.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace countersign::agents {

struct SpendCaps {
    Amount perAction; ///< 0: nothing
    Amount perDay;

    bool operator==(const SpendCaps&) const = default;
};

/// Whom the caps hold. Where nobody may speak of agents there are no levels to cap by; once somebody may, to show
/// nothing must not pay: an agent of which nothing is known is L0.
enum class Capped : std::uint8_t { WhoIsKnown, Everybody };

class LevelCaps {
public:
    /// L0 first.
    using OfLevels = std::array<SpendCaps, std::to_underlying(services::TrustLevel::L4) + std::size_t{1}>;

    LevelCaps() = default; ///< nothing may be spent
    /// In USD, each action / a day: L0 nothing, L1 10/50, L2 100/500, L3 1,000/5,000, L4 50,000/200,000
    /// (draft-sharif-agent-payment-trust). No other currency.
    [[nodiscard]] static LevelCaps defaults();

    [[nodiscard]] SpendCaps of(services::TrustLevel level, const Currency& currency) const;
    void set(const Currency& currency, const OfLevels& caps);
    [[nodiscard]] const std::map<Currency, OfLevels>& all() const { return m_caps; }

    bool operator==(const LevelCaps&) const = default;

private:
    std::map<Currency, OfLevels> m_caps;
};

} // namespace countersign::agents
