// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the log says of agents, services, grants and tokens: the measure that the rows of the database are held to at
// start. Entries that no signature covers yet can be made up by whoever can write the database, so nothing is taken
// from those that would give authority: this program signs the log in the transaction that writes one.
#pragma once

#include "core/audit/leaf.h"
#include "core/authority/logged_actions.h"
#include "core/authority/logged_kept.h"
#include "core/authority/logged_names.h"
#include "core/authority/logged_services.h"
#include "core/authority/logged_trust.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/grants/grant.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace countersign::authority {

/// What stands in the log of a link at its first sight.
struct LoggedDelegation {
    GrantId parent;
    int depth = 0;
    ClientId agent;
    Thumbprint agentKey;
    std::string link; ///< its hash
    UnixSeconds createdAt;
    UnixSeconds expiresAt;
    enum class Exchanged : std::uint8_t { No, Yes } exchanged = Exchanged::No;
};

struct LoggedGrant {
    std::string consentLeaf; ///< the leaf's bytes; empty: it was delegated
    std::optional<LoggedDelegation> delegation; ///< nullopt: the person's own decision
    std::vector<std::string> amendmentLeaves; ///< oldest first
    grants::GrantState state = grants::GrantState::Live;
    grants::EndReason reason = grants::EndReason::None;
    std::optional<UnixSeconds> endedAt;
    std::optional<Thumbprint> boundKey;
    std::map<std::string, UnixSeconds> accessTokens; ///< base64url digest, end
    std::set<std::string> refreshTokens; ///< base64url digest
};

/// Who got a place in the status lists last.
struct LoggedStatus {
    std::string tokenDigest; ///< base64url
    GrantId grant;
    UnixSeconds end;
};

struct LogState {
    std::uint64_t signedSize = 0; ///< of the log, by its last checkpoint or by what the keychain remembers
    std::optional<Error> madeUp; ///< StorageCorrupt: the first entry that this program can't have written

    std::map<ClientId, Thumbprint> agents;
    /// By key the program that was blocked with it; empty: none, or its name was erased.
    std::map<Thumbprint, std::string> blocked;
    std::map<GrantId, LoggedGrant> grants;
    std::map<std::int64_t, LoggedStatus> statuses; ///< by place
    LoggedActions actions;
    LoggedServices services;
    LoggedTrust trust;
    LoggedNames names;
    std::optional<LoggedKept> kept; ///< nullopt: not asked
    UnixSeconds latest; ///< of the last leaf: after a clock that was wrong it may be before others

    /// The next leaf, in order. What can't be read was refused by the check before.
    void take(const audit::Leaf& leaf);
};

} // namespace countersign::authority
