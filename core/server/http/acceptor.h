// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Accepts connections on several listening sockets, on a thread of its own.
#pragma once

#include "core/base/result.h"
#include "core/server/http/message.h"
#include "core/server/http/unique_fd.h"

#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace countersign::server {

struct ListeningDoor {
    int fd = -1; ///< non-blocking; its owner outlives the acceptor
    Door door = Door::Loopback;
};

class Acceptor {
public:
    /// Gets each connection (non-blocking, close-on-exec), on the acceptor's thread. What it throws ends that
    /// connection only.
    using Welcome = std::function<void(UniqueFd, Door)>;

    [[nodiscard]] static Result<std::unique_ptr<Acceptor>> start(std::vector<ListeningDoor> doors, Welcome welcome);
    ~Acceptor(); ///< when it returns, `welcome` is not running and is never called again
    Acceptor(const Acceptor&) = delete;
    Acceptor& operator=(const Acceptor&) = delete;

private:
    Acceptor(std::vector<ListeningDoor> doors, Welcome welcome, UniqueFd stop);
    void run();
    [[nodiscard]] bool acceptSome(const ListeningDoor& door);

    std::vector<ListeningDoor> m_doors;
    Welcome m_welcome;
    UniqueFd m_stop; ///< an eventfd; readable: stop
    std::thread m_thread;
};

} // namespace countersign::server
