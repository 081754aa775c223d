// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The rows of delegation requests. The auth_req_id is a secret of its client: known here by SHA-256 only.
// Used on the authority's thread, inside a transaction where it writes.
#pragma once

#include "core/base/result.h"
#include "core/consent/request.h"
#include "core/store/database.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace countersign::authority {

struct StoredRequest {
    std::int64_t row = 0; ///< 0: not stored yet
    consent::Request request;
    std::string idHash; ///< SHA-256 of the auth_req_id
    std::string mergeKey; ///< equal ones of one client merge
    std::chrono::seconds pollInterval = consent::kPollInterval;
    std::optional<std::int64_t> lastPollMs;
    std::optional<UnixSeconds> endedAt;
    std::optional<GrantId> grant; ///< what came of it; of an action: the one to act under, once it was approved
    std::optional<UnixSeconds> fetchedAt;
    std::string askedBecause; ///< of an action: why the person is asked
};

class RequestStore {
public:
    explicit RequestStore(store::Database& database) : m_database(&database) { }

    [[nodiscard]] Result<void> add(StoredRequest& request); ///< sets row
    [[nodiscard]] Result<std::optional<StoredRequest>> findByHash(const std::string& idHash) const;
    [[nodiscard]] Result<std::optional<StoredRequest>> findByPublicId(const std::string& publicId) const;
    /// The waiting one that an equal request merges into.
    [[nodiscard]] Result<std::optional<StoredRequest>> findEqual(const ClientId& agent, const std::string& key) const;
    [[nodiscard]] Result<std::vector<StoredRequest>> waiting() const; ///< oldest first
    /// Waiting ones that would replace a grant, or act under it.
    [[nodiscard]] Result<std::vector<StoredRequest>> waitingAbout(const GrantId& grant) const;
    /// The grants that those are about.
    [[nodiscard]] Result<std::set<GrantId>> grantsAskedAbout() const;
    /// Waiting ones of all agents that a user registered.
    [[nodiscard]] Result<int> countWaitingOf(std::optional<uid_t> uid) const; ///< nullopt: of those that links named
    [[nodiscard]] Result<std::vector<StoredRequest>> dueAt(UnixSeconds now) const; ///< waiting ones past their end
    [[nodiscard]] Result<std::optional<UnixSeconds>> nextEnd() const; ///< of the waiting ones
    /// Ends the waiting ones that can't be read or whose agent is unknown: how many.
    [[nodiscard]] Result<int> endUnusable(UnixSeconds now);

    /// `newer` takes the place of `old` and its public id; `old` ends as merged.
    [[nodiscard]] Result<void> replace(const StoredRequest& old, StoredRequest& newer, UnixSeconds now);
    [[nodiscard]] Result<void> askedAgain(std::int64_t row); ///< an action: nobody polls for it, so the row stays
    [[nodiscard]] Result<void> end(std::int64_t row, consent::RequestState state, UnixSeconds now);
    [[nodiscard]] Result<void> approve(std::int64_t row, const GrantId& grant, UnixSeconds now);
    [[nodiscard]] Result<void> setPolled(std::int64_t row, std::int64_t atMs, std::chrono::seconds interval);
    [[nodiscard]] Result<void> setFetched(std::int64_t row, UnixSeconds at);

private:
    store::Database* m_database;
};

} // namespace countersign::authority
