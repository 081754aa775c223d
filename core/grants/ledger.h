// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The rows of grants, and the trees that they make. It keeps what it is told: that a consent or a link and a leaf stand
// behind a row is the authority's care. Used on the thread of its database, inside a transaction where it writes.
#pragma once

#include "core/base/result.h"
#include "core/grants/grant.h"
#include "core/store/database.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace countersign::grants {

/// What ending or holding a grant needs to know of one below it.
struct Descendant {
    GrantId id;
    GrantId parent;
    ClientId agent;
    Thumbprint agentKey; ///< the registered key
    GrantState state = GrantState::Live;
    EndReason reason = EndReason::None;
    UnixSeconds expiresAt;
    std::int64_t row = 0; ///< where it lies

    bool operator==(const Descendant&) const = default;
};

class Ledger {
public:
    enum class Memory : std::uint8_t {
        None,
        Kept, ///< find() remembers what it read: for the only one who writes, who calls forget() after each rollback
    };
    explicit Ledger(store::Database& database, Memory memory = Memory::None) : m_database(&database), m_memory(memory)
    {
    }
    void forget() { m_read.clear(); }

    /// `requestRow`: nullopt for a grant that was delegated.
    [[nodiscard]] Result<void> add(const Grant& grant, std::optional<std::int64_t> requestRow);
    /// With all that hangs on the row, but not the grants below: they go first, or in the same transaction.
    [[nodiscard]] Result<void> remove(const GrantId& id);
    [[nodiscard]] Result<std::optional<Grant>> find(const GrantId& id) const; ///< StorageCorrupt: it can't be read
    /// Without reading the rest of it.
    [[nodiscard]] Result<bool> isLive(const GrantId& id) const;

    /// `endedAt`: set for Expired and Revoked only.
    [[nodiscard]] Result<void> setState(
        const GrantId& id, GrantState state, EndReason reason, std::optional<UnixSeconds> endedAt);
    [[nodiscard]] Result<void> bindKey(const GrantId& id, const Thumbprint& key);
    [[nodiscard]] Result<void> setLastUsed(const GrantId& id, UnixSeconds at);
    /// What it permits now, until when, and how its details go with those of the grant above (empty at a root).
    [[nodiscard]] Result<void> setPermission(const GrantId& id, const permissions::Permission& permission,
        const std::vector<int>& pairing, UnixSeconds expiresAt);

    [[nodiscard]] Result<std::vector<GrantId>> ids() const; ///< all, also those whose row can't be read
    [[nodiscard]] Result<std::vector<GrantId>> inState(GrantState state) const;
    [[nodiscard]] Result<bool> anyHeldFor(EndReason reason) const;
    [[nodiscard]] Result<std::vector<GrantId>> heldFor(EndReason reason) const;
    /// An agent's live and held ones.
    [[nodiscard]] Result<std::vector<GrantId>> notEndedOf(const ClientId& agent) const;
    /// The other grants of its agent, ended ones too, under which something was done since then, at most `limit`.
    [[nodiscard]] Result<std::vector<Grant>> othersUsedSince(
        const Grant& grant, UnixSeconds since, std::size_t limit) const;
    /// An agent's grants, newest first, at most `limit`.
    [[nodiscard]] Result<std::vector<Grant>> ofAgent(const ClientId& agent, int limit) const;

    // ledger_tree.cpp
    /// The grants that were delegated from this one, oldest first.
    [[nodiscard]] Result<std::vector<GrantId>> childrenOf(const GrantId& id) const;
    /// All below this one, itself not, parents before their children; also those whose row can't be read.
    [[nodiscard]] Result<std::vector<GrantId>> descendantsOf(const GrantId& id) const;
    /// The live and held ones among them.
    [[nodiscard]] Result<std::vector<Descendant>> notEndedBelow(const GrantId& id) const;
    /// setState() for these, in one statement.
    [[nodiscard]] Result<void> endAll(
        std::span<const Descendant> grants, GrantState state, EndReason reason, UnixSeconds endedAt);
    /// From the person's own grant down to this one, itself the last. Error: NotFound; StorageCorrupt when a grant
    /// above is missing, or stands at another depth than its place in the chain.
    [[nodiscard]] Result<std::vector<Grant>> chainOf(const GrantId& id) const;

    // Not those that are held because the clock moved: with a clock that may be wrong, nothing ends by itself.
    /// Live and held ones whose end has come.
    [[nodiscard]] Result<std::vector<GrantId>> dueAt(UnixSeconds now) const;
    [[nodiscard]] Result<std::optional<UnixSeconds>> nextEnd() const;

private:
    [[nodiscard]] Result<std::optional<Grant>> read(const GrantId& id) const;

    store::Database* m_database;
    Memory m_memory;
    mutable std::unordered_map<GrantId, Grant> m_read;
};

} // namespace countersign::grants
