// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/catalogue_store.h"

#include "core/audit/leaf.h"
#include "core/audit/leaf_codec.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/grants/grant.h"
#include "core/services/catalogue_json.h"

#include <algorithm>
#include <set>
#include <utility>

namespace countersign::authority {

namespace {

using audit::LeafKind;
using store::Query;

// The index log_leaves_of_services names the kinds.
static_assert(std::to_underlying(LeafKind::ServiceRemoved) == 5);
static_assert(std::to_underlying(LeafKind::CatalogueImported) == 39);

Result<OfferedService> offeredIn(const json::Object& leaf, std::int64_t entry)
{
    OfferedService offered;
    offered.service = ServiceId{TRY(json::requiredString(leaf, "service_id"))};
    const std::string location = TRY(json::requiredString(leaf, "location"));
    offered.location = TRY(permissions::Location::parse(location));
    offered.importedAt = {TRY(json::requiredInteger(leaf, "iat"))};
    offered.kept.entry = entry;
    const std::string digest = TRY(json::requiredString(leaf, "catalogue"));
    offered.kept.digest = TRY(crypto::fromBase64url(digest));
    return offered;
}

} // namespace

/// Without the texts; in the order in which the services got them. An entry that can't be read breaks the log, and with
/// a broken log nothing is permitted.
Result<std::vector<OfferedService>> CatalogueStore::read() const
{
    Query query(*m_database, "SELECT idx, leaf FROM log_leaves WHERE kind IN (5, 39) ORDER BY idx");
    std::vector<OfferedService> found;
    while (TRY(query.next())) {
        const auto leaf = audit::unpackClaims(query.blob(1));
        const auto service = leaf ? json::requiredString(*leaf, "service_id") : std::unexpected(leaf.error());
        if (!service)
            continue;
        std::erase_if(found, [&](const OfferedService& each) { return each.service.value == *service; });
        const auto type = json::requiredString(*leaf, "type");
        if (type && *type == audit::leafKindName(LeafKind::ServiceRemoved))
            continue;
        if (auto offered = offeredIn(*leaf, query.integer(0)))
            found.push_back(*std::move(offered));
    }
    return found;
}

Result<std::span<const OfferedService>> CatalogueStore::offered() const
{
    if (m_isKnown)
        return m_offered;
    std::vector<OfferedService> offered = TRY(read());
    for (OfferedService& each : offered)
        each.kept.catalogue = TRY(catalogue(each.kept.entry, each.kept.digest));
    m_offered = std::move(offered); // until here the old ones kept their texts in memory
    m_isKnown = true;
    return m_offered;
}

Result<std::optional<OfferedService>> CatalogueStore::offeredBy(const ServiceId& service) const
{
    const std::span<const OfferedService> all = TRY(offered());
    const auto found = std::ranges::find(all, service, &OfferedService::service);
    return found == all.end() ? std::nullopt : std::optional(*found);
}

Result<std::shared_ptr<const services::Catalogue>> CatalogueStore::catalogue(
    std::int64_t entry, const std::string& digest) const
{
    if (auto known = m_texts[digest].lock())
        return known;
    Query query(*m_database, "SELECT catalogue FROM catalogues WHERE idx = ?");
    if (!TRY(query.bind(entry).next()))
        return nullptr;
    const std::string json = query.text(0);
    if (crypto::sha256(json) != digest)
        return nullptr;
    auto parsed = services::parseCatalogue(json);
    if (!parsed)
        return nullptr;
    auto shared = std::make_shared<const services::Catalogue>(*std::move(parsed));
    m_texts[digest] = shared;
    return shared;
}

Result<void> CatalogueStore::add(const ServiceId& service, const KeptCatalogue& kept, const std::string& json)
{
    changed();
    m_texts[kept.digest] = kept.catalogue;
    Query query(*m_database, "INSERT INTO catalogues (idx, service_id, digest, catalogue) VALUES (?, ?, ?, ?)");
    return query.bind(kept.entry).bind(service.value).bindBlob(kept.digest).bind(json).run();
}

Result<std::optional<std::int64_t>> CatalogueStore::pinnedBy(const GrantId& grant, const ServiceId& service) const
{
    Query query(*m_database,
        "SELECT g.catalogue FROM services s JOIN services before ON before.location = s.location "
        "JOIN grant_catalogues g ON g.service_id = before.service_id WHERE s.service_id = ? AND g.grant_id = ? "
        "ORDER BY before.service_id = s.service_id DESC, g.catalogue DESC LIMIT 1");
    if (!TRY(query.bind(service.value).bind(grant.value).next()))
        return std::nullopt;
    return query.integer(0);
}

Result<std::shared_ptr<const services::Catalogue>> CatalogueStore::importedAs(std::int64_t entry) const
{
    Query query(*m_database, "SELECT digest FROM catalogues WHERE idx = ?");
    if (!TRY(query.bind(entry).next()))
        return nullptr;
    return catalogue(entry, query.blob(0));
}

Result<void> CatalogueStore::pin(const GrantId& grant, const ServiceId& service, std::int64_t entry)
{
    Query query(*m_database,
        "INSERT INTO grant_catalogues (grant_id, service_id, catalogue) VALUES (?, ?, ?) "
        "ON CONFLICT (grant_id, service_id) DO UPDATE SET catalogue = excluded.catalogue");
    return query.bind(grant.value).bind(service.value).bind(entry).run();
}

Result<void> CatalogueStore::forgetUnused()
{
    Query pins(*m_database,
        "DELETE FROM grant_catalogues WHERE grant_id NOT IN (SELECT grant_id FROM grants WHERE state IN (?, ?))");
    pins.bind(std::int64_t{std::to_underlying(grants::GrantState::Live)});
    TRY(pins.bind(std::int64_t{std::to_underlying(grants::GrantState::Held)}).run());
    std::set<std::int64_t> needed;
    for (const OfferedService& each : TRY(offered()))
        needed.insert(each.kept.entry);
    Query kept(*m_database, "SELECT idx FROM catalogues WHERE idx NOT IN (SELECT catalogue FROM grant_catalogues)");
    std::vector<std::int64_t> unused;
    while (TRY(kept.next())) {
        if (!needed.contains(kept.integer(0)))
            unused.push_back(kept.integer(0));
    }
    for (const std::int64_t entry : unused) {
        Query remove(*m_database, "DELETE FROM catalogues WHERE idx = ?");
        TRY(remove.bind(entry).run());
    }
    std::erase_if(m_texts, [](const auto& text) { return text.second.expired(); });
    return {};
}

} // namespace countersign::authority
