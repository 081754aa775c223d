// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The trees that grants make.

#include "core/base/try.h"
#include "core/grants/ledger.h"

#include <algorithm>
#include <utility>

namespace countersign::grants {

namespace {

using store::Query;

// The rows below a grant. UNION, not UNION ALL: it ends even if somebody tied the rows into a circle.
#define COUNTERSIGN_BELOW                                                                                              \
    "WITH RECURSIVE below (row, id) AS (SELECT id, grant_id FROM grants WHERE parent_id = ? "                          \
    "UNION SELECT g.id, g.grant_id FROM below JOIN grants g ON g.parent_id = below.id) "

static_assert(std::to_underlying(GrantState::Live) == 0 && std::to_underlying(GrantState::Held) == 1);
#define COUNTERSIGN_NOT_ENDED "state IN (0, 1) "

Result<std::vector<GrantId>> idsOf(Query& query)
{
    std::vector<GrantId> ids;
    while (TRY(query.next()))
        ids.push_back(GrantId{query.text(0)});
    return ids;
}

} // namespace

Result<std::vector<GrantId>> Ledger::childrenOf(const GrantId& id) const
{
    Query query(*m_database, "SELECT grant_id FROM grants WHERE parent_id = ? ORDER BY id");
    return idsOf(query.bind(id.value));
}

Result<std::vector<GrantId>> Ledger::descendantsOf(const GrantId& id) const
{
    Query query(*m_database,
        COUNTERSIGN_BELOW "SELECT g.grant_id FROM below JOIN grants g ON g.id = below.row ORDER BY g.depth, g.id");
    return idsOf(query.bind(id.value));
}

Result<std::vector<Descendant>> Ledger::notEndedBelow(const GrantId& id) const
{
    Query query(*m_database,
        COUNTERSIGN_BELOW "SELECT g.grant_id, g.parent_id, g.client_id, "
                          "(SELECT a.jkt FROM agents a WHERE a.client_id = g.client_id), g.state, g.end_reason, "
                          "g.expires_at, g.id FROM below JOIN grants g ON g.id = below.row "
                          "WHERE g." COUNTERSIGN_NOT_ENDED "ORDER BY g.depth, g.id");
    query.bind(id.value);
    std::vector<Descendant> below;
    while (TRY(query.next())) {
        below.push_back({{query.text(0)}, {query.text(1)}, {query.text(2)}, {query.optionalText(3).value_or("")},
            static_cast<GrantState>(query.integer(4)),
            endReasonFromName(query.optionalText(5).value_or("none")).value_or(EndReason::None), {query.integer(6)},
            query.integer(7)});
    }
    return below;
}

Result<void> Ledger::endAll(std::span<const Descendant> grants, GrantState state, EndReason reason, UnixSeconds endedAt)
{
    std::string rows = "[0"; // no row has this number
    for (const Descendant& grant : grants) {
        m_read.erase(grant.id);
        rows += ',' + std::to_string(grant.row);
    }
    // The +: by their rows, in the order in which these lie in the file, not by an index on what is changed.
    Query query(*m_database,
        "UPDATE grants SET state = ?, end_reason = ?, ended_at = ? "
        "WHERE id IN (SELECT value FROM json_each(?)) AND +" COUNTERSIGN_NOT_ENDED);
    query.bind(std::int64_t{std::to_underlying(state)}).bind(std::string(endReasonName(reason)));
    return query.bind(endedAt.value).bind(rows + ']').run();
}

Result<std::vector<Grant>> Ledger::chainOf(const GrantId& id) const
{
    std::vector<Grant> chain;
    for (std::optional<GrantId> next = id; next;) {
        auto grant = TRY(find(*next));
        if (!grant && chain.empty())
            return fail(ErrorCode::NotFound, "There is no such grant.");
        if (!grant || (!chain.empty() && grant->depth + 1 != chain.back().depth))
            return fail(ErrorCode::StorageCorrupt, "A grant above another is missing, or at the wrong depth.");
        next = grant->parent;
        chain.push_back(std::move(*grant));
    }
    std::ranges::reverse(chain);
    return chain;
}

} // namespace countersign::grants
