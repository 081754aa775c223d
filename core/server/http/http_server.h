// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The doors: a Beast server on loopback TCP and on two Unix sockets, within the limits of the profile. Everything that
// can be refused without knowing what is asked is refused here: foreign peers (403), a missing or doubled Host (400,
// RFC 9112 3.2), a foreign one (421), Origin (403), oversize (413, 431), slow senders (408), too many connections
// (503), ambiguous framing (400). Refusals have JSON bodies as OAuth's errors do, and end the connection.
#pragma once

#include "core/base/result.h"
#include "core/server/http/message.h"

#include <QString>

#include <chrono>
#include <cstdint>
#include <memory>
#include <set>

namespace countersign::server {

inline constexpr std::size_t kMaxHeaderBytes = 32 * 1024;
inline constexpr std::size_t kMaxBodyBytes = 1024 * 1024;
inline constexpr std::size_t kMaxConnections = 256;
inline constexpr std::chrono::seconds kRequestTimeLimit{10};
inline constexpr std::chrono::seconds kIdleTimeLimit{60};
inline constexpr std::uint16_t kDefaultPort = 7317;

struct ServerOptions {
    std::uint16_t port = kDefaultPort; ///< on 127.0.0.1
    QString socketFolder; ///< $XDG_RUNTIME_DIR/countersign, made 0700; sockets in it 0600
    std::set<uid_t> allowedUids; ///< whose peers are served; ours
    int threads = 2;
    std::chrono::milliseconds requestTimeLimit = kRequestTimeLimit;
    std::chrono::milliseconds idleTimeLimit = kIdleTimeLimit;
};

class HttpServer {
public:
    /// Binds all three and starts its threads. Error: PortTaken (it never moves to another port), StorageFailed for
    /// the sockets. `agentsApi` serves the first two doors, `controlApi` the control socket.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(
        ServerOptions options, Handler agentsApi, Handler controlApi);
    ~HttpServer(); ///< stops accepting, drops what is open, joins

    [[nodiscard]] std::uint16_t port() const; ///< the bound one (options.port 0 lets the system choose: for tests)

private:
    struct Data;
    explicit HttpServer(std::unique_ptr<Data> data);
    std::unique_ptr<Data> d;
};

/// The entry of the client's own socket of a loopback connection, by sock_diag: established, inode not 0.
/// Error: NotFound where there is none such, which means: refuse.
[[nodiscard]] Result<agents::PeerSocket> lookUpLoopbackPeer(std::uint16_t clientPort, std::uint16_t serverPort);

} // namespace countersign::server
