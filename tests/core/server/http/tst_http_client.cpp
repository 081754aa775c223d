// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The terminal program's client against the real server, and against servers that misbehave.
#include "app/countersignctl/http_client.h"
#include "core/server/http/listening.h"
#include "served.h"

#include <QTest>

#include <thread>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

namespace countersign::ctl {

using server::RawClient;
using server::Served;
using namespace std::string_literals;
using namespace std::chrono_literals;

namespace {

/// Accepts one connection, sends `bytes`, and keeps the connection until destroyed (or closes it at once).
class OddServer {
public:
    enum class Then : std::uint8_t { Closes, Waits };

    OddServer(std::string bytes, Then then)
        : m_listener(server::listenOnLoopback(0).value())
        , m_thread([this, bytes = std::move(bytes), then](const std::stop_token& stop) {
            pollfd wait{.fd = m_listener.fd.get(), .events = POLLIN, .revents = 0};
            ::poll(&wait, 1, 5000);
            const server::UniqueFd fd(::accept(m_listener.fd.get(), nullptr, nullptr));
            std::array<char, 4096> request;
            ::recv(fd.get(), request.data(), request.size(), 0);
            ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            while (then == Then::Waits && !stop.stop_requested())
                std::this_thread::sleep_for(5ms);
        })
    {
    }
    [[nodiscard]] Endpoint endpoint() const { return LoopbackPort{m_listener.port}; }

private:
    server::LoopbackListener m_listener;
    std::jthread m_thread;
};

} // namespace

class HttpClientTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_call_is_answered_over_each_door();
    void a_refusal_that_comes_early_is_read();
    void the_answer_to_head_has_no_body();
    void nobody_there_is_not_found();
    void a_socket_of_another_user_is_denied();
    void a_call_that_is_not_one_line_is_never_sent();
    void an_answer_at_the_limit_is_read_and_one_above_is_not();
    void a_redirect_is_an_answer_like_any_other();
    void a_server_that_never_answers_is_given_up();
    void an_answer_that_is_not_http_is_an_error_data();
    void an_answer_that_is_not_http_is_an_error();
};

void HttpClientTest::a_call_is_answered_over_each_door()
{
    Served served;
    const HttpCall post{"POST", "/p?q=1", {{"X-One", "1"}}, "body"};
    for (const Endpoint& endpoint :
        {Endpoint(LoopbackPort{served.port()}), Endpoint(SocketPath{served.socketPath("agents.sock")}),
            Endpoint(SocketPath{served.socketPath("control.sock")})}) {
        const auto answer = call(endpoint, post);
        QVERIFY(answer);
        QCOMPARE(answer->status, 200);
        QCOMPARE(answer->field("content-type").value_or(""), "text/plain");
        QVERIFY(!answer->field("missing"));
        QVERIFY(answer->body.starts_with("POST /p q=1\n"));
        QVERIFY(answer->body.contains("\nx-one=1\n") || answer->body.contains("x-one=1\n"));
        QVERIFY(answer->body.ends_with("\n\nbody"));
    }
}

void HttpClientTest::a_refusal_that_comes_early_is_read()
{
    Served served;
    const auto answer = call(LoopbackPort{served.port()}, {"POST", "/", {}, std::string(6'000'000, 'x')});
    QVERIFY(answer);
    QCOMPARE(answer->status, 413);
}

void HttpClientTest::the_answer_to_head_has_no_body()
{
    Served served;
    const auto answer = call(LoopbackPort{served.port()}, {"HEAD", "/", {}, {}});
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
    QCOMPARE(answer->body, ""s);
}

void HttpClientTest::nobody_there_is_not_found()
{
    const auto port = server::listenOnLoopback(0)->port; // closed again at once
    QCOMPARE(call(LoopbackPort{port}, {}).error().code, ErrorCode::NotFound);
    QCOMPARE(call(SocketPath{"/nonexistent/control.sock"}, {}).error().code, ErrorCode::NotFound);
    QVERIFY(!call(SocketPath{std::string(200, 'x')}, {}));
}

void HttpClientTest::a_socket_of_another_user_is_denied()
{
    if (::geteuid() == 0)
        QSKIP("root may open every socket");
    Served served;
    QVERIFY(::chmod(served.socketPath("control.sock").c_str(), 0) == 0);
    QCOMPARE(call(SocketPath{served.socketPath("control.sock")}, {}).error().code, ErrorCode::AccessDenied);
}

void HttpClientTest::a_call_that_is_not_one_line_is_never_sent()
{
    Served served;
    const Endpoint endpoint = LoopbackPort{served.port()};
    QCOMPARE(call(endpoint, {"GET", "/a b", {}, {}}).error().code, ErrorCode::InvalidInput);
    QCOMPARE(call(endpoint, {"GET", "/a\r\nX: y", {}, {}}).error().code, ErrorCode::InvalidInput);
    QCOMPARE(call(endpoint, {"GET\r\n", "/", {}, {}}).error().code, ErrorCode::InvalidInput);
    QCOMPARE(call(endpoint, {"GET", "/", {{"X", "a\r\nOrigin: b"}}, {}}).error().code, ErrorCode::InvalidInput);
    QCOMPARE(call(endpoint, {"GET", "nopath", {}, {}}).error().code, ErrorCode::InvalidInput);
}

void HttpClientTest::an_answer_at_the_limit_is_read_and_one_above_is_not()
{
    Served served([](server::HttpRequest request, server::Respond respond) {
        const auto size = kMaxAnswerBytes + (request.path == "/above" ? 1 : 0) - (request.path == "/below" ? 1 : 0);
        respond({.status = 200, .fields = {}, .body = std::string(size, 'x')});
    });
    const Endpoint endpoint = LoopbackPort{served.port()};
    QCOMPARE(call(endpoint, {"GET", "/below", {}, {}})->body.size(), kMaxAnswerBytes - 1);
    QCOMPARE(call(endpoint, {"GET", "/at", {}, {}})->body.size(), kMaxAnswerBytes);
    QCOMPARE(call(endpoint, {"GET", "/above", {}, {}}).error().code, ErrorCode::TooLarge);
    const OddServer endless("HTTP/1.1 200 OK\r\n\r\n" + std::string(kMaxAnswerBytes + 1, 'x'), OddServer::Then::Waits);
    QCOMPARE(call(endless.endpoint(), {}).error().code, ErrorCode::TooLarge);
}

void HttpClientTest::a_redirect_is_an_answer_like_any_other()
{
    Served served([](const server::HttpRequest&, server::Respond respond) {
        respond({.status = 302, .fields = {{"Location", "http://127.0.0.1:1/"}}, .body = {}});
    });
    const auto answer = call(LoopbackPort{served.port()}, {});
    QVERIFY(answer);
    QCOMPARE(answer->status, 302);
}

void HttpClientTest::a_server_that_never_answers_is_given_up()
{
    const OddServer silent("HTTP/1.1 200 OK\r\nContent-", OddServer::Then::Waits);
    const auto answer = call(silent.endpoint(), {}, 200ms);
    QCOMPARE(answer.error().code, ErrorCode::TemporarilyUnavailable);
}

void HttpClientTest::an_answer_that_is_not_http_is_an_error_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("text") << QByteArray("220 mail.example ESMTP\r\n\r\n");
    QTest::newRow("cut off") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    QTest::newRow("two lengths") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab");
}

void HttpClientTest::an_answer_that_is_not_http_is_an_error()
{
    QFETCH(const QByteArray, bytes);
    const OddServer odd(bytes.toStdString(), OddServer::Then::Closes);
    QCOMPARE(call(odd.endpoint(), {}).error().code, ErrorCode::InvalidInput);
}

} // namespace countersign::ctl

QTEST_GUILESS_MAIN(countersign::ctl::HttpClientTest)
#include "tst_http_client.moc"
