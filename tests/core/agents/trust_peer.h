// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A real HTTP server on loopback that plays issuers and registries: for each path what it says, or nothing.
#pragma once

#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace countersign::test {

class TrustPeer {
public:
    struct Page {
        std::string body = {};
        std::string contentType = "application/json";
        std::string status = "200 OK";
        std::string more = {}; ///< header lines, each with its end
        std::chrono::milliseconds delay{0};
    };

    TrustPeer()
    {
        if (!m_server.listen(QHostAddress::LocalHost))
            qFatal("no port");
        QObject::connect(&m_server, &QTcpServer::pendingConnectionAvailable, &m_server, [this] { accept(); });
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(m_server.serverPort()); }
    [[nodiscard]] int asked(const std::string& path) const
    {
        return static_cast<int>(std::ranges::count(m_asked, path));
    }
    [[nodiscard]] const std::vector<std::string>& paths() const { return m_asked; }

    std::map<std::string, Page> pages; ///< by path; another path: 404

private:
    void accept()
    {
        QTcpSocket* socket = m_server.nextPendingConnection();
        QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
            const QByteArray heard = socket->peek(socket->bytesAvailable());
            if (!heard.contains("\r\n\r\n"))
                return;
            socket->readAll();
            const std::string path = heard.split(' ').value(1).toStdString();
            m_asked.push_back(path);
            const auto known = pages.find(path);
            const Page page = known == pages.end() ? Page{.body = "{}", .status = "404 Not Found"} : known->second;
            QTimer::singleShot(page.delay, socket, [socket, page] {
                socket->write(QByteArray::fromStdString("HTTP/1.1 " + page.status
                    + "\r\nContent-Type: " + page.contentType + "\r\n" + page.more
                    + "Content-Length: " + std::to_string(page.body.size()) + "\r\n\r\n" + page.body));
                socket->disconnectFromHost();
            });
        });
    }

    QTcpServer m_server;
    std::vector<std::string> m_asked;
};

} // namespace countersign::test
