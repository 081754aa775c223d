// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Which services the log says that the person has: the measure that their rows are held to at start. A row with another
// secret would let its writer ask as that service does, one with another place would take the demands there away.
#pragma once

#include "core/authority/context.h"

#include <QStringList>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::authority {

/// In a ServiceAdded: the SHA-256 of the service's secret, base64url. Nobody guesses a random secret from it.
inline constexpr std::string_view kServiceSecretClaim = "secret_digest";

struct ParsedLeaf; // parsed_leaf_json.h

class LoggedServices {
public:
    /// The next leaf, in order.
    void take(const ParsedLeaf& parsed);
    [[nodiscard]] bool knows(const ServiceId& service) const { return m_services.contains(service); }
    /// Rows become what the log says, or go; names are LoggedNames'. In a transaction.
    /// Sentences for the person about what was put right; empty: all is well.
    [[nodiscard]] Result<QStringList> verify(Context& context) const;
    /// Whether the rows are what the log says. Error: StorageCorrupt with the first that is not.
    [[nodiscard]] Result<void> compare(store::Database& database) const;

private:
    struct Service {
        std::string location;
        std::string secretHash; ///< empty: an older entry does not say
        UnixSeconds addedAt;
        std::optional<UnixSeconds> removedAt = {};

        bool operator==(const Service&) const = default;
    };
    using Services = std::map<ServiceId, Service>;

    [[nodiscard]] static Result<Services> rows(store::Database& database);
    /// What the row of one has to say; `row`: what it says.
    [[nodiscard]] static Service rightFor(const Service& logged, const Service& row);
    [[nodiscard]] Result<void> put(Context& context, const ServiceId& id, const Service& service) const;

    Services m_services;
    std::map<ServiceId, std::string> m_names; ///< for rows that are gone; none: it was erased
};

} // namespace countersign::authority
