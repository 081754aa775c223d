// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/http/http_server.h"

#include "core/server/http/acceptor.h"
#include "core/server/http/answers.h"
#include "core/server/http/connections.h"
#include "core/server/http/listening.h"
#include "core/server/http/peers.h"
#include "core/server/http/sessions.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace countersign::server {

/// Its members end in the reverse order: first nothing new is accepted, last the socket files go.
struct HttpServer::Data {
    Data(std::set<uid_t> uids, SessionSettings settings, LoopbackListener loopback, SocketListeners files)
        : allowedUids(std::move(uids))
        , loopbackListener(std::move(loopback))
        , socketFiles(std::move(files))
        , sessions(std::move(settings))
    {
    }
    ~Data()
    {
        acceptor.reset();
        connections.closeAll();
    }
    Data(const Data&) = delete;
    Data& operator=(const Data&) = delete;

    void welcome(UniqueFd fd, Door door);
    void refuse(UniqueFd fd, Door door, HttpResponse why);

    std::set<uid_t> allowedUids;
    LoopbackListener loopbackListener;
    SocketListeners socketFiles;
    Connections connections;
    Sessions sessions;
    std::unique_ptr<Acceptor> acceptor;
};

void HttpServer::Data::welcome(UniqueFd fd, Door door)
{
    const int on = 1;
    if (door == Door::Loopback) // answers are written whole; nothing is gained by waiting for more
        ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const auto peer = peerOf(fd.get(), door, loopbackListener.port);
    if (!peer || !isServed(*peer, door, ::geteuid(), allowedUids))
        return refuse(
            std::move(fd), door, errorAnswer(403, "access_denied", "This user's programs are not served here."));
    auto slot = connections.take(door == Door::ControlSocket ? ConnectionKind::Control : ConnectionKind::Agent);
    if (!slot)
        return refuse(
            std::move(fd), door, errorAnswer(503, "temporarily_unavailable", "There are too many connections."));
    sessions.serve(std::move(fd), door, *peer, std::move(slot));
}

void HttpServer::Data::refuse(UniqueFd fd, Door door, HttpResponse why)
{
    if (auto slot = connections.take(ConnectionKind::Refused))
        sessions.refuse(std::move(fd), door, std::move(why), std::move(slot));
}

HttpServer::HttpServer(std::unique_ptr<Data> data) : d(std::move(data)) { }

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const
{
    return d->loopbackListener.port;
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(ServerOptions options, Handler agentsApi, Handler controlApi)
try {
    auto loopback = listenOnLoopback(options.port);
    if (!loopback)
        return std::unexpected(loopback.error());
    auto files = listenOnSockets(options.socketFolder.toStdString());
    if (!files)
        return std::unexpected(files.error());
    SessionSettings settings{.agentsApi = std::move(agentsApi),
        .controlApi = std::move(controlApi),
        .port = loopback->port,
        .threads = options.threads,
        .requestTimeLimit = options.requestTimeLimit,
        .idleTimeLimit = options.idleTimeLimit,
        .clock = std::make_shared<SystemClock>()};
    auto data = std::make_unique<Data>(
        std::move(options.allowedUids), std::move(settings), std::move(*loopback), std::move(*files));
    auto acceptor = Acceptor::start(
        {{data->loopbackListener.fd.get(), Door::Loopback}, {data->socketFiles.agents.fd(), Door::AgentSocket},
            {data->socketFiles.control.fd(), Door::ControlSocket}},
        [&server = *data](UniqueFd fd, Door door) { server.welcome(std::move(fd), door); });
    if (!acceptor)
        return std::unexpected(acceptor.error());
    data->acceptor = std::move(*acceptor);
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(data)));
} catch (const std::exception& exception) {
    return fail(ErrorCode::Internal, std::string("The server can't start: ") + exception.what() + ".");
}

} // namespace countersign::server
