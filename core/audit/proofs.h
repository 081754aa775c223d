// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Proofs that a stranger can check (crypto::verifyInclusion, verifyConsistency): RFC 9162 sections 2.1.3.1 and 2.1.4.1,
// computed from the stored nodes and the leaves. One reads at most about 512 hashes a level of 256. Any read
// connection, also while the log grows.
#pragma once

#include "core/base/result.h"
#include "core/store/database.h"

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::audit {

/// The root of the tree of the first `size` leaves. Errors, here and below: StorageCorrupt where something is missing,
/// also when the log has fewer leaves.
[[nodiscard]] Result<std::string> rootAt(store::Database& database, std::uint64_t size);

/// That leaf `index` is in the tree of the first `size` leaves: from the leaf's sibling up. Error: InvalidInput when it
/// lies outside.
[[nodiscard]] Result<std::vector<std::string>> inclusionProof(
    store::Database& database, std::uint64_t index, std::uint64_t size);

/// That the tree of `size` leaves begins with the tree of `earlierSize`. Error: InvalidInput when that one is larger.
[[nodiscard]] Result<std::vector<std::string>> consistencyProof(
    store::Database& database, std::uint64_t earlierSize, std::uint64_t size);

} // namespace countersign::audit
