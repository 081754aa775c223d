// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Token exchange (RFC 8693): the last link of a chain for a token of the child's own, once.

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

namespace {

/// RFC 8693 section 2.2.2: what is wrong with a subject_token is invalid_request.
Error onTheWire(Error error)
{
    switch (error.code) {
    case ErrorCode::InvalidGrant:
    case ErrorCode::InvalidAuthorizationDetails:
    case ErrorCode::TooLarge:
        error.code = ErrorCode::InvalidRequest;
        break;
    default:
        break;
    }
    return error;
}

Result<TokenSet> exchange(Context& context, const ExchangeLink& command)
{
    const std::string& hash = command.chain.hops.back().signedLink.hash;
    const std::string last = "link " + std::to_string(command.chain.hops.size());
    if (const auto seen = TRY(context.links.find(hash)); seen && seen->exchangedAt)
        return refuse(context, ErrorCode::InvalidGrant, last + ": it was exchanged already");
    const grants::Grant grant = TRY(registerChain(context, command.chain, command.agent));
    if (grant.agent != command.agent)
        return refuse(context, ErrorCode::InvalidGrant, last + ": it names another agent (sub)");
    const auto chain = TRY(context.ledger.chainOf(grant.id));
    const IssuedTokens issued = TRY(issueTokens(context, chain, nullptr));
    TRY(context.links.setExchanged(hash, context.now()));
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::LinkExchanged, grant);
    leaf.claims["link"] = hash;
    TRY(appendLeaf(context, leaf));
    return issued.set;
}

} // namespace

Result<TokenSet> exchangeLink(Context& context, const ExchangeLink& command)
{
    TRY(useProofsOf(context, command.agent, command.proofs));
    const auto known = TRY(context.registry.find(command.agent));
    if (!known || known->agent.standing != agents::Standing::Ordinary)
        return refuse(context, ErrorCode::UnauthorizedClient, "The person has blocked this agent.");
    return exchange(context, command).transform_error(onTheWire);
}

} // namespace countersign::authority
