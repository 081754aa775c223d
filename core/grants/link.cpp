// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/grants/link.h"

#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/grants/claims_json.h"

#include <utility>

namespace countersign::grants {

namespace {

constexpr std::size_t kMaxIdBytes = 128; ///< jti
constexpr std::size_t kMaxChildBytes = 256; ///< sub

std::unexpected<Error> bad(std::string reason)
{
    return fail(ErrorCode::InvalidInput, std::move(reason));
}

Result<crypto::PublicKey> keyIn(const json::Object& object, std::string_view where)
{
    const json::Value* jwk = object.if_contains("jwk");
    if (!jwk || !jwk->is_object())
        return bad(std::string(where) + " holds no key (jwk)");
    auto key = crypto::PublicKey::fromJwk(jwk->get_object());
    if (!key)
        return bad("the key in " + std::string(where) + " is not accepted: " + key.error().message);
    return key;
}

Result<std::string> boundedText(const json::Object& claims, std::string_view name, std::size_t maxBytes)
{
    std::string text = TRY(json::requiredString(claims, name));
    if (text.empty() || text.size() > maxBytes || !isPlainText(text))
        return bad(std::string(name) + " is empty, too long or not plain text");
    return text;
}

Result<int> depthIn(const json::Object& claims, std::string_view name)
{
    const std::int64_t depth = TRY(json::requiredInteger(claims, name));
    if (depth < 1 || depth >= permissions::kMaxChain)
        return bad(std::string(name) + " is out of bounds");
    return static_cast<int>(depth);
}

/// The key of RFC 7800's confirmation, and nothing beside it.
Result<crypto::PublicKey> childKey(const json::Object& claims)
{
    const json::Value* confirmation = claims.if_contains("cnf");
    if (!confirmation || !confirmation->is_object())
        return bad("cnf is missing");
    TRY(json::onlyMembers(confirmation->get_object(), {"jwk"}));
    return keyIn(confirmation->get_object(), "cnf");
}

Result<Link> linkOf(std::string_view payload, const crypto::PublicKey& signer)
{
    const json::Object claims = TRY(json::parseObject(payload));
    // A claim that we don't know may take away what we would then permit.
    TRY(json::onlyMembers(claims,
        {"iss", "sub", "cnf", "par_hash", "authorization_details", "iat", "exp", "jti", "del_depth", "del_max_depth"}));
    if (TRY(json::requiredString(claims, "iss")) != crypto::thumbprintUrn(signer.thumbprint()))
        return bad("iss is not the thumbprint of the key that signed");
    std::string child = TRY(boundedText(claims, "sub", kMaxChildBytes));
    crypto::PublicKey key = TRY(childKey(claims));
    std::string parentHash = TRY(json::requiredString(claims, "par_hash"));
    permissions::Permission permission = TRY(detailsIn(payload));
    const UnixSeconds issuedAt{TRY(json::requiredInteger(claims, "iat"))};
    const UnixSeconds expiresAt{TRY(json::requiredInteger(claims, "exp"))};
    if (issuedAt.value < 0 || expiresAt <= issuedAt)
        return bad("it ends before it begins (iat, exp)");
    std::string id = TRY(boundedText(claims, "jti", kMaxIdBytes));
    const int depth = TRY(depthIn(claims, "del_depth"));
    const int maxDepth = TRY(depthIn(claims, "del_max_depth"));
    if (maxDepth < depth)
        return bad("del_max_depth is less than del_depth");
    return Link{signer.thumbprint(), std::move(child), std::move(key), std::move(parentHash), std::move(permission),
        issuedAt, expiresAt, std::move(id), depth, maxDepth};
}

} // namespace

Result<std::string> signLink(const Link& link, const crypto::PrivateKey& parent)
{
    json::Object claims;
    claims["iss"] = crypto::thumbprintUrn(parent.publicKey().thumbprint());
    claims["sub"] = link.child;
    claims["cnf"] = json::Object{{"jwk", link.childKey.toJwk()}};
    claims["par_hash"] = link.parentHash;
    claims["iat"] = link.issuedAt.value;
    claims["exp"] = link.expiresAt.value;
    claims["jti"] = link.id;
    claims["del_depth"] = link.depth;
    claims["del_max_depth"] = link.maxDepth;
    return crypto::signJwsWithHeader(
        {{"typ", kLinkType}, {"jwk", parent.publicKey().toJwk()}}, claimsWithDetails(claims, link.permission), parent);
}

Result<SignedLink> readLink(std::string_view jws)
{
    if (jws.size() > kMaxLinkBytes)
        return bad("it is too large");
    const crypto::Jws parsed = TRY(crypto::parseJws(jws));
    if (parsed.type() != kLinkType)
        return bad("it is not of the type " + std::string(kLinkType));
    TRY(json::onlyMembers(parsed.header, {"typ", "alg", "jwk", "kid"}));
    const crypto::PublicKey signer = TRY(keyIn(parsed.header, "the header"));
    TRY(crypto::verifyJws(parsed, signer));
    return SignedLink{
        TRY(linkOf(parsed.payload, signer)), std::string(jws), crypto::sha256Base64url(parsed.signingInput)};
}

Result<std::string> hashOf(std::string_view jws)
{
    return crypto::sha256Base64url(TRY(crypto::parseJws(jws)).signingInput);
}

} // namespace countersign::grants
