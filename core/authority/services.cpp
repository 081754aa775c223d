// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Verifiers that the person adds. A service's secret is shown once and known here by its SHA-256.

#include "core/authority/catalogue_cases.h"
#include "core/authority/evidence_holds.h"
#include "core/authority/leaves.h"
#include "core/authority/logged_services.h"
#include "core/authority/use_cases.h"
#include "core/base/text_safety.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

namespace countersign::authority {

namespace {

constexpr std::size_t kMaxServiceNameBytes = 200;

audit::LeafDraft draftAboutService(audit::LeafKind kind, const ServiceId& id, const std::string& location)
{
    audit::LeafDraft leaf;
    leaf.kind = kind;
    leaf.claims["service_id"] = id.value;
    leaf.claims["location"] = location;
    return leaf;
}

} // namespace

Result<ServiceSecret> addService(Context& context, const QString& name, const QString& location)
{
    TRY(mayExtend(context));
    const std::string plainName = name.trimmed().toStdString();
    if (plainName.empty() || plainName.size() > kMaxServiceNameBytes || !isPlainText(plainName))
        return fail(ErrorCode::InvalidInput, "Give the service a short name in plain text.");
    const permissions::Location place = TRY(permissions::Location::parse(location.trimmed().toStdString()));
    const ServiceId id{crypto::randomId()};
    const std::string secret = crypto::randomToken();
    store::Query query(context.database,
        "INSERT INTO services (service_id, name, location, secret_hash, added_at) VALUES (?, ?, ?, ?, ?)");
    const std::string secretHash = crypto::sha256(secret);
    query.bind(id.value).bind(plainName).bind(place.url()).bindBlob(secretHash);
    TRY(query.bind(context.now().value).run());
    audit::LeafDraft leaf = draftAboutService(audit::LeafKind::ServiceAdded, id, place.url());
    leaf.claims[kServiceSecretClaim] = crypto::base64url(secretHash);
    leaf.privateText = plainName;
    TRY(appendLeaf(context, leaf));
    TRY(signLog(context));
    context.touched.services = Touched::Services::Changed;
    return ServiceSecret{id, QString::fromStdString(secret)};
}

Result<void> removeService(Context& context, const ServiceId& service)
{
    TRY(mayExtend(context)); // what it demanded is not demanded any more
    store::Query query(context.database,
        "UPDATE services SET removed_at = ? WHERE service_id = ? AND removed_at IS NULL RETURNING location");
    query.bind(context.now().value).bind(service.value);
    if (!TRY(query.next()))
        return fail(ErrorCode::NotFound, "There is no such service.");
    const std::string location = query.text(0);
    TRY(appendLeaf(context, draftAboutService(audit::LeafKind::ServiceRemoved, service, location)));
    context.view.removeService(service);
    context.touched.services = Touched::Services::Changed;
    context.catalogues.changed();
    TRY(followDemands(context));
    TRY(forgetUnusedCatalogues(context));
    TRY(signLog(context));
    const permissions::Location place = TRY(permissions::Location::parse(location));
    return touchRequestsAt(context, place);
}

Result<std::vector<ServiceRow>> listServices(Context& context)
{
    store::Query query(context.database,
        "SELECT service_id, name, location, added_at FROM services WHERE removed_at IS NULL ORDER BY id");
    std::vector<ServiceRow> rows;
    while (TRY(query.next())) {
        rows.push_back({ServiceId{query.text(0)}, safeText(query.text(1)).text, QString::fromStdString(query.text(2)),
            UnixSeconds{query.integer(3)}});
    }
    for (ServiceRow& row : rows) {
        const auto offered = TRY(context.catalogues.offeredBy(row.id));
        if (!offered)
            continue;
        row.catalogue = offered->kept.catalogue;
        row.document = row.catalogue ? ServiceRow::Document::Kept : ServiceRow::Document::Unreadable;
        row.importedAt = offered->importedAt;
    }
    return rows;
}

Result<void> publishServices(Context& context)
{
    store::Query query(
        context.database, "SELECT service_id, name, location, secret_hash FROM services WHERE removed_at IS NULL");
    while (TRY(query.next())) {
        const permissions::Location location = TRY(permissions::Location::parse(query.text(2)));
        context.view.setService({ServiceId{query.text(0)}, query.text(1), location}, query.blob(3));
    }
    return {};
}

Result<std::optional<permissions::Location>> locationOfService(const Context& context, const ServiceId& service)
{
    store::Query query(context.database, "SELECT location FROM services WHERE service_id = ? AND removed_at IS NULL");
    if (!TRY(query.bind(service.value).next()))
        return std::nullopt;
    return TRY(permissions::Location::parse(query.text(0)));
}

} // namespace countersign::authority
