// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What services offer, as their OpenAPI documents said, and which of those each grant was given for. Which document
// holds for a service, and for which place, is read from the log (CatalogueImported, ServiceRemoved), so that no
// changed row can take a service's demands away: the tables only have the texts. Used on the authority's thread, inside
// a transaction where it writes.
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

/// A service with a document: whoever acts there must meet what it demands.
struct OfferedService {
    ServiceId service;
    permissions::Location location;
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

    /// The entry of what the grant was given for at that service, or at one that was there before it. nullopt: no
    /// document was known.
    [[nodiscard]] Result<std::optional<std::int64_t>> pinnedBy(const GrantId& grant, const ServiceId& service) const;
    /// What was imported then, as the row has it; nullptr: it can't be read.
    [[nodiscard]] Result<std::shared_ptr<const services::Catalogue>> importedAs(std::int64_t entry) const;
    [[nodiscard]] Result<void> pin(const GrantId& grant, const ServiceId& service, std::int64_t entry);
    /// Removes what grants that have ended were given for, and catalogues that nobody needs any more.
    [[nodiscard]] Result<void> forgetUnused();

private:
    [[nodiscard]] Result<std::vector<OfferedService>> read() const;
    [[nodiscard]] Result<std::shared_ptr<const services::Catalogue>> catalogue(
        std::int64_t entry, const std::string& digest) const;

    store::Database* m_database;
    mutable std::vector<OfferedService> m_offered;
    mutable bool m_isKnown = false;
    /// By digest, so that it is never behind the database, nor ahead of it.
    mutable std::map<std::string, std::weak_ptr<const services::Catalogue>> m_texts;
};

} // namespace countersign::authority
