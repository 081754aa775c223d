// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/logged_services.h"

#include "core/authority/leaves.h"
#include "core/authority/parsed_leaf_json.h"
#include "core/base/json_members.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"

#include <QCoreApplication>

namespace countersign::authority {

namespace {

using audit::LeafKind;

Result<void> remove(Context& context, const ServiceId& id)
{
    store::Query query(context.database, "DELETE FROM services WHERE service_id = ?");
    return query.bind(id.value).run();
}

Result<void> logRejected(Context& context, const ServiceId& id, std::string_view what)
{
    audit::LeafDraft leaf;
    leaf.kind = LeafKind::StateRejected;
    leaf.claims["what"] = what;
    leaf.claims["service_id"] = id.value;
    TRY(appendLeaf(context, leaf));
    return {};
}

} // namespace

void LoggedServices::take(const ParsedLeaf& parsed)
{
    const auto& [leaf, claims] = parsed;
    if (leaf.kind != LeafKind::ServiceAdded && leaf.kind != LeafKind::ServiceRemoved)
        return;
    const ServiceId id{json::textOf(claims, "service_id")};
    if (leaf.privateText)
        m_names[id] = *leaf.privateText;
    if (leaf.kind == LeafKind::ServiceAdded)
        m_services[id] = {json::textOf(claims, "location"),
            crypto::fromBase64url(json::textOf(claims, kServiceSecretClaim)).value_or(std::string()), leaf.at};
    else if (const auto known = m_services.find(id); known != m_services.end())
        known->second.removedAt = leaf.at;
}

LoggedServices::Service LoggedServices::rightFor(const Service& logged, const Service& row)
{
    Service right = logged;
    if (right.secretHash.empty())
        right.secretHash = row.secretHash;
    return right;
}

Result<LoggedServices::Services> LoggedServices::rows(store::Database& database)
{
    store::Query query(database, "SELECT service_id, location, secret_hash, added_at, removed_at FROM services");
    Services rows;
    while (TRY(query.next())) {
        const auto removedAt = query.optionalInteger(4);
        rows[ServiceId{query.text(0)}] = {query.text(1), query.blob(2), UnixSeconds{query.integer(3)},
            removedAt ? std::optional(UnixSeconds{*removedAt}) : std::nullopt};
    }
    return rows;
}

Result<void> LoggedServices::put(Context& context, const ServiceId& id, const Service& service) const
{
    const auto name = m_names.find(id);
    store::Query query(context.database,
        "INSERT INTO services (service_id, name, location, secret_hash, added_at, removed_at) VALUES (?, ?, ?, ?, ?, "
        "?) "
        "ON CONFLICT (service_id) DO UPDATE SET location = excluded.location, secret_hash = excluded.secret_hash, "
        "added_at = excluded.added_at, removed_at = excluded.removed_at");
    query.bind(id.value).bind(name == m_names.end() ? service.location : name->second);
    query.bind(service.location).bindBlob(service.secretHash);
    query.bind(service.addedAt.value);
    return query.bind(service.removedAt ? std::optional(service.removedAt->value) : std::nullopt).run();
}

Result<QStringList> LoggedServices::verify(Context& context) const
{
    const Services found = TRY(rows(context.database));
    int rejected = 0;
    for (const auto& [id, row] : found) {
        if (m_services.contains(id))
            continue;
        TRY(remove(context, id));
        TRY(logRejected(context, id, "service: nobody added it"));
        ++rejected;
    }
    for (const auto& [id, logged] : m_services) {
        const auto row = found.find(id);
        const Service right = row == found.end() ? logged : rightFor(logged, row->second);
        if (row != found.end() && row->second == right)
            continue;
        TRY(put(context, id, right));
        TRY(logRejected(context, id, "service: its row said something else than the log"));
        ++rejected;
    }
    if (rejected == 0)
        return QStringList();
    return QStringList(QCoreApplication::translate("authority",
        "%n services in the data were not as the log says; they are as it says again.", nullptr, rejected));
}

Result<void> LoggedServices::compare(store::Database& database) const
{
    const Services found = TRY(rows(database));
    for (const auto& [id, row] : found) {
        const auto logged = m_services.find(id);
        if (logged == m_services.end() || row != rightFor(logged->second, row))
            return fail(ErrorCode::StorageCorrupt, "service " + id.value + ": its row is not what the log says");
    }
    for (const auto& [id, logged] : m_services) {
        if (!found.contains(id))
            return fail(ErrorCode::StorageCorrupt, "service " + id.value + ": its row is missing");
    }
    return {};
}

} // namespace countersign::authority
