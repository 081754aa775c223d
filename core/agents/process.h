// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Which program is at the other end of a connection: evidence for the screen, never a reason to permit.
// A process of the same user can imitate another's executable path, and a sandboxed or non-dumpable one shows nothing.
#pragma once

#include <QString>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace countersign::agents {

inline constexpr std::size_t kMaxProcessParents = 6;

/// What accept() told of the other end. Loopback: the uid and inode of the client's socket (sock_diag); Unix sockets:
/// SO_PEERCRED.
struct PeerSocket {
    uid_t uid = static_cast<uid_t>(-1);
    std::optional<pid_t> pid; ///< known at once on Unix sockets only
    std::uint64_t inode = 0; ///< of the client's socket; 0 on Unix sockets
    std::optional<std::uint64_t> pidStarted; ///< processStartTime(pid) at accept, so that a reused pid shows
};

struct Process {
    pid_t pid = 0;
    std::string executable; ///< the resolved path; empty where it can't be read
    std::string name; ///< the kernel's short name

    bool operator==(const Process&) const = default;
};

/// The program and its parents, nearest first, at most kMaxProcessParents parents, pid 1 the last. Empty: unknown,
/// which is also the answer where processes of different executables hold the client's socket.
struct ProcessEvidence {
    std::vector<Process> chain;

    [[nodiscard]] std::string executable() const { return chain.empty() ? std::string() : chain.front().executable; }
    bool operator==(const ProcessEvidence&) const = default;
};

/// When a process started, in the kernel's ticks since boot; nullopt: there is none such, or it is hidden.
[[nodiscard]] std::optional<std::uint64_t> processStartTime(pid_t pid);

/// Looks through /proc (0.5–2.5 ms): for consent screens only. Any thread.
[[nodiscard]] ProcessEvidence findProcess(const PeerSocket& peer);

} // namespace countersign::agents
