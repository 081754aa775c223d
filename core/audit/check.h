// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Checking the log: reads the leaves, hashes them anew, and compares with what was signed and remembered. Shares
// nothing with the writer but the hash functions.
#pragma once

#include "core/audit/leaf.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/store/database.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace countersign::audit {

struct CheckExpectation {
    std::string origin;
    crypto::PublicKey key;
    std::uint64_t anchorSize = 0; ///< what the keychain remembers; 0: nothing
    std::string anchorRoot;
};

struct CheckReport {
    std::uint64_t leaves = 0;
    std::string root;
    bool olderThanAnchor = false; ///< the database ends before what the keychain remembers: an old copy
};

/// Goes through all leaves in order, calling `visit` for each (it may be empty). Error: StorageCorrupt naming the first
/// bad entry ("entry 17: …") or saying what contradicts what; StorageFailed. An old copy is a report, not an error.
[[nodiscard]] Result<CheckReport> checkLog(
    store::Database& database, const CheckExpectation& expected, const std::function<void(const Leaf&)>& visit);

} // namespace countersign::audit
