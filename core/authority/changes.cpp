// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/changes.h"

#include "core/authority/catalogue_cases.h"
#include "core/authority/evidence_holds.h"
#include "core/authority/naming.h"
#include "core/authority/use_cases.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/consent/difference.h"

#include <algorithm>

namespace countersign::authority {

namespace {

Result<void> publishAgent(Context& context, const ClientId& id)
{
    auto known = context.registry.find(id);
    // A row that can't be read (with a broken log none was verified) is nobody.
    if (known && *known && (*known)->agent.standing != agents::Standing::Forgotten)
        context.view.setClient({std::move((*known)->agent), std::move((*known)->key)});
    else
        context.view.removeClient(id);
    return {};
}

Result<void> publishGrant(Context& context, const GrantId& id)
{
    if (!TRY(context.ledger.isLive(id))) {
        context.view.removeGrant(id);
        return {};
    }
    if (const auto grant = TRY(context.ledger.find(id)))
        context.view.setGrant(*grant, TRY(context.tokens.usableOf(id)));
    return {};
}

void addMeters(std::vector<Meter>& meters, const permissions::Permission& permission, std::size_t place,
    const grants::UsedTotals& used)
{
    const permissions::AgentDelegation& detail = permission.details[place];
    const int number = static_cast<int>(place);
    if (detail.uses)
        meters.push_back({Meter::Kind::Uses, used.uses, *detail.uses, {}, number});
    if (!detail.spend)
        return;
    const permissions::Spend& spend = *detail.spend;
    if (spend.perDay)
        meters.push_back(
            {Meter::Kind::PerDay, used.today.millionths(), spend.perDay->millionths(), spend.currency, number});
    if (spend.total)
        meters.push_back(
            {Meter::Kind::Total, used.total.millionths(), spend.total->millionths(), spend.currency, number});
}

Result<GrantRow> rowOf(const Context& context, grants::Grant grant)
{
    GrantRow row;
    if (const auto known = TRY(context.registry.find(grant.agent))) {
        row.agentName = safeText(known->agent.name).text;
        row.ownName = safeText(known->agent.ownName).text;
    }
    if (grant.parent && grant.boundKey != grant.agentKey)
        row.naming = TRY(namingOf(context.database, grant.id));
    row.may = permissions::toSentences(grant.inForce());
    const auto parent = grant.parent ? TRY(context.ledger.find(*grant.parent)) : std::nullopt;
    if (parent)
        row.narrowed = consent::narrowedSentences(parent->permission, grant.permission, context.now());
    const auto totals = TRY(context.uses.totals(grant.id, grant.permission, context.now()));
    for (std::size_t i = 0; i < totals.size(); ++i)
        addMeters(row.meters, grant.permission, i, totals[i]);
    if (grant.state == grants::GrantState::Held && !grant.parent)
        row.changedOperations = TRY(operationsChangedUnder(context, grant));
    if (grant.state == grants::GrantState::Held && grant.reason == grants::EndReason::WaitingForEvidence)
        row.waitsFor = TRY(waitsFor(context, grant.id));
    row.grant = std::move(grant);
    return row;
}

Result<AgentRow> rowOf(const Context& context, agents::Agent agent)
{
    AgentRow row;
    row.name = safeText(agent.name).text;
    row.ownName = safeText(agent.ownName).text;
    row.trust = TRY(context.trust.find(agent.id));
    store::Query live(context.database, "SELECT count(*) FROM grants WHERE client_id = ? AND state = ?");
    TRY(live.bind(agent.id.value).bind(std::int64_t{std::to_underlying(grants::GrantState::Live)}).next());
    row.liveGrants = static_cast<int>(live.integer(0));
    row.agent = std::move(agent);
    return row;
}

Result<void> addAgents(const Context& context, DeskChanges& changes, const std::set<ClientId>& ids)
{
    for (const ClientId& id : ids) {
        // One whose row can't be read (with a broken log none was verified) is nobody.
        auto known = context.registry.find(id);
        if (known && *known)
            changes.agents.push_back(TRY(rowOf(context, std::move((*known)->agent))));
    }
    std::ranges::stable_sort(
        changes.agents, std::greater(), [](const AgentRow& row) { return row.agent.registeredAt; });
    return {};
}

Result<void> addRequests(Context& context, DeskChanges& changes, const Touched& touched)
{
    std::set<std::string> publicIds = touched.requests;
    if (!touched.holders.empty()) {
        for (const StoredRequest& stored : TRY(context.requests.waiting())) {
            if (touched.holders.contains(stored.request.agent))
                publicIds.insert(stored.request.publicId);
        }
    }
    for (const std::string& publicId : publicIds) {
        if (const auto stored = TRY(context.requests.findByPublicId(publicId)))
            changes.requests.push_back(TRY(waitingRequest(context, *stored)));
    }
    return {};
}

QString detailOf(const Context& context)
{
    QStringList sentences;
    for (const auto& [trouble, text] : context.troubles)
        sentences.append(text);
    return sentences.join(QLatin1Char('\n'));
}

} // namespace

Result<void> publish(Context& context, const Touched& touched)
{
    for (const ClientId& id : touched.agents)
        TRY(publishAgent(context, id));
    for (const GrantId& id : touched.ended)
        context.view.removeGrant(id);
    for (const GrantId& id : touched.grants)
        TRY(publishGrant(context, id));
    if (touched.services == Touched::Services::Changed)
        TRY(publishServices(context));
    return {};
}

Result<void> publishAll(Context& context)
{
    for (const ClientId& id : TRY(context.registry.ids()))
        TRY(publishAgent(context, id));
    // With a log that can't be trusted, nobody knows what has been revoked.
    if (!context.has(Trouble::LogBroken)) {
        for (const GrantId& id : TRY(context.ledger.inState(grants::GrantState::Live)))
            TRY(publishGrant(context, id));
    }
    return publishServices(context);
}

Result<DeskStatus> statusOf(const Context& context)
{
    DeskStatus status;
    for (const auto& [trouble, text] : context.troubles) {
        if (trouble != Trouble::None)
            status.troubles.push_back(trouble);
    }
    status.detail = detailOf(context);
    status.issuer = context.options.issuer;
    status.keychain = context.options.keychainName;
    status.device = context.options.identity.device.publicKey().thumbprint();
    status.person = context.options.identity.person.thumbprint();
    const auto keys = context.devices.keys();
    status.logOrigin = audit::originOf(keys->terms.front().key.thumbprint());
    status.deviceRotations = static_cast<int>(keys->terms.size()) - 1;
    status.logSize = context.log ? context.log->size() : 0;
    store::Query witnessed(context.database, "SELECT coalesce(max(size), 0) FROM cosignatures");
    TRY(witnessed.next());
    status.witnessedSize = static_cast<std::uint64_t>(witnessed.integer(0));
    status.liveGrants = context.view.liveGrants();
    status.waitingRequests = static_cast<int>(TRY(context.requests.waiting()).size());
    status.refusedRequests = context.refusedRequests;
    status.logCheckedAt = TRY(logCheckedAt(context));
    status.logProblem = context.logProblem;
    status.witness = context.witness;
    status.anchorMissed = context.anchorKeeping->missed();
    return status;
}

Result<DeskChanges> changesOf(Context& context, const Touched& touched)
{
    DeskChanges changes;
    TRY(addRequests(context, changes, touched));
    std::set<ClientId> agents = touched.agents;
    agents.insert(touched.holders.begin(), touched.holders.end());
    TRY(addAgents(context, changes, agents));
    std::set<GrantId> grants = touched.grants;
    grants.insert(touched.ended.begin(), touched.ended.end());
    for (const GrantId& id : grants) {
        if (auto grant = TRY(context.ledger.find(id)))
            changes.grants.push_back(TRY(rowOf(context, std::move(*grant))));
    }
    if (touched.services == Touched::Services::Changed) {
        changes.services = TRY(listServices(context));
        changes.servicesChanged = true;
    }
    changes.status = TRY(statusOf(context));
    changes.logSize = changes.status->logSize;
    return changes;
}

Result<std::vector<GrantRow>> allGrantRows(const Context& context)
{
    std::vector<GrantRow> rows;
    for (const GrantId& id : TRY(context.ledger.ids())) {
        // With a broken log rows were not verified, and one that can't be read must not hide the others.
        auto grant = context.ledger.find(id);
        if (grant && *grant)
            rows.push_back(TRY(rowOf(context, std::move(**grant))));
    }
    std::ranges::reverse(rows);
    return rows;
}

Result<DeskChanges> wholeState(Context& context)
{
    DeskChanges changes;
    changes.everything = true;
    for (const StoredRequest& stored : TRY(context.requests.waiting()))
        changes.requests.push_back(TRY(waitingRequest(context, stored)));
    changes.grants = TRY(allGrantRows(context));
    const auto agents = TRY(context.registry.ids());
    TRY(addAgents(context, changes, {agents.begin(), agents.end()}));
    changes.services = TRY(listServices(context));
    changes.servicesChanged = true;
    changes.status = TRY(statusOf(context));
    changes.logSize = changes.status->logSize;
    return changes;
}

} // namespace countersign::authority
