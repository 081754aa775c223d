// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the sources of trust are asked about an agent. Plain values.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <map>
#include <string>

namespace countersign::agents {

enum class Freshness : std::uint8_t {
    Cached, ///< what is known and valid will do
    Anew, ///< ask again, where that may be asked again now
};

/// Whether the agent has shown that the key is its own, by signing something of ours or for us alone.
enum class KeyProof : std::uint8_t { Unproven, Proven };

struct TrustQuestion {
    ClientId agent; ///< for the caller: sources are told of the key only
    crypto::PublicKey key;
    std::string token = {}; ///< the agent trust token that it showed last; empty: none
    KeyProof proof = KeyProof::Unproven;
    std::map<std::string, UnixSeconds> newestTokens = {}; ///< by issuer: the newest iat that was accepted from it
    Freshness freshness = Freshness::Cached;
};

} // namespace countersign::agents
