// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/dpop.h"

#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"

#include <utility>

namespace countersign::crypto {

namespace {
constexpr std::string_view kType = "dpop+jwt";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kJtiBytes = 16;
constexpr std::size_t kMaxJtiBytes = 128;

std::unexpected<Error> badProof(std::string reason)
{
    return fail(ErrorCode::InvalidDpopProof, std::move(reason));
}

std::int64_t bucketAt(UnixSeconds now)
{
    return now.value / kDpopNonceBucket.count();
}

std::string nonceOf(std::string_view secret, std::int64_t bucket)
{
    return base64url(hmacSha256(secret, std::to_string(bucket)).substr(0, kNonceBytes));
}

std::string_view withoutQueryAndFragment(std::string_view url)
{
    return url.substr(0, url.find_first_of("?#"));
}

bool isTimely(UnixSeconds issuedAt, UnixSeconds now)
{
    // Compared without subtracting: issuedAt is the sender's number and may be anywhere.
    return issuedAt >= now - kSignedFormLife && issuedAt <= now + kClockSkew;
}

Result<PublicKey> keyIn(const Jws& jws)
{
    const json::Value* jwk = jws.header.if_contains("jwk");
    if (!jwk || !jwk->is_object())
        return badProof("The DPoP proof carries no key.");
    Result<PublicKey> key = PublicKey::fromJwk(jwk->get_object());
    if (!key)
        return badProof("The DPoP proof's key is not accepted: " + key.error().message);
    return key;
}

/// The key in the header, and the claims once its signature was found right.
Result<std::pair<PublicKey, json::Object>> openProof(std::string_view proof)
{
    const Result<Jws> jws = parseJws(proof);
    if (!jws)
        return badProof("The DPoP proof can't be read: " + jws.error().message);
    if (jws->type() != kType)
        return badProof("The DPoP proof has the wrong type.");
    Result<PublicKey> key = keyIn(*jws);
    if (!key)
        return std::unexpected(key.error());
    if (const Result<void> right = verifyJws(*jws, *key); !right)
        return badProof("The DPoP proof's signature is not right.");
    Result<json::Object> claims = json::parseObject(jws->payload);
    if (!claims)
        return badProof("The DPoP proof's claims can't be read: " + claims.error().message);
    return std::pair(*std::move(key), *std::move(claims));
}

Result<void> checkTarget(const json::Object& claims, const DpopExpectation& expected)
{
    const Result<std::string> method = json::requiredString(claims, "htm");
    if (!method || *method != expected.method)
        return badProof("The DPoP proof is for another method (htm).");
    const Result<std::string> url = json::requiredString(claims, "htu");
    if (!url || withoutQueryAndFragment(*url) != withoutQueryAndFragment(expected.url))
        return badProof("The DPoP proof is for another address (htu).");
    if (!expected.accessToken)
        return {};
    const Result<std::string> tokenHash = json::requiredString(claims, "ath");
    if (!tokenHash || !equalInConstantTime(*tokenHash, sha256Base64url(*expected.accessToken)))
        return badProof("The DPoP proof is for another access token (ath).");
    return {};
}

Result<void> checkNonce(const json::Object& claims, UnixSeconds now, const DpopNonces& nonces)
{
    const Result<std::optional<std::string>> nonce = json::optionalString(claims, "nonce");
    if (!nonce)
        return badProof("The DPoP proof's nonce is not a string.");
    if (!*nonce || !nonces.accepts(**nonce, now))
        return fail(ErrorCode::UseDpopNonce, "The DPoP proof must carry the current nonce.");
    return {};
}
} // namespace

DpopNonces::DpopNonces() : m_secret(randomBytes(kSecretBytes)) { }

std::string DpopNonces::current(UnixSeconds now) const
{
    return nonceOf(m_secret, bucketAt(now));
}

bool DpopNonces::accepts(std::string_view nonce, UnixSeconds now) const
{
    const std::int64_t bucket = bucketAt(now);
    return equalInConstantTime(nonce, nonceOf(m_secret, bucket))
        || equalInConstantTime(nonce, nonceOf(m_secret, bucket - 1));
}

Result<DpopProof> verifyDpop(std::string_view proof, const DpopExpectation& expected, const DpopNonces& nonces)
{
    auto opened = openProof(proof);
    if (!opened)
        return std::unexpected(opened.error());
    auto& [key, claims] = *opened;

    const Result<std::string> jti = json::requiredString(claims, "jti");
    if (!jti || jti->empty() || jti->size() > kMaxJtiBytes)
        return badProof("The DPoP proof's jti is missing, empty or too long.");
    const Result<std::int64_t> issuedAt = json::requiredInteger(claims, "iat");
    if (!issuedAt || !isTimely({*issuedAt}, expected.now))
        return badProof("The DPoP proof is too old, or from the future (iat).");
    if (const Result<void> target = checkTarget(claims, expected); !target)
        return std::unexpected(target.error());
    // Last, so that "use the nonce" is said only of a proof that is good otherwise.
    if (const Result<void> nonce = checkNonce(claims, expected.now, nonces); !nonce)
        return std::unexpected(nonce.error());
    return DpopProof{std::move(key), *jti, {*issuedAt}};
}

Result<PublicKey> dpopKey(std::string_view proof)
{
    const Result<Jws> jws = parseJws(proof);
    if (!jws)
        return badProof("The DPoP proof can't be read: " + jws.error().message);
    return keyIn(*jws);
}

Result<std::string> signDpop(const PrivateKey& key, std::string_view method, std::string_view url, UnixSeconds now,
    const std::optional<std::string>& nonce, const std::optional<std::string>& accessToken)
{
    json::Object claims{
        {"jti", randomToken(kJtiBytes)},
        {"htm", method},
        {"htu", withoutQueryAndFragment(url)},
        {"iat", now.value},
    };
    if (nonce)
        claims["nonce"] = *nonce;
    if (accessToken)
        claims["ath"] = sha256Base64url(*accessToken);
    return signJwsWithHeader({{"typ", kType}, {"jwk", key.publicKey().toJwk()}}, json::serialize(claims), key);
}

} // namespace countersign::crypto
