// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Who has introduced itself, and who was blocked: the rows of agents and blocks. One key is one agent. Used on the
// thread of its database, inside a transaction where it writes.
#pragma once

#include "core/agents/agent.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/store/database.h"

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace countersign::agents {

struct RegisteredAgent {
    Agent agent;
    crypto::PublicKey key;
    int unanswered = 0; ///< requests in a row that ran out without an answer
    UnixSeconds coolDownUntil; ///< no request before that
    std::optional<uid_t> uid; ///< of the peer that registered it; nullopt: a link named it, it has not come itself
};

class Registry {
public:
    explicit Registry(store::Database& database) : m_database(&database) { }

    [[nodiscard]] Result<void> add(const Agent& agent, const crypto::PublicKey& key, std::optional<uid_t> uid);
    [[nodiscard]] Result<void> remove(const ClientId& id);
    /// It stays to be looked up by its id, for what is told of the past; for everything else it is gone.
    [[nodiscard]] Result<void> forget(const ClientId& id, UnixSeconds now);
    [[nodiscard]] Result<std::optional<RegisteredAgent>> find(const ClientId& id) const;
    [[nodiscard]] Result<std::optional<RegisteredAgent>> findByKey(const Thumbprint& key) const;
    /// The last agent of this key that the person forgot.
    [[nodiscard]] Result<std::optional<ClientId>> forgottenWith(const Thumbprint& key) const;
    [[nodiscard]] Result<std::vector<ClientId>>
    ids() const; ///< all that are not forgotten, also those whose row can't be read
    [[nodiscard]] Result<int> countOf(std::optional<uid_t> uid) const; ///< nullopt: those that links named

    /// It was named by a link before, and now introduces itself.
    [[nodiscard]] Result<void> introduce(const ClientId& id, const std::string& name, uid_t uid);
    /// Error: InvalidInput when another agent is called so already. Empty: no name any more.
    [[nodiscard]] Result<void> setOwnName(const ClientId& id, const std::string& name);
    /// The program that it was last seen as.
    [[nodiscard]] Result<void> seenAs(const ClientId& id, const std::string& executable);
    [[nodiscard]] Result<void> setCoolDown(const ClientId& id, int unanswered, UnixSeconds until);

    /// Whether the key or (where it is known) the program is blocked.
    [[nodiscard]] Result<bool> isBlocked(const Thumbprint& key, const std::string& executable) const;
    /// Covers the agent's key and its program as last seen: whoever comes with one of them later is blocked too.
    [[nodiscard]] Result<void> block(const Agent& agent, UnixSeconds now);
    /// Lifts both, also from agents that were born blocked because of the program.
    [[nodiscard]] Result<void> unblock(const Agent& agent);

private:
    store::Database* m_database;
};

} // namespace countersign::agents
