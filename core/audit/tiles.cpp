// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/tiles.h"

#include "core/audit/checkpoint.h"
#include "core/audit/leaf.h"
#include "core/audit/leaf_codec.h"
#include "core/audit/log_nodes.h"
#include "core/base/try.h"

#include <algorithm>
#include <optional>

namespace countersign::audit {

namespace {

constexpr std::uint64_t kMaxTileLevel = 63;
constexpr std::string_view kPartial = ".p/";
constexpr std::size_t kElementDigits = 3;
constexpr int kMaxElements = 5; // 10^15 tiles

static_assert(kMaxLeafBytes < 1 << 16); // the length of an entry

std::unexpected<Error> malformed()
{
    return fail(ErrorCode::InvalidInput, "The path of a tile is malformed.");
}

/// "x001/x234/067" is 1234067; the first element of several is not zero.
std::optional<std::uint64_t> parseIndex(std::string_view path)
{
    std::uint64_t index = 0;
    for (int elements = 1; elements <= kMaxElements; ++elements) {
        const bool isLast = !path.starts_with('x');
        path.remove_prefix(isLast ? 0 : 1);
        const std::string_view digits = path.substr(0, kElementDigits);
        if (digits.size() != kElementDigits
            || !std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
            return std::nullopt;
        for (const char digit : digits)
            index = 10 * index + static_cast<std::uint64_t>(digit - '0');
        path.remove_prefix(kElementDigits);
        if (isLast)
            return path.empty() ? std::optional(index) : std::nullopt;
        if (index == 0 || !path.starts_with('/'))
            return std::nullopt;
        path.remove_prefix(1);
    }
    return std::nullopt;
}

Result<std::string> readEntries(store::Database& database, std::uint64_t first, std::uint64_t count)
{
    std::string bundle;
    store::Query query(database, "SELECT leaf FROM log_leaves WHERE idx >= ? ORDER BY idx LIMIT ?");
    query.bind(static_cast<std::int64_t>(first)).bind(static_cast<std::int64_t>(count));
    for (; TRY(query.next()); --count) {
        const std::string leaf = TRY(unpackLeaf(query.blob(0)));
        bundle += static_cast<char>(leaf.size() >> 8U);
        bundle += static_cast<char>(leaf.size() & 0xFFU);
        bundle += leaf;
    }
    if (count > 0)
        return fail(ErrorCode::StorageCorrupt, "The log has fewer entries than were signed.");
    return bundle;
}

} // namespace

Result<TilePath> parseTilePath(std::string_view path)
{
    TilePath tile;
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos)
        return malformed();
    const std::string_view level = path.substr(0, slash);
    path.remove_prefix(slash + 1);
    if (level == "entries") {
        tile.level = TilePath::kEntries;
    } else {
        const auto number = parseNumber(level);
        if (!number || *number > kMaxTileLevel)
            return malformed();
        tile.level = static_cast<int>(*number);
    }
    if (const std::size_t partial = path.find(kPartial); partial != std::string_view::npos) {
        const auto width = parseNumber(path.substr(partial + kPartial.size()));
        if (!width || *width == 0 || *width >= kTileWidth)
            return malformed();
        tile.width = *width;
        path = path.substr(0, partial);
    }
    const auto index = parseIndex(path);
    if (!index)
        return malformed();
    tile.index = *index;
    return tile;
}

Result<std::string> readTile(store::Database& database, const TilePath& path, std::uint64_t size)
{
    const int level = std::max(path.level, 0);
    const std::uint64_t first = path.index * kTileWidth;
    if (level > kMaxLevel || first + path.width > nodesAt(level, size))
        return fail(ErrorCode::NotFound, "The log has no such tile.");
    if (path.level == TilePath::kEntries)
        return readEntries(database, first, path.width);
    std::string tile;
    for (const std::string& hash : TRY(readHashes(database, level, first, path.width)))
        tile += hash;
    return tile;
}

} // namespace countersign::audit
