// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Access tokens (RFC 9068, bound to the agent's key by RFC 9449 section 6) and the refresh tokens beside them.

#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/permissions/permission_json.h"

#include <algorithm>

namespace countersign::authority {

namespace {

constexpr std::size_t kTokenIdBytes = 16;

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

Result<std::string> accessToken(
    const Context& context, const grants::Grant& grant, const TokenId& id, UnixSeconds now, UnixSeconds end)
{
    json::Object claims;
    claims["iss"] = context.options.issuer;
    claims["sub"] = urnOfPerson(context);
    claims["aud"] = toArray(audienceOf(grant.permission, context.options.issuer));
    claims["client_id"] = grant.agent.value;
    claims["jti"] = id.value;
    claims["iat"] = now.value;
    claims["exp"] = end.value;
    claims["auth_time"] = grant.createdAt.value;
    claims["cnf"] = json::Object{{"jkt", grant.boundKey ? grant.boundKey->value : grant.agentKey.value}};
    claims["authorization_details"] = TRY(json::parse(permissions::permissionJson(grant.permission)));
    claims["grant_id"] = grant.id.value;
    claims["device"] = context.options.identity.device.publicKey().thumbprint().value;
    claims["del_depth"] = 0;
    return crypto::signJwt("at+jwt", claims, context.options.identity.device);
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
    const grants::Token& refresh, const std::string& accessText, const std::string& refreshText)
{
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::TokenIssued, grant);
    leaf.claims["jti"] = access.id.value;
    leaf.claims["exp"] = access.expiresAt.value;
    leaf.claims["jkt"] = grant.boundKey->value;
    leaf.claims["access_digest"] = crypto::sha256Base64url(accessText);
    leaf.claims["refresh_digest"] = crypto::sha256Base64url(refreshText);
    leaf.claims["refresh_exp"] = refresh.expiresAt.value;
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
    const auto token = accessToken(context, grant, TokenId{placeholder}, context.now(), context.now());
    return token && token->size() <= kMaxAccessTokenBytes;
}

Result<IssuedTokens> issueTokens(Context& context, const grants::Grant& grant, const consent::Request* request)
{
    TRY(mayExtend(context));
    const UnixSeconds now = context.now();
    if (grant.state != grants::GrantState::Live || !grant.boundKey || grant.expiresAt <= now)
        return fail(ErrorCode::Internal, "Tokens are issued for live grants with a bound key only.");
    const UnixSeconds end = std::min(now + grants::kAccessTokenLife, grant.expiresAt);
    const TokenId id{crypto::randomToken(kTokenIdBytes)};

    IssuedTokens issued;
    issued.set.accessToken = TRY(accessToken(context, grant, id, now, end));
    issued.set.refreshToken = crypto::randomToken();
    const bool openid = request != nullptr && request->openid;
    if (openid)
        issued.set.idToken = TRY(idToken(context, grant, now, end));
    issued.set.expiresIn = end - now;
    issued.set.granted = grant.permission;
    issued.set.grant = grant.id;
    issued.set.scope = openid ? "openid" : "";

    const grants::Token access{0, grants::TokenKind::Access, crypto::sha256(issued.set.accessToken), id, grant.id, now,
        end, grants::TokenState::Current};
    const grants::Token refresh{0, grants::TokenKind::Refresh, crypto::sha256(issued.set.refreshToken), {}, grant.id,
        now, grant.expiresAt, grants::TokenState::Current};
    TRY(context.tokens.removeExpired(now));
    TRY(context.tokens.add(access));
    issued.refreshRow = TRY(context.tokens.add(refresh));
    TRY(context.ledger.setLastUsed(grant.id, now));
    TRY(logIssued(context, grant, access, refresh, issued.set.accessToken, issued.set.refreshToken));
    context.touched.grants.insert(grant.id);
    return issued;
}

} // namespace countersign::authority
