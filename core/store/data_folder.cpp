// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/store/data_folder.h"

#include <QDir>
#include <QFile>

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace countersign::store {

namespace {

constexpr mode_t kFolderMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr std::array kSuffixes{"", "-wal", "-shm", "-journal"};

std::unexpected<Error> failed(const QString& path, const std::string& what)
{
    return fail(ErrorCode::StorageFailed, "The data folder “" + path.toStdString() + "” can't be used: " + what);
}

std::unexpected<Error> systemFailure(const QString& path, int error)
{
    if (error == ENOSPC || error == EDQUOT)
        return fail(
            ErrorCode::StorageFull, "There is no room left on the disk that holds “" + path.toStdString() + "”.");
    return failed(path, std::string(std::strerror(error)) + ".");
}

Result<void> requireOwn(const QString& path, const struct stat& info)
{
    if (info.st_uid != ::geteuid())
        return failed(path, "it belongs to another user.");
    return {};
}

} // namespace

FileDescriptor::~FileDescriptor()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

DataFolder::DataFolder(QString path, FileDescriptor folder) : m_path(std::move(path)), m_folder(std::move(folder)) { }

Result<DataFolder> DataFolder::open(const QString& path, Access access)
{
    const QString clean = QDir::cleanPath(path); // no slash at the end, which would follow a link
    const QByteArray native = QFile::encodeName(clean);
    if (struct stat there = {}; access == Access::ReadWrite && ::lstat(native.constData(), &there) != 0) {
        const QString parent = QFileInfo(clean).path();
        if (!QDir().mkpath(parent))
            return failed(clean, "the folder above it can't be made.");
        if (::mkdir(native.constData(), kFolderMode) != 0 || ::chmod(native.constData(), kFolderMode) != 0)
            return systemFailure(clean, errno);
    }
    FileDescriptor folder(::open(native.constData(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder.isOpen()) {
        if (errno == ELOOP || errno == ENOTDIR)
            return failed(clean, "it is a link or a file, not a folder.");
        return systemFailure(clean, errno);
    }
    struct stat info = {};
    if (::fstat(folder.get(), &info) != 0)
        return systemFailure(clean, errno);
    if (auto own = requireOwn(clean, info); !own)
        return std::unexpected(own.error());
    if (access == Access::ReadWrite && ::fchmod(folder.get(), kFolderMode) != 0)
        return systemFailure(clean, errno);

    DataFolder result(QFileInfo(clean).canonicalFilePath(), std::move(folder));
    if (access == Access::ReadWrite) {
        if (auto done = result.protectFiles(); !done)
            return std::unexpected(done.error());
    }
    return result;
}

QString DataFolder::filePath(const char* name) const
{
    return m_path + u'/' + QString::fromLatin1(name);
}

Result<Presence> DataFolder::presence(const QByteArray& name) const
{
    struct stat info = {};
    if (::fstatat(m_folder.get(), name.constData(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT)
            return Presence::Missing;
        return systemFailure(filePath(name.constData()), errno);
    }
    if (!S_ISREG(info.st_mode))
        return failed(filePath(name.constData()), "it is not an ordinary file.");
    if (auto own = requireOwn(filePath(name.constData()), info); !own)
        return std::unexpected(own.error());
    return info.st_size == 0 ? Presence::Empty : Presence::Present;
}

Result<void> DataFolder::protectFiles() const
{
    for (const char* suffix : kSuffixes) {
        const QByteArray name = QByteArray(kDatabaseFile) + suffix;
        const auto present = presence(name);
        if (!present)
            return std::unexpected(present.error());
        if (*present != Presence::Missing && ::fchmodat(m_folder.get(), name.constData(), kFileMode, 0) != 0)
            return systemFailure(filePath(name.constData()), errno);
    }
    return {};
}

Result<void> DataFolder::lockForWriting()
{
    m_lock = FileDescriptor(::openat(m_folder.get(), kLockFile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (!m_lock.isOpen() || ::fchmod(m_lock.get(), kFileMode) != 0)
        return systemFailure(filePath(kLockFile), errno);
    if (::flock(m_lock.get(), LOCK_EX | LOCK_NB) == 0)
        return {};
    if (errno != EWOULDBLOCK)
        return systemFailure(filePath(kLockFile), errno);
    return fail(
        ErrorCode::StorageInUse, "Another Countersign is using the data folder “" + m_path.toStdString() + "”.");
}

Result<void> DataFolder::createFile(const char* name) const
{
    const FileDescriptor file(
        ::openat(m_folder.get(), name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (!file.isOpen() || ::fchmod(file.get(), kFileMode) != 0)
        return systemFailure(filePath(name), errno);
    return {};
}

Result<void> DataFolder::adoptNewDatabase() const
{
    for (const char* suffix : {"-wal", "-journal"}) {
        const auto present = presence(QByteArray(kNewDatabaseFile) + suffix);
        if (!present)
            return std::unexpected(present.error());
        if (*present == Presence::Present)
            return failed(m_path, "the new database could not be finished.");
    }
    if (::renameat(m_folder.get(), kNewDatabaseFile, m_folder.get(), kDatabaseFile) != 0
        || ::fsync(m_folder.get()) != 0)
        return systemFailure(m_path, errno);
    return {};
}

void DataFolder::discardNewDatabase() const
{
    for (const char* suffix : kSuffixes)
        ::unlinkat(m_folder.get(), (QByteArray(kNewDatabaseFile) + suffix).constData(), 0);
}

void DataFolder::takeReserve() const
{
    const FileDescriptor file(
        ::openat(m_folder.get(), kReserveFile, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kFileMode));
    if (!file.isOpen() || ::fchmod(file.get(), kFileMode) != 0)
        return;
    if (::posix_fallocate(file.get(), 0, kReservedBytes) != 0)
        releaseReserve(); // a part of it helps nobody
}

void DataFolder::releaseReserve() const
{
    ::unlinkat(m_folder.get(), kReserveFile, 0);
}

} // namespace countersign::store
