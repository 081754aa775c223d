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

// verify_grant.cpp
/// Whether a grant's row is what was signed, what the log says, and no more than the grant above permits. Error:
/// InvalidInput with what is wrong.
[[nodiscard]] Result<void> verifyGrant(const Context& context, const grants::Grant& grant, const LoggedGrant* logged);

} // namespace countersign::authority
