// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/log_nodes.h"

#include "core/audit/leaf_codec.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"

namespace countersign::audit {

namespace {

std::unexpected<Error> contradiction(const std::string& what)
{
    return fail(ErrorCode::StorageCorrupt, "The log contradicts itself: " + what + ".");
}

Result<void> checkCounts(store::Database& database, std::uint64_t size)
{
    store::Query query(database, "SELECT coalesce(max(idx) + 1, 0) FROM log_nodes WHERE level = ?");
    for (int level = 1; level <= kMaxLevel; ++level) {
        query.bind(level);
        TRY(query.next());
        if (const auto stored = static_cast<std::uint64_t>(query.integer(0)); stored != nodesAt(level, size))
            return contradiction("it has " + std::to_string(size) + " entries, but its tree has "
                + std::to_string(stored) + " nodes at level " + std::to_string(level));
    }
    return {};
}

Result<void> computeNodes(store::Database& database)
{
    crypto::MerkleFrontier tree;
    store::Query leaves(database, "SELECT leaf FROM log_leaves ORDER BY idx");
    while (TRY(leaves.next())) {
        const auto completed = tree.append(crypto::leafHash(TRY(unpackLeaf(leaves.blob(0)))));
        TRY(addNodes(database, tree.size(), completed));
    }
    return store::Query(database, "DELETE FROM meta WHERE key = 'log_nodes'").run();
}

} // namespace

Result<void> addNodes(store::Database& database, std::uint64_t size, const std::vector<std::string>& completed)
{
    for (std::size_t height = kLevelHeight; height < completed.size(); height += kLevelHeight) {
        const int level = static_cast<int>(height) / kLevelHeight;
        store::Query query(database, "INSERT INTO log_nodes (level, idx, hash) VALUES (?, ?, ?)");
        query.bind(level).bind(static_cast<std::int64_t>(nodesAt(level, size) - 1)).bindBlob(completed[height]);
        TRY(query.run());
    }
    return {};
}

Result<std::vector<std::string>> readHashes(
    store::Database& database, int level, std::uint64_t first, std::uint64_t count)
{
    store::Query query(database,
        level == 0 ? "SELECT idx, leaf FROM log_leaves WHERE idx >= ? ORDER BY idx"
                   : "SELECT idx, hash FROM log_nodes WHERE idx >= ? AND level = ? ORDER BY idx");
    query.bind(static_cast<std::int64_t>(first));
    if (level > 0)
        query.bind(level);
    std::vector<std::string> hashes;
    for (std::uint64_t at = first; at < first + count; ++at) {
        const bool found = TRY(query.next()) && query.integer(0) == static_cast<std::int64_t>(at);
        std::string hash = found ? query.blob(1) : std::string();
        if (found && level == 0)
            hash = crypto::leafHash(TRY(unpackLeaf(hash)));
        if (hash.size() != crypto::kSha256Bytes)
            return contradiction(level == 0 ? "entry " + std::to_string(at) + " is missing"
                                            : "node " + std::to_string(at) + " of level " + std::to_string(level)
                        + " of its tree is missing or broken");
        hashes.push_back(std::move(hash));
    }
    return hashes;
}

Result<crypto::MerkleFrontier> readFrontier(store::Database& database, std::uint64_t size)
{
    TRY(checkCounts(database, size));
    crypto::MerkleFrontier tree;
    for (int level = kMaxLevel; level >= 0; --level) {
        // Those that no node of the level above covers.
        const std::uint64_t first = nodesAt(level + 1, size) * kTileWidth;
        for (const std::string& hash : TRY(readHashes(database, level, first, nodesAt(level, size) - first)))
            TRY(tree.appendSubtree(kLevelHeight * level, hash));
    }
    return tree;
}

Result<bool> areNodesDue(store::Database& database)
{
    return store::Query(database, "SELECT 1 FROM meta WHERE key = 'log_nodes'").next();
}

Result<void> writeDueNodes(store::Database& database)
{
    if (database.inTransaction())
        return computeNodes(database);
    TRY(database.begin());
    auto done = computeNodes(database);
    if (done)
        done = database.commit();
    if (!done)
        database.rollback();
    return done;
}

} // namespace countersign::audit
