// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// For tests that look into stored leaves, or change them, by SQL.
#pragma once

#include "core/audit/leaf_codec.h"
#include "core/base/try.h"
#include "core/store/database.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace countersign::test {

/// Lays all leaves as they are, as versions that did not pack them did. The schema stays as it was.
[[nodiscard]] inline Result<void> layLeavesPlain(store::Database& database)
{
    std::vector<std::pair<std::int64_t, std::string>> leaves;
    {
        store::Query query(database, "SELECT idx, leaf FROM log_leaves");
        while (TRY(query.next()))
            leaves.emplace_back(query.integer(0), TRY(audit::unpackLeaf(query.blob(1))));
    }
    std::string trigger;
    {
        store::Query query(database, "SELECT sql FROM sqlite_schema WHERE name = 'log_leaves_stay'");
        TRY(query.next());
        trigger = query.text(0);
    }
    TRY(store::Query(database, "DROP TRIGGER log_leaves_stay").run());
    store::Query update(database, "UPDATE log_leaves SET leaf = ? WHERE idx = ?");
    for (const auto& [index, leaf] : leaves)
        TRY(update.bindBlob(leaf).bind(index).run());
    return store::Query(database, trigger).run();
}

} // namespace countersign::test
