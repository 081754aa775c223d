// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The rows of grants. It keeps what it is told: that a consent and a leaf stand behind a row is the authority's care.
// Used on the thread of its database, inside a transaction where it writes.
#pragma once

#include "core/base/result.h"
#include "core/grants/grant.h"
#include "core/store/database.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace countersign::grants {

class Ledger {
public:
    explicit Ledger(store::Database& database) : m_database(&database) { }

    [[nodiscard]] Result<void> add(const Grant& grant, std::int64_t requestRow);
    [[nodiscard]] Result<void> remove(const GrantId& id);
    [[nodiscard]] Result<std::optional<Grant>> find(const GrantId& id) const;

    /// `endedAt`: set for Expired and Revoked only.
    [[nodiscard]] Result<void> setState(
        const GrantId& id, GrantState state, EndReason reason, std::optional<UnixSeconds> endedAt);
    [[nodiscard]] Result<void> bindKey(const GrantId& id, const Thumbprint& key);
    [[nodiscard]] Result<void> setLastUsed(const GrantId& id, UnixSeconds at);

    [[nodiscard]] Result<std::vector<GrantId>> ids() const; ///< all, also those whose row can't be read
    [[nodiscard]] Result<std::vector<GrantId>> inState(GrantState state) const;
    [[nodiscard]] Result<bool> anyHeldFor(EndReason reason) const;
    /// An agent's live and held ones.
    [[nodiscard]] Result<std::vector<GrantId>> notEndedOf(const ClientId& agent) const;
    /// An agent's grants, newest first, at most `limit`.
    [[nodiscard]] Result<std::vector<Grant>> ofAgent(const ClientId& agent, int limit) const;

    // Not those that are held because the clock moved: with a clock that may be wrong, nothing ends by itself.
    /// Live and held ones whose end has come.
    [[nodiscard]] Result<std::vector<GrantId>> dueAt(UnixSeconds now) const;
    [[nodiscard]] Result<std::optional<UnixSeconds>> nextEnd() const;

private:
    store::Database* m_database;
};

} // namespace countersign::grants
