// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/grants/ledger.h"

#include "core/base/try.h"
#include "core/permissions/permission_json.h"

#include <algorithm>
#include <charconv>
#include <ranges>
#include <string>
#include <utility>

namespace countersign::grants {

namespace {

using store::Query;

constexpr std::size_t kMaxRemembered = 4096;

// What every look-up of whole grants selects, in fromRow()'s order.
#define COUNTERSIGN_GRANT_SELECT                                                                                       \
    "SELECT g.grant_id, g.client_id, a.jkt, g.bound_jkt, g.permission, g.created_at, g.expires_at, g.state, "          \
    "g.end_reason, g.ended_at, g.last_used_at, g.parent_id, g.depth, g.pairing "                                       \
    "FROM grants g LEFT JOIN agents a ON a.client_id = g.client_id "

std::optional<UnixSeconds> time(const std::optional<std::int64_t>& value)
{
    return value ? std::optional(UnixSeconds{*value}) : std::nullopt;
}

std::string pairingText(const std::vector<int>& pairing)
{
    std::string text;
    for (const int detail : pairing)
        text += (text.empty() ? "" : ",") + std::to_string(detail);
    return text;
}

/// nullopt: not what pairingText() writes.
std::optional<std::vector<int>> pairingOf(std::string_view text)
{
    std::vector<int> pairing;
    for (const auto part : std::views::split(text, ',')) {
        int detail = 0;
        const auto read = std::from_chars(part.data(), part.data() + part.size(), detail);
        if (read.ec != std::errc() || read.ptr != part.data() + part.size() || detail < -1)
            return std::nullopt;
        pairing.push_back(detail);
    }
    return pairing;
}

/// Its place in a tree: a root has no parent, every other grant has one, and a parent's detail for each of its own.
Result<void> readPlace(const Query& row, Grant& grant)
{
    if (const auto parent = row.optionalText(11))
        grant.parent = GrantId{*parent};
    const std::int64_t depth = row.integer(12);
    auto pairing = pairingOf(row.text(13));
    const std::size_t paired = grant.parent ? grant.permission.details.size() : 0;
    if (depth < 0 || depth >= permissions::kMaxChain || (depth == 0) == grant.parent.has_value() || !pairing
        || pairing->size() != paired)
        return fail(ErrorCode::StorageCorrupt, "A grant has a place in the tree that does not exist.");
    grant.depth = static_cast<int>(depth);
    grant.pairing = std::move(*pairing);
    return {};
}

Result<Grant> fromRow(const Query& row)
{
    const std::int64_t state = row.integer(7);
    const auto reason = endReasonFromName(row.optionalText(8).value_or("none"));
    if (state < 0 || state > std::to_underlying(GrantState::Revoked) || !reason)
        return fail(ErrorCode::StorageCorrupt, "A grant is in a state that does not exist.");
    Grant grant;
    grant.id.value = row.text(0);
    grant.agent.value = row.text(1);
    grant.agentKey.value = row.optionalText(2).value_or(std::string());
    if (const auto bound = row.optionalText(3))
        grant.boundKey = Thumbprint{*bound};
    auto permission = permissions::parsePermission(row.text(4));
    if (!permission)
        return fail(ErrorCode::StorageCorrupt, "What a grant permits can't be read.");
    grant.permission = std::move(*permission);
    grant.createdAt.value = row.integer(5);
    grant.expiresAt.value = row.integer(6);
    grant.state = static_cast<GrantState>(state);
    grant.reason = *reason;
    grant.endedAt = time(row.optionalInteger(9));
    grant.lastUsedAt = time(row.optionalInteger(10));
    TRY(readPlace(row, grant));
    return grant;
}

Result<std::vector<GrantId>> idsOf(Query& query)
{
    std::vector<GrantId> ids;
    while (TRY(query.next()))
        ids.push_back(GrantId{query.text(0)});
    return ids;
}

} // namespace

Result<void> Ledger::add(const Grant& grant, std::optional<std::int64_t> requestRow)
{
    Query query(*m_database,
        "INSERT INTO grants (grant_id, client_id, request, permission, created_at, expires_at, state, parent_id, "
        "depth, "
        "pairing) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(grant.id.value).bind(grant.agent.value).bind(requestRow);
    query.bind(permissions::permissionJson(grant.permission)).bind(grant.createdAt.value).bind(grant.expiresAt.value);
    query.bind(std::int64_t{std::to_underlying(grant.state)});
    query.bind(grant.parent ? std::optional(grant.parent->value) : std::nullopt).bind(std::int64_t{grant.depth});
    return query.bind(pairingText(grant.pairing)).run();
}

Result<void> Ledger::remove(const GrantId& id)
{
    m_read.erase(id);
    for (const char* sql : {"DELETE FROM tokens WHERE grant_id = ?", "DELETE FROM uses WHERE grant_id = ?",
             "DELETE FROM use_times WHERE grant_id = ?", "DELETE FROM seen_values WHERE grant_id = ?",
             "DELETE FROM approvals WHERE grant_id = ?", "DELETE FROM links WHERE grant_id = ?",
             "DELETE FROM consents WHERE grant_id = ?", "DELETE FROM grants WHERE grant_id = ?"}) {
        Query query(*m_database, sql);
        TRY(query.bind(id.value).run());
    }
    return {};
}

Result<std::optional<Grant>> Ledger::find(const GrantId& id) const
{
    if (const auto known = m_read.find(id); known != m_read.end())
        return known->second;
    auto grant = TRY(read(id));
    if (grant && m_memory == Memory::Kept) {
        if (m_read.size() >= kMaxRemembered)
            m_read.clear();
        m_read.emplace(id, *grant);
    }
    return grant;
}

Result<std::optional<Grant>> Ledger::read(const GrantId& id) const
{
    Query query(*m_database, COUNTERSIGN_GRANT_SELECT "WHERE g.grant_id = ?");
    query.bind(id.value);
    if (!TRY(query.next()))
        return std::nullopt;
    return TRY(fromRow(query));
}

Result<bool> Ledger::isLive(const GrantId& id) const
{
    Query query(*m_database, "SELECT 1 FROM grants WHERE grant_id = ? AND state = ?");
    return query.bind(id.value).bind(std::int64_t{std::to_underlying(GrantState::Live)}).next();
}

Result<void> Ledger::setState(const GrantId& id, GrantState state, EndReason reason, std::optional<UnixSeconds> endedAt)
{
    m_read.erase(id);
    Query query(*m_database, "UPDATE grants SET state = ?, end_reason = ?, ended_at = ? WHERE grant_id = ?");
    query.bind(std::int64_t{std::to_underlying(state)}).bind(std::string(endReasonName(reason)));
    query.bind(endedAt ? std::optional(endedAt->value) : std::nullopt).bind(id.value);
    return query.run();
}

Result<void> Ledger::bindKey(const GrantId& id, const Thumbprint& key)
{
    m_read.erase(id);
    Query query(*m_database, "UPDATE grants SET bound_jkt = ? WHERE grant_id = ?");
    return query.bind(key.value).bind(id.value).run();
}

Result<void> Ledger::setLastUsed(const GrantId& id, UnixSeconds at)
{
    if (const auto known = m_read.find(id); known != m_read.end()) {
        if (known->second.lastUsedAt == at)
            return {};
        known->second.lastUsedAt = at;
    }
    Query query(*m_database, "UPDATE grants SET last_used_at = ? WHERE grant_id = ?");
    return query.bind(at.value).bind(id.value).run();
}

Result<void> Ledger::setPermission(const GrantId& id, const permissions::Permission& permission,
    const std::vector<int>& pairing, UnixSeconds expiresAt)
{
    m_read.erase(id);
    Query query(*m_database, "UPDATE grants SET permission = ?, pairing = ?, expires_at = ? WHERE grant_id = ?");
    query.bind(permissions::permissionJson(permission)).bind(pairingText(pairing));
    return query.bind(expiresAt.value).bind(id.value).run();
}

Result<std::vector<GrantId>> Ledger::ids() const
{
    Query query(*m_database, "SELECT grant_id FROM grants ORDER BY id");
    return idsOf(query);
}

Result<std::vector<GrantId>> Ledger::inState(GrantState state) const
{
    Query query(*m_database, "SELECT grant_id FROM grants WHERE state = ? ORDER BY id");
    return idsOf(query.bind(std::int64_t{std::to_underlying(state)}));
}

Result<bool> Ledger::anyHeldFor(EndReason reason) const
{
    Query query(*m_database, "SELECT 1 FROM grants WHERE state = ? AND end_reason = ? LIMIT 1");
    query.bind(std::int64_t{std::to_underlying(GrantState::Held)}).bind(std::string(endReasonName(reason)));
    return query.next();
}

Result<std::vector<GrantId>> Ledger::heldFor(EndReason reason) const
{
    Query query(*m_database, "SELECT grant_id FROM grants WHERE state = ? AND end_reason = ? ORDER BY id");
    query.bind(std::int64_t{std::to_underlying(GrantState::Held)}).bind(std::string(endReasonName(reason)));
    return idsOf(query);
}

Result<std::vector<GrantId>> Ledger::notEndedOf(const ClientId& agent) const
{
    Query query(*m_database, "SELECT grant_id FROM grants WHERE client_id = ? AND state IN (0, 1) ORDER BY id");
    return idsOf(query.bind(agent.value));
}

Result<std::vector<Grant>> Ledger::othersUsedSince(const Grant& grant, UnixSeconds since, std::size_t limit) const
{
    Query query(*m_database,
        COUNTERSIGN_GRANT_SELECT "WHERE g.client_id = ? AND g.last_used_at >= ? AND g.grant_id <> ? ORDER BY g.id "
                                 "LIMIT ?");
    query.bind(grant.agent.value).bind(since.value).bind(grant.id.value).bind(static_cast<std::int64_t>(limit));
    std::vector<Grant> grants;
    while (TRY(query.next()))
        grants.push_back(TRY(fromRow(query)));
    return grants;
}

Result<std::vector<Grant>> Ledger::ofAgent(const ClientId& agent, int limit) const
{
    Query query(*m_database, COUNTERSIGN_GRANT_SELECT "WHERE g.client_id = ? ORDER BY g.id DESC LIMIT ?");
    query.bind(agent.value).bind(std::int64_t{limit});
    std::vector<Grant> grants;
    while (TRY(query.next()))
        grants.push_back(TRY(fromRow(query)));
    return grants;
}

Result<std::vector<GrantId>> Ledger::dueAt(UnixSeconds now) const
{
    static_assert(std::to_underlying(GrantState::Live) == 0 && std::to_underlying(GrantState::Held) == 1);
    Query query(*m_database,
        "SELECT grant_id FROM grants WHERE state IN (0, 1) AND expires_at <= ? "
        "AND (state = 0 OR end_reason <> 'clock_moved') ORDER BY expires_at");
    return idsOf(query.bind(now.value));
}

Result<std::optional<UnixSeconds>> Ledger::nextEnd() const
{
    Query query(*m_database,
        "SELECT min(ends) FROM (SELECT min(expires_at) AS ends FROM grants WHERE state = 0 "
        "UNION ALL SELECT min(expires_at) FROM grants WHERE state = 1 AND end_reason <> 'clock_moved')");
    TRY(query.next());
    return time(query.optionalInteger(0));
}

} // namespace countersign::grants
