// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agents and issuers for tests of trust: their keys, and tokens as an issuer would sign them.
#pragma once

#include "core/agents/trust_provider.h"
#include "core/base/clock.h"
#include "core/crypto/jws.h"
#include "core/crypto/keys.h"

#include <string>
#include <utility>

namespace countersign::test {

inline constexpr UnixSeconds kTrustNow{1'790'000'000};
inline const std::string kOurIssuer = "http://127.0.0.1:7317";

inline crypto::PrivateKey newKey(crypto::KeyType type = crypto::KeyType::P256)
{
    return *crypto::PrivateKey::generate(type);
}

/// The claims of a token that counts.
inline json::Object rightClaims(const std::string& issuer, const crypto::PublicKey& agent, UnixSeconds now = kTrustNow)
{
    return {{"iss", issuer}, {"sub", "payment-bot.acme.agentpass"}, {"aud", kOurIssuer}, {"iat", now.value - 60},
        {"exp", now.value + 6 * 3600}, {"cnf", json::Object{{"jkt", agent.thumbprint().value}}},
        {"agent_trust_level", 3}, {"agent_owner", "did:web:acme.example"},
        {"agent_capabilities", json::Array{"payments.create", "payments.read"}}, {"agent_sanctions_clear", true},
        {"agent_sanctions_checked_at", now.value - 7200}};
}

inline std::string signToken(
    const json::Object& claims, const crypto::PrivateKey& issuer, std::string_view type = "JWT")
{
    return *crypto::signJwt(type, claims, issuer);
}

inline json::Object without(json::Object object, std::string_view member)
{
    object.erase(member);
    return object;
}

template <typename T> json::Object with(json::Object object, std::string_view member, const T& value)
{
    object[member] = value;
    return object;
}

/// A JWK set with these public keys, their thumbprints as kid.
template <typename... Keys> std::string keySetOf(const Keys&... keys)
{
    json::Array set;
    const auto add = [&set](const crypto::PublicKey& key) {
        json::Object jwk = key.toJwk();
        jwk["kid"] = key.thumbprint().value;
        jwk["use"] = "sig";
        set.push_back(std::move(jwk));
    };
    (add(keys), ...);
    return json::serialize(json::Object{{"keys", std::move(set)}});
}

} // namespace countersign::test
