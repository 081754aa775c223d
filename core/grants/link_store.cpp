// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/grants/link_store.h"

#include "core/base/try.h"

namespace countersign::grants {

namespace {

using store::Query;

Result<std::optional<StoredLink>> oneOf(Query& query)
{
    if (!TRY(query.next()))
        return std::nullopt;
    StoredLink link{query.text(0), {query.text(1)}, query.text(2)};
    if (const auto at = query.optionalInteger(3))
        link.exchangedAt = UnixSeconds{*at};
    link.leafIndex = static_cast<std::uint64_t>(query.integer(4));
    return link;
}

} // namespace

Result<void> LinkStore::add(const StoredLink& link)
{
    Query query(
        *m_database, "INSERT INTO links (hash, grant_id, jws, exchanged_at, leaf_index) VALUES (?, ?, ?, ?, ?)");
    query.bind(link.hash).bind(link.grant.value).bind(link.jws);
    query.bind(link.exchangedAt ? std::optional(link.exchangedAt->value) : std::nullopt);
    return query.bind(static_cast<std::int64_t>(link.leafIndex)).run();
}

Result<std::optional<StoredLink>> LinkStore::find(std::string_view hash) const
{
    Query query(*m_database, "SELECT hash, grant_id, jws, exchanged_at, leaf_index FROM links WHERE hash = ?");
    return oneOf(query.bind(hash));
}

Result<std::optional<StoredLink>> LinkStore::ofGrant(const GrantId& grant) const
{
    Query query(*m_database, "SELECT hash, grant_id, jws, exchanged_at, leaf_index FROM links WHERE grant_id = ?");
    return oneOf(query.bind(grant.value));
}

Result<void> LinkStore::setExchanged(std::string_view hash, UnixSeconds at)
{
    Query query(*m_database, "UPDATE links SET exchanged_at = ? WHERE hash = ? AND exchanged_at IS NULL");
    TRY(query.bind(at.value).bind(hash).run());
    if (query.changedRows() == 1)
        return {};
    return TRY(find(hash)) ? fail(ErrorCode::Replayed, "The link was exchanged before.")
                           : fail(ErrorCode::NotFound, "There is no such link.");
}

} // namespace countersign::grants
