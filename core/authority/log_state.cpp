// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/log_state.h"

#include "core/authority/parsed_leaf_json.h"
#include "core/base/json_members.h"

#include <ranges>

namespace countersign::authority {

namespace {

using audit::LeafKind;
using grants::GrantState;
using json::numberOf;
using json::textOf;

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

/// What only a signature of the log makes good: signLog() goes with each. With another document, or without one, a
/// service may demand less; and what is said of an agent may meet what is demanded, or hide a hit. The last three
/// change what is told: by what name, whose another server's key is, and what of it is gone.
bool givesAuthority(LeafKind kind)
{
    switch (kind) {
    case LeafKind::GrantResumed:
    case LeafKind::AgentUnblocked:
    case LeafKind::KeyBound:
    case LeafKind::ServiceAdded:
    case LeafKind::ServiceRemoved:
    case LeafKind::CatalogueImported:
    case LeafKind::TrustReported:
    case LeafKind::TrustAssigned:
    case LeafKind::AgentNamed:
    case LeafKind::ServerAccepted:
    case LeafKind::DetailsErased:
        return true;
    default:
        return false;
    }
}

/// Signed by itself: each has a receipt.
bool isOfAction(LeafKind kind)
{
    return kind == LeafKind::ActionPermitted || kind == LeafKind::ActionDenied || kind == LeafKind::ActionOutcome;
}

/// Why this program can't have written the entry; empty: it can.
std::string_view objectionTo(const audit::Leaf& leaf, const json::Object& claims, const LogState& before)
{
    const auto grant = before.grants.find(leaf.grant);
    const bool isKnown = grant != before.grants.end();
    if ((leaf.kind == LeafKind::ConsentGiven || leaf.kind == LeafKind::GrantDelegated) && isKnown)
        return "it makes a grant that had been made before";
    if (leaf.kind == LeafKind::KeyBound && isKnown && grant->second.boundKey)
        return "it binds a grant to a key that was bound before";
    const auto agent = before.agents.find(leaf.agent);
    if (leaf.kind == LeafKind::AgentRegistered && agent != before.agents.end() && agent->second != agentKeyOf(claims))
        return "it gives an agent another key";
    if (leaf.kind == LeafKind::ServiceAdded && before.services.knows(ServiceId{textOf(claims, "service_id")}))
        return "it adds a service that had been added before";
    if (leaf.index < before.signedSize)
        return {};
    if (givesAuthority(leaf.kind))
        return "it gives authority, and the log was not signed with it";
    if (isOfAction(leaf.kind) && !claims.contains("jti"))
        return "it says what was done, and has no receipt";
    return {};
}

void takeClaims(LogState& state, const audit::Leaf& leaf, const json::Object& claims)
{
    switch (leaf.kind) {
    case LeafKind::AgentRegistered:
        state.agents[leaf.agent] = agentKeyOf(claims);
        break;
    case LeafKind::AgentBlocked:
        state.blocked.insert_or_assign(agentKeyOf(claims), leaf.privateText.value_or(std::string()));
        break;
    case LeafKind::AgentUnblocked:
        state.blocked.erase(agentKeyOf(claims));
        for (auto& program : state.blocked | std::views::values) {
            if (program == leaf.privateText) // it is not blocked any more, whoever comes with it
                program.clear();
        }
        break;
    case LeafKind::ConsentGiven:
        state.grants[leaf.grant].consentLeaf = leaf.bytes;
        break;
    case LeafKind::GrantDelegated:
        state.grants[leaf.grant].delegation = delegationOf(leaf, claims);
        state.grants[leaf.grant].boundKey = Thumbprint{textOf(claims, "jkt")};
        break;
    default:
        if (leaf.kind == LeafKind::TokenIssued)
            takeStatus(state, leaf, claims);
        // A rejected row may name a grant that no consent ever made: it stays unknown.
        if (const auto grant = state.grants.find(leaf.grant); grant != state.grants.end())
            takeOfGrant(grant->second, leaf, claims);
    }
}

} // namespace

void LogState::take(const audit::Leaf& leaf)
{
    latest = leaf.at;
    const bool isRefusalOrOutcome = leaf.kind == LeafKind::ActionDenied || leaf.kind == LeafKind::ActionOutcome;
    if (isRefusalOrOutcome && leaf.index < signedSize && !kept)
        return; // nothing follows from it
    const auto claims = json::parseObject(leaf.bytes);
    if (!claims)
        return;
    if (const auto objection = objectionTo(leaf, *claims, *this); !objection.empty() && !madeUp)
        madeUp =
            Error{ErrorCode::StorageCorrupt, "entry " + std::to_string(leaf.index) + ": " + std::string(objection)};
    const ParsedLeaf parsed{leaf, *claims};
    actions.take(parsed);
    trust.take(parsed);
    services.take(parsed);
    names.take(parsed);
    if (kept)
        kept->take(parsed);
    takeClaims(*this, leaf, *claims);
}

} // namespace countersign::authority
