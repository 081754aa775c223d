// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Access tokens (RFC 9068, bound to the agent's key by RFC 9449 section 6) and the refresh tokens beside them.

#include "core/authority/evidence_holds.h"
#include "core/authority/leaves.h"
#include "core/authority/status_list.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/grants/claims_json.h"

#include <algorithm>

namespace countersign::authority {

namespace {

std::string urnOfPerson(const Context& context)
{
    return crypto::thumbprintUrn(context.options.identity.person.thumbprint());
}

json::Array toArray(const std::vector<std::string>& texts)
{
    json::Array array;
    for (const std::string& text : texts)
        array.emplace_back(text);
    return array;
}

/// RFC 8693 section 4.1: who acts now outside, who handed it on inside; empty where the person's own agent acts.
json::Object actClaim(const std::vector<grants::Grant>& chain)
{
    json::Object act;
    if (chain.size() < 2)
        return act;
    for (const grants::Grant& grant : chain) {
        json::Object outer{{"sub", crypto::thumbprintUrn(grant.boundKey.value_or(grant.agentKey))}};
        if (!act.empty())
            outer["act"] = std::move(act);
        act = std::move(outer);
    }
    return act;
}

int maxDepthOf(const Context& context, const std::vector<grants::Grant>& chain)
{
    int most = context.options.delegationDepth;
    for (const grants::Grant& grant : chain)
        most = std::min(most, ownMaxDepth(grant));
    return std::max(most, chain.back().depth); // where the setting became stricter: no further
}

/// What is particular to one token.
struct TokenFacts {
    TokenId id;
    UnixSeconds issuedAt;
    UnixSeconds end;
    std::int64_t statusIndex = 0;
};

Result<std::string> accessToken(
    const Context& context, const std::vector<grants::Grant>& chain, const TokenFacts& facts)
{
    const grants::Grant& grant = chain.back();
    const StatusPlace status = statusPlace(context.options.issuer, facts.statusIndex);
    json::Object claims;
    claims["iss"] = context.options.issuer;
    claims["sub"] = urnOfPerson(context);
    claims["aud"] = toArray(audienceOf(grant.inForce(), context.options.issuer));
    claims["client_id"] = grant.agent.value;
    claims["jti"] = facts.id.value;
    claims["iat"] = facts.issuedAt.value;
    claims["exp"] = facts.end.value;
    claims["auth_time"] = chain.front().createdAt.value;
    claims["cnf"] = json::Object{{"jkt", grant.boundKey.value_or(grant.agentKey).value}};
    claims["grant_id"] = grant.id.value;
    claims["device"] = context.options.identity.device.publicKey().thumbprint().value;
    claims["del_depth"] = grant.depth;
    claims["del_max_depth"] = maxDepthOf(context, chain);
    if (json::Object act = actClaim(chain); !act.empty())
        claims["act"] = std::move(act);
    claims["status"] = json::Object{{"status_list", json::Object{{"idx", status.index}, {"uri", status.uri}}}};
    return crypto::signJws(
        "at+jwt", grants::claimsWithDetails(claims, grant.inForce()), context.options.identity.device);
}

/// OpenID Connect Core 1.0 section 2.
Result<std::string> idToken(const Context& context, const grants::Grant& grant, UnixSeconds now, UnixSeconds end)
{
    json::Object claims;
    claims["iss"] = context.options.issuer;
    claims["sub"] = urnOfPerson(context);
    claims["aud"] = grant.agent.value;
    claims["iat"] = now.value;
    claims["exp"] = end.value;
    claims["auth_time"] = grant.createdAt.value;
    return crypto::signJwt("JWT", claims, context.options.identity.device);
}

/// What the log keeps makes stored tokens checkable: a row with another digest was put there by somebody else.
Result<void> logIssued(Context& context, const grants::Grant& grant, const grants::Token& access,
    const grants::Token& refresh, const TokenSet& texts, std::int64_t statusIndex)
{
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::TokenIssued, grant);
    leaf.claims["jti"] = access.id.value;
    leaf.claims["exp"] = access.expiresAt.value;
    leaf.claims["jkt"] = grant.boundKey->value;
    leaf.claims["access_digest"] = crypto::sha256Base64url(texts.accessToken);
    leaf.claims["refresh_digest"] = crypto::sha256Base64url(texts.refreshToken);
    leaf.claims["refresh_exp"] = refresh.expiresAt.value;
    leaf.claims["status"] = statusIndex;
    TRY(appendLeaf(context, leaf));
    return {};
}

} // namespace

bool fitsIntoToken(const Context& context, const consent::Request& request)
{
    constexpr std::size_t kThumbprintCharacters = 43;
    const std::string placeholder(kThumbprintCharacters, 'x');
    grants::Grant grant;
    grant.id.value = placeholder;
    grant.agent = request.agent;
    grant.agentKey.value = placeholder;
    grant.permission = request.asked;
    for (permissions::AgentDelegation& detail : grant.permission.details)
        detail.expiresAt = detail.expiresAt.value_or(context.now());
    const auto token =
        accessToken(context, {grant}, {TokenId{placeholder}, context.now(), context.now(), kStatusListSize - 1});
    return token && token->size() <= kMaxAccessTokenBytes;
}

Result<void> checkInForce(Context& context, const std::vector<grants::Grant>& chain)
{
    for (const grants::Grant& grant : chain) {
        const std::string which = &grant == &chain.back() ? "The grant" : "A grant above";
        if (grant.state == grants::GrantState::Held && grant.reason == grants::EndReason::WaitingForEvidence)
            return refuse(context, ErrorCode::Held, which + " is held until its agent shows what the service demands.");
        if (grant.state == grants::GrantState::Held)
            return refuse(context, ErrorCode::Held, which + " is held until the person confirms.");
        if (grant.state == grants::GrantState::Revoked)
            return refuse(context, ErrorCode::InvalidGrant, which + " was revoked.");
        if (grant.state == grants::GrantState::Expired || grant.expiresAt <= context.now())
            return refuse(context, ErrorCode::InvalidGrant, which + " has expired.");
    }
    return {};
}

Result<IssuedTokens> issueTokens(
    Context& context, const std::vector<grants::Grant>& chain, const consent::Request* request)
{
    TRY(mayExtend(context));
    TRY(checkInForce(context, chain));
    const grants::Grant& grant = chain.back();
    if (!grant.boundKey)
        return fail(ErrorCode::Internal, "Tokens are issued for grants with a bound key only.");
    const UnixSeconds now = context.now();
    const UnixSeconds end = std::min(now + grants::kAccessTokenLife, grant.expiresAt);
    const TokenId id{crypto::randomId()};

    IssuedTokens issued;
    const std::int64_t statusIndex = TRY(freeStatusPlace(context));
    issued.set.accessToken = TRY(accessToken(context, chain, {id, now, end, statusIndex}));
    if (issued.set.accessToken.size() > kMaxAccessTokenBytes)
        return refuse(context, ErrorCode::TooLarge, "The access token would be larger than 6 KiB.");
    issued.set.refreshToken = crypto::randomToken();
    const bool openid = request != nullptr && request->openid;
    if (openid)
        issued.set.idToken = TRY(idToken(context, grant, now, end));
    issued.set.expiresIn = end - now;
    issued.set.granted = grant.inForce();
    issued.set.grant = grant.id;
    issued.set.scope = openid ? "openid" : "";

    const grants::Token access{0, grants::TokenKind::Access, crypto::sha256(issued.set.accessToken), id, grant.id, now,
        end, grants::TokenState::Current};
    const grants::Token refresh{0, grants::TokenKind::Refresh, crypto::sha256(issued.set.refreshToken), {}, grant.id,
        now, grant.expiresAt, grants::TokenState::Current};
    TRY(context.tokens.removeExpired(now));
    TRY(context.tokens.add(access));
    issued.refreshRow = TRY(context.tokens.add(refresh));
    TRY(takeStatusPlace(context, statusIndex, access));
    TRY(context.ledger.setLastUsed(grant.id, now));
    TRY(logIssued(context, grant, access, refresh, issued.set, statusIndex));
    context.touched.grants.insert(grant.id);
    // One that falls short is held only now, so that the agent has what it may act with once it does not any more.
    TRY(followGrant(context, grant.id));
    return issued;
}

} // namespace countersign::authority
