// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/timeline.h"

#include "core/audit/leaf_codec.h"
#include "core/base/try.h"

#include <algorithm>
#include <limits>
#include <set>

namespace countersign::audit {

namespace {

/// Finds by the narrow indexes alone, and reads only the leaves of the page.
std::string pageSql(const TimelineFilter& filter, std::size_t kinds)
{
    std::string sql = "SELECT idx, kind, at, client_id, grant_id, leaf, private_text FROM log_leaves WHERE idx IN"
                      " (SELECT idx FROM log_leaves WHERE idx < ?";
    if (filter.agent)
        sql += " AND client_id = ?";
    if (filter.grant)
        sql += " AND grant_id = ?";
    if (filter.from)
        sql += " AND at >= ?";
    if (filter.to)
        sql += " AND at <= ?";
    if (kinds > 0) {
        sql += " AND kind IN (?";
        for (std::size_t i = 1; i < kinds; ++i)
            sql += ", ?";
        sql += ")";
    }
    return sql + " ORDER BY idx DESC LIMIT ?) ORDER BY idx DESC";
}

Result<Leaf> readLeaf(const store::Query& query)
{
    const std::int64_t kind = query.integer(1);
    if (kind < 0 || kind > static_cast<std::int64_t>(kLastLeafKind))
        return fail(ErrorCode::StorageCorrupt, "entry " + std::to_string(query.integer(0)) + ": of no known kind");
    std::string bytes = TRY(unpackLeaf(query.blob(5)));
    return Leaf{.index = static_cast<std::uint64_t>(query.integer(0)),
        .kind = static_cast<LeafKind>(kind),
        .at = {query.integer(2)},
        .agent = {query.optionalText(3).value_or("")},
        .grant = {query.optionalText(4).value_or("")},
        .bytes = std::move(bytes),
        .privateText = query.isNull(6) ? std::nullopt : std::optional(query.blob(6))};
}

} // namespace

Result<std::vector<Leaf>> timelinePage(
    store::Database& database, const TimelineFilter& filter, std::optional<std::uint64_t> before, int count)
{
    constexpr std::uint64_t kEnd = std::numeric_limits<std::int64_t>::max();
    const std::set<LeafKind> kinds(filter.kinds.begin(), filter.kinds.end());
    store::Query query(database, pageSql(filter, kinds.size()));
    query.bind(static_cast<std::int64_t>(std::min(before.value_or(kEnd), kEnd)));
    if (filter.agent)
        query.bind(filter.agent->value);
    if (filter.grant)
        query.bind(filter.grant->value);
    if (filter.from)
        query.bind(filter.from->value);
    if (filter.to)
        query.bind(filter.to->value);
    for (const LeafKind kind : kinds)
        query.bind(static_cast<std::int64_t>(kind));
    query.bind(std::int64_t{std::clamp(count, 0, kMaxTimelinePage)});

    std::vector<Leaf> page;
    for (;;) {
        const auto more = query.next();
        if (!more)
            return std::unexpected(more.error());
        if (!*more)
            return page;
        auto leaf = readLeaf(query);
        if (!leaf)
            return std::unexpected(leaf.error());
        page.push_back(std::move(*leaf));
    }
}

} // namespace countersign::audit
