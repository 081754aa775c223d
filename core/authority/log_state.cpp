// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/log_state.h"

#include "core/base/json.h"

namespace countersign::authority {

namespace {

using audit::LeafKind;
using grants::GrantState;

std::string textOf(const json::Object& claims, std::string_view name)
{
    return json::optionalString(claims, name).value_or(std::nullopt).value_or(std::string());
}

Thumbprint agentKeyOf(const json::Object& claims)
{
    const json::Value* agent = claims.if_contains("agent");
    return Thumbprint{agent != nullptr && agent->is_object() ? textOf(agent->get_object(), "jkt") : std::string()};
}

void setState(LoggedGrant& grant, GrantState state, const json::Object& claims, std::optional<UnixSeconds> endedAt)
{
    // Ended is final, whatever an entry says that came later.
    if (grant.state == GrantState::Expired || grant.state == GrantState::Revoked)
        return;
    grant.state = state;
    grant.reason = grants::endReasonFromName(textOf(claims, "reason")).value_or(grants::EndReason::None);
    grant.endedAt = endedAt;
    if (endedAt) {
        grant.accessTokens.clear();
        grant.refreshTokens.clear();
    }
}

void addTokens(LoggedGrant& grant, const json::Object& claims, UnixSeconds at)
{
    std::erase_if(grant.accessTokens, [&](const auto& token) { return token.second < at; });
    const UnixSeconds end{json::optionalInteger(claims, "exp").value_or(std::nullopt).value_or(0)};
    grant.accessTokens.emplace(textOf(claims, "access_digest"), end);
    grant.refreshTokens.insert(textOf(claims, "refresh_digest"));
}

void takeOfGrant(LoggedGrant& grant, const audit::Leaf& leaf, const json::Object& claims)
{
    switch (leaf.kind) {
    case LeafKind::KeyBound:
        grant.boundKey = Thumbprint{textOf(claims, "jkt")};
        break;
    case LeafKind::TokenIssued:
        addTokens(grant, claims, leaf.at);
        break;
    case LeafKind::GrantHeld:
        setState(grant, GrantState::Held, claims, std::nullopt);
        break;
    case LeafKind::GrantResumed:
        setState(grant, GrantState::Live, claims, std::nullopt);
        break;
    case LeafKind::GrantExpired:
        setState(grant, GrantState::Expired, claims, leaf.at);
        break;
    case LeafKind::GrantRevoked:
    case LeafKind::StateRejected:
        setState(grant, GrantState::Revoked, claims, leaf.at);
        break;
    default:
        break;
    }
}

} // namespace

void LogState::take(const audit::Leaf& leaf)
{
    latest = leaf.at;
    const auto claims = json::parseObject(leaf.bytes);
    if (!claims)
        return;
    switch (leaf.kind) {
    case LeafKind::AgentRegistered:
        agents[leaf.agent] = agentKeyOf(*claims);
        break;
    case LeafKind::AgentBlocked:
        blockedKeys.insert(agentKeyOf(*claims));
        break;
    case LeafKind::AgentUnblocked:
        blockedKeys.erase(agentKeyOf(*claims));
        break;
    case LeafKind::ConsentGiven:
        grants[leaf.grant].consentLeaf = leaf.bytes;
        break;
    default:
        // A rejected row may name a grant that no consent ever made: it stays unknown.
        if (const auto grant = grants.find(leaf.grant); grant != grants.end())
            takeOfGrant(grant->second, leaf, *claims);
    }
}

} // namespace countersign::authority
