// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What readers see of live grants, tokens, clients and services: answers without waiting for the writer's transaction,
// and costs the writer only what changed. Only live grants are in it, so whatever it does not know is inactive.
// The reading members may be called from any thread, the others from the authority's thread only.
#pragma once

#include "core/authority/agent_api.h"
#include "core/authority/clock_watch.h"
#include "core/grants/grant.h"
#include "core/grants/token_store.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace countersign::authority {

/// A map that threads share: a lock a shard, held for the look-up only.
template <typename Key, typename Value> class ShardedMap {
public:
    [[nodiscard]] std::shared_ptr<const Value> find(const Key& key) const
    {
        const Shard& shard = shardOf(key);
        const std::lock_guard lock(shard.mutex);
        const auto found = shard.values.find(key);
        return found == shard.values.end() ? nullptr : found->second;
    }
    void set(const Key& key, Value value)
    {
        auto shared = std::make_shared<const Value>(std::move(value));
        Shard& shard = shardOf(key);
        const std::lock_guard lock(shard.mutex);
        // The old value leaves with `shared`, after the lock.
        shard.values[key].swap(shared);
    }
    bool erase(const Key& key)
    {
        Shard& shard = shardOf(key);
        const std::lock_guard lock(shard.mutex);
        return shard.values.erase(key) > 0;
    }

private:
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<Key, std::shared_ptr<const Value>> values;
    };
    static constexpr std::size_t kShards = 16;

    [[nodiscard]] static std::size_t indexOf(const Key& key) { return std::hash<Key>{}(key) % kShards; }
    [[nodiscard]] Shard& shardOf(const Key& key) { return m_shards.at(indexOf(key)); }
    [[nodiscard]] const Shard& shardOf(const Key& key) const { return m_shards.at(indexOf(key)); }

    std::array<Shard, kShards> m_shards;
};

/// Where a token is good: the origins of a permission's locations, sorted, and the issuer; the issuer alone where
/// somebody must count, which nobody else can.
[[nodiscard]] std::vector<std::string> audienceOf(const permissions::Permission& permission, const std::string& issuer);

/// The depth down to which a grant's own permission may be delegated.
[[nodiscard]] int ownMaxDepth(const grants::Grant& grant);

class ReadView {
public:
    /// `delegationDepth`: as AuthorityOptions has it.
    ReadView(const Clock& clock, const ClockWatch& clockWatch, std::string issuer, Thumbprint person,
        int delegationDepth = grants::kDefaultDelegationDepth);

    // Any thread
    [[nodiscard]] std::optional<RegisteredClient> findClient(const ClientId& id) const;
    [[nodiscard]] std::optional<Service> findService(const ServiceId& id, std::string_view secret) const;
    [[nodiscard]] std::optional<Introspection> introspect(std::string_view token) const;
    /// By client_id, thumbprint URN of its key, or what the person calls it.
    [[nodiscard]] std::optional<ClientId> findAgent(std::string_view subject) const;
    /// The signed list as it was kept last; nullopt: it is to be made anew, because something has changed since, or it
    /// is older than others may keep it (ttl).
    [[nodiscard]] std::optional<std::string> findStatusList(std::int64_t number) const;
    [[nodiscard]] int liveGrants() const { return m_liveGrants; }
    [[nodiscard]] bool isOpen() const { return m_gate == Gate::Open; }

    // The authority's thread
    /// Open: what is live is said to be live. Closed: nothing is, until a revocation is durable or the log is trusted.
    enum class Gate : std::uint8_t { Open, Closed };
    void setGate(Gate gate) { m_gate = gate; }
    /// Until a grant or a token comes, goes or changes.
    void keepStatusList(std::int64_t number, std::string list, UnixSeconds goodUntil);
    void forgetStatusLists();

    void setClient(RegisteredClient client);
    void removeClient(const ClientId& id);
    void setService(Service service, std::string secretHash);
    void removeService(const ServiceId& id);
    /// A live grant as it stands, with all its usable tokens.
    void setGrant(const grants::Grant& grant, const std::vector<grants::Token>& tokens);
    /// One that isn't live leaves, with its tokens.
    void removeGrant(const GrantId& grant);
    /// Ends it for readers at once, and with it all below, before what ends it is durable.
    void cut(const GrantId& grant);

private:
    struct LiveGrant {
        ClientId agent;
        std::optional<Thumbprint> boundKey;
        permissions::Permission permission;
        std::vector<std::string> audience;
        UnixSeconds expiresAt;
        std::optional<GrantId> parent; ///< live too, or this one is not
        int depth = 0;
        int maxDepth = 0; ///< ownMaxDepth()
    };
    struct KnownService {
        Service service;
        std::string secretHash;
    };

    struct StatusList {
        std::string signedList;
        UnixSeconds goodUntil;
    };

    void forgetNames(const ClientId& id);
    void forgetTokens(const GrantId& grant, const std::vector<grants::Token>& kept);
    /// Adds what its chain says of it. False: one above is not in force.
    [[nodiscard]] bool walkUp(Introspection& found, const LiveGrant& grant, UnixSeconds now) const;

    const Clock* m_clock;
    const ClockWatch* m_clockWatch;
    std::string m_issuer;
    Thumbprint m_person;
    int m_delegationDepth;
    std::atomic<Gate> m_gate = Gate::Open;
    std::atomic<int> m_liveGrants = 0;
    ShardedMap<ClientId, RegisteredClient> m_clients;
    ShardedMap<Thumbprint, ClientId> m_clientByKey;
    ShardedMap<std::string, ClientId> m_clientByOwnName;
    ShardedMap<ServiceId, KnownService> m_services;
    ShardedMap<GrantId, LiveGrant> m_grants;
    ShardedMap<std::string, grants::Token> m_tokens; ///< by SHA-256
    mutable std::mutex m_statusMutex;
    std::map<std::int64_t, StatusList> m_statusLists; ///< under m_statusMutex
    std::unordered_map<GrantId, std::vector<std::string>> m_tokensOf; ///< the writer's own
};

} // namespace countersign::authority
