// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What grants were given for, held against what is offered now.

#include "core/authority/catalogue_cases.h"
#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

#include <QCoreApplication>

#include <algorithm>
#include <iterator>
#include <set>

namespace countersign::authority {

namespace {

using grants::GrantState;
using permissions::AgentDelegation;
using services::OperationChange;

const services::Catalogue& nothing()
{
    static const services::Catalogue kNothing;
    return kNothing;
}

bool covers(const grants::Grant& grant, const permissions::Location& place, const permissions::Action& action)
{
    return std::ranges::any_of(grant.permission.details, [&](const AgentDelegation& detail) {
        return isAt(detail, place) && std::ranges::any_of(detail.actions, [&](const permissions::Action& each) {
            return each.covers(action);
        });
    });
}

/// The catalogue that is in force, or nothing where it can't be read.
const services::Catalogue& offeredNow(const OfferedService& place)
{
    return place.kept.catalogue ? *place.kept.catalogue : nothing();
}

/// The grants of the person's own decisions that have not ended.
Result<std::vector<grants::Grant>> openGrants(const Context& context)
{
    std::vector<grants::Grant> open;
    for (const GrantState state : {GrantState::Live, GrantState::Held}) {
        for (const GrantId& id : TRY(context.ledger.inState(state))) {
            auto grant = TRY(context.ledger.find(id));
            if (grant && !grant->parent)
                open.push_back(*std::move(grant));
        }
    }
    return open;
}

/// Unless it is held for something that the person must look at anyway.
bool goesOnByItself(const grants::Grant& grant)
{
    return grant.state == GrantState::Live || grant.reason == grants::EndReason::WaitingForEvidence;
}

QString cantBeRead(const OfferedService& place)
{
    return QCoreApplication::translate(
        "authority", "What %1 offers is not what was imported. Permissions there are held; import its document again.")
        .arg(QString::fromStdString(place.location.place()));
}

QString wasLost(const OfferedService& place)
{
    return QCoreApplication::translate("authority",
        "What %1 offered when you allowed something there is not in the data any more. Permissions there are held "
        "until "
        "you have looked.")
        .arg(QString::fromStdString(place.location.place()));
}

Result<void> logForged(Context& context, int count)
{
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::StateRejected;
    leaf.claims["what"] = "catalogues: " + std::to_string(count) + " were not what was imported";
    TRY(appendLeaf(context, leaf));
    return {};
}

} // namespace

Result<void> offersCanBeRead(const Context& context, const grants::Grant& grant)
{
    for (const OfferedService& place : TRY(context.catalogues.offered())) {
        if (isAt(grant.permission, place.location) && !place.kept.catalogue)
            return fail(ErrorCode::StorageCorrupt, cantBeRead(place).toStdString());
    }
    return {};
}

Result<std::vector<OperationChange>> ChangesAt::under(const grants::Grant& grant)
{
    const auto pinned = TRY(m_context->catalogues.pinnedBy(grant.id, *m_place));
    if (!pinned)
        return std::vector<OperationChange>();
    auto since = m_since.find(*pinned);
    if (since == m_since.end()) {
        const auto then = TRY(m_context->catalogues.importedAs(*pinned));
        m_lost = m_lost || !then;
        auto changes = then.get() == m_now ? std::vector<OperationChange>()
                                           : services::changesBetween(then ? *then : nothing(), *m_now);
        since = m_since.emplace(*pinned, std::move(changes)).first;
    }
    std::vector<OperationChange> changes;
    std::ranges::copy_if(since->second, std::back_inserter(changes), [&](const OperationChange& change) {
        return change.concernsGrants() && covers(grant, m_place->location, change.operation.action);
    });
    return changes;
}

Result<std::vector<OperationChange>> operationsChangedUnder(const Context& context, const grants::Grant& grant)
{
    std::vector<OperationChange> changed;
    for (const OfferedService& place : TRY(context.catalogues.offered())) {
        if (isAt(grant.permission, place.location))
            std::ranges::move(
                TRY(ChangesAt(context, place, offeredNow(place)).under(grant)), std::back_inserter(changed));
    }
    return changed;
}

Result<std::vector<grants::Grant>> openGrantsAt(const Context& context, const permissions::Location& place)
{
    std::vector<grants::Grant> open = TRY(openGrants(context));
    std::erase_if(open, [&](const grants::Grant& grant) { return !isAt(grant.permission, place); });
    return open;
}

Result<void> forgetUnusedCatalogues(Context& context)
{
    std::set<std::int64_t> unused = TRY(context.catalogues.kept());
    for (const OfferedService& place : TRY(context.catalogues.offered()))
        unused.erase(place.kept.entry);
    if (unused.empty())
        return {};
    const std::vector<Place> places = TRY(context.catalogues.places());
    for (const grants::Grant& grant : TRY(openGrants(context))) {
        for (const Place& place : places) {
            if (!isAt(grant.permission, place.location))
                continue;
            if (const auto pinned = TRY(context.catalogues.pinnedBy(grant.id, place)))
                unused.erase(*pinned);
        }
    }
    for (const std::int64_t entry : unused)
        TRY(context.catalogues.forget(entry));
    return {};
}

Result<QStringList> verifyCatalogues(Context& context)
{
    QStringList sentences;
    if (const int forged = TRY(context.catalogues.forgetForged()); forged > 0) {
        TRY(logForged(context, forged));
        sentences.append(QCoreApplication::translate("authority",
            "%n documents of services in the data were not what was imported and were set aside.", nullptr, forged));
    }
    const std::span<const OfferedService> offered = TRY(context.catalogues.offered());
    if (offered.empty())
        return sentences;
    const std::vector<grants::Grant> open = TRY(openGrants(context));
    std::set<GrantId> held;
    for (const OfferedService& place : offered) {
        if (!place.kept.catalogue)
            sentences.append(cantBeRead(place));
        ChangesAt changes(context, place, offeredNow(place));
        for (const grants::Grant& grant : open) {
            if (!goesOnByItself(grant) || held.contains(grant.id) || !isAt(grant.permission, place.location))
                continue;
            if (TRY(changes.under(grant)).empty() && place.kept.catalogue)
                continue;
            TRY(holdGrant(context, grant, grants::EndReason::OperationsChanged));
            held.insert(grant.id);
        }
        if (place.kept.catalogue && changes.lostSome())
            sentences.append(wasLost(place));
    }
    return sentences;
}

} // namespace countersign::authority
