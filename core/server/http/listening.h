// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The listening sockets: one loopback port, and socket files in a folder of the user's own.
#pragma once

#include "core/base/result.h"
#include "core/server/http/unique_fd.h"

#include <cstdint>
#include <string>

#include <sys/types.h>

namespace countersign::server {

struct LoopbackListener {
    UniqueFd fd;
    std::uint16_t port = 0;
};

/// Listens on 127.0.0.1. Port 0: the system chooses. Error: PortTaken, StorageFailed.
[[nodiscard]] Result<LoopbackListener> listenOnLoopback(std::uint16_t port);

/// A listening Unix socket (mode 0600). Its file goes when this goes, unless it has become another's by then.
class SocketFile {
public:
    SocketFile(UniqueFd fd, std::string path);
    SocketFile(SocketFile&& other) noexcept = default;
    SocketFile& operator=(SocketFile&&) = delete;
    ~SocketFile();

    [[nodiscard]] int fd() const { return m_fd.get(); }

private:
    UniqueFd m_fd;
    std::string m_path;
    dev_t m_device = 0;
    ino_t m_inode = 0;
};

struct SocketListeners {
    SocketFile agents;
    SocketFile control;
};

/// Listens on agents.sock and control.sock in `folder`, which is made (0700) where it is missing; its parent must be
/// there. A socket file on which nobody answers any more is replaced.
/// Error: PortTaken where another program answers; StorageFailed where the folder is a link, another user's, or holds
/// something else under these names.
[[nodiscard]] Result<SocketListeners> listenOnSockets(const std::string& folder);

} // namespace countersign::server
