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

std::int64_t numberOf(const json::Object& claims, std::string_view name, std::int64_t otherwise = 0)
{
    return json::optionalInteger(claims, name).value_or(std::nullopt).value_or(otherwise);
}

LoggedDelegation delegationOf(const audit::Leaf& leaf, const json::Object& claims)
{
    return {GrantId{textOf(claims, "parent")}, static_cast<int>(numberOf(claims, "depth")), leaf.agent,
        agentKeyOf(claims), textOf(claims, "link"), leaf.at, UnixSeconds{numberOf(claims, "exp")},
        LoggedDelegation::Exchanged::No};
}

void addTokens(LoggedGrant& grant, const json::Object& claims, UnixSeconds at)
{
    std::erase_if(grant.accessTokens, [&](const auto& token) { return token.second < at; });
    const UnixSeconds end{numberOf(claims, "exp")};
    grant.accessTokens.emplace(textOf(claims, "access_digest"), end);
    grant.refreshTokens.insert(textOf(claims, "refresh_digest"));
}

void takeStatus(LogState& log, const audit::Leaf& leaf, const json::Object& claims)
{
    const std::int64_t place = numberOf(claims, "status", -1);
    if (place >= 0)
        log.statuses[place] = {textOf(claims, "access_digest"), leaf.grant, UnixSeconds{numberOf(claims, "exp")}};
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
    case LeafKind::LinkExchanged:
        if (grant.delegation)
            grant.delegation->exchanged = LoggedDelegation::Exchanged::Yes;
        break;
    case LeafKind::GrantNarrowed:
        grant.amendmentLeaves.push_back(leaf.bytes);
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
    actions.take(leaf);
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
    case LeafKind::GrantDelegated:
        grants[leaf.grant].delegation = delegationOf(leaf, *claims);
        grants[leaf.grant].boundKey = Thumbprint{textOf(*claims, "jkt")};
        break;
    default:
        if (leaf.kind == LeafKind::TokenIssued)
            takeStatus(*this, leaf, *claims);
        // A rejected row may name a grant that no consent ever made: it stays unknown.
        if (const auto grant = grants.find(leaf.grant); grant != grants.end())
            takeOfGrant(grant->second, leaf, *claims);
    }
}

} // namespace countersign::authority
