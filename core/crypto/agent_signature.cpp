// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/agent_signature.h"

#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/derived_component.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/crypto/ecdsa_signature.h"
#include "core/crypto/structured_fields.h"

#include <algorithm>
#include <array>
#include <format>
#include <utility>

namespace countersign::crypto {

namespace {

constexpr std::array<std::string_view, 5> kMembers{"keyid", "alg", "ts", "nonce", "sig"};
constexpr std::string_view kEs256 = "ES256";
constexpr std::array<std::string_view, 2> kEdDsa{"EdDSA", "Ed25519"};

std::unexpected<Error> bad(std::string what)
{
    return fail(ErrorCode::InvalidInput, "Agent-Signature: " + std::move(what));
}

std::unexpected<Error> refused(std::string_view why)
{
    return fail(ErrorCode::BadSignature, "Agent-Signature: " + std::string(why));
}

Result<const sf::BareItem*> memberOf(const sf::Dictionary& field, std::string_view name)
{
    const sf::Member* member = sf::find(field, name);
    const auto* item = member ? std::get_if<sf::Item>(member) : nullptr;
    if (!item || !item->parameters.empty())
        return bad(std::format("{} is missing, or not a plain item.", name));
    return &item->value;
}

Result<std::string> textOf(const sf::Dictionary& field, std::string_view name)
{
    const sf::BareItem* value = TRY(memberOf(field, name));
    const auto* text = std::get_if<std::string>(value);
    if (!text)
        return bad(std::format("{} is not a string.", name));
    return *text;
}

Result<UnixSeconds> timeOf(const sf::Dictionary& field)
{
    const sf::BareItem* value = TRY(memberOf(field, "ts"));
    const auto* seconds = std::get_if<std::int64_t>(value);
    if (!seconds)
        return bad("ts is not an integer.");
    return UnixSeconds{*seconds};
}

bool isEdDsa(std::string_view algorithm)
{
    return std::ranges::contains(kEdDsa, algorithm);
}

Result<void> checkAlgorithm(const std::string& algorithm)
{
    if (algorithm == kEs256 || isEdDsa(algorithm))
        return {};
    return fail(ErrorCode::NotSupported,
        std::format("Agent-Signature: the algorithm '{}' is not accepted.", algorithm.substr(0, 40)));
}

bool isNonce(std::string_view nonce)
{
    const auto isBase64url = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !nonce.empty() && nonce.size() <= kMaxAgentNonceBytes && std::ranges::all_of(nonce, isBase64url);
}

Result<std::string> nonceOf(const sf::Dictionary& field)
{
    std::string nonce = TRY(textOf(field, "nonce"));
    if (!isNonce(nonce))
        return bad(std::format("nonce is not base64url of 1 to {} characters.", kMaxAgentNonceBytes));
    return nonce;
}

/// An ECDSA signature of 64 bytes is r‖s: in DER two numbers of P-256 are as short once in 2^48 or so.
Result<std::string> signatureOf(const sf::Dictionary& field, std::string_view algorithm)
{
    auto bytes = fromBase64url(TRY(textOf(field, "sig")));
    if (!bytes)
        return bad("sig is not base64url without padding.");
    if (bytes->size() == kJoseSignatureBytes)
        return *std::move(bytes);
    auto jose = isEdDsa(algorithm) ? std::nullopt : joseFromDer(*bytes);
    if (!jose)
        return bad("sig is not a signature of that algorithm.");
    return *std::move(jose);
}

/// As it was sent, in HTTP's origin form (RFC 9112 section 3.2.1).
Result<std::string> pathAndQuery(const AgentSignedRequest& request)
{
    const HttpRequest message{.method = std::string(request.method), .targetUri = std::string(request.targetUri)};
    const auto path = derivedComponent(message, "@path", nullptr);
    const auto query = derivedComponent(message, "@query", nullptr);
    if (!path || !query)
        return bad(path ? query.error().message : path.error().message);
    return request.targetUri.contains('?') ? *path + *query : *path;
}

} // namespace

Result<AgentSignature> parseAgentSignature(std::string_view field)
{
    const auto dictionary = sf::parseDictionary(field, {.repeatedKeys = sf::RepeatedKeys::Refused});
    if (!dictionary)
        return fail(dictionary.error().code, "Agent-Signature: " + dictionary.error().message);
    for (const auto& entry : *dictionary) {
        if (!std::ranges::contains(kMembers, entry.key))
            return bad("a member that isn't known, and that nothing signs.");
    }
    AgentSignature out;
    out.keyId.value = TRY(textOf(*dictionary, "keyid"));
    out.algorithm = TRY(textOf(*dictionary, "alg"));
    TRY(checkAlgorithm(out.algorithm));
    out.at = TRY(timeOf(*dictionary));
    out.nonce = TRY(nonceOf(*dictionary));
    out.signature = TRY(signatureOf(*dictionary, out.algorithm));
    return out;
}

Result<std::string> agentSignatureText(const AgentSignedRequest& request, UnixSeconds at, std::string_view nonce)
{
    if (request.method.empty() || !std::ranges::all_of(request.method, sf::isTokenCharacter))
        return bad("the method is none.");
    if (!isNonce(nonce) || request.bodyDigest.size() != kSha256Bytes)
        return bad("the nonce or the digest of the body is none.");
    return std::format(
        "{}\n{}\n{}\n{}\n{}", request.method, TRY(pathAndQuery(request)), at.value, nonce, hex(request.bodyDigest));
}

Result<void> verifyAgentSignature(
    const AgentSignature& signature, const AgentSignedRequest& request, const PublicKey& key, UnixSeconds now)
{
    if (signature.keyId != key.thumbprint())
        return refused("it names another key (keyid).");
    if ((key.type() == KeyType::Ed25519) != isEdDsa(signature.algorithm))
        return refused("its algorithm is not the key's (alg).");
    // Compared without subtracting from what the sender says.
    if (signature.at < now - kSignedFormLife)
        return refused("it is too old (ts).");
    if (signature.at > now + kClockSkew)
        return refused("it is from the future (ts).");
    const std::string text = TRY(agentSignatureText(request, signature.at, signature.nonce));
    if (!key.verify(text, signature.signature))
        return refused("the signature is wrong.");
    return {};
}

Result<std::string> signAgentRequest(
    const AgentSignedRequest& request, const PrivateKey& key, UnixSeconds now, std::string_view nonce)
{
    const std::string text = TRY(agentSignatureText(request, now, nonce));
    const std::string signature = TRY(key.sign(text));
    const bool isEcdsa = key.publicKey().type() == KeyType::P256;
    const std::string bytes = isEcdsa ? derFromJose(signature).value_or(signature) : signature;
    return std::format(R"(keyid="{}", alg="{}", ts={}, nonce="{}", sig="{}")", key.publicKey().thumbprint().value,
        isEcdsa ? kEs256 : kEdDsa.front(), now.value, nonce, base64url(bytes));
}

} // namespace countersign::crypto
