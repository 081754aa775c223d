// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Access tokens that were verified before: an agent shows the same one with each of its requests for ten minutes, and
// its signature is as right the second time. Times, and whether the key is still one of ours, are looked at each time.
// Any thread.
#pragma once

#include "core/grants/chain.h"

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace countersign::grants {

inline constexpr std::size_t kMaxVerifiedTokens = 1024; ///< then all are forgotten

class VerifiedTokens {
public:
    /// As verifyAccessToken().
    [[nodiscard]] Result<AccessToken> verify(
        std::string_view jws, std::span<const crypto::PublicKey> deviceKeys, UnixSeconds now);

    [[nodiscard]] std::size_t size() const;

private:
    [[nodiscard]] std::optional<AccessToken> find(const std::string& digest) const;

    mutable std::mutex m_mutex;
    std::unordered_map<std::string, AccessToken> m_tokens; ///< by SHA-256 of the text; only what was verified gets in
};

} // namespace countersign::grants
