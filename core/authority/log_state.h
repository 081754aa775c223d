// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the log says of agents, grants and tokens: the measure that the rows of the database are held to at start.
#pragma once

#include "core/audit/leaf.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/grants/grant.h"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace countersign::authority {

struct LoggedGrant {
    std::string consentLeaf; ///< the leaf's bytes
    grants::GrantState state = grants::GrantState::Live;
    grants::EndReason reason = grants::EndReason::None;
    std::optional<UnixSeconds> endedAt;
    std::optional<Thumbprint> boundKey;
    std::map<std::string, UnixSeconds> accessTokens; ///< base64url digest, end
    std::set<std::string> refreshTokens; ///< base64url digest
};

struct LogState {
    std::map<ClientId, Thumbprint> agents;
    std::set<Thumbprint> blockedKeys;
    std::map<GrantId, LoggedGrant> grants;
    UnixSeconds latest; ///< of the last leaf: after a clock that was wrong it may be before others

    /// The next leaf, in order. What can't be read was refused by the check before.
    void take(const audit::Leaf& leaf);
};

} // namespace countersign::authority
