// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Checkpoints (C2SP tlog-checkpoint): a signed note of origin, tree size and root, to which witnesses may add
// cosignatures (C2SP tlog-cosignature). Reading needs any connection; storing is done in a transaction of the writer.
#pragma once

#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/store/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::audit {

struct Checkpoint {
    std::uint64_t size = 0;
    std::string root; ///< 32 bytes
    std::string note; ///< as the log signed it

    bool operator==(const Checkpoint&) const = default;
};

/// What a checkpoint says.
struct TreeHead {
    std::string origin;
    std::uint64_t size = 0;
    std::string root; ///< 32 bytes

    bool operator==(const TreeHead&) const = default;
};

/// ASCII digits without leading zeros, below 2^63.
[[nodiscard]] std::optional<std::uint64_t> parseNumber(std::string_view text);

[[nodiscard]] std::string treeHeadText(const TreeHead& head);
/// Strict; extension lines are passed over. Error: InvalidInput.
[[nodiscard]] Result<TreeHead> parseTreeHead(std::string_view text);
/// The head in a note that (origin, key) signed. Error: InvalidInput, BadSignature.
[[nodiscard]] Result<TreeHead> openCheckpoint(
    std::string_view note, std::string_view origin, const crypto::PublicKey& key);

[[nodiscard]] Result<std::optional<Checkpoint>> lastCheckpoint(store::Database& database);

/// The newest one that covers the entry and a witness cosigned; where there is none, the newest of all, if it does.
[[nodiscard]] Result<std::optional<Checkpoint>> checkpointFor(store::Database& database, std::uint64_t entry);
/// Keeps what a witness answered, a signature line without its newline, and by which key (vkey) it is. Checked before:
/// crypto::verifyCosignature(). Error: InvalidInput for what is no witness's key.
[[nodiscard]] Result<void> keepCosignature(
    store::Database& database, std::uint64_t size, std::string_view witnessKey, std::string_view line);
/// The note with the cosignatures that were kept for it.
[[nodiscard]] Result<std::string> cosignedNote(store::Database& database, const Checkpoint& checkpoint);

} // namespace countersign::audit
