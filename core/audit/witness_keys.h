// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// By which keys the kept cosignatures were made: the settings name the present witness only, and the check of the log
// asks about all lines that are kept. Nobody's word but the database's; an auditor names the witnesses' keys that they
// know themselves.
#pragma once

#include "core/base/result.h"
#include "core/store/database.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::audit {

struct WitnessKey {
    std::string key; ///< verifier key (vkey, cosignature/v1)
    std::uint64_t since = 0; ///< the first checkpoint that was kept with its line, by its size

    bool operator==(const WitnessKey&) const = default;
};

/// In a transaction. Error: InvalidInput for what is no witness's key.
[[nodiscard]] Result<void> keepWitnessKey(store::Database& database, std::string_view key, std::uint64_t size);
/// In the order in which they came. Any connection. Error: StorageCorrupt.
[[nodiscard]] Result<std::vector<WitnessKey>> keptWitnessKeys(store::Database& database);

} // namespace countersign::audit
