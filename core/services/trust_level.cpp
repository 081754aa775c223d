// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/trust_level.h"

#include <array>
#include <utility>

namespace countersign::services {

namespace {

constexpr std::array<std::string_view, 5> kNames = {"L0", "L1", "L2", "L3", "L4"};
static_assert(std::to_underlying(TrustLevel::L4) == kNames.size() - 1);

std::unexpected<Error> notALevel()
{
    return fail(ErrorCode::InvalidInput, "A trust level is one of L0, L1, L2, L3, L4.");
}

} // namespace

std::string_view levelName(TrustLevel level)
{
    return kNames.at(std::to_underlying(level));
}

Result<TrustLevel> parseTrustLevel(std::string_view text)
{
    if (text.starts_with('L'))
        text.remove_prefix(1);
    if (text.size() != 1 || text[0] < '0' || text[0] > '4')
        return notALevel();
    return static_cast<TrustLevel>(text[0] - '0');
}

Result<TrustLevel> trustLevelOf(std::int64_t number)
{
    if (number < 0 || number > std::to_underlying(TrustLevel::L4))
        return notALevel();
    return static_cast<TrustLevel>(number);
}

} // namespace countersign::services
