// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/read_view.h"

#include "core/crypto/digest.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace countersign::authority {

std::vector<std::string> audienceOf(const permissions::Permission& permission, const std::string& issuer)
{
    std::vector<std::string> audience;
    for (const permissions::AgentDelegation& detail : permission.details) {
        for (const permissions::Location& location : detail.locations)
            audience.push_back(location.origin());
    }
    std::ranges::sort(audience);
    const auto repeated = std::ranges::unique(audience);
    audience.erase(repeated.begin(), repeated.end());
    if (!std::ranges::contains(audience, issuer))
        audience.push_back(issuer);
    return audience;
}

ReadView::ReadView(const Clock& clock, const ClockWatch& clockWatch, std::string issuer, Thumbprint person)
    : m_clock(&clock), m_clockWatch(&clockWatch), m_issuer(std::move(issuer)), m_person(std::move(person))
{
}

std::optional<RegisteredClient> ReadView::findClient(const ClientId& id) const
{
    const auto client = m_clients.find(id);
    return client ? std::optional(*client) : std::nullopt;
}

std::optional<Service> ReadView::findService(const ServiceId& id, std::string_view secret) const
{
    const auto known = m_services.find(id);
    if (!known || !crypto::equalInConstantTime(known->secretHash, crypto::sha256(secret)))
        return std::nullopt;
    return known->service;
}

std::optional<Introspection> ReadView::introspect(std::string_view token) const
{
    // A clock that was set says nothing about what has ended, so nothing is active until the writer has dealt with it.
    if (m_gate == Gate::Closed || m_clockWatch->moved() != ClockMove::None)
        return std::nullopt;
    const auto known = m_tokens.find(crypto::sha256(token));
    if (!known)
        return std::nullopt;
    const auto grant = m_grants.find(known->grant);
    const UnixSeconds now = m_clock->now();
    if (!grant || !grant->boundKey || grant->expiresAt <= now || known->expiresAt <= now)
        return std::nullopt;
    return Introspection{known->grant, grant->agent, *grant->boundKey, m_person, grant->permission, grant->audience,
        known->id, known->issuedAt, known->expiresAt,
        known->kind == grants::TokenKind::Access ? Introspection::Kind::Access : Introspection::Kind::Refresh};
}

void ReadView::setClient(RegisteredClient client)
{
    const ClientId id = client.agent.id;
    m_clients.set(id, std::move(client));
}

void ReadView::removeClient(const ClientId& id)
{
    m_clients.erase(id);
}

void ReadView::setService(Service service, std::string secretHash)
{
    const ServiceId id = service.id;
    m_services.set(id, KnownService{std::move(service), std::move(secretHash)});
}

void ReadView::removeService(const ServiceId& id)
{
    m_services.erase(id);
}

void ReadView::cut(const GrantId& grant)
{
    if (m_grants.erase(grant))
        --m_liveGrants;
}

void ReadView::setGrant(const grants::Grant& grant, const std::vector<grants::Token>& tokens)
{
    const bool isLive = grant.state == grants::GrantState::Live;
    if (!isLive)
        cut(grant.id);
    // Tokens first: one that is gone must not be found beside a grant that came back.
    if (const auto before = m_tokensOf.find(grant.id); before != m_tokensOf.end()) {
        for (const std::string& hash : before->second) {
            if (!isLive || !std::ranges::contains(tokens, hash, &grants::Token::hash))
                m_tokens.erase(hash);
        }
        m_tokensOf.erase(before);
    }
    if (!isLive)
        return;
    std::vector<std::string> hashes;
    for (const grants::Token& token : tokens) {
        m_tokens.set(token.hash, token);
        hashes.push_back(token.hash);
    }
    if (!hashes.empty())
        m_tokensOf.emplace(grant.id, std::move(hashes));
    if (!m_grants.find(grant.id))
        ++m_liveGrants;
    m_grants.set(grant.id,
        LiveGrant{
            grant.agent, grant.boundKey, grant.permission, audienceOf(grant.permission, m_issuer), grant.expiresAt});
}

} // namespace countersign::authority
