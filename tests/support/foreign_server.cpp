// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/foreign_server.h"

#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "core/crypto/merkle.h"
#include "tests/support/actions.h"

namespace countersign::testing {

namespace {

json::Object claimsOf(const ForeignClaims& said)
{
    json::Object request{{"method", "POST"}, {"target_uri", "https://gateway.example/transfers"}};
    if (!said.signatureDigest.empty())
        request["signature_digest"] = said.signatureDigest;
    if (!said.contentDigest.empty())
        request["content_digest"] = said.contentDigest;
    json::Object claims{{"type", "action_permitted"}, {"jti", crypto::randomToken()}, {"iat", said.at.value},
        {"binding", "http-signature"}, {"decision", said.decision}, {"request", std::move(request)},
        {"person", "another person"}};
    json::Array names;
    for (const std::string& hash : said.upstream)
        names.emplace_back(crypto::base64url(hash));
    if (!names.empty())
        claims["upstream"] = std::move(names);
    return claims;
}

} // namespace

ForeignServer::ForeignServer(std::string issuer, crypto::KeyType type) : m_issuer(std::move(issuer))
{
    m_keys.push_back(must(crypto::PrivateKey::generate(type), "key"));
}

GivenReceipt ForeignServer::receipt(const ForeignClaims& said) const
{
    json::Object claims = claimsOf(said);
    std::optional<audit::ForeignDetails> details;
    if (said.text) {
        details = audit::ForeignDetails{crypto::randomBytes(16), *said.text};
        claims["text_commitment"] = crypto::sha256Base64url(details->salt + details->text);
    }
    if (said.change)
        said.change(claims);
    return sign(std::move(claims), std::move(details));
}

GivenReceipt ForeignServer::outcome(const GivenReceipt& decision, UnixSeconds at) const
{
    return sign({{"type", "action_outcome"}, {"jti", crypto::randomToken()}, {"iat", at.value},
                    {"receipt", {{"index", 1}, {"leaf_hash", crypto::base64url(decision.leafHash)}}},
                    {"outcome", {{"executed", "yes"}}}},
        std::nullopt);
}

GivenReceipt ForeignServer::sign(json::Object claims, std::optional<audit::ForeignDetails> details) const
{
    claims["iss"] = m_issuer;
    const std::string device = key().publicKey().thumbprint().value;
    if (!claims.contains("device"))
        claims["device"] = device;
    GivenReceipt given;
    given.leafHash = crypto::leafHash(must(crypto::canonicalJson(json::Value(claims)), "leaf"));
    claims["log"] = {{"index", 1}, {"leaf_hash", crypto::base64url(given.leafHash)}, {"origin", m_issuer}};
    given.jws = must(crypto::signJwt(audit::kReceiptType, claims, key()), "receipt");
    given.details = std::move(details);
    given.keys = keySet();
    return given;
}

void ForeignServer::rotate()
{
    m_keys.push_back(must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key"));
}

json::Object ForeignServer::keySet() const
{
    json::Array keys;
    for (const crypto::PrivateKey& key : m_keys)
        keys.emplace_back(key.publicKey().toJwk());
    return {{"keys", std::move(keys)}};
}

json::Object toJson(const GivenReceipt& given)
{
    json::Object object{{"receipt", given.jws}, {"keys", given.keys}};
    if (given.details)
        object["disclosure"] =
            json::Object{{"salt", crypto::base64url(given.details->salt)}, {"text", given.details->text}};
    return object;
}

Result<audit::ForeignReceipt> verified(const GivenReceipt& given, UnixSeconds now)
{
    return audit::verifyForeignReceipt(given.jws, TRY(audit::keysInSet(given.keys)), given.details, now);
}

} // namespace countersign::testing
