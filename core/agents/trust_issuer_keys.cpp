// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_issuer_keys.h"

#include "core/base/try.h"

#include <utility>

namespace countersign::agents {

namespace {

Result<KeySet> keysIn(const Result<outbound::Answer>& answer)
{
    TRY(answer);
    return readKeySet(*answer);
}

} // namespace

TrustIssuerKeys::TrustIssuerKeys(const std::vector<TrustIssuer>& issuers, Fetch fetch, const Clock& clock)
    : m_fetch(std::move(fetch)), m_clock(clock)
{
    for (const TrustIssuer& issuer : issuers)
        m_entries.emplace(issuer.issuer, Entry{.issuer = issuer});
}

const TrustIssuer* TrustIssuerKeys::issuer(const std::string& name) const
{
    const auto entry = m_entries.find(name);
    return entry == m_entries.end() ? nullptr : &entry->second.issuer;
}

bool TrustIssuerKeys::isFresh(const Entry& entry) const
{
    return entry.freshUntil && m_clock.bootTime() < *entry.freshUntil;
}

Trusted<TrustIssuerKeys::Found> TrustIssuerKeys::lookUp(
    const Entry& entry, const std::string& keyId, crypto::KeyType type) const
{
    if (!isFresh(entry))
        return std::unexpected(Distrust::NoAnswer);
    const crypto::PublicKey* key = entry.set.find(keyId, type);
    if (key == nullptr)
        return std::unexpected(Distrust::UnknownKey);
    const auto rest = std::chrono::floor<std::chrono::seconds>(*entry.freshUntil - m_clock.bootTime());
    return Found{*key, m_clock.now() + rest};
}

void TrustIssuerKeys::find(
    const std::string& issuer, std::string keyId, crypto::KeyType type, Freshness freshness, Done done)
{
    const auto known = m_entries.find(issuer);
    if (known == m_entries.end())
        return done(std::unexpected(Distrust::UnknownIssuer));
    Entry& entry = known->second;
    auto found = lookUp(entry, keyId, type);
    const bool mayFetch = !entry.triedAt || m_clock.bootTime() >= *entry.triedAt + kRefetchPause;
    const bool wantsFetch = !found || freshness == Freshness::Anew;
    if (!entry.fetching && !(wantsFetch && mayFetch))
        return done(std::move(found));
    if (entry.fetching && !wantsFetch)
        return done(std::move(found));
    entry.waiting.push_back({std::move(keyId), type, std::move(done)});
    if (!entry.fetching)
        fetchKeys(entry);
}

void TrustIssuerKeys::fetchKeys(Entry& entry)
{
    entry.fetching = true;
    entry.triedAt = m_clock.bootTime();
    m_fetch({.url = entry.issuer.keysUrl, .reach = entry.issuer.reach, .maxBytes = kMaxKeySetBytes},
        [this, &entry](const Result<outbound::Answer>& answer) { take(entry, answer); });
}

void TrustIssuerKeys::take(Entry& entry, const Result<outbound::Answer>& answer)
{
    entry.fetching = false;
    if (auto set = keysIn(answer)) {
        entry.set = *std::move(set);
        entry.freshUntil = m_clock.bootTime() + entry.set.freshFor;
    } else {
        qWarning("No keys from %s: %s", entry.issuer.issuer.c_str(), set.error().message.c_str());
    }
    for (Waiting& each : std::exchange(entry.waiting, {}))
        each.done(lookUp(entry, each.keyId, each.type));
}

} // namespace countersign::agents
