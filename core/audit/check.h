// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Checking the log: reads the leaves, hashes them anew, and compares with what was signed, stored and remembered.
// Shares nothing with the writer but the hash functions. Any read connection; one moment of the log is looked at while
// it grows on.
#pragma once

#include "core/audit/leaf.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/store/database.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace countersign::audit {

inline constexpr std::uint64_t kProgressStep = 4096; ///< entries between two looks at progress and stop

struct CheckExpectation {
    std::string origin;
    crypto::PublicKey key;
    std::uint64_t anchorSize = 0; ///< what the keychain remembers; 0: nothing
    std::string anchorRoot = {};
    Thumbprint device = {}; ///< a key that is or was the device's; empty: not asked
    Thumbprint person = {}; ///< who signs each change of the device's key; empty: not asked
    /// By which the records of what the person decided are signed; nullopt: not asked.
    std::optional<crypto::PublicKey> personKey = {};
};

/// Both read and hash every leaf, hold the root to what was signed and remembered, the stored nodes to the leaves, the
/// columns beside each leaf to it, the leaves of each grant to their order (`seq`, `prev`, nothing but what takes
/// no authority after `closing`), and the device that each names to the key that was in force there. What differs is
/// how much of what one good signature vouches for is looked at again:
/// - Tail: of the checkpoints only the last, which vouches for every byte of every leaf before it. Earlier checkpoints,
///   and receipts and private texts of entries before it, are left to the whole check. For each start.
/// - Whole: all of them.
enum class CheckScope : std::uint8_t { Tail, Whole };

struct CheckOptions {
    CheckScope scope = CheckScope::Whole;
    /// Each leaf in order. What it was told counts only if the check ends well.
    std::function<void(const Leaf&)> visit = {};
    std::function<void(std::uint64_t done, std::uint64_t total)> progress = {}; ///< on the thread of the check
    std::stop_token stop = {};
};

struct CheckReport {
    std::uint64_t leaves = 0;
    std::string root;
    bool olderThanAnchor = false; ///< the database ends before what the keychain remembers: an old copy
};

/// Error: StorageCorrupt naming the first bad entry ("entry 17: …") or saying what contradicts what; Cancelled;
/// StorageFailed. An old copy is a report, not an error. A checkpoint that was taken away is not missed while a later
/// one, which signs the same entries, stands.
[[nodiscard]] Result<CheckReport> checkLog(
    store::Database& database, const CheckExpectation& expected, const CheckOptions& options = {});

/// The entry from which on nothing can be relied upon, as a StorageCorrupt of checkLog() names it; nullopt: it names
/// none, because what is wrong is no entry.
[[nodiscard]] std::optional<std::uint64_t> firstSuspect(std::string_view message);

} // namespace countersign::audit
