// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An issuer's published keys (RFC 7517 section 5), as they were fetched. Pure.
#pragma once

#include "core/crypto/keys.h"
#include "core/outbound/outbound.h"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::agents {

inline constexpr std::size_t kMaxIssuerKeys = 32; ///< in one set, also those that are of no use here
inline constexpr std::size_t kMaxKeySetBytes = 64 * 1024;
inline constexpr std::size_t kMaxKeyIdBytes = 256;
inline constexpr std::chrono::seconds kDefaultFreshness{3600}; ///< of an answer that says nothing of it
inline constexpr std::chrono::seconds kShortestFreshness{60};
inline constexpr std::chrono::seconds kLongestFreshness{24 * 3600};

struct IssuerKey {
    std::string id; ///< `kid`; the thumbprint where there is none
    crypto::PublicKey key;
};

struct KeySet {
    std::vector<IssuerKey> keys;
    std::chrono::seconds freshFor = kDefaultFreshness; ///< Cache-Control's max-age, within the limits above

    /// The key of this `kid`. Without one only a set with a single key of the kind is plain, so that a token costs one
    /// signature check. nullptr: none.
    [[nodiscard]] const crypto::PublicKey* find(std::string_view id, crypto::KeyType type) const;
};

/// Reads an answer that must be 200 and a JWK set. Keys that can't sign for us are passed over. Error: InvalidInput
/// when it is something else, none is left, or two of them have one `kid`.
[[nodiscard]] Result<KeySet> readKeySet(const outbound::Answer& answer);

/// RFC 9111 section 5.2.2: max-age within the limits; no-store and no-cache are the shortest.
[[nodiscard]] std::chrono::seconds freshnessOf(const outbound::Answer& answer);
/// Whether the content type is JSON's, or one of `+json`; parameters do not matter.
[[nodiscard]] bool saysJson(const outbound::Answer& answer);

} // namespace countersign::agents
