// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A real database with an agent, a request and the stores of core/grants over it.
#pragma once

#include "core/grants/ledger.h"
#include "core/grants/link_store.h"
#include "core/grants/token_store.h"
#include "core/grants/uses.h"
#include "core/permissions/permission_json.h"

#include <QTemporaryDir>

#include <memory>
#include <string>

namespace countersign::test {

struct LedgerFixture {
    QTemporaryDir folder;
    std::unique_ptr<store::Database> database = *store::Database::open(folder.path(), store::Access::ReadWrite);
    grants::Ledger ledger{*database};
    grants::TokenStore tokens{*database};
    grants::LinkStore links{*database};
    grants::Uses uses{*database};

    LedgerFixture()
    {
        must("INSERT INTO agents (client_id, name, jwk, jkt, registered_at) VALUES ('agent', 'x', '{}', 'key', 0)");
        must("INSERT INTO requests (id, request_id_hash, public_id, client_id, asked, received_at, expires_at, "
             "poll_interval, state) VALUES (7, x'00', 'p', 'agent', '[]', 0, 0, 5, 1)");
    }

    void must(const std::string& sql) const
    {
        store::Query query(*database, sql);
        if (!query.run())
            qFatal("%s", sql.c_str());
    }

    /// `parent` empty: a root.
    grants::Grant add(const std::string& id, std::int64_t expiresAt, const std::string& parent = {}, int depth = 0)
    {
        grants::Grant grant;
        grant.id.value = id;
        grant.agent.value = "agent";
        grant.agentKey.value = "key";
        grant.permission = *permissions::parsePermission(
            "[{\"type\":\"agent_delegation\",\"locations\":[\"https://a.example/\"],\"actions\":[\"a.b\"],"
            "\"expires_at\":100}]");
        grant.createdAt = {10};
        grant.expiresAt = {expiresAt};
        grant.depth = depth;
        if (!parent.empty()) {
            grant.parent = GrantId{parent};
            grant.pairing = {0};
        }
        if (!ledger.add(grant, parent.empty() ? std::optional<std::int64_t>(7) : std::nullopt))
            qFatal("not added");
        return grant;
    }

    grants::Token addToken(
        const std::string& grant, grants::TokenKind kind, const std::string& hash, std::int64_t end = 100)
    {
        grants::Token token{0, kind, hash, {}, {grant}, {10}, {end}, grants::TokenState::Current};
        token.row = *tokens.add(token);
        return token;
    }
    [[nodiscard]] grants::TokenState stateOf(const std::string& hash) const { return (*tokens.find(hash))->state; }
};

} // namespace countersign::test
