// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/grant_chains.h"

#include "core/audit/leaf_codec.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "core/crypto/merkle.h"

#include <utility>

namespace countersign::audit {

namespace {

constexpr std::size_t kMaxRemembered = 4096;

Result<std::int64_t> placeOf(store::Database& database, const GrantId& grant, std::int64_t index)
{
    store::Query query(database, "SELECT count(*) FROM log_leaves WHERE grant_id = ? AND idx < ?");
    query.bind(grant.value).bind(index);
    TRY(query.next());
    return query.integer(0);
}

} // namespace

Result<std::optional<ChainEnd>> GrantChains::endOf(store::Database& database, const GrantId& grant)
{
    if (const auto found = m_ends.find(grant); found != m_ends.end())
        return found->second;
    store::Query query(database, "SELECT idx, leaf FROM log_leaves WHERE grant_id = ? ORDER BY idx DESC LIMIT 1");
    query.bind(grant.value);
    if (!TRY(query.next()))
        return std::nullopt;
    const std::string leaf = TRY(unpackLeaf(query.blob(1)));
    const auto claims = TRY(json::parseObject(leaf));
    const auto seq = TRY(json::optionalInteger(claims, "seq"));
    ChainEnd end{.seq = seq ? *seq : TRY(placeOf(database, grant, query.integer(0))), .hash = crypto::leafHash(leaf)};
    setEnd(grant, end);
    return end;
}

void GrantChains::setEnd(const GrantId& grant, ChainEnd end)
{
    if (m_ends.size() >= kMaxRemembered)
        m_ends.clear();
    m_ends.insert_or_assign(grant, std::move(end));
}

} // namespace countersign::audit
