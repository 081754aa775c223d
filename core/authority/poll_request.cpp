// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The token endpoint's CIBA grant (CIBA Core 1.0 sections 10 and 11).

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"

namespace countersign::authority {

namespace {

using consent::RequestState;

constexpr std::chrono::seconds kSlowDownStep{5};

Result<TokenSet> stillWaiting(Context& context, const StoredRequest& stored)
{
    const std::int64_t nowMs = context.options.clock->wallTime().count();
    const bool tooFast =
        stored.lastPollMs && nowMs - *stored.lastPollMs < std::chrono::milliseconds(stored.pollInterval).count();
    const auto interval = tooFast ? stored.pollInterval + kSlowDownStep : stored.pollInterval;
    TRY(context.requests.setPolled(stored.row, nowMs, interval));
    if (tooFast)
        return refuse(context, ErrorCode::SlowDown,
            "Poll less often: every " + std::to_string(interval.count()) + " seconds from now on.");
    return refuse(context, ErrorCode::AuthorizationPending, "The person has not decided yet.");
}

Result<void> bindKey(Context& context, grants::Grant& grant, const Thumbprint& key)
{
    TRY(context.ledger.bindKey(grant.id, key));
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::KeyBound, grant);
    leaf.claims["jkt"] = key.value;
    TRY(appendLeaf(context, leaf));
    TRY(signLog(context));
    grant.boundKey = key;
    return {};
}

Result<TokenSet> approved(Context& context, const PollRequest& command, const StoredRequest& stored)
{
    const UnixSeconds now = context.now();
    if (stored.fetchedAt && now - *stored.fetchedAt > grants::kAnswerFetchWindow)
        return refuse(context, ErrorCode::InvalidGrant, "This answer was fetched already.");
    if (!stored.fetchedAt && now > stored.request.expiresAt + grants::kAnswerFetchWindow)
        return refuse(context, ErrorCode::ExpiredToken, "The answer was not fetched in time.");
    auto chain = context.ledger.chainOf(stored.grant.value_or(GrantId{}));
    if (!chain && chain.error().code == ErrorCode::NotFound)
        return refuse(context, ErrorCode::InvalidGrant, "There is no such grant.");
    TRY(chain);
    TRY(checkInForce(context, *chain));
    grants::Grant& grant = chain->back();

    const auto wanted = grant.boundKey ? grant.boundKey : stored.request.dpopKey;
    if (wanted && *wanted != command.dpopKey)
        return refuse(context, ErrorCode::InvalidDpopProof, "The DPoP key is not the one that the grant is bound to.");
    if (!grant.boundKey)
        TRY(bindKey(context, grant, command.dpopKey));
    // Fetched again: what went out the first time dies.
    TRY(context.tokens.removeOfGrant(grant.id));
    if (!stored.fetchedAt)
        TRY(context.requests.setFetched(stored.row, now));
    return TRY(issueTokens(context, *chain, &stored.request)).set;
}

} // namespace

Result<TokenSet> pollRequest(Context& context, const PollRequest& command)
{
    TRY(useProofsOf(context, command.agent, command.proofs));
    const auto stored = TRY(context.requests.findByHash(crypto::sha256(command.id.value)));
    if (!stored || stored->request.agent != command.agent)
        return refuse(context, ErrorCode::InvalidGrant, "There is no such auth_req_id of this client.");
    const auto known = TRY(context.registry.find(command.agent));
    if (!known || known->agent.standing != agents::Standing::Ordinary)
        return refuse(context, ErrorCode::UnauthorizedClient, "The person has blocked this agent.");
    switch (stored->request.state) {
    case RequestState::Waiting:
        return stillWaiting(context, *stored);
    case RequestState::Approved:
        return approved(context, command, *stored);
    case RequestState::Denied:
        return refuse(context, ErrorCode::AccessDenied, "The person denied the request.");
    case RequestState::Merged:
        return refuse(context, ErrorCode::AccessDenied, "A newer request of the same kind took its place.");
    case RequestState::Expired:
        return refuse(context, ErrorCode::ExpiredToken, "Nobody answered in time.");
    case RequestState::Cancelled:
        return refuse(context, ErrorCode::InvalidGrant, "The request was withdrawn.");
    case RequestState::Blocked:
        break;
    }
    return refuse(context, ErrorCode::UnauthorizedClient, "The person has blocked this agent.");
}

} // namespace countersign::authority
