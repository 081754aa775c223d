// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The part of the check that follows the device's keys: each entry names the one that was in force, from the one that
// the log is named after on, and each change of it is signed by both and by the person.
#pragma once

#include "core/audit/canonical_leaf.h"
#include "core/audit/leaf.h"
#include "core/base/ids.h"
#include "core/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace countersign::audit {

class DeviceOrder {
public:
    /// `person`: whose log it is; empty: not asked.
    DeviceOrder(std::string origin, Thumbprint person);

    /// The next leaf of the log. Error: StorageCorrupt, not naming the entry.
    [[nodiscard]] Result<void> take(const LeafClaims& claims, const Leaf& leaf);
    /// Whether the key of this thumbprint ever was in force.
    [[nodiscard]] bool knows(std::string_view thumbprint) const;

private:
    [[nodiscard]] Result<void> rotate(const Leaf& leaf);

    std::string m_origin;
    Thumbprint m_person;
    std::vector<std::string> m_devices; ///< thumbprints; the last is in force
};

} // namespace countersign::audit
