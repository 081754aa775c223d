// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A proof that travels alone: C2SP tlog-proof@v1. Pure; any thread.
#pragma once

#include "core/audit/checkpoint.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::audit {

inline constexpr std::size_t kMaxTlogProofBytes = 1024 * 1024;
inline constexpr std::size_t kMaxTlogProofHashes = 63;

struct TlogProof {
    std::optional<std::string> extra = std::nullopt; ///< bytes that nobody vouches for
    std::uint64_t index = 0;
    std::vector<std::string> hashes; ///< the inclusion proof
    std::string checkpoint; ///< the signed note, with cosignatures

    bool operator==(const TlogProof&) const = default;
};

[[nodiscard]] std::string tlogProofText(const TlogProof& proof);
/// Strict: a text that tlogProofText() writes. What the checkpoint says is not looked at. Error: InvalidInput,
/// TooLarge.
[[nodiscard]] Result<TlogProof> parseTlogProof(std::string_view text);

/// That the log (origin, key) holds the leaf at the proof's index; returns the signed head. Error: InvalidInput,
/// BadSignature.
[[nodiscard]] Result<TreeHead> verifyTlogProof(
    const TlogProof& proof, std::string_view leafHash, std::string_view origin, const crypto::PublicKey& key);

} // namespace countersign::audit
