// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The keys of one device, each with the entries of the log that it wrote.
#pragma once

#include "core/base/clock.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace countersign::audit {

struct DeviceTerm {
    crypto::PublicKey key;
    std::uint64_t first = 0; ///< entry
    std::optional<UnixSeconds> until = std::nullopt; ///< when the next one was signed for; nullopt: in force
};
/// Oldest first; never empty.
using DeviceTerms = std::vector<DeviceTerm>;

/// The key that wrote an entry.
[[nodiscard]] inline const crypto::PublicKey& keyAt(const DeviceTerms& terms, std::uint64_t index)
{
    auto term = terms.rbegin();
    while (term->first > index && term + 1 != terms.rend())
        ++term;
    return term->key;
}

[[nodiscard]] inline std::vector<crypto::PublicKey> keysOf(const DeviceTerms& terms)
{
    std::vector<crypto::PublicKey> keys;
    for (const DeviceTerm& term : terms)
        keys.push_back(term.key);
    return keys;
}

} // namespace countersign::audit
