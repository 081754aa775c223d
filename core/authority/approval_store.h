// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Single actions that the person approved (step_up): each good once, for exactly those bytes, until it runs out. Used
// on the authority's thread, inside a transaction where it writes.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/store/database.h"

#include <string>
#include <vector>

namespace countersign::authority {

struct Approval {
    GrantId grant; ///< the one to act under
    std::string actionDigest; ///< consent::actionDigest
    std::string requestId; ///< of the request that was approved
    UnixSeconds expiresAt;

    bool operator==(const Approval&) const = default;
};

class ApprovalStore {
public:
    explicit ApprovalStore(store::Database& database) : m_database(&database) { }

    [[nodiscard]] Result<void> add(const Approval& approval);
    /// Those that are neither used nor run out, oldest first. Whether the person signed one is isSigned()'s to say.
    [[nodiscard]] Result<std::vector<Approval>> matching(
        const GrantId& grant, const std::string& actionDigest, UnixSeconds now) const;
    [[nodiscard]] Result<std::vector<Approval>> unused() const;
    [[nodiscard]] Result<void> use(const std::string& requestId, UnixSeconds at);
    [[nodiscard]] Result<void> remove(const std::string& requestId);

private:
    store::Database* m_database;
};

} // namespace countersign::authority
