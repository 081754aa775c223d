// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/agents/registry.h"

#include "core/base/json.h"
#include "core/base/try.h"

namespace countersign::agents {

namespace {

using store::Query;

constexpr std::string_view kById = "SELECT client_id, name, jwk, jkt, executable, registered_at, blocked, unanswered, "
                                   "cool_down_until, own_name, uid, forgotten_at FROM agents WHERE client_id = ?";
constexpr std::string_view kByKey = "SELECT client_id, name, jwk, jkt, executable, registered_at, blocked, unanswered, "
                                    "cool_down_until, own_name, uid, forgotten_at FROM agents "
                                    "WHERE jkt = ? AND forgotten_at IS NULL ORDER BY id LIMIT 1";

std::optional<std::string> known(const std::string& text)
{
    return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<std::int64_t> number(std::optional<uid_t> uid)
{
    return uid ? std::optional(static_cast<std::int64_t>(*uid)) : std::nullopt;
}

Standing standingIn(const Query& row)
{
    if (!row.isNull(11))
        return Standing::Forgotten;
    return row.integer(6) != 0 ? Standing::Blocked : Standing::Ordinary;
}

Result<RegisteredAgent> fromRow(const Query& row)
{
    const json::Object jwk = TRY(json::parseObject(row.text(2)));
    crypto::PublicKey key = TRY(crypto::PublicKey::fromJwk(jwk));
    if (key.thumbprint().value != row.text(3))
        return fail(ErrorCode::StorageCorrupt, "The registered key of an agent does not fit its thumbprint.");
    Agent agent{ClientId{row.text(0)}, row.text(1), key.thumbprint(), row.optionalText(4).value_or(std::string()),
        UnixSeconds{row.integer(5)}, standingIn(row), row.optionalText(9).value_or(std::string())};
    const auto uid = row.optionalInteger(10);
    return RegisteredAgent{std::move(agent), std::move(key), static_cast<int>(row.integer(7)), {row.integer(8)},
        uid ? std::optional(static_cast<uid_t>(*uid)) : std::nullopt};
}

Result<std::optional<RegisteredAgent>> oneOf(Query& query)
{
    if (!TRY(query.next()))
        return std::nullopt;
    return TRY(fromRow(query));
}

} // namespace

Result<void> Registry::add(const Agent& agent, const crypto::PublicKey& key, std::optional<uid_t> uid)
{
    Query query(*m_database,
        "INSERT INTO agents (client_id, name, jwk, jkt, registered_at, uid, executable, blocked) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(agent.id.value).bind(agent.name).bind(json::serialize(key.toJwk())).bind(agent.key.value);
    query.bind(agent.registeredAt.value).bind(number(uid)).bind(known(agent.executable));
    query.bind(std::int64_t{agent.standing == Standing::Blocked ? 1 : 0});
    return query.run();
}

Result<void> Registry::remove(const ClientId& id)
{
    Query query(*m_database, "DELETE FROM agents WHERE client_id = ?");
    return query.bind(id.value).run();
}

Result<void> Registry::forget(const ClientId& id, UnixSeconds now)
{
    Query query(*m_database, "UPDATE agents SET forgotten_at = ?, own_name = NULL WHERE client_id = ?");
    return query.bind(now.value).bind(id.value).run();
}

Result<std::optional<RegisteredAgent>> Registry::find(const ClientId& id) const
{
    Query query(*m_database, kById);
    return oneOf(query.bind(id.value));
}

Result<std::optional<RegisteredAgent>> Registry::findByKey(const Thumbprint& key) const
{
    Query query(*m_database, kByKey);
    return oneOf(query.bind(key.value));
}

Result<std::optional<ClientId>> Registry::forgottenWith(const Thumbprint& key) const
{
    Query query(*m_database,
        "SELECT client_id FROM agents WHERE jkt = ? AND forgotten_at IS NOT NULL ORDER BY id DESC LIMIT 1");
    const bool found = TRY(query.bind(key.value).next());
    return found ? std::optional(ClientId{query.text(0)}) : std::nullopt;
}

Result<std::vector<ClientId>> Registry::ids() const
{
    Query query(*m_database, "SELECT client_id FROM agents WHERE forgotten_at IS NULL ORDER BY id");
    std::vector<ClientId> ids;
    while (TRY(query.next()))
        ids.push_back(ClientId{query.text(0)});
    return ids;
}

Result<int> Registry::countOf(std::optional<uid_t> uid) const
{
    Query query(*m_database, "SELECT count(*) FROM agents WHERE uid IS ? AND forgotten_at IS NULL");
    query.bind(number(uid));
    TRY(query.next());
    return static_cast<int>(query.integer(0));
}

Result<void> Registry::introduce(const ClientId& id, const std::string& name, uid_t uid)
{
    Query query(*m_database, "UPDATE agents SET name = ?, uid = ? WHERE client_id = ?");
    return query.bind(name).bind(number(uid)).bind(id.value).run();
}

Result<void> Registry::setOwnName(const ClientId& id, const std::string& name)
{
    Query other(*m_database, "SELECT 1 FROM agents WHERE own_name = ? AND client_id <> ?");
    if (!name.empty() && TRY(other.bind(name).bind(id.value).next()))
        return fail(ErrorCode::InvalidInput, "You call another agent so already.");
    Query query(*m_database, "UPDATE agents SET own_name = ? WHERE client_id = ?");
    return query.bind(known(name)).bind(id.value).run();
}

Result<void> Registry::seenAs(const ClientId& id, const std::string& executable)
{
    Query query(*m_database, "UPDATE agents SET executable = ? WHERE client_id = ?");
    return query.bind(executable).bind(id.value).run();
}

Result<void> Registry::setCoolDown(const ClientId& id, int unanswered, UnixSeconds until)
{
    Query query(*m_database, "UPDATE agents SET unanswered = ?, cool_down_until = ? WHERE client_id = ?");
    return query.bind(std::int64_t{unanswered}).bind(until.value).bind(id.value).run();
}

Result<bool> Registry::isBlocked(const Thumbprint& key, const std::string& executable) const
{
    Query query(*m_database, "SELECT count(*) FROM blocks WHERE jkt = ? OR executable = ?");
    query.bind(key.value).bind(known(executable));
    TRY(query.next());
    return query.integer(0) > 0;
}

Result<void> Registry::block(const Agent& agent, UnixSeconds now)
{
    Query flag(*m_database, "UPDATE agents SET blocked = 1 WHERE jkt = ?");
    TRY(flag.bind(agent.key.value).run());
    Query key(*m_database, "INSERT OR IGNORE INTO blocks (jkt, at) VALUES (?, ?)");
    TRY(key.bind(agent.key.value).bind(now.value).run());
    if (agent.executable.empty())
        return {};
    Query program(*m_database, "INSERT OR IGNORE INTO blocks (executable, at) VALUES (?, ?)");
    return program.bind(agent.executable).bind(now.value).run();
}

Result<void> Registry::unblock(const Agent& agent)
{
    Query lift(*m_database, "DELETE FROM blocks WHERE jkt = ? OR executable = ?");
    TRY(lift.bind(agent.key.value).bind(known(agent.executable)).run());
    Query flag(*m_database,
        "UPDATE agents SET blocked = 0 WHERE jkt = ? "
        "OR (executable = ? AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.jkt = agents.jkt))");
    return flag.bind(agent.key.value).bind(known(agent.executable)).run();
}

} // namespace countersign::agents
