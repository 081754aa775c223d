// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/http/acceptor.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

namespace countersign::server {

namespace {

constexpr int kAcceptBurst = 32; ///< of one door, before the others have their turn
constexpr int kPauseMilliseconds = 100; ///< when the system has no descriptor or memory left

} // namespace

Acceptor::Acceptor(std::vector<ListeningDoor> doors, Welcome welcome, UniqueFd stop)
    : m_doors(std::move(doors)), m_welcome(std::move(welcome)), m_stop(std::move(stop)), m_thread(&Acceptor::run, this)
{
}

Acceptor::~Acceptor()
{
    const std::uint64_t one = 1;
    while (::write(m_stop.get(), &one, sizeof one) < 0 && errno == EINTR) { }
    m_thread.join();
}

Result<std::unique_ptr<Acceptor>> Acceptor::start(std::vector<ListeningDoor> doors, Welcome welcome)
{
    UniqueFd stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stop.isOpen())
        return fail(ErrorCode::Internal, "The system has no descriptor left for the server.");
    return std::unique_ptr<Acceptor>(new Acceptor(std::move(doors), std::move(welcome), std::move(stop)));
}

void Acceptor::run()
{
    std::vector<pollfd> waits{{.fd = m_stop.get(), .events = POLLIN, .revents = 0}};
    for (const auto& door : m_doors)
        waits.push_back({.fd = door.fd, .events = POLLIN, .revents = 0});
    bool exhausted = false;
    for (;;) {
        // Without a descriptor to accept with, the doors would be ready for ever: look only for the end meanwhile.
        const nfds_t watched = exhausted ? 1 : waits.size();
        if (::poll(waits.data(), watched, exhausted ? kPauseMilliseconds : -1) > 0 && waits[0].revents != 0)
            return;
        exhausted = false;
        for (const auto& door : m_doors)
            exhausted |= !acceptSome(door);
    }
}

/// False: the system can't give more now.
bool Acceptor::acceptSome(const ListeningDoor& door)
{
    for (int i = 0; i < kAcceptBurst; ++i) {
        UniqueFd fd(::accept4(door.fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!fd.isOpen() && errno == EAGAIN)
            return true;
        if (!fd.isOpen() && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
            return false;
        if (!fd.isOpen()) // anything else is that one connection's own misfortune (accept(2))
            continue;
        try {
            m_welcome(std::move(fd), door.door);
        } catch (const std::exception&) {
            continue; // no memory or descriptor for this one: it is closed
        }
    }
    return true;
}

} // namespace countersign::server
