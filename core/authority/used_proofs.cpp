// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {

/// Whether it is new.
Result<bool> use(Context& context, const UsedProof& proof)
{
    store::Query query(context.database, "INSERT OR IGNORE INTO used_proofs (owner, jti, expires_at) VALUES (?, ?, ?)");
    query.bind(proof.owner).bind(proof.id).bind(proof.expiresAt.value);
    TRY(query.run());
    return query.changedRows() > 0;
}

} // namespace

Result<void> useProofs(Context& context, const std::vector<UsedProof>& proofs)
{
    for (const UsedProof& proof : proofs) {
        if (!TRY(use(context, proof)))
            return fail(ErrorCode::Replayed, "This signed form was used before.");
    }
    return {};
}

Result<void> useProofsOf(Context& context, const ClientId& client, const std::vector<UsedProof>& proofs)
{
    for (const UsedProof& proof : proofs) {
        if (TRY(use(context, proof)))
            continue;
        if (proof.owner == client.value)
            return fail(ErrorCode::InvalidClient, "The client assertion was used before.");
        return fail(ErrorCode::InvalidDpopProof, "The DPoP proof was used before.");
    }
    return {};
}

Result<void> forgetOldProofs(Context& context)
{
    store::Query query(context.database, "DELETE FROM used_proofs WHERE expires_at < ?");
    return query.bind(context.now().value).run();
}

} // namespace countersign::authority
