// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/server/http/listening.h"
#include "served.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <latch>
#include <thread>

#include <sys/socket.h>
#include <sys/stat.h>

namespace countersign::server {

namespace {

int modeOf(const std::string& path)
{
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 ? static_cast<int>(status.st_mode & 07777) : -1;
}

template <typename T> ErrorCode codeOf(const Result<T>& result)
{
    return result ? ErrorCode::Cancelled : result.error().code;
}

} // namespace

class ListeningTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void the_folder_and_the_sockets_are_private();
    void an_open_folder_is_made_private();
    void a_folder_that_is_a_link_is_refused();
    void a_folder_of_another_user_is_refused();
    void a_folder_without_a_parent_is_refused();
    void what_is_not_a_socket_is_left_as_it_is();
    void a_stale_socket_is_replaced();
    void a_socket_that_answers_is_taken();
    void a_path_that_is_too_long_is_an_error();
    void the_sockets_go_with_the_server();
    void a_socket_of_another_that_took_the_name_stays();
    void of_two_that_start_at_once_one_gets_the_sockets();
    void a_taken_port_is_named();
    void a_port_is_free_again_at_once();
    void two_servers_do_not_share_a_port();

private:
    [[nodiscard]] std::string path(const char* name = "") const { return m_run + name; }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::string m_run;
};

void ListeningTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_run = m_folder->filePath(QStringLiteral("run")).toStdString();
}

void ListeningTest::the_folder_and_the_sockets_are_private()
{
    const auto before = ::umask(0);
    const auto sockets = listenOnSockets(path());
    ::umask(before);
    QVERIFY(sockets);
    QCOMPARE(modeOf(path()), 0700);
    QCOMPARE(modeOf(path("/agents.sock")), 0600);
    QCOMPARE(modeOf(path("/control.sock")), 0600);
}

void ListeningTest::an_open_folder_is_made_private()
{
    QVERIFY(::mkdir(path().c_str(), 0700) == 0);
    QVERIFY(::chmod(path().c_str(), 0777) == 0);
    QVERIFY(listenOnSockets(path()));
    QCOMPARE(modeOf(path()), 0700);
}

void ListeningTest::a_folder_that_is_a_link_is_refused()
{
    const auto real = m_folder->filePath(QStringLiteral("real")).toStdString();
    QVERIFY(::mkdir(real.c_str(), 0700) == 0);
    QVERIFY(::symlink(real.c_str(), path().c_str()) == 0);
    QCOMPARE(codeOf(listenOnSockets(path())), ErrorCode::StorageFailed);
}

void ListeningTest::a_folder_of_another_user_is_refused()
{
    if (::geteuid() != 0)
        QSKIP("only root can give a folder away");
    QVERIFY(::mkdir(path().c_str(), 0700) == 0);
    QVERIFY(::chown(path().c_str(), 65534, 65534) == 0);
    QCOMPARE(codeOf(listenOnSockets(path())), ErrorCode::StorageFailed);
}

void ListeningTest::a_folder_without_a_parent_is_refused()
{
    QCOMPARE(codeOf(listenOnSockets(path("/deeper"))), ErrorCode::StorageFailed);
}

void ListeningTest::what_is_not_a_socket_is_left_as_it_is()
{
    QVERIFY(::mkdir(path().c_str(), 0700) == 0);
    QFile file(QString::fromStdString(path("/control.sock")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(codeOf(listenOnSockets(path())), ErrorCode::StorageFailed);
    QVERIFY(file.exists());
    QVERIFY2(modeOf(path("/agents.sock")) == -1, "the other one is taken back");
}

void ListeningTest::a_stale_socket_is_replaced()
{
    QVERIFY(::mkdir(path().c_str(), 0700) == 0);
    {
        auto sockets = listenOnSockets(path());
        QVERIFY(sockets);
        QVERIFY(::rename(path("/agents.sock").c_str(), path("/kept").c_str()) == 0);
    }
    QVERIFY(::rename(path("/kept").c_str(), path("/agents.sock").c_str()) == 0); // as a crash leaves it
    const auto sockets = listenOnSockets(path());
    QVERIFY(sockets);
    QVERIFY(RawClient::toSocket(path("/agents.sock")).isConnected());
}

void ListeningTest::a_socket_that_answers_is_taken()
{
    const auto first = listenOnSockets(path());
    QVERIFY(first);
    const auto second = listenOnSockets(path());
    QCOMPARE(codeOf(second), ErrorCode::PortTaken);
    QVERIFY(second.error().message.contains("agents.sock"));
    QVERIFY2(RawClient::toSocket(path("/agents.sock")).isConnected(), "the first one still has its socket");
}

void ListeningTest::a_path_that_is_too_long_is_an_error()
{
    QCOMPARE(codeOf(listenOnSockets(path() + std::string(100, 'x'))), ErrorCode::StorageFailed);
}

void ListeningTest::the_sockets_go_with_the_server()
{
    QVERIFY(listenOnSockets(path()));
    QCOMPARE(modeOf(path("/agents.sock")), -1);
    QCOMPARE(modeOf(path("/control.sock")), -1);
}

void ListeningTest::a_socket_of_another_that_took_the_name_stays()
{
    auto first = std::make_unique<Result<SocketListeners>>(listenOnSockets(path()));
    QVERIFY(::unlink(path("/agents.sock").c_str()) == 0);
    QVERIFY(::unlink(path("/control.sock").c_str()) == 0);
    const auto second = listenOnSockets(path());
    QVERIFY(second);
    first.reset();
    QVERIFY(RawClient::toSocket(path("/agents.sock")).isConnected());
}

void ListeningTest::of_two_that_start_at_once_one_gets_the_sockets()
{
    for (int round = 0; round < 50; ++round) {
        std::latch ready(2);
        std::latch tried(2);
        std::atomic<int> got = 0;
        const auto start = [&] {
            ready.arrive_and_wait();
            const auto sockets = listenOnSockets(path());
            got += sockets ? 1 : 0;
            tried.arrive_and_wait();
        };
        {
            const std::jthread one(start);
            const std::jthread other(start);
        }
        QCOMPARE(got.load(), 1);
    }
}

void ListeningTest::a_taken_port_is_named()
{
    const auto first = listenOnLoopback(0);
    QVERIFY(first);
    const auto second = listenOnLoopback(first->port);
    QCOMPARE(codeOf(second), ErrorCode::PortTaken);
    QVERIFY(second.error().message.contains(std::to_string(first->port)));
}

void ListeningTest::a_port_is_free_again_at_once()
{
    std::uint16_t port = 0;
    {
        // The server closes first, so that its end of the connection is the one that lingers in the kernel.
        Served served;
        port = served.port();
        auto client = served.connect();
        client.send(served.request("GET / HTTP/1.1", "Connection: close\r\n"));
        QVERIFY(client.read());
        QVERIFY(client.ends());
        auto open = served.connect();
        open.send(served.request("GET / HTTP/1.1"));
        QVERIFY(open.read());
        served.server.reset();
        QVERIFY(open.ends());
    }
    const auto again = listenOnLoopback(port);
    QVERIFY2(again, again ? "" : again.error().message.c_str());
}

void ListeningTest::two_servers_do_not_share_a_port()
{
    Served served;
    ServerOptions options = served.options;
    options.port = served.port();
    options.socketFolder = served.folder.filePath(QStringLiteral("elsewhere"));
    const auto handler = [](const HttpRequest&, const Respond&) { };
    QCOMPARE(codeOf(HttpServer::start(options, handler, handler)), ErrorCode::PortTaken);
    QVERIFY2(!QFileInfo::exists(options.socketFolder), "nothing is touched");
    options.port = 0;
    options.socketFolder = served.options.socketFolder;
    QCOMPARE(codeOf(HttpServer::start(options, handler, handler)), ErrorCode::PortTaken);
    auto client = served.connect();
    client.send(served.request("GET / HTTP/1.1"));
    QVERIFY(client.read());
}

} // namespace countersign::server

QTEST_GUILESS_MAIN(countersign::server::ListeningTest)
#include "tst_listening.moc"
