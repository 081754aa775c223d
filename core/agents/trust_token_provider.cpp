// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_token_provider.h"

#include "core/crypto/digest.h"

#include <algorithm>
#include <utility>

namespace countersign::agents {

namespace {

Trusted<void> isNewest(const TrustQuestion& question, const std::string& issuer, UnixSeconds issuedAt)
{
    const auto newest = question.newestTokens.find(issuer);
    if (newest != question.newestTokens.end() && issuedAt < newest->second)
        return std::unexpected(Distrust::Superseded);
    return {};
}

void addToken(TrustStatement& statement, const TrustToken& token, UnixSeconds keyValidUntil)
{
    statement.token = AcceptedToken{statement.issuer, token.issuedAt};
    statement.distrust = Distrust::None;
    statement.claims = token.claims;
    statement.validUntil = std::min(token.expiresAt, keyValidUntil);
}

} // namespace

TrustTokenProvider::TrustTokenProvider(TrustIssuerKeys& keys, std::string audience, const Clock& clock)
    : m_keys(keys), m_audience(std::move(audience)), m_clock(clock)
{
}

void TrustTokenProvider::ask(const TrustQuestion& question, Done done)
{
    TrustStatement statement{.source = TrustSource::Token};
    if (question.token.empty())
        return done(std::move(statement));
    statement.digest = crypto::sha256Base64url(question.token);
    auto token = parseTrustToken(question.token);
    if (!token) {
        statement.distrust = token.error();
        return done(std::move(statement));
    }
    statement.issuer = token->issuer;
    const TrustIssuer* issuer = m_keys.issuer(token->issuer);
    if (issuer == nullptr) {
        statement.issuer.clear(); // anybody's word, and as long as they please
        statement.distrust = Distrust::UnknownIssuer;
        return done(std::move(statement));
    }
    statement.maxScreeningAge = issuer->maxScreeningAge;
    const auto type = token->jws.algorithm() == "ES256" ? crypto::KeyType::P256 : crypto::KeyType::Ed25519;
    m_keys.find(token->issuer, token->jws.keyId(), type, question.freshness,
        [this, question, statement = std::move(statement), token = *token, done = std::move(done)](
            Trusted<TrustIssuerKeys::Found> found) mutable {
            const Thumbprint agent = question.key.thumbprint();
            const auto verified = found.and_then([&](const TrustIssuerKeys::Found& issuerKey) {
                return verifyTrustToken(token, issuerKey.key, {m_audience, agent, m_clock.now()});
            });
            const auto counts = verified.and_then(
                [&](const TrustToken& right) { return isNewest(question, token.issuer, right.issuedAt); });
            if (counts)
                addToken(statement, *verified, found->validUntil);
            else
                statement.distrust = counts.error();
            done(std::move(statement));
        });
}

} // namespace countersign::agents
