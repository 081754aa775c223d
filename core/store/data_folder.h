// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The folder that holds the database, private to its user whatever the umask: the folder 0700, its files 0600, owned by
// us, no symbolic links. Also the lock that makes one writer, and the reserved room.
#pragma once

#include "core/base/result.h"
#include "core/store/database.h"

#include <QString>

#include <cstdint>
#include <utility>

namespace countersign::store {

inline constexpr const char* kDatabaseFile = "countersign.sqlite";
inline constexpr const char* kNewDatabaseFile = "countersign.sqlite.new"; ///< while it is being made
inline constexpr const char* kLockFile = "countersign.lock";
inline constexpr const char* kReserveFile = "countersign.reserve";

class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : m_fd(fd) { }
    FileDescriptor(FileDescriptor&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) { }
    FileDescriptor& operator=(FileDescriptor&& other) noexcept
    {
        std::swap(m_fd, other.m_fd);
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor();

    [[nodiscard]] int get() const { return m_fd; }
    [[nodiscard]] bool isOpen() const { return m_fd >= 0; }

private:
    int m_fd = -1;
};

enum class Presence : std::uint8_t { Missing, Empty, Present };

class DataFolder {
public:
    /// ReadWrite makes the folder where it is missing, and sets its mode and that of the files in it.
    [[nodiscard]] static Result<DataFolder> open(const QString& path, Access access);

    /// Held until this object goes. Error: StorageInUse. The kernel lets go of it when a process dies.
    [[nodiscard]] Result<void> lockForWriting();

    [[nodiscard]] QString path() const { return m_path; }
    [[nodiscard]] QString filePath(const char* name) const;

    /// Error: StorageFailed for what isn't a file of ours (a link, a folder, another user's).
    [[nodiscard]] Result<Presence> presence(const QByteArray& name) const;
    /// An empty file of mode 0600; it must not be there yet.
    [[nodiscard]] Result<void> createFile(const char* name) const;
    /// Takes what was begun as kNewDatabaseFile for the database, durably.
    [[nodiscard]] Result<void> adoptNewDatabase() const;
    /// Removes kNewDatabaseFile and what SQLite keeps beside it: a start that was cut off left it.
    void discardNewDatabase() const;

    void takeReserve() const; ///< as much as there is room for: all of it, or nothing
    void releaseReserve() const;

private:
    DataFolder(QString path, FileDescriptor folder);
    [[nodiscard]] Result<void> protectFiles() const;

    QString m_path; ///< canonical: without links
    FileDescriptor m_folder;
    FileDescriptor m_lock;
};

} // namespace countersign::store
