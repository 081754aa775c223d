// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Token Status List (draft-ietf-oauth-status-list): each access token has a place in a signed list, so that who
// verifies elsewhere learns within a minute that it was revoked. Places are taken at random, and given again only after
// the token and every list that says something of it have ended. What a list says is read from grants and tokens when
// it is asked for.
#pragma once

#include "core/authority/context.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace countersign::authority {

inline constexpr std::int64_t kStatusListSize = 4096; ///< places of one list
inline constexpr std::int64_t kStatusListFill = kStatusListSize / 4 * 3; ///< taken ones; then the next list is begun
inline constexpr std::chrono::seconds kStatusListLife{60}; ///< exp of a signed list
inline constexpr std::chrono::seconds kStatusListRest{30}; ///< ttl: ask again after that

enum class TokenStatus : std::uint8_t { Valid = 0, Invalid = 1, Suspended = 2 }; ///< two bits each

/// Where a place is found, and which one it is there.
struct StatusPlace {
    std::string uri;
    std::int64_t index = 0;
};
[[nodiscard]] StatusPlace statusPlace(const std::string& issuer, std::int64_t index);

/// A free place, counted over all lists; it stands in the token before it can be taken for it.
[[nodiscard]] Result<std::int64_t> freeStatusPlace(Context& context);
[[nodiscard]] Result<void> takeStatusPlace(Context& context, std::int64_t index, const grants::Token& token);
/// Sets all aside, so that they can be taken anew from the log.
[[nodiscard]] Result<void> forgetStatusPlaces(Context& context);

} // namespace countersign::authority
