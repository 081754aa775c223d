// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_store.h"

#include "core/agents/trust_evidence_json.h"
#include "core/audit/leaf_codec.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/merkle.h"

#include <utility>

namespace countersign::agents {

namespace {

using audit::LeafKind;
using store::Query;

constexpr std::size_t kMaxKnown = 10'000;

// The index log_leaves_of_trust names the kinds.
static_assert(std::to_underlying(LeafKind::TrustReported) == 34);
static_assert(std::to_underlying(LeafKind::TrustAssigned) == 35);

std::optional<TrustEvidence> evidenceIn(const json::Object& leaf)
{
    const json::Value* claim = leaf.if_contains("trust");
    if (claim == nullptr || !claim->is_object())
        return std::nullopt;
    const auto evidence = readTrustClaim(claim->get_object());
    return evidence ? std::optional(*evidence) : std::nullopt;
}

std::optional<AssignedLevel> assignedIn(const json::Object& leaf, const std::string& hash)
{
    const auto level = json::requiredString(leaf, "level").and_then([](const std::string& name) {
        return services::parseTrustLevel(name);
    });
    const auto at = json::requiredInteger(leaf, "iat");
    return level && at ? std::optional(AssignedLevel{*level, {*at}, crypto::base64url(hash)}) : std::nullopt;
}

std::string newestJson(const std::map<std::string, UnixSeconds>& newest)
{
    json::Object object;
    for (const auto& [issuer, at] : newest)
        object[issuer] = at.value;
    return json::serialize(object);
}

std::unexpected<Error> unreadable()
{
    return fail(ErrorCode::StorageCorrupt, "What is kept of an agent's tokens can't be read.");
}

Result<std::map<std::string, UnixSeconds>> readNewest(std::string_view text)
{
    std::map<std::string, UnixSeconds> newest;
    const auto object = json::parseObject(text);
    if (!object)
        return unreadable();
    for (const auto& each : *object) {
        if (!each.value().is_int64())
            return unreadable();
        newest[each.key()] = {each.value().get_int64()};
    }
    return newest;
}

} // namespace

/// Nothing where it is not of the kind and the agent that its row names.
Result<std::optional<TrustStore::FoundLeaf>> TrustStore::newestLeaf(const ClientId& agent, LeafKind kind) const
{
    Query query(*m_database,
        "SELECT leaf FROM log_leaves WHERE client_id = ? AND kind IN (34, 35) AND kind = ? ORDER BY idx DESC LIMIT 1");
    if (!TRY(query.bind(agent.value).bind(std::int64_t{std::to_underlying(kind)}).next()))
        return std::nullopt;
    const auto bytes = audit::unpackLeaf(query.blob(0));
    auto leaf = bytes ? json::parseObject(*bytes) : std::unexpected(bytes.error());
    const bool isRight = leaf && json::requiredString(*leaf, "type").value_or("") == leafKindName(kind)
        && json::requiredString(*leaf, "client_id").value_or("") == agent.value;
    return isRight ? std::optional(FoundLeaf{*std::move(leaf), crypto::leafHash(*bytes)}) : std::nullopt;
}

Result<AgentTrust> TrustStore::find(const ClientId& agent) const
{
    if (const auto known = m_known.find(agent); known != m_known.end())
        return known->second;
    AgentTrust trust;
    if (const auto reported = TRY(newestLeaf(agent, LeafKind::TrustReported)))
        trust.evidence = evidenceIn(reported->claims).value_or(TrustEvidence{.distrust = Distrust::Unreadable});
    if (const auto assigned = TRY(newestLeaf(agent, LeafKind::TrustAssigned)))
        trust.assigned = assignedIn(assigned->claims, assigned->hash);
    if (m_known.size() >= kMaxKnown)
        m_known.clear();
    return m_known.emplace(agent, std::move(trust)).first->second;
}

Result<ShownTrust> TrustStore::shown(const ClientId& agent) const
{
    Query query(*m_database, "SELECT token, proven_at, newest FROM agent_tokens WHERE client_id = ?");
    if (!TRY(query.bind(agent.value).next()))
        return ShownTrust();
    const auto provenAt = query.optionalInteger(1);
    return ShownTrust{query.optionalText(0).value_or(std::string()),
        provenAt ? std::optional(UnixSeconds{*provenAt}) : std::nullopt, TRY(readNewest(query.text(2)))};
}

Result<void> TrustStore::keepShown(const ClientId& agent, const ShownTrust& shown)
{
    Query query(
        *m_database, "INSERT OR REPLACE INTO agent_tokens (client_id, token, proven_at, newest) VALUES (?, ?, ?, ?)");
    query.bind(agent.value).bind(shown.token.empty() ? std::nullopt : std::optional(shown.token));
    query.bind(shown.provenAt ? std::optional(shown.provenAt->value) : std::nullopt);
    return query.bind(newestJson(shown.newestTokens)).run();
}

Result<void> TrustStore::forgetShown(const ClientId& agent)
{
    Query query(*m_database, "UPDATE agent_tokens SET token = NULL, proven_at = NULL WHERE client_id = ?");
    return query.bind(agent.value).run();
}

} // namespace countersign::agents
