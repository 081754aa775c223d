// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is kept of tokens: their SHA-256, and where a refresh token stands in its rotation (OAuth 2.1 section 4.3.1).
// Used on the thread of its database, inside a transaction where it writes.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/store/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::grants {

enum class TokenKind : std::uint8_t { Access, Refresh };

/// An access token is Current or gone. A refresh token is Superseded once a successor was handed out, and Spent once
/// that successor was used, or was itself replaced because its answer was lost: using a Spent one is reuse.
enum class TokenState : std::uint8_t { Current, Superseded, Spent };

struct Token {
    std::int64_t row = 0; ///< 0: not stored yet
    TokenKind kind = TokenKind::Access;
    std::string hash; ///< SHA-256, 32 bytes
    TokenId id; ///< jti; empty for refresh tokens
    GrantId grant;
    UnixSeconds issuedAt;
    UnixSeconds expiresAt;
    TokenState state = TokenState::Current;
    std::optional<std::int64_t> statusIndex =
        {}; ///< an access token's place in the status lists; read, not written here

    bool operator==(const Token&) const = default;
};

inline constexpr int kSweptAtOnce = 1000; ///< tokens that have run out: what hardly delays whoever waits

class TokenStore {
public:
    explicit TokenStore(store::Database& database) : m_database(&database) { }

    [[nodiscard]] Result<std::int64_t> add(const Token& token); ///< the new row
    // Tokens end with their grants: none of an ended grant is found. The rows stay until their own end or the next
    // start, since taking very many out of their index takes longer than all else that revoking them does.
    [[nodiscard]] Result<std::optional<Token>> find(const std::string& hash) const;
    /// The access token of a grant by its jti.
    [[nodiscard]] Result<std::optional<Token>> findAccess(const GrantId& grant, const TokenId& id) const;
    [[nodiscard]] Result<std::vector<Token>> usableOf(const GrantId& grant) const; ///< not the spent ones

    /// `old` was shown and `successor` goes out for it: whatever came before `old`, and what was handed out for it
    /// earlier, is spent.
    [[nodiscard]] Result<void> rotate(const Token& old, std::int64_t successor);
    [[nodiscard]] Result<void> remove(std::int64_t row);
    [[nodiscard]] Result<void> removeOfGrant(const GrantId& grant);
    [[nodiscard]] Result<void> removeExpired(UnixSeconds now); ///< at most kSweptAtOnce, the oldest first
    /// Those of grants that ended or don't exist.
    [[nodiscard]] Result<void> removeDead();

private:
    store::Database* m_database;
};

} // namespace countersign::grants
