// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Holds the rows of the database to the log and to the person's signatures, so that a row that anybody could have
// written permits nothing. What doesn't stand the test is set aside, logged and told.
#pragma once

#include "core/authority/context.h"
#include "core/authority/log_state.h"

#include <QStringList>

namespace countersign::authority {

/// Sentences for the person about what was set aside; empty: all is well. In a transaction.
[[nodiscard]] Result<QStringList> verifyState(Context& context, const LogState& log);

/// What rows of grants rest on. Any thread that may read the database.
struct Backing {
    grants::Ledger ledger;
    ConsentStore consents;
    grants::LinkStore links;
    audit::DeviceTerms devices;
    crypto::PublicKey person;

    [[nodiscard]] static Backing in(
        store::Database& database, const audit::DeviceTerms& devices, const crypto::PublicKey& person)
    {
        return {grants::Ledger(database), ConsentStore(database), grants::LinkStore(database), devices, person};
    }
};

// verify_grant.cpp
/// Whether a grant's row is what was signed, what the log says, and no more than the grant above permits. Error:
/// InvalidInput with what is wrong.
[[nodiscard]] Result<void> verifyGrant(const Backing& backing, const grants::Grant& grant, const LoggedGrant* logged);

/// Whether all that block() does stands in the rows. `program`: empty: not known.
[[nodiscard]] Result<bool> standsBlocked(
    const agents::Registry& registry, const Thumbprint& key, const std::string& program);

// compare_state.cpp
/// Whether the rows of grants, their counters and what else is kept of them are what the log says: the same as a start
/// asks, and nothing is changed. Of one moment with `log`, which is all of it. Error: StorageCorrupt with what differs
/// first.
[[nodiscard]] Result<void> compareState(store::Database& database, const Backing& backing, const LogState& log);

} // namespace countersign::authority
