// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/jws.h"

#include "core/base/ascii.h"
#include "core/crypto/bytes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace countersign::crypto {

namespace {
std::unexpected<Error> notJws(std::string reason)
{
    return fail(ErrorCode::InvalidInput, std::move(reason));
}

std::string member(const json::Object& header, std::string_view name)
{
    return json::optionalString(header, name).value_or(std::nullopt).value_or(std::string());
}

std::string normalizedType(std::string_view type)
{
    const std::string lower = ascii::lowered(type);
    constexpr std::string_view kPrefix = "application/";
    return lower.starts_with(kPrefix) ? lower.substr(kPrefix.size()) : lower;
}

Result<void> checkHeader(const json::Object& header)
{
    constexpr std::array kRefused{"crit", "b64", "jku", "x5u", "x5c"};
    for (const char* name : kRefused) {
        if (header.contains(name))
            return notJws(std::string("The signature's header has the member '") + name + "', which is not accepted.");
    }
    constexpr std::array kStrings{"alg", "typ", "kid"};
    for (const char* name : kStrings) {
        if (const auto text = json::optionalString(header, name); !text)
            return std::unexpected(text.error());
    }
    constexpr std::array kAlgorithms{"ES256", "Ed25519", "EdDSA"};
    if (!std::ranges::contains(kAlgorithms, member(header, "alg")))
        return notJws("The signature's algorithm is not accepted.");
    return {};
}

bool fits(const std::string& algorithm, KeyType type)
{
    return type == KeyType::P256 ? algorithm == "ES256" : algorithm == "Ed25519" || algorithm == "EdDSA";
}
} // namespace

std::string Jws::algorithm() const
{
    return member(header, "alg");
}

std::string Jws::type() const
{
    return normalizedType(member(header, "typ"));
}

std::string Jws::keyId() const
{
    return member(header, "kid");
}

Result<Jws> parseJws(std::string_view compact)
{
    if (compact.size() > kMaxJwsBytes)
        return notJws("The signed text is too large.");
    const std::size_t first = compact.find('.');
    const std::size_t second = first == std::string_view::npos ? first : compact.find('.', first + 1);
    if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos)
        return notJws("Not a JWS in compact form: it doesn't have three parts.");

    const Result<std::string> headerText = fromBase64url(compact.substr(0, first));
    Result<std::string> payload = fromBase64url(compact.substr(first + 1, second - first - 1));
    Result<std::string> signature = fromBase64url(compact.substr(second + 1));
    if (!headerText || !payload || !signature)
        return notJws("Not a JWS in compact form: a part isn't base64url.");
    if (signature->empty())
        return notJws("The JWS carries no signature.");

    Result<json::Object> header = json::parseObject(*headerText);
    if (!header)
        return std::unexpected(header.error());
    if (const Result<void> accepted = checkHeader(*header); !accepted)
        return std::unexpected(accepted.error());
    return Jws{*std::move(header), *std::move(payload), std::string(compact.substr(0, second)), *std::move(signature)};
}

Result<void> verifyJws(const Jws& jws, const PublicKey& key)
{
    if (!fits(jws.algorithm(), key.type()))
        return fail(ErrorCode::BadSignature, "The signature's algorithm doesn't fit the key.");
    if (!key.verify(jws.signingInput, jws.signature))
        return fail(ErrorCode::BadSignature, "The signature is wrong.");
    return {};
}

Result<json::Object> verifyJwt(std::string_view compact, std::string_view type, const PublicKey& key)
{
    const Result<Jws> jws = parseJws(compact);
    if (!jws)
        return std::unexpected(jws.error());
    const std::string found = jws->type();
    const bool rightType = type.empty() ? found.empty() || found == "jwt" : found == normalizedType(type);
    if (!rightType)
        return notJws("The signed text is of another type than expected here.");
    if (const Result<void> right = verifyJws(*jws, key); !right)
        return std::unexpected(right.error());
    return json::parseObject(jws->payload);
}

Result<std::string> signJws(std::string_view type, std::string_view payload, const PrivateKey& key)
{
    json::Object header;
    if (!type.empty())
        header["typ"] = type;
    header["kid"] = key.publicKey().thumbprint().value;
    return signJwsWithHeader(std::move(header), payload, key);
}

Result<std::string> signJwsWithHeader(json::Object header, std::string_view payload, const PrivateKey& key)
{
    header["alg"] = key.publicKey().type() == KeyType::P256 ? "ES256" : "Ed25519";
    std::string compact = base64url(json::serialize(header)) + '.' + base64url(payload);
    const Result<std::string> signature = key.sign(compact);
    if (!signature)
        return std::unexpected(signature.error());
    return compact + '.' + base64url(*signature);
}

Result<std::string> signJwt(std::string_view type, const json::Object& claims, const PrivateKey& key)
{
    return signJws(type, json::serialize(claims), key);
}

} // namespace countersign::crypto
