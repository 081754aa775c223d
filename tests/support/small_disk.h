// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Disks that are full: a small tmpfs of our own, in a user and mount namespace of our own, where the system allows
// that; and a limit on the size of files, which SQLite meets as it does a quota, everywhere.
#pragma once

#include <QByteArray>
#include <QString>

#include <sys/resource.h>

namespace countersign::testing {

enum class SmallDisk : std::uint8_t { Unavailable, Mounted };

/// In the runtime folder, which every test run has of its own.
[[nodiscard]] QByteArray smallDiskPath();
/// Before any thread runs, or the kernel refuses.
[[nodiscard]] SmallDisk mountSmallDisk(int mebibytes);
/// Writes until there is no room for one more byte.
[[nodiscard]] bool fillDisk(const QString& path);

/// While it lives no file may grow beyond `bytes`.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes);
    ~FileSizeLimit();
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

private:
    rlimit m_before = {};
};

} // namespace countersign::testing
