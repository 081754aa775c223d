// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who is served: real connections of real users, where this runs as root and can be another user.
#include "core/server/http/listening.h"
#include "core/server/http/peers.h"
#include "served.h"

#include <QTest>

#include <functional>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace countersign::server {

namespace {

constexpr uid_t kStranger = 65534;
constexpr uid_t kPerson = 1000;
constexpr int kNoAnswer = 0;

/// The status that a process of `uid` gets for a request on what `connect` opens.
int statusFor(uid_t uid, const std::string& request, const std::function<RawClient()>& connect)
{
    const auto child = ::fork();
    if (child == 0) {
        if (::setresuid(uid, uid, uid) != 0)
            ::_exit(kNoAnswer);
        auto client = connect();
        if (!client.isConnected())
            ::_exit(kNoAnswer);
        client.send(request);
        const auto answer = client.read();
        ::_exit(answer ? answer->status - 200 + 1 : kNoAnswer); // fits into an exit status
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status) == kNoAnswer ? kNoAnswer : WEXITSTATUS(status) + 200 - 1;
}

std::uint64_t inodeOf(int fd)
{
    struct stat status{};
    ::fstat(fd, &status);
    return status.st_ino;
}

} // namespace

class PeersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_loopback_peer_is_its_own_socket();
    void a_peer_without_an_established_socket_is_unknown();
    void a_peer_from_another_loopback_address_is_refused();
    void a_user_who_is_not_allowed_is_refused_at_every_door();
    void another_user_is_refused();
    void another_user_who_was_allowed_is_served_but_not_at_the_control_socket();
    void who_is_served_data();
    void who_is_served();
};

void PeersTest::a_loopback_peer_is_its_own_socket()
{
    const auto listener = listenOnLoopback(0);
    QVERIFY(listener);
    for (const auto& client : {RawClient::toPort(listener->port), RawClient::toMappedPort(listener->port)}) {
        QVERIFY(client.isConnected());
        const auto peer = lookUpLoopbackPeer(client.localPort(), listener->port);
        QVERIFY(peer);
        QCOMPARE(peer->uid, ::geteuid());
        QCOMPARE(peer->inode, inodeOf(client.fd()));
        QVERIFY(!peer->pid);
    }
}

void PeersTest::a_peer_without_an_established_socket_is_unknown()
{
    const auto listener = listenOnLoopback(0);
    const auto other = listenOnLoopback(0);
    QVERIFY(listener && other);
    const auto code = [&](std::uint16_t clientPort) {
        const auto peer = lookUpLoopbackPeer(clientPort, listener->port);
        return peer ? ErrorCode::Internal : peer.error().code;
    };
    auto client = RawClient::toPort(listener->port);
    const auto port = client.localPort();
    QVERIFY(lookUpLoopbackPeer(port, listener->port));
    QVERIFY2(!lookUpLoopbackPeer(port, other->port), "connected to another server");
    client.finishSending();
    QCOMPARE(code(port), ErrorCode::NotFound);
    client.close();
    QCOMPARE(code(port), ErrorCode::NotFound);
    QCOMPARE(code(1), ErrorCode::NotFound);
    QCOMPARE(code(other->port), ErrorCode::NotFound); // it only listens
    QCOMPARE(code(listener->port), ErrorCode::NotFound);
}

void PeersTest::a_peer_from_another_loopback_address_is_refused()
{
    Served served;
    auto client = RawClient::toPort(served.port(), "127.0.0.2");
    QVERIFY(client.isConnected());
    client.send(served.request("GET / HTTP/1.1"));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 403);
    QVERIFY(client.ends());
}

void PeersTest::a_user_who_is_not_allowed_is_refused_at_every_door()
{
    ServerOptions options;
    options.allowedUids = {::geteuid() + 1};
    bool asked = false;
    Served served(
        [&asked](const HttpRequest&, Respond respond) {
            asked = true;
            respond({});
        },
        options);
    std::vector<RawClient> clients;
    clients.push_back(served.connect());
    clients.push_back(RawClient::toSocket(served.socketPath("agents.sock")));
    clients.push_back(RawClient::toSocket(served.socketPath("control.sock")));
    for (auto& client : clients) {
        client.send(served.request("GET / HTTP/1.1"));
        const auto answer = client.read();
        QVERIFY(answer);
        QCOMPARE(answer->status, 403);
        QVERIFY(client.ends());
    }
    QVERIFY(!asked);
}

void PeersTest::another_user_is_refused()
{
    if (::geteuid() != 0)
        QSKIP("only root can be another user");
    Served served;
    const auto request = served.request("GET / HTTP/1.1");
    const auto loopback = [&served] { return served.connect(); };
    const auto agents = [&served] { return RawClient::toSocket(served.socketPath("agents.sock")); };
    const auto control = [&served] { return RawClient::toSocket(served.socketPath("control.sock")); };
    QCOMPARE(statusFor(0, request, loopback), 200);
    QCOMPARE(statusFor(kStranger, request, loopback), 403);
    QCOMPARE(statusFor(0, request, agents), 200);
    QCOMPARE(statusFor(kStranger, request, agents), kNoAnswer); // the folder keeps it out
    // Somebody opened the folder and the files: the peer's credentials still tell.
    QVERIFY(::chmod(served.options.socketFolder.toStdString().c_str(), 0755) == 0);
    QVERIFY(::chmod(served.folder.path().toStdString().c_str(), 0755) == 0);
    for (const auto* name : {"agents.sock", "control.sock"})
        QVERIFY(::chmod(served.socketPath(name).c_str(), 0666) == 0);
    if (statusFor(kStranger, request, agents) == kNoAnswer)
        QSKIP("the temporary folder itself is closed to others");
    QCOMPARE(statusFor(kStranger, request, agents), 403);
    QCOMPARE(statusFor(kStranger, request, control), 403);
}

void PeersTest::another_user_who_was_allowed_is_served_but_not_at_the_control_socket()
{
    if (::geteuid() != 0)
        QSKIP("only root can be another user");
    ServerOptions options;
    options.allowedUids = {0, kStranger};
    Served served(
        [](HttpRequest request, Respond respond) {
            respond({.status = request.peer.uid == kStranger ? 201 : 202, .fields = {}, .body = {}});
        },
        options);
    const auto request = served.request("GET / HTTP/1.1");
    QCOMPARE(statusFor(kStranger, request, [&served] { return served.connect(); }), 201);
    QVERIFY(::chmod(served.options.socketFolder.toStdString().c_str(), 0755) == 0);
    QVERIFY(::chmod(served.folder.path().toStdString().c_str(), 0755) == 0);
    QVERIFY(::chmod(served.socketPath("control.sock").c_str(), 0666) == 0);
    const auto control =
        statusFor(kStranger, request, [&served] { return RawClient::toSocket(served.socketPath("control.sock")); });
    QVERIFY(control == 403 || control == kNoAnswer); // none: the temporary folder itself is closed to others
}

void PeersTest::who_is_served_data()
{
    QTest::addColumn<int>("uid");
    QTest::addColumn<int>("ownUid");
    QTest::addColumn<int>("door");
    QTest::addColumn<bool>("served");
    const auto row = [](const char* name, uid_t uid, uid_t own, Door door, bool served) {
        QTest::newRow(name) << static_cast<int>(uid) << static_cast<int>(own) << static_cast<int>(door) << served;
    };
    // kPerson, root and kStranger are all in the list.
    row("the person", kPerson, kPerson, Door::Loopback, true);
    row("the person, terminal", kPerson, kPerson, Door::ControlSocket, true);
    row("an agent's account", kStranger, kPerson, Door::Loopback, true);
    row("an agent's account, socket", kStranger, kPerson, Door::AgentSocket, true);
    row("an agent's account, terminal", kStranger, kPerson, Door::ControlSocket, false);
    row("root", 0, kPerson, Door::Loopback, false);
    row("root, terminal", 0, kPerson, Door::ControlSocket, false);
    row("root at root's own", 0, 0, Door::ControlSocket, true);
    row("somebody else", kPerson + 1, kPerson, Door::Loopback, false);
    row("nobody knows", static_cast<uid_t>(-1), kPerson, Door::Loopback, false);
}

void PeersTest::who_is_served()
{
    QFETCH(const int, uid);
    QFETCH(const int, ownUid);
    QFETCH(const int, door);
    QFETCH(const bool, served);
    agents::PeerSocket peer;
    peer.uid = static_cast<uid_t>(uid);
    QCOMPARE(isServed(peer, static_cast<Door>(door), static_cast<uid_t>(ownUid), {0, kPerson, kStranger}), served);
}

} // namespace countersign::server

QTEST_GUILESS_MAIN(countersign::server::PeersTest)
#include "tst_peers.moc"
