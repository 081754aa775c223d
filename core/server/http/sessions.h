// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The connections, from the first byte to the last: reading within limits, asking the handler, answering in order.
// (RFC 9112; Beast does the parsing.) Each is served on a few threads, one thing at a time.
#pragma once

#include "core/base/clock.h"
#include "core/server/http/connections.h"
#include "core/server/http/message.h"
#include "core/server/http/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <memory>

namespace countersign::server {

struct SessionSettings {
    Handler agentsApi;
    Handler controlApi;
    std::uint16_t port = 0; ///< of the loopback door, which is also the issuer's
    int threads = 1;
    std::chrono::milliseconds requestTimeLimit;
    std::chrono::milliseconds idleTimeLimit;
    std::shared_ptr<const Clock> clock; ///< for the Date field
};

class Sessions {
public:
    explicit Sessions(SessionSettings settings);
    /// Waits for all connections to end: call Connections::closeAll() first.
    ~Sessions();
    Sessions(const Sessions&) = delete;
    Sessions& operator=(const Sessions&) = delete;

    /// `fd` is an accepted, non-blocking connection. Throws what the system throws when it has no memory left.
    void serve(UniqueFd fd, Door door, agents::PeerSocket peer, std::unique_ptr<Connections::Slot> slot);
    /// Says `why`, and closes.
    void refuse(UniqueFd fd, Door door, HttpResponse why, std::unique_ptr<Connections::Slot> slot);

private:
    struct Data;
    std::unique_ptr<Data> d;
};

} // namespace countersign::server
