// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/oauth/registration.h"

#include "core/agents/agent.h"
#include "core/server/oauth/endpoints.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace countersign::server {

namespace {
std::unexpected<Error> refused(std::string message)
{
    return fail(ErrorCode::InvalidClientMetadata, std::move(message));
}

/// A member that may be missing but, where it stands, must have this value.
struct Fixed {
    std::string_view name;
    json::Value only;
};

Result<void> checkFixed(const json::Object& metadata)
{
    const std::array fixed{
        Fixed{"token_endpoint_auth_method", "private_key_jwt"},
        Fixed{"backchannel_token_delivery_mode", "poll"},
        Fixed{"backchannel_user_code_parameter", false},
        Fixed{"dpop_bound_access_tokens", true},
        Fixed{"id_token_signed_response_alg", "ES256"},
        Fixed{"response_types", json::Array()},
    };
    for (const auto& [name, only] : fixed) {
        const json::Value* value = metadata.if_contains(name);
        if (value && *value != only)
            return refused(std::string(name) + " can only be " + json::serialize(only) + '.');
    }
    for (const std::string_view name : {"jwks_uri", "backchannel_authentication_request_signing_alg"}) {
        if (metadata.contains(name))
            return refused(std::string(name) + " is not supported.");
    }
    return {};
}

Result<void> checkGrantTypes(const json::Object& metadata)
{
    if (!metadata.contains("grant_types"))
        return {};
    const auto types = json::requiredStrings(metadata, "grant_types");
    if (!types)
        return refused(types.error().message);
    const auto isKnown = [](std::string_view type) { return std::ranges::contains(kGrantTypes, type); };
    const bool begins =
        std::ranges::contains(*types, kCibaGrantType) || std::ranges::contains(*types, kExchangeGrantType);
    if (!begins || !std::ranges::all_of(*types, isKnown))
        return refused("grant_types must have " + std::string(kCibaGrantType) + " or " + std::string(kExchangeGrantType)
            + ", and may have refresh_token, nothing else.");
    return {};
}

/// OpenID Connect Core 1.0 section 9: the algorithm of client assertions. It must be one of the key's.
Result<void> checkAssertionAlgorithm(const json::Object& metadata, crypto::KeyType key)
{
    const auto algorithm = json::optionalString(metadata, "token_endpoint_auth_signing_alg");
    if (!algorithm)
        return refused(algorithm.error().message);
    if (!*algorithm)
        return {};
    const bool fits =
        key == crypto::KeyType::P256 ? **algorithm == "ES256" : **algorithm == "Ed25519" || **algorithm == "EdDSA";
    return fits ? Result<void>() : refused("token_endpoint_auth_signing_alg does not fit the key.");
}

bool hasPrivateMember(const json::Object& jwk)
{
    static constexpr std::array<std::string_view, 8> kPrivate{"d", "k", "p", "q", "dp", "dq", "qi", "priv"};
    return std::ranges::any_of(kPrivate, [&](std::string_view name) { return jwk.contains(name); });
}

Result<crypto::PublicKey> readKey(const json::Object& metadata)
{
    const json::Value* jwks = metadata.if_contains("jwks");
    const json::Value* keys = jwks && jwks->is_object() ? jwks->get_object().if_contains("keys") : nullptr;
    if (!keys || !keys->is_array())
        return refused("jwks, with a member keys, is needed.");
    if (keys->get_array().size() > kMaxJwksKeys)
        return refused("jwks has more than " + std::to_string(kMaxJwksKeys) + " keys.");

    std::vector<crypto::PublicKey> usable;
    std::string whyNot;
    for (const json::Value& element : keys->get_array()) {
        if (!element.is_object())
            return refused("A key in jwks is not an object.");
        if (hasPrivateMember(element.get_object()))
            return refused("jwks holds a private key. Keep it; make a new one if it was meant to stay secret.");
        if (auto key = crypto::PublicKey::fromJwk(element.get_object()))
            usable.push_back(*std::move(key));
        else
            whyNot = " " + key.error().message;
    }
    if (usable.size() != 1)
        return refused("jwks must have exactly one P-256 or Ed25519 key for signatures." + whyNot);
    return usable.front();
}

Result<std::string> readName(const json::Object& metadata)
{
    auto name = json::requiredString(metadata, "client_name");
    if (!name)
        return refused(name.error().message);
    if (name->empty() || name->size() > agents::kMaxClientNameBytes)
        return refused("client_name must have 1 to " + std::to_string(agents::kMaxClientNameBytes) + " bytes.");
    return name;
}
} // namespace

Result<Registration> readRegistration(std::string_view body)
{
    const auto metadata = json::parseObject(body, {.maxBytes = kMaxRegistrationBytes});
    if (!metadata)
        return refused(metadata.error().message);
    for (const auto check : {checkFixed, checkGrantTypes}) {
        if (auto passed = check(*metadata); !passed)
            return std::unexpected(passed.error());
    }
    auto name = readName(*metadata);
    if (!name)
        return std::unexpected(name.error());
    auto key = readKey(*metadata);
    if (!key)
        return std::unexpected(key.error());
    if (auto fits = checkAssertionAlgorithm(*metadata, key->type()); !fits)
        return std::unexpected(fits.error());
    auto statement = json::optionalString(*metadata, "software_statement");
    if (!statement)
        return refused(statement.error().message);
    return Registration{*std::move(name), *std::move(key), statement->value_or(std::string())};
}

json::Object registeredMetadata(const Registration& registration)
{
    json::Object key = registration.key.toJwk();
    key["kid"] = registration.key.thumbprint().value;
    json::Object metadata{
        {"client_name", registration.name},
        {"jwks", {{"keys", json::Array{std::move(key)}}}},
        {"token_endpoint_auth_method", "private_key_jwt"},
        {"grant_types", json::Array(kGrantTypes.begin(), kGrantTypes.end())},
        {"response_types", json::Array()},
        {"backchannel_token_delivery_mode", "poll"},
        {"backchannel_user_code_parameter", false},
        {"dpop_bound_access_tokens", true},
        {"id_token_signed_response_alg", "ES256"},
    };
    if (!registration.softwareStatement.empty())
        metadata["software_statement"] = registration.softwareStatement;
    return metadata;
}

} // namespace countersign::server
