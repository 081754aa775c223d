// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Small private files that are replaced whole and survive a power cut.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::keychain {

/// A lock file (0600) held by this process until destroyed or killed.
class FileLock {
public:
    /// Error: StorageInUse when another holder exists.
    [[nodiscard]] static Result<FileLock> take(const std::string& path);
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;
    ~FileLock();

private:
    explicit FileLock(int descriptor);
    int m_descriptor;
};

/// nullopt: there is no such file. Follows no link. Errors: TooLarge, StorageFailed.
[[nodiscard]] Result<std::optional<std::string>> readWholeFile(const std::string& path, std::size_t maxBytes);
/// Writes `path`.new (0600), fsync, rename, fsync of the folder. Errors: StorageFailed, StorageFull: `path`
/// is as it was, or (when only the folder could not be synced) already new.
[[nodiscard]] Result<void> replaceFile(const std::string& path, std::string_view bytes);

} // namespace countersign::keychain
