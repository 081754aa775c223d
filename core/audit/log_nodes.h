// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The stored part of the tree: roots of complete subtrees of 256^level leaves, level 1 and up, each written once, in
// the transaction of its last leaf. (256, because a C2SP tile is that wide.) Everything else is computed from these and
// the leaves.
#pragma once

#include "core/base/result.h"
#include "core/crypto/merkle.h"
#include "core/store/database.h"

#include <cstdint>
#include <string>
#include <vector>

namespace countersign::audit {

inline constexpr int kLevelHeight = 8; ///< a level's subtrees are 2^8 times as large as those of the level below
inline constexpr std::uint64_t kTileWidth = 256;
inline constexpr int kMaxLevel = 6; ///< 256^7 leaves are more than there will ever be

/// How many complete subtrees of a level a tree of `size` leaves has.
[[nodiscard]] constexpr std::uint64_t nodesAt(int level, std::uint64_t size)
{
    return size >> static_cast<unsigned>(kLevelHeight * level);
}

/// What MerkleFrontier::append() returned for the last leaf of a tree that has `size` leaves now.
[[nodiscard]] Result<void> addNodes(
    store::Database& database, std::uint64_t size, const std::vector<std::string>& completed);

/// The hashes of `count` complete subtrees of 256^level leaves, from the one at `first` on: stored nodes, or at level 0
/// the hashes of leaves. Error: StorageCorrupt where one is missing.
[[nodiscard]] Result<std::vector<std::string>> readHashes(
    store::Database& database, int level, std::uint64_t first, std::uint64_t count);

/// The edge of a tree of `size` leaves, read from the stored nodes and at most 255 leaves. Error: StorageCorrupt when
/// there are more or fewer nodes than that many leaves make.
[[nodiscard]] Result<crypto::MerkleFrontier> readFrontier(store::Database& database, std::uint64_t size);

/// A database that is older than the nodes: they are not there, and writeDueNodes() must come first.
[[nodiscard]] Result<bool> areNodesDue(store::Database& database);
/// Computes them, in the running transaction or one of its own.
[[nodiscard]] Result<void> writeDueNodes(store::Database& database);

} // namespace countersign::audit
