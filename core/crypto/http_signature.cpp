// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/crypto/http_signature.h"

#include "core/base/try.h"
#include "core/crypto/digest.h"

#include <algorithm>
#include <format>
#include <utility>

namespace countersign::crypto {

namespace {

constexpr std::string_view kEcdsa = "ecdsa-p256-sha256";
constexpr std::string_view kEd25519 = "ed25519";

std::unexpected<Error> bad(std::string what)
{
    return fail(ErrorCode::InvalidInput, std::move(what));
}

std::unexpected<Error> refused(std::string why)
{
    return fail(ErrorCode::BadSignature, std::move(why));
}

std::string_view algorithmOf(const PublicKey& key)
{
    return key.type() == KeyType::P256 ? kEcdsa : kEd25519;
}

Result<sf::Dictionary> dictionaryField(const HttpMessage& message, std::string_view name)
{
    const auto& fields = std::visit([](const auto& m) -> const std::vector<FieldLine>& { return m.fields; }, message);
    const std::optional<std::string> value = fieldValue(fields, name);
    if (!value)
        return fail(ErrorCode::NotFound, std::format("The message has no {}.", name));
    auto dictionary = sf::parseDictionary(*value, {.repeatedKeys = sf::RepeatedKeys::Refused});
    if (!dictionary)
        return fail(dictionary.error().code, std::format("{}: {}", name, dictionary.error().message));
    return dictionary;
}

bool hasTag(const sf::InnerList& input, const std::string& tag)
{
    const sf::BareItem* stated = sf::find(input.parameters, "tag");
    return stated && *stated == sf::BareItem(tag);
}

/// The label and what stands under it.
using Input = std::pair<std::string, sf::InnerList>;

Result<Input> chosenInput(const sf::Dictionary& inputs, const std::optional<std::string>& tag)
{
    const sf::Entry<sf::Member>* chosen = nullptr;
    for (const auto& entry : inputs) {
        const auto* input = std::get_if<sf::InnerList>(&entry.value);
        if (!input)
            return bad("signature-input: a signature without its list of components.");
        if (tag && !hasTag(*input, *tag))
            continue;
        if (chosen)
            return bad("signature-input: several signatures, and nothing tells which one counts.");
        chosen = &entry;
    }
    if (!chosen)
        return fail(ErrorCode::NotFound, "signature-input: no signature, or none with the tag that is needed.");
    return Input{chosen->key, std::get<sf::InnerList>(chosen->value)};
}

Result<std::string> signatureBytes(const sf::Dictionary& signatures, std::string_view label)
{
    const sf::Member* member = sf::find(signatures, label);
    const auto* item = member ? std::get_if<sf::Item>(member) : nullptr;
    const auto* signature = item ? std::get_if<sf::ByteSequence>(&item->value) : nullptr;
    if (!signature || !item->parameters.empty())
        return bad("signature: no byte sequence under the label that signature-input has.");
    return signature->bytes;
}

Result<std::vector<Component>> componentsOf(const sf::InnerList& input)
{
    if (input.items.size() > kMaxCoveredComponents)
        return fail(ErrorCode::TooLarge,
            std::format("signature-input: more than {} covered components.", kMaxCoveredComponents));
    std::vector<Component> components;
    for (const sf::Item& item : input.items) {
        const auto* name = std::get_if<std::string>(&item.value);
        if (!name)
            return bad("signature-input: a covered component is not a string.");
        components.push_back({*name, item.parameters});
    }
    return components;
}

Result<void> setTime(std::optional<UnixSeconds>& time, const sf::Entry<sf::BareItem>& parameter)
{
    const auto* seconds = std::get_if<std::int64_t>(&parameter.value);
    if (!seconds)
        return bad(std::format("signature-input: {} is not an integer.", parameter.key));
    time = UnixSeconds{*seconds};
    return {};
}

Result<void> setText(std::optional<std::string>& text, const sf::Entry<sf::BareItem>& parameter)
{
    const auto* string = std::get_if<std::string>(&parameter.value);
    if (!string)
        return bad(std::format("signature-input: {} is not a string.", parameter.key));
    text = *string;
    return {};
}

Result<void> setParameter(SignatureParameters& parameters, const sf::Entry<sf::BareItem>& parameter)
{
    if (parameter.key == "created")
        return setTime(parameters.created, parameter);
    if (parameter.key == "expires")
        return setTime(parameters.expires, parameter);
    if (parameter.key == "keyid")
        return setText(parameters.keyId, parameter);
    if (parameter.key == "nonce")
        return setText(parameters.nonce, parameter);
    if (parameter.key == "alg")
        return setText(parameters.algorithm, parameter);
    if (parameter.key == "tag")
        return setText(parameters.tag, parameter);
    return bad("signature-input: a parameter that isn't known.");
}

Result<SignatureParameters> parametersOf(const sf::InnerList& input)
{
    SignatureParameters parameters;
    for (const auto& parameter : input.parameters)
        TRY(setParameter(parameters, parameter));
    const std::optional<std::string>& algorithm = parameters.algorithm;
    if (algorithm && *algorithm != kEcdsa && *algorithm != kEd25519)
        return fail(ErrorCode::NotSupported,
            std::format("The signature algorithm '{}' is not accepted.", algorithm->substr(0, 40)));
    return parameters;
}

Result<void> checkCoverage(const ReceivedSignature& received, const SignatureExpectation& expected)
{
    for (const Component& component : expected.components) {
        if (!std::ranges::contains(received.components, component))
            return refused("The signature doesn't cover " + TRY(componentIdentifier(component)) + '.');
    }
    for (const std::string& name : expected.parameters) {
        if (!sf::find(received.parametersAsReceived, name))
            return refused("The signature has no " + name + '.');
    }
    if (expected.keyId && received.parameters.keyId != expected.keyId)
        return refused("The signature names another key (keyid).");
    return {};
}

Result<void> checkTimes(const SignatureParameters& parameters, const SignatureExpectation& expected)
{
    // Compared without subtracting from what the sender says.
    const std::optional<UnixSeconds>& created = parameters.created;
    const std::optional<UnixSeconds>& expires = parameters.expires;
    if (created && *created < expected.now - expected.maxAge)
        return refused("The signature is too old (created).");
    if (created && *created > expected.now + expected.maxAhead)
        return refused("The signature is from the future (created).");
    if (expires && *expires < expected.now)
        return refused("The signature has expired (expires).");
    if (created && expires && *expires < *created)
        return refused("The signature expired before it was made (created, expires).");
    return {};
}

Result<void> checkAlgorithm(const SignatureParameters& parameters, const PublicKey& key)
{
    if (parameters.algorithm && *parameters.algorithm != algorithmOf(key))
        return refused(std::format("The signature's algorithm is not the key's, {}.", algorithmOf(key)));
    return {};
}

sf::Parameters written(const SignatureParameters& parameters)
{
    sf::Parameters out;
    const auto add = [&out](std::string_view name, sf::BareItem value) {
        out.push_back({std::string(name), std::move(value)});
    };
    if (parameters.created)
        add("created", parameters.created->value);
    if (parameters.expires)
        add("expires", parameters.expires->value);
    if (parameters.keyId)
        add("keyid", *parameters.keyId);
    if (parameters.nonce)
        add("nonce", *parameters.nonce);
    if (parameters.algorithm)
        add("alg", *parameters.algorithm);
    if (parameters.tag)
        add("tag", *parameters.tag);
    return out;
}

} // namespace

Result<ReceivedSignature> readSignature(const HttpMessage& message, const std::optional<std::string>& tag)
{
    const sf::Dictionary inputs = TRY(dictionaryField(message, "signature-input"));
    const sf::Dictionary signatures = TRY(dictionaryField(message, "signature"));
    auto [label, input] = TRY(chosenInput(inputs, tag));
    std::string signature = TRY(signatureBytes(signatures, label));
    std::vector<Component> components = TRY(componentsOf(input));
    SignatureParameters parameters = TRY(parametersOf(input));
    return ReceivedSignature{std::move(label), std::move(components), std::move(parameters),
        std::move(input.parameters), std::move(signature)};
}

Result<VerifiedSignature> verifySignature(
    const HttpMessage& message, ReceivedSignature received, const PublicKey& key, const SignatureExpectation& expected)
{
    TRY(checkCoverage(received, expected));
    TRY(checkTimes(received.parameters, expected));
    TRY(checkAlgorithm(received.parameters, key));
    std::string base = TRY(signatureBase(message, received.components, received.parametersAsReceived));
    if (!key.verify(base, received.signature))
        return refused("The signature is wrong.");
    std::string digest = sha256Base64url(received.signature);
    return VerifiedSignature{std::move(received), std::move(base), std::move(digest)};
}

Result<SignatureFields> signMessage(const HttpMessage& message, std::string_view label,
    const std::vector<Component>& components, const SignatureParameters& parameters, const PrivateKey& key)
{
    if (parameters.algorithm && *parameters.algorithm != algorithmOf(key.publicKey()))
        return fail(ErrorCode::NotSupported, "The algorithm to sign with is not the key's.");
    sf::InnerList input{{}, written(parameters)};
    for (const Component& component : components)
        input.items.push_back({component.name, component.parameters});
    const std::string base = TRY(signatureBase(message, components, input.parameters));
    sf::ByteSequence signature{TRY(key.sign(base))};
    const std::string name(label);
    return SignatureFields{TRY(sf::serialize(sf::Dictionary{{name, std::move(input)}})),
        TRY(sf::serialize(sf::Dictionary{{name, sf::Item{std::move(signature), {}}}}))};
}

} // namespace countersign::crypto
