// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/grants/token_store.h"

#include "core/base/try.h"
#include "core/grants/grant.h"

#include <utility>

namespace countersign::grants {

namespace {

using store::Query;

// What every look-up of tokens selects, in fromRow()'s order.
#define COUNTERSIGN_TOKEN_SELECT                                                                                       \
    "SELECT t.id, t.kind, t.token_hash, t.jti, t.grant_id, t.issued_at, t.expires_at, t.state, s.idx "                 \
    "FROM tokens t LEFT JOIN statuses s ON s.token_hash = t.token_hash "

static_assert(std::to_underlying(GrantState::Live) == 0 && std::to_underlying(GrantState::Held) == 1);
#define COUNTERSIGN_GRANT_IN_FORCE "EXISTS (SELECT 1 FROM grants g WHERE g.grant_id = t.grant_id AND g.state IN (0, 1))"

template <typename Enum> std::int64_t number(Enum value)
{
    return std::to_underlying(value);
}

Result<Token> fromRow(const Query& row)
{
    const std::int64_t kind = row.integer(1);
    const std::int64_t state = row.integer(7);
    if (kind < 0 || kind > number(TokenKind::Refresh) || state < 0 || state > number(TokenState::Spent))
        return fail(ErrorCode::StorageCorrupt, "A token is in a state that does not exist.");
    return Token{row.integer(0), static_cast<TokenKind>(kind), row.blob(2),
        TokenId{row.optionalText(3).value_or(std::string())}, GrantId{row.text(4)}, {row.integer(5)}, {row.integer(6)},
        static_cast<TokenState>(state), row.optionalInteger(8)};
}

} // namespace

Result<std::int64_t> TokenStore::add(const Token& token)
{
    Query query(*m_database,
        "INSERT INTO tokens (kind, token_hash, jti, grant_id, issued_at, expires_at, state) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)");
    query.bind(number(token.kind)).bindBlob(token.hash);
    query.bind(token.id.isEmpty() ? std::nullopt : std::optional(token.id.value)).bind(token.grant.value);
    TRY(query.bind(token.issuedAt.value).bind(token.expiresAt.value).bind(number(token.state)).run());
    // Not RETURNING, which makes SQLite prepare to undo the statement: that costs the more the more the transaction
    // did.
    Query row(*m_database, "SELECT last_insert_rowid()");
    TRY(row.next());
    return row.integer(0);
}

Result<std::optional<Token>> TokenStore::find(const std::string& hash) const
{
    Query query(*m_database, COUNTERSIGN_TOKEN_SELECT "WHERE t.token_hash = ? AND " COUNTERSIGN_GRANT_IN_FORCE);
    query.bindBlob(hash);
    if (!TRY(query.next()))
        return std::nullopt;
    return TRY(fromRow(query));
}

Result<std::optional<Token>> TokenStore::findAccess(const GrantId& grant, const TokenId& id) const
{
    Query query(*m_database,
        COUNTERSIGN_TOKEN_SELECT "WHERE t.grant_id = ? AND t.kind = ? AND t.jti = ? AND " COUNTERSIGN_GRANT_IN_FORCE);
    query.bind(grant.value).bind(number(TokenKind::Access)).bind(id.value);
    if (!TRY(query.next()))
        return std::nullopt;
    return TRY(fromRow(query));
}

Result<std::vector<Token>> TokenStore::usableOf(const GrantId& grant) const
{
    Query query(*m_database, COUNTERSIGN_TOKEN_SELECT "WHERE t.grant_id = ? AND t.state <> ?");
    query.bind(grant.value).bind(number(TokenState::Spent));
    std::vector<Token> tokens;
    while (TRY(query.next()))
        tokens.push_back(TRY(fromRow(query)));
    return tokens;
}

Result<void> TokenStore::rotate(const Token& old, std::int64_t successor)
{
    Query spend(*m_database, "UPDATE tokens SET state = ? WHERE grant_id = ? AND kind = ? AND id NOT IN (?, ?)");
    spend.bind(number(TokenState::Spent)).bind(old.grant.value).bind(number(TokenKind::Refresh));
    TRY(spend.bind(old.row).bind(successor).run());
    Query supersede(*m_database, "UPDATE tokens SET state = ?, successor = ? WHERE id = ?");
    return supersede.bind(number(TokenState::Superseded)).bind(successor).bind(old.row).run();
}

Result<void> TokenStore::remove(std::int64_t row)
{
    Query query(*m_database, "DELETE FROM tokens WHERE id = ?");
    return query.bind(row).run();
}

Result<void> TokenStore::removeOfGrant(const GrantId& grant)
{
    Query query(*m_database, "DELETE FROM tokens WHERE grant_id = ?");
    return query.bind(grant.value).run();
}

Result<void> TokenStore::removeExpired(UnixSeconds now)
{
    Query query(*m_database,
        "DELETE FROM tokens WHERE id IN (SELECT id FROM tokens WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)");
    return query.bind(now.value).bind(std::int64_t{kSweptAtOnce}).run();
}

Result<void> TokenStore::removeDead()
{
    Query query(*m_database,
        "DELETE FROM tokens WHERE NOT EXISTS "
        "(SELECT 1 FROM grants WHERE grants.grant_id = tokens.grant_id AND grants.state IN (0, 1))");
    return query.run();
}

} // namespace countersign::grants
