// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/read_view.h"

#include "core/crypto/digest.h"
#include "core/crypto/keys.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace countersign::authority {

namespace {
constexpr std::string_view kThumbprintUrn = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:"; ///< RFC 9278
} // namespace

std::vector<std::string> audienceOf(const permissions::Permission& permission, const std::string& issuer)
{
    if (std::ranges::any_of(permission.details, &permissions::AgentDelegation::needsCounting))
        return {issuer};
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

int ownMaxDepth(const grants::Grant& grant)
{
    int most = 0;
    for (const permissions::AgentDelegation& detail : grant.permission.details)
        most = std::max(most, detail.maxDepth);
    return grant.depth + most;
}

ReadView::ReadView(
    const Clock& clock, const ClockWatch& clockWatch, std::string issuer, Thumbprint person, int delegationDepth)
    : m_clock(&clock)
    , m_clockWatch(&clockWatch)
    , m_issuer(std::move(issuer))
    , m_person(std::move(person))
    , m_delegationDepth(delegationDepth)
{
}

std::optional<RegisteredClient> ReadView::findClient(const ClientId& id) const
{
    const auto client = m_clients.find(id);
    return client ? std::optional(*client) : std::nullopt;
}

std::optional<ClientId> ReadView::findAgent(std::string_view subject) const
{
    if (subject.starts_with(kThumbprintUrn)) {
        const auto byKey = m_clientByKey.find(Thumbprint{std::string(subject.substr(kThumbprintUrn.size()))});
        return byKey ? std::optional(*byKey) : std::nullopt;
    }
    if (const auto client = m_clients.find(ClientId{std::string(subject)}))
        return client->agent.id;
    const auto byName = m_clientByOwnName.find(std::string(subject));
    return byName ? std::optional(*byName) : std::nullopt;
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
    if (!grant || !grant->boundKey || known->expiresAt <= now)
        return std::nullopt;
    Introspection found;
    found.grant = known->grant;
    found.agent = grant->agent;
    found.boundKey = *grant->boundKey;
    found.person = m_person;
    found.permission = grant->permission;
    found.audience = grant->audience;
    found.id = known->id;
    found.issuedAt = known->issuedAt;
    found.expiresAt = known->expiresAt;
    found.depth = grant->depth;
    found.maxDepth = m_delegationDepth;
    found.statusIndex = known->statusIndex;
    found.kind = known->kind == grants::TokenKind::Access ? Introspection::Kind::Access : Introspection::Kind::Refresh;
    return walkUp(found, *grant, now) ? std::optional(std::move(found)) : std::nullopt;
}

bool ReadView::walkUp(Introspection& found, const LiveGrant& grant, UnixSeconds now) const
{
    std::shared_ptr<const LiveGrant> above;
    const LiveGrant* at = &grant;
    for (int hops = 0; hops < permissions::kMaxChain; ++hops) {
        if (at->expiresAt <= now || !at->boundKey)
            return false;
        found.maxDepth = std::min(found.maxDepth, at->maxDepth);
        found.actors.push_back(crypto::thumbprintUrn(*at->boundKey));
        if (!at->parent) {
            if (hops == 0)
                found.actors.clear(); // the person's own agent: nobody handed anything on
            found.maxDepth = std::max(found.maxDepth, found.depth); // where the setting became stricter: no further
            return true;
        }
        above = m_grants.find(*at->parent);
        if (!above)
            return false;
        at = above.get();
    }
    return false;
}

std::optional<std::string> ReadView::findStatusList(std::int64_t number) const
{
    if (m_gate == Gate::Closed || m_clockWatch->moved() != ClockMove::None)
        return std::nullopt;
    const std::lock_guard lock(m_statusMutex);
    const auto kept = m_statusLists.find(number);
    if (kept == m_statusLists.end() || kept->second.goodUntil <= m_clock->now())
        return std::nullopt;
    return kept->second.signedList;
}

void ReadView::keepStatusList(std::int64_t number, std::string list, UnixSeconds goodUntil)
{
    const std::lock_guard lock(m_statusMutex);
    m_statusLists.insert_or_assign(number, StatusList{std::move(list), goodUntil});
}

void ReadView::forgetStatusLists()
{
    const std::lock_guard lock(m_statusMutex);
    m_statusLists.clear();
}

void ReadView::setClient(RegisteredClient client)
{
    const ClientId id = client.agent.id;
    forgetNames(id);
    m_clientByKey.set(client.agent.key, id);
    if (!client.agent.ownName.empty())
        m_clientByOwnName.set(client.agent.ownName, id);
    m_clients.set(id, std::move(client));
}

void ReadView::removeClient(const ClientId& id)
{
    forgetNames(id);
    m_clients.erase(id);
}

void ReadView::forgetNames(const ClientId& id)
{
    const auto before = m_clients.find(id);
    if (!before)
        return;
    m_clientByKey.erase(before->agent.key);
    // Another one may be called so by now.
    const auto named = m_clientByOwnName.find(before->agent.ownName);
    if (named && *named == id)
        m_clientByOwnName.erase(before->agent.ownName);
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
    forgetStatusLists();
    if (m_grants.erase(grant))
        --m_liveGrants;
}

void ReadView::removeGrant(const GrantId& grant)
{
    cut(grant);
    forgetTokens(grant, {});
}

void ReadView::forgetTokens(const GrantId& grant, const std::vector<grants::Token>& kept)
{
    const auto before = m_tokensOf.find(grant);
    if (before == m_tokensOf.end())
        return;
    for (const std::string& hash : before->second) {
        if (!std::ranges::contains(kept, hash, &grants::Token::hash))
            m_tokens.erase(hash);
    }
    m_tokensOf.erase(before);
}

void ReadView::setGrant(const grants::Grant& grant, const std::vector<grants::Token>& tokens)
{
    forgetStatusLists();
    // First: a token that is gone must not be found beside a grant that came back.
    forgetTokens(grant.id, tokens);
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
        LiveGrant{grant.agent, grant.boundKey, grant.inForce(), audienceOf(grant.inForce(), m_issuer), grant.expiresAt,
            grant.parent, grant.depth, ownMaxDepth(grant)});
}

} // namespace countersign::authority
