// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a client sees of the server over real sockets, apart from framing (tst_framing) and limits (tst_limits).
#include "raw_client.h"
#include "served.h"

#include <QTest>

#include <mutex>
#include <thread>

namespace countersign::server {

using namespace std::string_literals;
using namespace std::string_view_literals;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kServerError = "{\"error\":\"server_error\",\"error_description\":\"";

} // namespace

class HttpServerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_request_reaches_the_handler_as_it_was_sent();
    void every_answer_has_the_fields_that_all_must_have();
    void pipelined_requests_are_answered_in_order();
    void the_answer_to_head_has_no_content();
    void an_answer_without_content_leaves_the_connection_usable();
    void each_door_has_its_own_handler_and_hosts();
    void a_request_that_is_dropped_unanswered_gets_500();
    void a_handler_that_throws_gets_500();
    void an_answer_that_would_split_becomes_500();
    void an_answer_may_come_from_any_thread();
    void an_answer_after_the_client_left_is_harmless();
    void the_server_may_end_while_requests_wait();
    void the_server_ends_while_answers_are_being_given();
    void many_clients_are_served_at_once();
};

void HttpServerTest::a_request_reaches_the_handler_as_it_was_sent()
{
    HttpRequest seen;
    Served served([&seen](HttpRequest request, Respond respond) {
        seen = std::move(request);
        respond({.status = 201, .fields = {{"Location", "/x"}}, .body = "made"});
    });
    auto client = served.connect();
    client.send(served.request(
        "POST /a%2Fb?x=%20?y HTTP/1.1", "X-Twice: 1\r\nx-TWICE:  2 \r\nEmpty:\r\nContent-Length: 5\r\n", "ab\0cd"sv));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 201);
    QCOMPARE(answer->field("location"), "/x"s);
    QCOMPARE(answer->body, "made"s);

    QCOMPARE(seen.door, Door::Loopback);
    QCOMPARE(seen.peer.uid, ::geteuid());
    QVERIFY(seen.peer.inode != 0);
    QCOMPARE(seen.method, "POST"s);
    QCOMPARE(seen.target, "/a%2Fb?x=%20?y"s);
    QCOMPARE(seen.path, "/a%2Fb"s);
    QCOMPARE(seen.query, "x=%20?y"s);
    QCOMPARE(seen.body, "ab\0cd"s);
    const std::vector<Field> expected{
        {"host", served.host()}, {"x-twice", "1"}, {"x-twice", "2"}, {"empty", ""}, {"content-length", "5"}};
    QVERIFY(seen.fields == expected);
    QVERIFY(!seen.field("x-twice"));
    QCOMPARE(seen.fieldCount("x-twice"), 2UL);
    QCOMPARE(*seen.field("empty"), ""sv);
    QVERIFY(!seen.field("missing"));
}

void HttpServerTest::every_answer_has_the_fields_that_all_must_have()
{
    Served served;
    for (const auto& line : {"GET / HTTP/1.1"s, "GET bad HTTP/1.1"s}) {
        auto client = served.connect();
        client.send(served.request(line));
        const auto answer = client.read();
        QVERIFY(answer);
        QCOMPARE(answer->field("cache-control"), "no-store"s);
        QCOMPARE(answer->field("x-content-type-options"), "nosniff"s);
        QCOMPARE(answer->field("content-length"), std::to_string(answer->body.size()));
        const auto date = QLocale::c().toDateTime(
            QString::fromStdString(answer->field("date")).chopped(4), QStringLiteral("ddd, dd MMM yyyy HH:mm:ss"));
        QVERIFY(std::abs(date.secsTo(QDateTime::currentDateTimeUtc().toLocalTime())) < 86400);
    }
}

void HttpServerTest::pipelined_requests_are_answered_in_order()
{
    // The first answers come late and from other threads: order must not depend on it.
    std::vector<std::jthread> threads;
    std::mutex mutex;
    Served served([&](HttpRequest request, Respond respond) {
        const std::scoped_lock lock(mutex);
        threads.emplace_back([request = std::move(request), respond = std::move(respond)]() mutable {
            const bool slow = request.path.ends_with('0');
            std::this_thread::sleep_for(slow ? 20ms : 0ms);
            respond(echo(request));
        });
    });
    auto client = served.connect();
    std::string requests;
    for (int i = 0; i < 50; ++i) {
        const auto number = std::to_string(i);
        requests += served.request(
            "POST /" + number + " HTTP/1.1", "Content-Length: " + std::to_string(number.size()) + "\r\n", number);
    }
    client.send(requests);
    for (int i = 0; i < 50; ++i) {
        const auto answer = client.read();
        QVERIFY(answer);
        QVERIFY(answer->body.starts_with("POST /" + std::to_string(i) + " "));
        QVERIFY(answer->body.ends_with("\n\n" + std::to_string(i)));
    }
}

void HttpServerTest::the_answer_to_head_has_no_content()
{
    Served served;
    auto client = served.connect();
    client.send(served.request("HEAD /h HTTP/1.1") + served.request("GET /g HTTP/1.1"));
    auto answer = client.read(RawClient::Content::HeadOnly);
    QVERIFY(answer);
    QVERIFY(std::stoul(answer->field("content-length")) > 0);
    answer = client.read();
    QVERIFY(answer);
    QVERIFY(answer->body.starts_with("GET /g "));

    client.send("HEAD / HTTP/1.1\r\nHost: other\r\n\r\n");
    answer = client.read(RawClient::Content::HeadOnly);
    QVERIFY(answer);
    QCOMPARE(answer->status, 421);
    QVERIFY(client.ends());
}

void HttpServerTest::an_answer_without_content_leaves_the_connection_usable()
{
    Served served([](HttpRequest request, Respond respond) {
        respond({.status = request.path == "/none" ? 204 : 200, .fields = {}, .body = "content"});
    });
    auto client = served.connect();
    client.send(served.request("GET /none HTTP/1.1") + served.request("GET /some HTTP/1.1"));
    auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 204);
    QCOMPARE(answer->field("content-length"), ""s);
    answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
    QCOMPARE(answer->body, "content"s);
}

void HttpServerTest::each_door_has_its_own_handler_and_hosts()
{
    QTemporaryDir folder;
    ServerOptions options;
    options.port = 0;
    options.socketFolder = folder.filePath(QStringLiteral("run"));
    options.allowedUids = {::geteuid()};
    const auto api = [](const char* name) {
        return [name](HttpRequest request, Respond respond) {
            const auto door = std::to_string(std::to_underlying(request.door));
            const bool known = request.peer.uid == ::geteuid() && request.peer.pid == ::getpid();
            respond({.status = 200, .fields = {}, .body = name + door + (known ? " known" : "")});
        };
    };
    const auto server = HttpServer::start(options, api("agents"), api("control"));
    QVERIFY(server);
    const auto ask = [](RawClient client, const std::string& host) {
        client.send("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        const auto answer = client.read();
        return answer ? std::to_string(answer->status) + " " + answer->body : std::string();
    };
    const auto port = (*server)->port();
    const auto host = "127.0.0.1:" + std::to_string(port);
    const auto run = options.socketFolder.toStdString();
    QCOMPARE(ask(RawClient::toPort(port), host), "200 agents0"s);
    QCOMPARE(ask(RawClient::toMappedPort(port), host), "200 agents0"s);
    QCOMPARE(ask(RawClient::toSocket(run + "/agents.sock"), host), "200 agents1 known"s);
    QCOMPARE(ask(RawClient::toSocket(run + "/agents.sock"), "localhost"), "200 agents1 known"s);
    QCOMPARE(ask(RawClient::toSocket(run + "/control.sock"), "localhost"), "200 control2 known"s);
    QVERIFY(ask(RawClient::toSocket(run + "/control.sock"), "evil.example").starts_with("421 "));
    QVERIFY(ask(RawClient::toSocket(run + "/control.sock"), "localhost\r\nOrigin: x").starts_with("403 "));
}

void HttpServerTest::a_request_that_is_dropped_unanswered_gets_500()
{
    Served served([](const HttpRequest&, const Respond&) { });
    auto client = served.connect();
    client.send(served.request("GET / HTTP/1.1") + served.request("GET / HTTP/1.1"));
    for (int i = 0; i < 2; ++i) {
        const auto answer = client.read();
        QVERIFY(answer);
        QCOMPARE(answer->status, 500);
        QVERIFY(answer->body.starts_with(kServerError));
    }
}

void HttpServerTest::a_handler_that_throws_gets_500()
{
    Served served([](const HttpRequest&, const Respond&) { throw std::runtime_error("planted"); });
    auto client = served.connect();
    client.send(served.request("GET / HTTP/1.1"));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 500);
    QVERIFY(!answer->body.contains("planted"));
}

void HttpServerTest::an_answer_that_would_split_becomes_500()
{
    Served served([](const HttpRequest&, Respond respond) {
        respond({.status = 200, .fields = {{"X", "a\r\nSet-Cookie: b"}}, .body = "secret"});
    });
    auto client = served.connect();
    client.send(served.request("GET / HTTP/1.1"));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 500);
    QVERIFY(!answer->head.contains("Set-Cookie"));
    QVERIFY(!answer->body.contains("secret"));
}

void HttpServerTest::an_answer_may_come_from_any_thread()
{
    std::jthread other;
    Served served([&other](HttpRequest request, Respond respond) {
        other = std::jthread([request = std::move(request), respond = std::move(respond)]() mutable {
            std::this_thread::sleep_for(20ms);
            respond(echo(request));
            respond({.status = 500, .fields = {}, .body = {}}); // only the first counts
        });
    });
    auto client = served.connect();
    for (int i = 0; i < 3; ++i) {
        client.send(served.request("GET / HTTP/1.1"));
        const auto answer = client.read();
        QVERIFY(answer);
        QCOMPARE(answer->status, 200);
    }
}

void HttpServerTest::an_answer_after_the_client_left_is_harmless()
{
    std::mutex mutex;
    std::vector<Respond> waiting;
    Served served([&](const HttpRequest&, Respond respond) {
        const std::scoped_lock lock(mutex);
        waiting.push_back(std::move(respond));
    });
    const auto countWaiting = [&] {
        const std::scoped_lock lock(mutex);
        return waiting.size();
    };
    {
        auto client = served.connect();
        client.send(served.request("GET / HTTP/1.1"));
        QTRY_COMPARE(countWaiting(), 1UL);
    }
    waiting.front()({.status = 200, .fields = {}, .body = std::string(1 << 20, 'x')});
    auto client = served.connect();
    client.send(served.request("GET / HTTP/1.1"));
    QTRY_COMPARE(countWaiting(), 2UL);
    waiting.back()({});
    QVERIFY(client.read());
}

void HttpServerTest::the_server_may_end_while_requests_wait()
{
    std::mutex mutex;
    std::vector<Respond> waiting;
    auto served = std::make_unique<Served>([&](const HttpRequest&, Respond respond) {
        const std::scoped_lock lock(mutex);
        waiting.push_back(std::move(respond));
    });
    auto client = served->connect();
    auto idle = served->connect();
    auto begun = served->connect();
    client.send(served->request("GET / HTTP/1.1"));
    begun.send("GET / HT");
    QTRY_VERIFY([&] {
        const std::scoped_lock lock(mutex);
        return waiting.size() == 1;
    }());
    served.reset();
    QVERIFY(!client.read());
    QVERIFY(!idle.read());
    QVERIFY(!begun.read());
    waiting.front()({}); // nobody is there any more
    waiting.clear();
}

void HttpServerTest::the_server_ends_while_answers_are_being_given()
{
    for (int round = 0; round < 20; ++round) {
        std::mutex mutex;
        std::vector<Respond> waiting;
        auto served = std::make_unique<Served>([&](const HttpRequest&, Respond respond) {
            const std::scoped_lock lock(mutex);
            waiting.push_back(std::move(respond));
        });
        std::jthread answering([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const std::scoped_lock lock(mutex);
                for (auto& respond : waiting)
                    respond({});
                waiting.clear();
            }
        });
        std::vector<RawClient> clients;
        for (int i = 0; i < 8; ++i) {
            clients.push_back(served->connect());
            clients.back().send(served->request("GET /1 HTTP/1.1") + served->request("GET /2 HTTP/1.1"));
        }
        std::this_thread::sleep_for(std::chrono::microseconds(round * 100));
        served.reset();
    }
}

void HttpServerTest::many_clients_are_served_at_once()
{
    constexpr int kClients = 64;
    constexpr int kRequests = 20;
    Served served;
    std::atomic<int> right = 0;
    {
        std::vector<std::jthread> threads;
        for (int number = 0; number < kClients; ++number) {
            threads.emplace_back([&, number] {
                auto client =
                    number % 2 == 0 ? served.connect() : RawClient::toSocket(served.socketPath("agents.sock"));
                for (int i = 0; i < kRequests; ++i) {
                    const auto path = "/" + std::to_string(number) + "/" + std::to_string(i);
                    client.send(served.request("GET " + path + " HTTP/1.1"));
                    const auto answer = client.read();
                    right += answer && answer->body.starts_with("GET " + path + " ") ? 1 : 0;
                }
            });
        }
    }
    QCOMPARE(right.load(), kClients * kRequests);
}

} // namespace countersign::server

QTEST_GUILESS_MAIN(countersign::server::HttpServerTest)
#include "tst_http_server.moc"
