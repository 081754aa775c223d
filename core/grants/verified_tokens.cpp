// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/grants/verified_tokens.h"

#include "core/base/try.h"
#include "core/crypto/digest.h"

#include <algorithm>

namespace countersign::grants {

Result<AccessToken> VerifiedTokens::verify(
    std::string_view jws, std::span<const crypto::PublicKey> deviceKeys, UnixSeconds now)
{
    const std::string digest = crypto::sha256(jws);
    if (auto known = find(digest)) {
        const bool isOurs = std::ranges::any_of(
            deviceKeys, [&](const crypto::PublicKey& key) { return key.thumbprint() == known->device; });
        if (isOurs) {
            TRY(checkTokenTimes(*known, now));
            return *std::move(known);
        }
    }
    AccessToken token = TRY(verifyAccessToken(jws, deviceKeys, now));
    const std::lock_guard lock(m_mutex);
    if (m_tokens.size() >= kMaxVerifiedTokens)
        m_tokens.clear();
    m_tokens.insert_or_assign(digest, token);
    return token;
}

std::size_t VerifiedTokens::size() const
{
    const std::lock_guard lock(m_mutex);
    return m_tokens.size();
}

std::optional<AccessToken> VerifiedTokens::find(const std::string& digest) const
{
    const std::lock_guard lock(m_mutex);
    const auto known = m_tokens.find(digest);
    return known == m_tokens.end() ? std::nullopt : std::optional(known->second);
}

} // namespace countersign::grants
