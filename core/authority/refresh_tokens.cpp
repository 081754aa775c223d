// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Rotation of refresh tokens (OAuth 2.1 section 4.3). The previous one works until its successor was used once, since
// an answer may be lost; any later use of it means that two hold the same token, and holds the grant.

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"

namespace countersign::authority {

Result<TokenSet> refreshTokens(Context& context, const RefreshTokens& command)
{
    TRY(useProofsOf(context, command.agent, command.proofs));
    const auto known = TRY(context.registry.find(command.agent));
    if (!known || known->agent.standing != agents::Standing::Ordinary)
        return refuse(context, ErrorCode::UnauthorizedClient, "The person has blocked this agent.");
    const auto token = TRY(context.tokens.find(crypto::sha256(command.refreshToken)));
    const auto grant = token ? TRY(context.ledger.find(token->grant)) : std::nullopt;
    // Client and key come first: a stranger who shows an old token must not be able to hold the grant.
    if (!grant || token->kind != grants::TokenKind::Refresh || grant->agent != command.agent)
        return refuse(context, ErrorCode::InvalidGrant, "There is no such refresh token of this client.");
    if (grant->boundKey != command.dpopKey)
        return refuse(context, ErrorCode::InvalidDpopProof, "The DPoP key is not the one that the grant is bound to.");
    const auto chain = TRY(context.ledger.chainOf(grant->id));
    TRY(checkInForce(context, chain));
    if (token->state == grants::TokenState::Spent) {
        TRY(holdGrant(context, *grant, grants::EndReason::RefreshTokenReused));
        return refuse(context, ErrorCode::InvalidGrant,
            "This refresh token was replaced and its successor used; the grant is held until the person confirms.");
    }
    const IssuedTokens issued = TRY(issueTokens(context, chain, nullptr));
    TRY(context.tokens.rotate(*token, issued.refreshRow));
    return issued.set;
}

} // namespace countersign::authority
