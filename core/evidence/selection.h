// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Which entries of the log an evidence file needs: those that it is about, and those that say where their authority
// comes from.
#pragma once

#include "core/evidence/assemble.h"

#include <set>

namespace countersign::evidence {

struct Selection {
    Subject subject;
    std::set<std::uint64_t> entries; ///< never empty
    std::set<GrantId> grants; ///< whose links are needed
};

/// In a read transaction. Errors: NotFound, TooLarge (over kMaxEntries), StorageCorrupt.
[[nodiscard]] Result<Selection> select(store::Database& database, const Wanted& wanted, Unsigned entries);

} // namespace countersign::evidence
