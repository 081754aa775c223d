// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The log as C2SP tlog-tiles: the tree and its entries as static files, from which a stranger can compute every proof
// and read every leaf. Any read connection.
#pragma once

#include "core/base/result.h"
#include "core/store/database.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::audit {

struct TilePath {
    static constexpr int kEntries = -1;

    int level = 0; ///< kEntries: a bundle of leaves, else 0 … 63
    std::uint64_t index = 0;
    std::uint64_t width = 256; ///< below 256: a partial tile

    bool operator==(const TilePath&) const = default;
};

/// What comes after "tile/": "0/x001/234", "entries/000.p/17". Strict: each tile has one path. Error: InvalidInput.
[[nodiscard]] Result<TilePath> parseTilePath(std::string_view path);

/// Hashes of 32 bytes each, or leaves, each after its length (16 bits, big-endian). `size`: of the checkpoint that is
/// served; nothing beyond it is. Error: NotFound for what a tree of that size does not have.
[[nodiscard]] Result<std::string> readTile(store::Database& database, const TilePath& path, std::uint64_t size);

} // namespace countersign::audit
