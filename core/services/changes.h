// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is different in a later document of a service.
#pragma once

#include "core/services/catalogue.h"

#include <cstdint>
#include <vector>

namespace countersign::services {

struct OperationChange {
    enum class Kind : std::uint8_t {
        Added,
        Removed,
        Altered, ///< another digest: method, path or arguments
        Demands, ///< only what it demands of agents
    } kind = Kind::Added;
    Operation operation; ///< as it is now; of one that was removed as it was
    Requirements before = {}; ///< what it demanded; of one that is new nothing

    bool operator==(const OperationChange&) const = default;
    /// Whether a grant that covers the operation was given for another one, or without knowing it.
    [[nodiscard]] bool concernsGrants() const { return kind != Kind::Demands; }
    /// Whether an agent may do it now that might not before: not all that was demanded still is.
    [[nodiscard]] bool demandsLess() const;
};

/// Sorted by action.
[[nodiscard]] std::vector<OperationChange> changesBetween(const Catalogue& before, const Catalogue& after);

} // namespace countersign::services
