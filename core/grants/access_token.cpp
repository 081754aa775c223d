// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/crypto/jws.h"
#include "core/grants/chain.h"
#include "core/grants/claims_json.h"

#include <algorithm>

namespace countersign::grants {

namespace {

constexpr std::string_view kTokenType = "at+jwt";
constexpr std::string_view kThumbprintUrn = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";

std::unexpected<Error> bad(std::string reason)
{
    return fail(ErrorCode::InvalidInput, std::move(reason));
}

Result<json::Object> objectIn(const json::Object& claims, std::string_view name)
{
    const json::Value* value = claims.if_contains(name);
    if (!value || !value->is_object())
        return bad(std::string(name) + " is missing");
    return value->get_object();
}

/// `aud` is one string or several (RFC 7519 section 4.1.3).
Result<std::vector<std::string>> audienceIn(const json::Object& claims)
{
    if (const json::Value* one = claims.if_contains("aud"); one && one->is_string())
        return std::vector{std::string(one->get_string())};
    return json::requiredStrings(claims, "aud");
}

Result<int> depthIn(const json::Object& claims, std::string_view name)
{
    const std::int64_t depth = TRY(json::requiredInteger(claims, name));
    if (depth < 0 || depth >= permissions::kMaxChain)
        return bad(std::string(name) + " is out of bounds");
    return static_cast<int>(depth);
}

/// RFC 8693 section 4.1: who acts now, then who acted before, each inside the one after it.
Result<std::vector<std::string>> actorsIn(const json::Object& claims)
{
    std::vector<std::string> actors;
    const json::Value* next = claims.if_contains("act");
    for (; next; next = next->get_object().if_contains("act")) {
        if (!next->is_object() || std::cmp_greater_equal(actors.size(), permissions::kMaxChain))
            return bad("act is not an object, or too deep");
        actors.push_back(TRY(json::requiredString(next->get_object(), "sub")));
    }
    return actors;
}

Result<void> readStatus(const json::Object& claims, AccessToken& token)
{
    if (!claims.contains("status"))
        return {};
    const json::Object status = TRY(objectIn(claims, "status"));
    const json::Object list = TRY(objectIn(status, "status_list"));
    token.statusIndex = TRY(json::requiredInteger(list, "idx"));
    token.statusUri = TRY(json::requiredString(list, "uri"));
    return {};
}

Result<AccessToken> tokenOf(std::string_view payload)
{
    const json::Object claims = TRY(json::parseObject(payload));
    AccessToken token;
    token.issuer = TRY(json::requiredString(claims, "iss"));
    const std::string person = TRY(json::requiredString(claims, "sub"));
    if (!person.starts_with(kThumbprintUrn))
        return bad("sub is not the thumbprint of a person's key");
    token.person.value = person.substr(kThumbprintUrn.size());
    token.device.value = TRY(json::requiredString(claims, "device"));
    token.audience = TRY(audienceIn(claims));
    token.grant.value = TRY(json::requiredString(claims, "grant_id"));
    token.agent.value = TRY(json::requiredString(claims, "client_id"));
    const json::Object confirmation = TRY(objectIn(claims, "cnf"));
    token.boundKey.value = TRY(json::requiredString(confirmation, "jkt"));
    token.permission = TRY(detailsIn(payload));
    token.id.value = TRY(json::requiredString(claims, "jti"));
    token.issuedAt.value = TRY(json::requiredInteger(claims, "iat"));
    token.expiresAt.value = TRY(json::requiredInteger(claims, "exp"));
    token.depth = TRY(depthIn(claims, "del_depth"));
    token.maxDepth = TRY(depthIn(claims, "del_max_depth"));
    token.actors = TRY(actorsIn(claims));
    if ((token.depth == 0) != token.actors.empty())
        return bad("del_depth and act contradict each other");
    TRY(readStatus(claims, token));
    return token;
}

Result<AccessToken> openToken(std::string_view text, std::span<const crypto::PublicKey> deviceKeys)
{
    if (text.size() > kMaxChainBytes)
        return bad("it is too large");
    const crypto::Jws jws = TRY(crypto::parseJws(text));
    if (jws.type() != kTokenType)
        return bad("it is not of the type " + std::string(kTokenType));
    const auto signer =
        std::ranges::find(deviceKeys, jws.keyId(), [](const crypto::PublicKey& key) { return key.thumbprint().value; });
    if (signer == deviceKeys.end())
        return bad("its key (kid) is not one of ours");
    TRY(crypto::verifyJws(jws, *signer));
    AccessToken token = TRY(tokenOf(jws.payload));
    if (token.device != signer->thumbprint())
        return bad("device is not the key that signed");
    token.hash = crypto::sha256Base64url(jws.signingInput);
    token.bytes = text.size();
    return token;
}

} // namespace

Result<AccessToken> verifyAccessToken(
    std::string_view jws, std::span<const crypto::PublicKey> deviceKeys, UnixSeconds now)
{
    auto token = openToken(jws, deviceKeys);
    if (!token)
        return fail(ErrorCode::InvalidToken, "The access token can't be used: " + token.error().message + ".");
    TRY(checkTokenTimes(*token, now));
    return token;
}

Result<void> checkTokenTimes(const AccessToken& token, UnixSeconds now)
{
    if (token.issuedAt > now + crypto::kClockSkew)
        return fail(ErrorCode::InvalidToken, "The access token is from the future (iat).");
    if (token.expiresAt <= now)
        return fail(ErrorCode::ExpiredToken, "The access token has expired.");
    return {};
}

} // namespace countersign::grants
