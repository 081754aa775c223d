// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// RFC 7009: what is unknown, ended or another client's is success without effect, so that nothing is told of it.

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"

namespace countersign::authority {

namespace {

Result<void> withdraw(Context& context, const StoredRequest& stored)
{
    if (stored.request.state != consent::RequestState::Waiting)
        return {};
    const auto known = TRY(context.registry.find(stored.request.agent));
    if (!known)
        return {};
    TRY(context.requests.end(stored.row, consent::RequestState::Cancelled, context.now()));
    TRY(appendLeaf(context, draftAbout(audit::LeafKind::RequestCancelled, known->agent, stored.request)));
    context.touched.requests.insert(stored.request.publicId);
    return {};
}

} // namespace

Result<void> revokeToken(Context& context, const RevokeToken& command)
{
    TRY(useProofsOf(context, command.agent, command.proofs));
    const std::string hash = crypto::sha256(command.token);
    if (const auto stored = TRY(context.requests.findByHash(hash)); stored && stored->request.agent == command.agent)
        return withdraw(context, *stored);
    const auto token = TRY(context.tokens.find(hash));
    const auto grant = token ? TRY(context.ledger.find(token->grant)) : std::nullopt;
    if (!grant || grant->agent != command.agent)
        return {};
    if (token->kind == grants::TokenKind::Refresh)
        return endGrant(context, grant->id, grants::EndReason::RevokedByAgent);
    context.touched.grants.insert(grant->id);
    return context.tokens.remove(token->row);
}

} // namespace countersign::authority
