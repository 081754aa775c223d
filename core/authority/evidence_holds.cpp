// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/evidence_holds.h"

#include "core/authority/leaves.h"
#include "core/authority/service_floor.h"
#include "core/authority/use_cases.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/consent/demands.h"

#include <QCoreApplication>

namespace countersign::authority {

namespace {

using grants::EndReason;
using grants::GrantState;

/// Remembers when the evidence runs out. The highest grant of the chain whose agent had a hit; nullptr: there is none.
Result<const grants::Grant*> lookAtAgents(Context& context, const std::vector<grants::Grant>& chain)
{
    const grants::Grant* hit = nullptr;
    for (const grants::Grant& hop : chain) {
        const agents::AgentTrust trust = TRY(context.trust.find(hop.agent));
        context.evidenceEnds.set(hop.agent, trust.changesAt(context.now()));
        if (hit == nullptr && trust.at(context.now()).screening == agents::Screening::Hit)
            hit = &hop;
    }
    return hit;
}

/// Holds it, lets it go on, or ends it, as the evidence now is.
Result<void> settle(Context& context, const GrantId& id)
{
    const auto chain = context.ledger.chainOf(id);
    if (!chain) // a row that can't be read permits nothing, and must not stop what is to be done about others
        return chain.error().code == ErrorCode::StorageCorrupt ? Result<void>() : std::unexpected(chain.error());
    const grants::Grant& grant = chain->back();
    const bool isWaiting = grant.state == GrantState::Held && grant.reason == EndReason::WaitingForEvidence;
    if (grant.state != GrantState::Live && !isWaiting)
        return {};
    if (const grants::Grant* hit = TRY(lookAtAgents(context, *chain)))
        return endGrant(context, hit->id, EndReason::ScreeningHit);
    const bool mayGoOn = TRY(anythingWithinFloor(context, *chain));
    if (!isWaiting)
        return mayGoOn ? Result<void>() : holdGrant(context, grant, EndReason::WaitingForEvidence);
    context.touched.grants.insert(id); // what it waits for may be something else now
    if (!mayGoOn || !mayExtend(context) || context.clockWatch.moved() != ClockMove::None)
        return {};
    TRY(continueGrant(context, grant));
    return signLog(context);
}

/// Where nothing is demanded anywhere and nothing waits, there is nothing to settle.
Result<bool> isIdle(const Context& context)
{
    return TRY(context.catalogues.offered()).empty() && !TRY(context.ledger.anyHeldFor(EndReason::WaitingForEvidence));
}

Result<void> settleTree(Context& context, const GrantId& id)
{
    TRY(settle(context, id));
    for (const grants::Descendant& below : TRY(context.ledger.notEndedBelow(id)))
        TRY(settle(context, below.id));
    return {};
}

/// What the agent of one hop is missing for what the last grant permits.
Result<QStringList> missingOf(const Context& context, const grants::Grant& hop, const permissions::Permission& asked)
{
    consent::ScreenFacts facts;
    facts.at = context.now();
    facts.asked = asked;
    facts.trust = TRY(context.trust.find(hop.agent));
    facts.keyShown = TRY(context.trust.shown(hop.agent)).provenAt ? consent::KeyShown::Yes : consent::KeyShown::No;
    facts.demanded = TRY(demandedOf(context, facts));
    const auto known = TRY(context.registry.find(hop.agent));
    const agents::Agent agent = known ? known->agent : agents::Agent();
    const QString own = safeText(agent.ownName.empty() ? agent.name : agent.ownName).text;
    const QString name = own.isEmpty() ? QCoreApplication::translate("authority", "an agent without a name") : own;
    QStringList missing;
    for (const consent::Demand& demand : consent::demandsBeside(facts, {}, QLocale())) {
        if (demand.met == consent::Demand::Met::No)
            missing.append(QStringLiteral("%1: %2").arg(name, demand.text()));
    }
    return missing;
}

} // namespace

Result<void> followEvidence(Context& context, const ClientId& agent)
{
    const agents::AgentTrust trust = TRY(context.trust.find(agent));
    context.evidenceEnds.set(agent, trust.changesAt(context.now()));
    if (trust.at(context.now()).screening == agents::Screening::Hit)
        return revokeAllOf(context, agent, EndReason::ScreeningHit);
    if (TRY(isIdle(context)))
        return {};
    for (const GrantId& id : TRY(context.ledger.notEndedOf(agent)))
        TRY(settleTree(context, id));
    return {};
}

Result<void> followNews(Context& context, const ClientId& agent, const agents::AgentTrust& before)
{
    using Key = decision::Standing::Key;
    const agents::AgentTrust trust = TRY(context.trust.find(agent));
    context.evidenceEnds.set(agent, trust.changesAt(context.now()));
    const bool isSame = decision::standingOf(before, context.now(), Key::Unproven)
        == decision::standingOf(trust, context.now(), Key::Unproven);
    return isSame ? Result<void>() : followEvidence(context, agent);
}

Result<void> followTime(Context& context)
{
    // Each goes: what has run out does not run out again by itself.
    while (const auto agent = context.evidenceEnds.dueAt(context.now()))
        TRY(followEvidence(context, *agent));
    return {};
}

Result<void> followDemands(Context& context)
{
    if (TRY(isIdle(context)))
        return {};
    for (const GrantState state : {GrantState::Live, GrantState::Held}) {
        for (const GrantId& id : TRY(context.ledger.inState(state)))
            TRY(settle(context, id));
    }
    return {};
}

Result<void> followGrant(Context& context, const GrantId& grant)
{
    return TRY(isIdle(context)) ? Result<void>() : settleTree(context, grant);
}

Result<void> followRefusal(Context& context, const decision::Verdict& verdict)
{
    if (verdict.reason == permissions::Reason::WaitingForEvidence) {
        // What is below is looked at only where this one changes: an agent may be refused as often as it likes.
        const auto before = TRY(context.ledger.isLive(verdict.at));
        TRY(settle(context, verdict.at));
        return !before && TRY(context.ledger.isLive(verdict.at)) ? settleTree(context, verdict.at) : Result<void>();
    }
    if (verdict.reason != permissions::Reason::ScreeningHit)
        return {};
    const auto grant = TRY(context.ledger.find(verdict.at));
    return grant ? revokeAllOf(context, grant->agent, EndReason::ScreeningHit) : Result<void>();
}

Result<QStringList> waitsFor(const Context& context, const GrantId& grant)
{
    const std::vector<grants::Grant> chain = TRY(context.ledger.chainOf(grant));
    QStringList all;
    for (const grants::Grant& hop : chain)
        all += TRY(missingOf(context, hop, chain.back().inForce()));
    return all;
}

} // namespace countersign::authority
