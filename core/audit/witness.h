// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is said to a witness and what it answers (C2SP tlog-witness, add-checkpoint): it cosigns a checkpoint that only
// adds to the one it cosigned before, so that nobody can be shown another log without its help. Pure but for the store.
#pragma once

#include "core/audit/checkpoint.h"
#include "core/base/result.h"
#include "core/store/database.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::audit {

struct Witness {
    std::string url; ///< submission prefix, without a slash at its end
    std::string key; ///< its verifier key (vkey, cosignature/v1)
};

/// The largest tree of ours that this witness cosigned; 0: none yet.
[[nodiscard]] Result<std::uint64_t> cosignedSize(store::Database& database, const Witness& witness);

/// The request for one checkpoint: the consistency proof from `earlierSize` on is read from the log. Error:
/// InvalidInput where the checkpoint is smaller than that.
[[nodiscard]] Result<std::string> addCheckpointRequest(
    store::Database& database, std::uint64_t earlierSize, const Checkpoint& checkpoint);

/// The witness's own line out of its answer, verified over the checkpoint; what others signed is passed over. Without
/// the newline. Error: BadSignature, InvalidInput.
[[nodiscard]] Result<std::string> cosignatureIn(
    std::string_view answer, const Checkpoint& checkpoint, const Witness& witness);

/// The size of the tree that a witness cosigned last, from its answer 409. Error: InvalidInput.
[[nodiscard]] Result<std::uint64_t> sizeInConflict(std::string_view contentType, std::string_view body);

} // namespace countersign::audit
