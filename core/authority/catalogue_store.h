// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What services offer, as their OpenAPI documents said, and which of those each grant was given for. Which document
// holds for a service, for which place, and which one the person knew who allowed something there, is read from the log
// (CatalogueImported, ServiceRemoved, ConsentGiven, GrantResumed), so that no changed row can take a service's demands
// away, or hide what has changed: the table only has the texts. Used on the authority's thread, inside a transaction
// where it writes.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/permissions/permission.h"
#include "core/services/catalogue.h"
#include "core/store/database.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace countersign::authority {

/// What is kept of a document.
struct KeptCatalogue {
    std::int64_t entry = 0; ///< the log's, of its import
    std::string digest; ///< SHA-256 of its JSON
    /// nullptr: what is kept is not what was imported. Nothing is known of what is offered then, nor demanded.
    std::shared_ptr<const services::Catalogue> catalogue;
};

struct Place {
    ServiceId service;
    permissions::Location location;

    bool operator==(const Place&) const = default;
};

/// A service with a document: whoever acts there must meet what it demands.
struct OfferedService : Place {
    UnixSeconds importedAt;
    KeptCatalogue kept;
};

class CatalogueStore {
public:
    explicit CatalogueStore(store::Database& database) : m_database(&database) { }

    /// All services that the person has, and that have a document; good until changed(). From memory where they were
    /// read before. Error: the store's.
    [[nodiscard]] Result<std::span<const OfferedService>> offered() const;
    [[nodiscard]] Result<std::optional<OfferedService>> offeredBy(const ServiceId& service) const;
    void changed() { m_isKnown = false; } ///< a leaf about it was appended, or undone

    /// What the leaf `kept.entry` is about. `json`: services::catalogueJson() of it.
    [[nodiscard]] Result<void> add(const ServiceId& service, const KeptCatalogue& kept, const std::string& json);

    /// The entry of what was offered at that service, or at one that was at its place before it, when the person
    /// allowed the grant or let it go on after looking; where no document was known then, of the first that came.
    /// nullopt: none.
    [[nodiscard]] Result<std::optional<std::int64_t>> pinnedBy(const GrantId& grant, const Place& place) const;
    /// What was imported then; nullptr: it is not there, or not that.
    [[nodiscard]] Result<std::shared_ptr<const services::Catalogue>> importedAs(std::int64_t entry) const;

    /// All that ever had a document.
    [[nodiscard]] Result<std::vector<Place>> places() const;
    /// The entries whose texts are kept.
    [[nodiscard]] Result<std::set<std::int64_t>> kept() const;
    [[nodiscard]] Result<void> forget(std::int64_t entry);
    /// Forgets texts that are not what the log says. How many they were.
    [[nodiscard]] Result<int> forgetForged();

private:
    /// A document, or the end of a service.
    struct Event {
        OfferedService offered; ///< without the text
        enum class Kind : std::uint8_t { Imported, Removed } kind = Kind::Imported;
    };

    [[nodiscard]] Result<void> know() const;
    [[nodiscard]] Result<std::vector<Event>> readEvents() const;
    [[nodiscard]] std::vector<OfferedService> offeredBefore(std::int64_t entry) const;
    [[nodiscard]] const OfferedService* importOf(std::int64_t entry) const;
    [[nodiscard]] Result<std::optional<std::int64_t>> lastLook(const GrantId& grant) const;
    [[nodiscard]] Result<std::shared_ptr<const services::Catalogue>> catalogue(
        std::int64_t entry, const std::string& digest) const;

    store::Database* m_database;
    mutable std::vector<Event> m_events; ///< all, in their order
    mutable std::vector<OfferedService> m_offered;
    mutable bool m_isKnown = false;
    /// By digest, so that it is never behind the database, nor ahead of it.
    mutable std::map<std::string, std::weak_ptr<const services::Catalogue>> m_texts;
};

} // namespace countersign::authority
