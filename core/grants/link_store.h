// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The links under grants that were delegated, one a grant, found by their hash. It keeps what it is told: who adds one
// has verified it (chain.h). Used on the thread of its database, inside a transaction where it writes.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/store/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::grants {

struct StoredLink {
    std::string hash; ///< SignedLink::hash
    GrantId grant; ///< the one that it made
    std::string jws;
    std::optional<UnixSeconds> exchangedAt = {}; ///< nullopt: not used up yet
    std::uint64_t leafIndex = 0; ///< the log's entry of its first sight

    bool operator==(const StoredLink&) const = default;
};

class LinkStore {
public:
    explicit LinkStore(store::Database& database) : m_database(&database) { }

    [[nodiscard]] Result<void> add(const StoredLink& link); ///< an error when the hash or the grant has one
    [[nodiscard]] Result<std::optional<StoredLink>> find(std::string_view hash) const;
    [[nodiscard]] Result<std::optional<StoredLink>> ofGrant(const GrantId& grant) const; ///< nullopt at a root
    /// Uses the link up. Error: Replayed when it was already, NotFound.
    [[nodiscard]] Result<void> setExchanged(std::string_view hash, UnixSeconds at);

private:
    store::Database* m_database;
};

} // namespace countersign::grants
