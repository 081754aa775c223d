// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/log_identity.h"

#include "core/audit/log_identity.h"
#include "core/base/try.h"
#include "core/crypto/signed_note.h"

#include <array>

namespace countersign::authority {

namespace {

/// The statement may be by a key that was replaced since: each vouches for the one after.
bool isOf(const audit::LogIdentity& kept, const Context& context, const std::string& verifierKey)
{
    const auto statement = audit::readLogKeyStatement(kept.statement, std::array{kept.device});
    const bool isRight = statement && statement->origin == kept.origin && statement->verifierKey == kept.verifierKey;
    return isRight && kept.origin == context.log->origin() && kept.verifierKey == verifierKey
        && kept.person == context.options.identity.person;
}

} // namespace

Result<void> keepLogIdentity(Context& context)
{
    const keychain::Identity& own = context.options.identity;
    const std::string origin = context.log->origin();
    const std::string verifierKey = crypto::noteVerifierKey(origin, own.log.publicKey());
    const auto kept = audit::keptLogIdentity(context.database);
    if (kept && *kept && isOf(**kept, context, verifierKey))
        return {};
    return audit::keepLogIdentity(context.database,
        {origin, own.device.publicKey(), own.person, verifierKey,
            TRY(audit::signLogKeyStatement(origin, own.log.publicKey(), own.device, context.now()))});
}

} // namespace countersign::authority
