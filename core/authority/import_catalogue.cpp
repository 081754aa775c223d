// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/catalogue_cases.h"
#include "core/authority/evidence_holds.h"
#include "core/authority/leaves.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"

#include <algorithm>

namespace countersign::authority {

namespace {

using grants::EndReason;
using grants::GrantState;
using permissions::Location;

/// The service, which may have no document yet.
Result<OfferedService> placeOf(const Context& context, const ServiceId& service)
{
    const auto location = TRY(locationOfService(context, service));
    if (!location)
        return fail(ErrorCode::NotFound, "There is no such service.");
    OfferedService place = TRY(context.catalogues.offeredBy(service)).value_or(OfferedService());
    place.service = service;
    place.location = *location;
    return place;
}

/// One that waits for the person already, for a reason that they must be told, keeps it: it shows the changes too.
bool isToBeHeld(const grants::Grant& grant)
{
    return grant.state == GrantState::Live || grant.reason == EndReason::ClockMoved
        || grant.reason == EndReason::PausedByPerson || grant.reason == EndReason::WaitingForEvidence;
}

/// What is relative is wherever the service is.
bool isAddressOf(const services::Catalogue& catalogue, const Location& place)
{
    return std::ranges::any_of(catalogue.baseUrls, [&](const std::string& url) {
        if (!url.contains("://") && !url.starts_with("//"))
            return true;
        auto base = Location::parse(url);
        if (!base)
            base = Location::parse(url + '/');
        return base && (base->covers(place) || place.covers(*base));
    });
}

Result<KeptCatalogue> logAndKeep(Context& context, const CataloguePreview& preview, const OfferedService& place)
{
    KeptCatalogue kept{0, preview.digest, preview.catalogue};
    audit::LeafDraft leaf;
    leaf.kind = audit::LeafKind::CatalogueImported;
    leaf.claims["service_id"] = place.service.value;
    leaf.claims["location"] = place.location.url();
    leaf.claims["document"] = crypto::base64url(preview.document);
    leaf.claims["catalogue"] = crypto::base64url(kept.digest);
    leaf.claims["operations"] = preview.catalogue->operations.size();
    leaf.claims["changed"] = preview.changes.size();
    leaf.privateText = preview.catalogue->title;
    kept.entry = static_cast<std::int64_t>(TRY(appendLeaf(context, leaf)).index);
    TRY(context.catalogues.add(place.service, kept, *preview.json));
    return kept;
}

} // namespace

Result<CataloguePreview> previewCatalogue(Context& context, CataloguePreview preview)
{
    const OfferedService place = TRY(placeOf(context, preview.service));
    preview.before = place.kept.entry;
    preview.changes = services::changesBetween(
        place.kept.catalogue ? *place.kept.catalogue : services::Catalogue(), *preview.catalogue);
    preview.elsewhere = isAddressOf(*preview.catalogue, place.location) ? CataloguePreview::Elsewhere::No
                                                                        : CataloguePreview::Elsewhere::Yes;
    ChangesAt changes(context, place, *preview.catalogue);
    for (const grants::Grant& grant : TRY(openGrantsAt(context, place.location))) {
        const bool isConcerned = !TRY(changes.under(grant)).empty();
        if (isConcerned && grant.state == GrantState::Live)
            preview.held.push_back(grant.id);
    }
    return preview;
}

Result<void> importCatalogue(Context& context, const CataloguePreview& preview)
{
    TRY(mayExtend(context));
    const OfferedService place = TRY(placeOf(context, preview.service));
    if (preview.before != place.kept.entry)
        return fail(ErrorCode::InvalidInput, "Another document was imported meanwhile. Look at this one again.");
    context.touched.services = Touched::Services::Changed;
    const KeptCatalogue kept = TRY(logAndKeep(context, preview, place));
    ChangesAt changes(context, place, *kept.catalogue);
    for (const grants::Grant& grant : TRY(openGrantsAt(context, place.location))) {
        const bool isConcerned = !TRY(changes.under(grant)).empty();
        if (isConcerned && isToBeHeld(grant))
            TRY(holdGrant(context, grant, EndReason::OperationsChanged));
        context.touched.grants.insert(grant.id);
    }
    TRY(followDemands(context));
    TRY(forgetUnusedCatalogues(context));
    TRY(signLog(context));
    return touchRequestsAt(context, place.location);
}

} // namespace countersign::authority
