// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// How many connections are open, and the way to close them all.
#pragma once

#include "core/server/http/http_server.h"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace countersign::server {

/// Connections are counted by what they are for: agents that use up theirs don't lock the person out of the control
/// socket, and those that are only told no use up nobody's.
enum class ConnectionKind : std::uint8_t { Agent, Control, Refused };

inline constexpr std::size_t kMaxControlConnections = 32;
inline constexpr std::size_t kMaxRefusedConnections = 64;

/// Safe to call from any thread. Must outlive its slots.
class Connections {
public:
    /// One connection's place. Gives it back when destroyed.
    class Slot {
    public:
        ~Slot();
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;

        /// `close` is called by closeAll(), with the list locked: it must only post. False: all are closed already.
        [[nodiscard]] bool onCloseAll(std::function<void()> close);

    private:
        friend class Connections;
        Slot(Connections& owner, ConnectionKind kind);
        Connections& m_owner;
        ConnectionKind m_kind;
    };

    [[nodiscard]] std::unique_ptr<Slot> take(ConnectionKind kind); ///< null: there are too many of this kind
    void closeAll(); ///< and no new one starts

private:
    std::mutex m_mutex;
    std::array<std::size_t, 3> m_counts{};
    std::map<const Slot*, std::function<void()>> m_close;
    bool m_closed = false;
};

} // namespace countersign::server
