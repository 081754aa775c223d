// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/desktop/port_choice.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace countersign::desktop {

namespace {

bool isFree(std::uint16_t port)
{
    const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(descriptor);
    return bound;
}

} // namespace

std::uint16_t chooseFreePort(std::uint16_t preferred)
{
    for (int i = 0; i < kPortsTried; ++i) {
        const auto port = static_cast<std::uint16_t>(preferred + i);
        if (isFree(port))
            return port;
    }
    return preferred;
}

} // namespace countersign::desktop
