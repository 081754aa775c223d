// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A real server on a port and in a folder of its own, whose handler echoes.
#pragma once

#include "core/server/http/http_server.h"
#include "raw_client.h"

#include <QTemporaryDir>

#include <unistd.h>

namespace countersign::server {

/// Answers with the request's method, target, door and fields, and its body after an empty line.
inline HttpResponse echo(const HttpRequest& request)
{
    HttpResponse answer{.status = 200, .fields = {{"Content-Type", "text/plain"}}, .body = {}};
    answer.body = request.method + " " + request.path + " " + request.query + "\n";
    for (const auto& field : request.fields)
        answer.body += field.name + "=" + field.value + "\n";
    answer.body += "\n" + request.body;
    return answer;
}

class Served {
public:
    Served() : Served([](HttpRequest request, Respond respond) { respond(echo(request)); }) { }
    explicit Served(Handler handler, ServerOptions wanted = {}) : options(std::move(wanted))
    {
        options.port = 0;
        options.socketFolder = folder.filePath(QStringLiteral("run"));
        if (options.allowedUids.empty())
            options.allowedUids = {::geteuid()};
        auto started = HttpServer::start(options, handler, handler);
        if (!started)
            qFatal("%s", started.error().message.c_str());
        server = std::move(*started);
    }

    [[nodiscard]] std::uint16_t port() const { return server->port(); }
    [[nodiscard]] std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
    [[nodiscard]] std::string socketPath(const char* name) const
    {
        return options.socketFolder.toStdString() + "/" + name;
    }
    [[nodiscard]] RawClient connect() const { return RawClient::toPort(port()); }
    /// `line`, our Host, `fields` (each with its CRLF) and `body`.
    [[nodiscard]] std::string request(
        std::string_view line, std::string_view fields = {}, std::string_view body = {}) const
    {
        std::string text(line);
        return text.append("\r\nHost: ").append(host()).append("\r\n").append(fields).append("\r\n").append(body);
    }

    QTemporaryDir folder;
    ServerOptions options;
    std::unique_ptr<HttpServer> server;
};

} // namespace countersign::server
