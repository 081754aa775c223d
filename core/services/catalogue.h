// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What may be done at a service, as its OpenAPI document says: each operation is an action with a name, arguments and
// demands. Plain values. Texts are the document's own words: show them through safeText() only.
#pragma once

#include "core/permissions/permission.h"
#include "core/services/requirements.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::services {

enum class ArgumentPlace : std::uint8_t { Path, Query, Body };

/// Of an operation: a path or query parameter, or a top-level member of its body.
struct Argument {
    std::string name;
    ArgumentPlace place = ArgumentPlace::Query;
    enum class Presence : std::uint8_t { Optional, Required } presence = Presence::Optional;

    bool operator==(const Argument&) const = default;
};

enum class Effect : std::uint8_t { Reads, Changes };

struct Operation {
    permissions::Action action; ///< without wildcards; of no other operation of the catalogue
    std::string method; ///< in capitals
    std::string path; ///< below the base URL, parameters in braces: "/payments/{id}"
    std::string summary; ///< empty: it has none
    Effect effect = Effect::Changes;
    std::vector<Argument> arguments; ///< sorted by place and name
    std::string schemaDigest; ///< of all that describes the arguments, references followed: base64url SHA-256
    Requirements requirements; ///< all that holds for it, what the document demands as a whole included

    bool operator==(const Operation&) const = default;
    /// What a grant pins: method, path and schema. base64url SHA-256.
    [[nodiscard]] std::string digest() const;
};

struct Catalogue {
    std::string title;
    std::string version; ///< of the API, as it calls it
    std::vector<std::string> baseUrls; ///< absolute, or relative to where the service is; never empty
    std::vector<Operation> operations; ///< sorted by action

    bool operator==(const Catalogue&) const = default;
    [[nodiscard]] const Operation* find(const permissions::Action& action) const; ///< nullptr: none
    [[nodiscard]] std::vector<const Operation*> coveredBy(const permissions::Action& action) const;
    /// What all operations demand that `action` covers. What the document does not list must meet what any demands.
    [[nodiscard]] Requirements demandedFor(const permissions::Action& action) const;
};

} // namespace countersign::services
