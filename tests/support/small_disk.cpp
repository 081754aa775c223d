// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/small_disk.h"

#include <QFile>

#include <fcntl.h>
#include <format>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace countersign::testing {

namespace {

bool writeTo(const char* path, const QByteArray& text)
{
    QFile file(QString::fromLatin1(path));
    return file.open(QIODevice::WriteOnly | QIODevice::Unbuffered) && file.write(text) == text.size();
}

} // namespace

QByteArray smallDiskPath()
{
    return qgetenv("XDG_RUNTIME_DIR") + "/small-disk";
}

SmallDisk mountSmallDisk(int mebibytes)
{
    const QByteArray user = QByteArray::number(::geteuid());
    const QByteArray group = QByteArray::number(::getegid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        return SmallDisk::Unavailable;
    writeTo("/proc/self/setgroups", "deny");
    if (!writeTo("/proc/self/uid_map", user + " " + user + " 1")
        || !writeTo("/proc/self/gid_map", group + " " + group + " 1"))
        return SmallDisk::Unavailable;
    const QByteArray path = smallDiskPath();
    if (::mkdir(path.constData(), 0700) != 0)
        return SmallDisk::Unavailable;
    const std::string options = std::format("size={}m,mode=0700", mebibytes);
    const bool mounted = ::mount("small", path.constData(), "tmpfs", 0, options.c_str()) == 0;
    return mounted ? SmallDisk::Mounted : SmallDisk::Unavailable;
}

bool fillDisk(const QString& path)
{
    const int fd = ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    const QByteArray block(65536, 'f');
    for (qsizetype size = block.size(); size > 0;) {
        if (::write(fd, block.constData(), static_cast<std::size_t>(size)) < 0)
            size /= 2;
    }
    ::close(fd);
    return true;
}

FileSizeLimit::FileSizeLimit(rlim_t bytes)
{
    ::getrlimit(RLIMIT_FSIZE, &m_before);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = m_before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

FileSizeLimit::~FileSizeLimit()
{
    ::setrlimit(RLIMIT_FSIZE, &m_before);
}

} // namespace countersign::testing
