// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_token.h"

#include "core/crypto/dpop.h"

#include <algorithm>

namespace countersign::agents {

namespace {

bool names(const json::Value& value, std::string_view text)
{
    return value.is_string() && std::string_view(value.get_string()) == text;
}

/// RFC 7519 section 4.1.3: one, or a list.
bool isFor(const json::Object& claims, std::string_view audience)
{
    const json::Value* value = claims.if_contains("aud");
    if (value == nullptr || !value->is_array())
        return value != nullptr && names(*value, audience);
    return std::ranges::any_of(value->get_array(), [&](const json::Value& each) { return names(each, audience); });
}

bool isAbout(const json::Object& claims, const Thumbprint& agent)
{
    if (const json::Value* confirmation = claims.if_contains("cnf")) {
        const json::Value* key = confirmation->is_object() ? confirmation->get_object().if_contains("jkt") : nullptr;
        return key != nullptr && names(*key, agent.value);
    }
    const json::Value* subject = claims.if_contains("sub");
    return subject != nullptr && (names(*subject, agent.value) || names(*subject, crypto::thumbprintUrn(agent)));
}

/// The times as they stand there; only a token that says when it begins and ends can be held to it.
struct Times {
    UnixSeconds issuedAt;
    UnixSeconds expiresAt;
    UnixSeconds notBefore;
};

Trusted<Times> timesIn(const json::Object& claims)
{
    const auto issued = json::requiredInteger(claims, "iat");
    const auto expires = json::requiredInteger(claims, "exp");
    const auto notBefore = json::optionalInteger(claims, "nbf");
    if (!issued || !expires || !notBefore || *expires <= *issued)
        return std::unexpected(Distrust::Unreadable);
    return Times{{*issued}, {*expires}, {notBefore->value_or(*issued)}};
}

Trusted<void> areNow(const Times& times, UnixSeconds now)
{
    const UnixSeconds latest = now + crypto::kClockSkew;
    if (times.issuedAt > latest || times.notBefore > latest)
        return std::unexpected(Distrust::NotYetValid);
    if (times.expiresAt <= now)
        return std::unexpected(Distrust::Expired);
    return {};
}

} // namespace

Trusted<UnverifiedToken> parseTrustToken(std::string_view compact)
{
    if (compact.size() > kMaxTrustTokenBytes)
        return std::unexpected(Distrust::Unreadable);
    auto jws = crypto::parseJws(compact);
    if (!jws || (!jws->type().empty() && jws->type() != "jwt"))
        return std::unexpected(Distrust::Unreadable);
    auto claims = json::parseObject(jws->payload);
    if (!claims)
        return std::unexpected(Distrust::Unreadable);
    auto issuer = json::requiredString(*claims, "iss");
    if (!issuer)
        return std::unexpected(Distrust::Unreadable);
    return UnverifiedToken{*std::move(jws), *std::move(claims), *std::move(issuer)};
}

Trusted<TrustToken> verifyTrustToken(
    const UnverifiedToken& token, const crypto::PublicKey& issuerKey, const TokenExpectation& expected)
{
    if (!crypto::verifyJws(token.jws, issuerKey))
        return std::unexpected(Distrust::BadSignature);
    const auto times = timesIn(token.claims);
    const auto claims = readTrustClaims(token.claims);
    if (!times || !claims)
        return std::unexpected(Distrust::Unreadable);
    if (!isFor(token.claims, expected.audience))
        return std::unexpected(Distrust::WrongAudience);
    if (!isAbout(token.claims, expected.agent))
        return std::unexpected(Distrust::OtherAgent);
    if (const auto timely = areNow(*times, expected.now); !timely)
        return std::unexpected(timely.error());
    return TrustToken{*claims, times->issuedAt, times->expiresAt};
}

} // namespace countersign::agents
