// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_evidence_json.h"
#include "core/agents/trust_judgement.h"
#include "core/authority/evidence_holds.h"
#include "core/authority/leaves.h"
#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using agents::Distrust;
using agents::TrustEvidence;

Result<agents::Agent> findAgent(const Context& context, const ClientId& id)
{
    auto known = TRY(context.registry.find(id));
    if (!known || known->agent.standing == agents::Standing::Forgotten)
        return fail(ErrorCode::NotFound, "There is no such agent.");
    return std::move(known->agent);
}

/// Said once more, if in other words, and nothing comes of it: no reason to fill the log. The agent chooses what it
/// shows, and could show something else each time.
bool isOnlyRepeated(const TrustEvidence& before, const TrustEvidence& now)
{
    TrustEvidence same = now;
    same.fetchedAt = before.fetchedAt;
    same.validUntil = before.validUntil;
    same.digest = before.digest;
    return now.distrust != Distrust::None && same == before;
}

Result<void> noteNewestToken(Context& context, const ClientId& agent, const agents::AcceptedToken& token)
{
    agents::ShownTrust shown = TRY(context.trust.shown(agent));
    UnixSeconds& newest = shown.newestTokens.try_emplace(token.issuer, token.issuedAt).first->second;
    newest = std::max(newest, token.issuedAt);
    return context.trust.keepShown(agent, shown);
}

/// The requests and rows that show it.
void touchAll(Context& context, const ClientId& agent)
{
    context.trust.changed(agent);
    context.touched.agents.insert(agent);
    context.touched.holders.insert(agent);
}

} // namespace

Result<void> keepTrust(Context& context, const ClientId& id, const TrustEvidence& evidence)
{
    const auto agent = findAgent(context, id);
    if (!agent)
        return agent.error().code == ErrorCode::NotFound ? Result<void>() : std::unexpected(agent.error());
    const agents::AgentTrust before = TRY(context.trust.find(id));
    const TrustEvidence kept = agents::successorOf(before.evidence, evidence, context.now());
    if (kept == before.evidence || isOnlyRepeated(before.evidence, kept))
        return {};
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::TrustReported, *agent);
    leaf.claims["trust"] = agents::trustClaim(kept);
    TRY(appendLeaf(context, leaf));
    if (kept.token)
        TRY(noteNewestToken(context, id, *kept.token));
    touchAll(context, id);
    TRY(followNews(context, id, before));
    return signLog(context);
}

Result<void> dropTrust(Context& context)
{
    const UnixSeconds now = context.now();
    for (const ClientId& agent : TRY(context.registry.ids())) {
        const TrustEvidence kept = TRY(context.trust.find(agent)).evidence;
        if (now < kept.validUntil && kept.distrust != Distrust::NothingKnown)
            TRY(keepTrust(context, agent, agents::judge({}, agents::KeyProof::Unproven, now)));
    }
    return {};
}

Result<void> assignTrust(Context& context, const ClientId& id, std::optional<agents::TrustLevel> level)
{
    TRY(mayExtend(context));
    const agents::Agent agent = TRY(findAgent(context, id));
    const agents::AgentTrust before = TRY(context.trust.find(id));
    if (!level && !before.assigned)
        return {};
    audit::LeafDraft leaf = draftAbout(audit::LeafKind::TrustAssigned, agent);
    if (level)
        leaf.claims["level"] = services::levelName(*level);
    TRY(appendLeaf(context, leaf));
    touchAll(context, id);
    TRY(followNews(context, id, before));
    return signLog(context);
}

Result<TrustEvidence> trustOf(const Context& context, const ClientId& agent)
{
    return TRY(context.trust.find(agent)).at(context.now());
}

} // namespace countersign::authority
