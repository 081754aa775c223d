// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is kept of agents' trust. What others said and which level the person gave stands in the log, as leaves of
// TrustReported and TrustAssigned, and is read from there, so that a changed row can't say better; the table has what
// an agent showed. Used on the thread of its database, inside a transaction where it writes.
#pragma once

#include "core/agents/trust_evidence.h"
#include "core/agents/trust_question.h"
#include "core/audit/leaf.h"
#include "core/base/result.h"
#include "core/store/database.h"

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace countersign::agents {

/// What an agent showed of itself.
struct ShownTrust {
    std::string token = {}; ///< empty: none
    std::optional<UnixSeconds> provenAt = {}; ///< nullopt: it has not shown yet that the key is its own
    std::map<std::string, UnixSeconds> newestTokens = {}; ///< TrustQuestion::newestTokens

    bool operator==(const ShownTrust&) const = default;
};

class TrustStore {
public:
    explicit TrustStore(store::Database& database) : m_database(&database) { }

    /// From memory where it was read before. A leaf that can't be read says nothing. Error: the store's.
    [[nodiscard]] Result<AgentTrust> find(const ClientId& agent) const;
    void changed(const ClientId& agent) { m_known.erase(agent); } ///< a leaf about it was appended
    void forgetMemory() { m_known.clear(); } ///< a transaction was undone

    [[nodiscard]] Result<ShownTrust> shown(const ClientId& agent) const;
    [[nodiscard]] Result<void> keepShown(const ClientId& agent, const ShownTrust& shown);
    /// What it showed, but for how new its tokens were.
    [[nodiscard]] Result<void> forgetShown(const ClientId& agent);

private:
    struct FoundLeaf {
        json::Object claims;
        std::string hash; ///< crypto::leafHash()
    };
    [[nodiscard]] Result<std::optional<FoundLeaf>> newestLeaf(const ClientId& agent, audit::LeafKind kind) const;

    store::Database* m_database;
    mutable std::unordered_map<ClientId, AgentTrust> m_known;
};

} // namespace countersign::agents
