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
#include <limits>
#include <utility>

namespace countersign::authority {

namespace {

using audit::LeafKind;
using store::Query;

// The index log_leaves_of_services names the kinds, and so do the queries here.
static_assert(std::to_underlying(LeafKind::ServiceRemoved) == 5);
static_assert(std::to_underlying(LeafKind::ConsentGiven) == 13);
static_assert(std::to_underlying(LeafKind::GrantResumed) == 17);
static_assert(std::to_underlying(LeafKind::CatalogueImported) == 39);

Result<OfferedService> offeredIn(const json::Object& leaf, std::int64_t entry)
{
    OfferedService offered;
    offered.service = ServiceId{TRY(json::requiredString(leaf, "service_id"))};
    const std::string location = TRY(json::requiredString(leaf, "location"));
    offered.location = TRY(permissions::Location::parse(location));
    offered.importedAt = {TRY(json::requiredInteger(leaf, "iat"))};
    offered.kept.entry = entry;
    return offered;
}

/// When evidence let it go on nobody had looked.
bool isLook(LeafKind kind, std::string_view stored)
{
    if (kind == LeafKind::ConsentGiven)
        return true;
    const auto leaf = audit::unpackClaims(stored);
    return leaf && json::requiredString(*leaf, "held") != endReasonName(grants::EndReason::WaitingForEvidence);
}

} // namespace

/// An entry that can't be read breaks the log, and with a broken log nothing is permitted.
Result<std::vector<CatalogueStore::Event>> CatalogueStore::readEvents() const
{
    Query query(*m_database, "SELECT idx, leaf, kind FROM log_leaves WHERE kind IN (5, 39) ORDER BY idx");
    std::vector<Event> events;
    while (TRY(query.next())) {
        const auto leaf = audit::unpackClaims(query.blob(1));
        auto offered = leaf ? offeredIn(*leaf, query.integer(0)) : std::unexpected(leaf.error());
        if (!offered)
            continue;
        const bool isImport = query.integer(2) == std::to_underlying(LeafKind::CatalogueImported);
        if (isImport)
            offered->kept.digest =
                crypto::fromBase64url(json::requiredString(*leaf, "catalogue").value_or("")).value_or(std::string());
        events.push_back({*std::move(offered), isImport ? Event::Kind::Imported : Event::Kind::Removed});
    }
    return events;
}

/// In the order in which the services got them.
std::vector<OfferedService> CatalogueStore::offeredBefore(std::int64_t entry) const
{
    std::vector<OfferedService> offered;
    for (const Event& event : m_events) {
        if (event.offered.kept.entry >= entry)
            break;
        std::erase_if(offered, [&](const OfferedService& each) { return each.service == event.offered.service; });
        if (event.kind == Event::Kind::Imported)
            offered.push_back(event.offered);
    }
    return offered;
}

Result<void> CatalogueStore::know() const
{
    if (m_isKnown)
        return {};
    m_events = TRY(readEvents());
    std::vector<OfferedService> offered = offeredBefore(std::numeric_limits<std::int64_t>::max());
    for (OfferedService& each : offered)
        each.kept.catalogue = TRY(catalogue(each.kept.entry, each.kept.digest));
    m_offered = std::move(offered); // until here the old ones kept their texts in memory
    m_isKnown = true;
    return {};
}

Result<std::span<const OfferedService>> CatalogueStore::offered() const
{
    TRY(know());
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

Result<std::optional<std::int64_t>> CatalogueStore::lastLook(const GrantId& grant) const
{
    Query query(*m_database,
        "SELECT idx, kind, leaf FROM log_leaves WHERE grant_id = ? AND kind IN (13, 17) ORDER BY idx DESC");
    query.bind(grant.value);
    while (TRY(query.next())) {
        if (isLook(static_cast<LeafKind>(query.integer(1)), query.blob(2)))
            return query.integer(0);
    }
    return std::nullopt;
}

Result<std::optional<std::int64_t>> CatalogueStore::pinnedBy(const GrantId& grant, const Place& place) const
{
    TRY(know());
    const auto look = TRY(lastLook(grant));
    if (!look)
        return std::nullopt;
    std::optional<std::int64_t> pinned;
    for (const OfferedService& then : offeredBefore(*look)) {
        if (then.location != place.location)
            continue;
        pinned = then.kept.entry;
        if (then.service == place.service)
            return pinned;
    }
    if (pinned)
        return pinned;
    const auto first = std::ranges::find_if(m_events, [&](const Event& event) {
        return event.kind == Event::Kind::Imported && event.offered.kept.entry > *look
            && event.offered.location == place.location;
    });
    return first == m_events.end() ? std::nullopt : std::optional(first->offered.kept.entry);
}

const OfferedService* CatalogueStore::importOf(std::int64_t entry) const
{
    const auto found = std::ranges::find_if(m_events,
        [&](const Event& event) { return event.kind == Event::Kind::Imported && event.offered.kept.entry == entry; });
    return found == m_events.end() ? nullptr : &found->offered;
}

Result<std::shared_ptr<const services::Catalogue>> CatalogueStore::importedAs(std::int64_t entry) const
{
    TRY(know());
    const OfferedService* imported = importOf(entry);
    return imported == nullptr ? nullptr : TRY(catalogue(entry, imported->kept.digest));
}

Result<std::vector<Place>> CatalogueStore::places() const
{
    TRY(know());
    std::vector<Place> places;
    for (const Event& event : m_events) {
        if (!std::ranges::contains(places, event.offered.service, &Place::service))
            places.push_back(event.offered);
    }
    return places;
}

Result<std::set<std::int64_t>> CatalogueStore::kept() const
{
    Query query(*m_database, "SELECT idx FROM catalogues");
    std::set<std::int64_t> kept;
    while (TRY(query.next()))
        kept.insert(query.integer(0));
    return kept;
}

Result<void> CatalogueStore::forget(std::int64_t entry)
{
    std::erase_if(m_texts, [](const auto& text) { return text.second.expired(); });
    Query remove(*m_database, "DELETE FROM catalogues WHERE idx = ?");
    return remove.bind(entry).run();
}

Result<int> CatalogueStore::forgetForged()
{
    TRY(know());
    // Where older versions kept what grants were given for.
    Query pins(*m_database, "DELETE FROM grant_catalogues");
    TRY(pins.run());
    int forged = 0;
    for (const std::int64_t entry : TRY(kept())) {
        if (TRY(importedAs(entry)))
            continue;
        TRY(forget(entry));
        ++forged;
    }
    return forged;
}

} // namespace countersign::authority
