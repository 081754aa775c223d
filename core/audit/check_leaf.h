// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The part of the check that looks at one leaf after the other: its form, its columns, its private text, its place
// among the leaves of its grant. Memory grows with the number of grants only.
#pragma once

#include "core/audit/canonical_leaf.h"
#include "core/audit/leaf.h"
#include "core/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace countersign::audit {

/// A row of the log as it was read.
struct LeafRow {
    Leaf leaf;
    std::int64_t kind = 0; ///< the column, which may be no kind
    std::string salt;
};

/// Form and columns. Errors, here and below: StorageCorrupt, not naming the entry.
[[nodiscard]] Result<LeafClaims> checkLeaf(const LeafRow& row);
[[nodiscard]] Result<void> checkPrivateText(const LeafClaims& claims, const LeafRow& row);

class GrantOrder {
public:
    /// The next leaf of the log; `hash`: its leaf hash.
    [[nodiscard]] Result<void> take(const LeafClaims& claims, LeafKind kind, std::string_view hash);

private:
    struct Grant {
        std::int64_t leaves = 0;
        std::string lastHash;
        enum class Numbered : std::uint8_t { No, Yes } numbered = Numbered::No;
        enum class Ended : std::uint8_t { No, Yes } ended = Ended::No;
    };
    std::unordered_map<std::string, Grant> m_grants;
};

} // namespace countersign::audit
