// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The recovery ceremony, as far as the data folder goes: the keys are lost for good, the person has decided to start
// anew, and the old database is set aside whole, next to a new one whose log says which one it follows. In this order:
//   1. keychain::createSuccessor(): new keys stand by; they sign nothing.
//   2. decideRecovery(): one file, written at once. Before it, all is as it was, and nothing starts; from it on, the
//      next start goes on with 3.
//   3. setAside(), the new identity's record, keychain::settleSuccessor(): each may be repeated.
//   4. The authority starts (AuthorityOptions::follows) and logs log_started and log_recovered in one transaction.
//   5. endRecovery().
// Nothing is deleted at any time. Used at start, before there is an authority, on the keychain's thread.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/keychain/keychain.h"

#include <QString>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace countersign::authority {

inline constexpr const char* kArchivePrefix = "set-aside-"; ///< of folders in the data folder; then the time

/// A signed checkpoint has some 300 bytes, and 100 more for each witness; what is longer, or no text, is none.
inline constexpr std::size_t kMaxLostCheckpointBytes = 4096;

/// What is known of a log whose keys are lost.
struct LostLog {
    std::string origin;
    Thumbprint device; ///< its first key
    Thumbprint person;
    std::optional<std::uint64_t> size; ///< entries that were found; nullopt, as the others: it could not be read
    std::string root; ///< of these, 32 bytes
    std::string checkpoint; ///< the last that was found; empty: none (isCheckpointText())
    std::string archive; ///< the folder in the data folder in which it is set aside

    bool operator==(const LostLog&) const = default;
};

struct Recovery {
    LostLog lost;
    keychain::Backend backend = keychain::Backend::SealedFile; ///< where the new keys rest
    Thumbprint device; ///< the new ones
    Thumbprint person;

    bool operator==(const Recovery&) const = default;
};

/// Looks at the database, without changing it, as far as it can be read. `device` and `person`: of its identity's
/// record.
[[nodiscard]] LostLog readLostLog(
    const QString& folder, const Thumbprint& device, const Thumbprint& person, UnixSeconds now);

/// nullopt: none was decided, or it has ended. One that can't be read is an error, never none.
[[nodiscard]] Result<std::optional<Recovery>> readRecovery(const QString& folder);
[[nodiscard]] Result<void> decideRecovery(const QString& folder, const Recovery& recovery);
/// Moves what is in the folder into the archive, but for the new keys, the locks and earlier archives. Error:
/// StorageInUse where another Countersign has it open; StorageFailed.
[[nodiscard]] Result<void> setAside(const QString& folder, const Recovery& recovery);
[[nodiscard]] Result<void> endRecovery(const QString& folder);

/// A sealed key file that is damaged, or of which nobody knows the passphrase, makes room for a new one, before 1.
[[nodiscard]] Result<void> setSealedFileAside(const QString& folder);
/// It stands in its place again, where the ceremony was cut off before 2; the keys that stood by are forgotten.
[[nodiscard]] Result<void> takeSealedFileBack(const QString& folder);

} // namespace countersign::authority
