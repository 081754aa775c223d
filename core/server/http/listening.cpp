// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/http/listening.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace countersign::server {

namespace {

constexpr int kSocketFlags = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

std::unexpected<Error> systemError(std::string what)
{
    return fail(ErrorCode::StorageFailed, std::move(what) + ": " + std::generic_category().message(errno) + ".");
}

std::unexpected<Error> portError(std::uint16_t port)
{
    if (errno == EADDRINUSE)
        return fail(
            ErrorCode::PortTaken, "Port " + std::to_string(port) + " on 127.0.0.1 is in use by another program.");
    return systemError("Port " + std::to_string(port) + " on 127.0.0.1 can't be opened");
}

/// The folder, open and ours alone.
Result<UniqueFd> openFolder(const std::string& folder)
{
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return systemError("The folder " + folder + " can't be made");
    UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd.isOpen())
        return systemError("The folder " + folder + " can't be used");
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0)
        return systemError("The folder " + folder + " can't be used");
    if (status.st_uid != ::geteuid())
        return fail(ErrorCode::StorageFailed, "The folder " + folder + " belongs to another user.");
    if ((status.st_mode & 0777) != 0700 && ::fchmod(fd.get(), 0700) != 0)
        return systemError("The folder " + folder + " can't be made private");
    return fd;
}

Result<sockaddr_un> socketAddress(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path)
        return fail(ErrorCode::StorageFailed, "The path " + path + " is too long for a socket.");
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

const sockaddr* generic(const sockaddr_un& address)
{
    return reinterpret_cast<const sockaddr*>(&address);
}

/// Removes a socket file that nobody listens on any more.
Result<void> removeStale(const std::string& path, const sockaddr_un& address)
{
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT)
            return {};
        return systemError("The socket " + path + " can't be looked at");
    }
    if (!S_ISSOCK(status.st_mode) || status.st_uid != ::geteuid())
        return fail(ErrorCode::StorageFailed, path + " is not a socket of ours; it was left as it is.");
    const UniqueFd probe(::socket(AF_UNIX, kSocketFlags, 0));
    if (!probe.isOpen())
        return systemError("The socket " + path + " can't be tried");
    if (::connect(probe.get(), generic(address), sizeof address) == 0 || errno != ECONNREFUSED)
        return fail(ErrorCode::PortTaken, "Another program answers on " + path + ".");
    if (::unlink(path.c_str()) != 0)
        return systemError("The old socket " + path + " can't be removed");
    return {};
}

Result<SocketFile> listenOnSocket(std::string path)
{
    const auto address = socketAddress(path);
    if (!address)
        return std::unexpected(address.error());
    if (const auto removed = removeStale(path, *address); !removed)
        return std::unexpected(removed.error());
    UniqueFd fd(::socket(AF_UNIX, kSocketFlags, 0));
    // The mode of the socket becomes the mode of its file, so that there is no moment at which it is open to others.
    if (!fd.isOpen() || ::fchmod(fd.get(), 0600) != 0 || ::bind(fd.get(), generic(*address), sizeof *address) != 0)
        return systemError("The socket " + path + " can't be made");
    SocketFile file(std::move(fd), std::move(path));
    if (::listen(file.fd(), SOMAXCONN) != 0)
        return systemError("The sockets can't be listened on");
    return file;
}

} // namespace

Result<LoopbackListener> listenOnLoopback(std::uint16_t port)
{
    UniqueFd fd(::socket(AF_INET, kSocketFlags, IPPROTO_TCP));
    if (!fd.isOpen())
        return portError(port);
    // Lets a restart have the port back while old connections time out; two listeners are refused all the same.
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    // With SO_REUSEADDR it may be listen() that finds the port taken.
    if (::bind(fd.get(), generic, size) != 0 || ::listen(fd.get(), SOMAXCONN) != 0
        || ::getsockname(fd.get(), generic, &size) != 0)
        return portError(port);
    return LoopbackListener{std::move(fd), ntohs(address.sin_port)};
}

SocketFile::SocketFile(UniqueFd fd, std::string path) : m_fd(std::move(fd)), m_path(std::move(path))
{
    struct stat status{};
    if (::lstat(m_path.c_str(), &status) == 0) {
        m_device = status.st_dev;
        m_inode = status.st_ino;
    }
}

SocketFile::~SocketFile()
{
    struct stat status{};
    if (m_fd.isOpen() && ::lstat(m_path.c_str(), &status) == 0 && status.st_dev == m_device && status.st_ino == m_inode)
        ::unlink(m_path.c_str());
}

Result<SocketListeners> listenOnSockets(const std::string& folder)
{
    const auto folderFd = openFolder(folder);
    if (!folderFd)
        return std::unexpected(folderFd.error());
    // Of two that start at once, one looks for stale files and listens before the other looks. Ends with the fd.
    if (::flock(folderFd->get(), LOCK_EX) != 0)
        return systemError("The folder " + folder + " can't be locked");
    auto agents = listenOnSocket(folder + "/agents.sock");
    if (!agents)
        return std::unexpected(agents.error());
    auto control = listenOnSocket(folder + "/control.sock");
    if (!control)
        return std::unexpected(control.error());
    return SocketListeners{std::move(*agents), std::move(*control)};
}

} // namespace countersign::server
