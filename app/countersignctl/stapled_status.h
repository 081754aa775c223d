// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A status list token that an agent staples to its chain (Token Status List, draft-ietf-oauth-status-list): whether a
// token still counted when the list was signed.
#pragma once

#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/grants/chain.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

namespace countersign::ctl {

inline constexpr std::chrono::seconds kMaxStapleAge{60};

enum class TokenStatus : std::uint8_t { Valid, Invalid, Suspended, Unknown };

/// Errors: BadSignature and InvalidInput for a list that is not by these keys, not of this token, too old, or damaged.
[[nodiscard]] Result<TokenStatus> stapledStatus(std::string_view list, const grants::AccessToken& token,
    std::span<const crypto::PublicKey> deviceKeys, UnixSeconds now);

} // namespace countersign::ctl
