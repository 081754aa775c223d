// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// OpenAPI documents of services, as use cases on the authority's thread (use_cases.h). A grant was given for what was
// offered then: where a later document changes, adds or removes an operation that it covers, it is held until the
// person has looked (OperationsChanged). What is kept of a document and can't be read counts as an empty one.
#pragma once

#include "core/authority/context.h"
#include "core/authority/person_api.h"
#include "core/consent/offer.h"

#include <QStringList>

#include <cstdint>
#include <map>
#include <vector>

namespace countersign::authority {

// import_catalogue.cpp
/// `preview` with all but what was read out of the document: that, and `service`, are there. Changes nothing. Error:
/// NotFound.
[[nodiscard]] Result<CataloguePreview> previewCatalogue(Context& context, CataloguePreview preview);
/// Takes it in, logs it, and holds the grants of which it changes an operation. Errors: NotFound, InvalidInput (another
/// was taken in since the preview), and nothing may be granted now.
[[nodiscard]] Result<void> importCatalogue(Context& context, const CataloguePreview& preview);

// pin_catalogues.cpp
/// Whether the person can know what the grant is for, who allows it or lets it go on. Error: StorageCorrupt, where what
/// is offered can't be read.
[[nodiscard]] Result<void> offersCanBeRead(const Context& context, const grants::Grant& grant);
/// What is different at a service from what grants were given for; nothing where no document was known then. Each
/// document that grants were given for is compared once.
class ChangesAt {
public:
    /// `now`: what the service offers, or would offer. All must outlive it.
    ChangesAt(const Context& context, const OfferedService& place, const services::Catalogue& now)
        : m_context(&context), m_place(&place), m_now(&now)
    {
    }
    [[nodiscard]] Result<std::vector<services::OperationChange>> under(const grants::Grant& grant);
    /// What a grant was given for could not be read; then all that is offered is new to it.
    [[nodiscard]] bool lostSome() const { return m_lost; }

private:
    const Context* m_context;
    const OfferedService* m_place;
    const services::Catalogue* m_now;
    std::map<std::int64_t, std::vector<services::OperationChange>> m_since; ///< by the entry of what was offered then
    bool m_lost = false;
};
/// The same at all services.
[[nodiscard]] Result<std::vector<services::OperationChange>> operationsChangedUnder(
    const Context& context, const grants::Grant& grant);
/// The grants of the person's own decisions at the place that have not ended.
[[nodiscard]] Result<std::vector<grants::Grant>> openGrantsAt(
    const Context& context, const permissions::Location& place);
/// What nobody offers any more, and no grant that has not ended was given for.
[[nodiscard]] Result<void> forgetUnusedCatalogues(Context& context);
/// At start: sets aside what is kept and is not what the log says, and holds the grants that it was for. Sentences.
[[nodiscard]] Result<QStringList> verifyCatalogues(Context& context);

// show_offers.cpp
/// What services say of the actions that are asked for.
[[nodiscard]] Result<std::vector<consent::Offer>> offersFor(
    const Context& context, const permissions::Permission& asked);
/// What the screens of waiting requests at a place say has changed.
[[nodiscard]] Result<void> touchRequestsAt(Context& context, const permissions::Location& place);
/// Whether anything of the permission happens there, or may happen there.
[[nodiscard]] bool isAt(const permissions::AgentDelegation& detail, const permissions::Location& place);
[[nodiscard]] bool isAt(const permissions::Permission& permission, const permissions::Location& place);

} // namespace countersign::authority
