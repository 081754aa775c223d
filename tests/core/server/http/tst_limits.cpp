// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every limit of the server at, below and above, over real sockets.
#include "core/server/http/connections.h"
#include "served.h"

#include <QElapsedTimer>
#include <QTest>

#include <thread>

#include <fcntl.h>
#include <sys/resource.h>

namespace countersign::server {

using namespace std::string_literals;
using namespace std::chrono_literals;

namespace {

constexpr auto kShort = 300ms;

ServerOptions shortTimes()
{
    ServerOptions options;
    options.requestTimeLimit = kShort;
    options.idleTimeLimit = kShort;
    return options;
}

void answerEcho(HttpRequest request, Respond respond)
{
    respond(echo(request));
}

/// A header block of exactly `size` bytes, in lines of about a thousand.
std::string headerBlock(const Served& served, std::size_t size)
{
    auto block = "GET / HTTP/1.1\r\nHost: " + served.host() + "\r\n";
    while (size - block.size() > 2000)
        block += "X: " + std::string(995, 'x') + "\r\n";
    const auto rest = size - block.size() - 2 - 5; // the last line's "X: " and CRLF, and the empty line
    return block + "X: " + std::string(rest, 'x') + "\r\n\r\n";
}

std::string chunked(std::size_t size, std::size_t pieceSize)
{
    std::string body;
    for (std::size_t done = 0; done < size;) {
        const auto piece = std::min(pieceSize, size - done);
        body += QByteArray::number(static_cast<qulonglong>(piece), 16).toStdString() + "\r\n";
        body += std::string(piece, 'x') + "\r\n";
        done += piece;
    }
    return body + "0\r\n\r\n";
}

std::chrono::microseconds processorTime()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

} // namespace

class LimitsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_header_block_has_its_limit_data();
    void a_header_block_has_its_limit();
    void a_header_that_never_ends_is_refused_at_the_limit();
    void a_body_has_its_limit_data();
    void a_body_has_its_limit();
    void a_large_body_is_read_off_so_that_its_refusal_arrives();
    void a_trailer_has_a_limit();
    void connections_have_their_limit();
    void the_control_socket_has_a_limit_of_its_own();
    void a_request_in_good_time_is_served();
    void a_request_that_takes_too_long_gets_408_data();
    void a_request_that_takes_too_long_gets_408();
    void a_client_that_drips_bytes_gets_408();
    void a_connection_that_stays_idle_ends_quietly();
    void a_waiting_answer_is_not_hurried();
    void a_client_that_does_not_read_is_let_go();
    void a_server_without_descriptors_waits_for_them();
};

void LimitsTest::a_header_block_has_its_limit_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("pieces");
    QTest::addColumn<int>("status");
    const int limit = kMaxHeaderBytes;
    for (const int pieces : {1 << 20, 1000, 7777}) {
        const auto name = [pieces](const char* what) {
            return QStringLiteral("%1 in %2s").arg(QLatin1String(what)).arg(pieces).toLatin1();
        };
        QTest::newRow(name("below").constData()) << limit - 1 << pieces << 200;
        QTest::newRow(name("at").constData()) << limit << pieces << 200;
        QTest::newRow(name("above").constData()) << limit + 1 << pieces << 431;
        QTest::newRow(name("far above").constData()) << 10 * limit << pieces << 431;
    }
}

void LimitsTest::a_header_block_has_its_limit()
{
    QFETCH(const int, size);
    QFETCH(const int, pieces);
    QFETCH(const int, status);
    Served served;
    auto client = served.connect();
    const auto block = headerBlock(served, static_cast<std::size_t>(size));
    QCOMPARE(block.size(), static_cast<std::size_t>(size));
    client.sendInPieces(block, static_cast<std::size_t>(pieces), 50us);
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, status);
    if (status == 431)
        QVERIFY(client.ends());
}

void LimitsTest::a_header_that_never_ends_is_refused_at_the_limit()
{
    Served served;
    auto client = served.connect();
    client.send("GET /" + std::string(kMaxHeaderBytes, 'a'));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 431);
}

void LimitsTest::a_body_has_its_limit_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<int>("chunks"); // 0: by Content-Length
    QTest::addColumn<int>("status");
    const int limit = kMaxBodyBytes;
    for (const int chunks : {0, 1000, 65536, limit + 1}) {
        const auto name = [chunks](const char* what) {
            return QStringLiteral("%1, chunks of %2").arg(QLatin1String(what)).arg(chunks).toLatin1();
        };
        QTest::newRow(name("below").constData()) << limit - 1 << chunks << 200;
        QTest::newRow(name("at").constData()) << limit << chunks << 200;
        QTest::newRow(name("above").constData()) << limit + 1 << chunks << 413;
    }
}

void LimitsTest::a_body_has_its_limit()
{
    QFETCH(const int, size);
    QFETCH(const int, chunks);
    QFETCH(const int, status);
    Served served([](const HttpRequest& request, Respond respond) {
        respond({.status = 200, .fields = {}, .body = std::to_string(request.body.size())});
    });
    const auto bytes = static_cast<std::size_t>(size);
    auto client = served.connect();
    if (chunks == 0)
        client.send(served.request(
            "POST / HTTP/1.1", "Content-Length: " + std::to_string(bytes) + "\r\n", std::string(bytes, 'x')));
    else
        client.send(served.request(
            "POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n", chunked(bytes, static_cast<std::size_t>(chunks))));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, status);
    if (status == 200)
        QCOMPARE(answer->body, std::to_string(bytes));
    else
        QVERIFY(client.ends());
}

void LimitsTest::a_large_body_is_read_off_so_that_its_refusal_arrives()
{
    Served served;
    for (const auto& length : {"8388608"s, "18446744073709551615"s}) {
        auto client = served.connect();
        client.send(served.request("POST / HTTP/1.1", "Content-Length: " + length + "\r\n"));
        client.send(std::string(8 << 20, 'x'));
        const auto answer = client.read();
        QVERIFY(answer);
        QCOMPARE(answer->status, 413);
        client.finishSending();
        QVERIFY(client.ends());
    }
}

void LimitsTest::a_trailer_has_a_limit()
{
    Served served;
    auto client = served.connect();
    std::string trailer = "0\r\n";
    for (int i = 0; i < 300; ++i)
        trailer += "X: " + std::string(1000, 'x') + "\r\n";
    client.send(served.request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n", trailer + "\r\n"));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 431);
}

void LimitsTest::connections_have_their_limit()
{
    Served served;
    const auto isServed = [&served](RawClient& client) {
        client.send(served.request("GET / HTTP/1.1"));
        const auto answer = client.read();
        return answer && answer->status == 200;
    };
    std::vector<RawClient> clients;
    for (std::size_t i = 0; i < kMaxConnections; ++i) {
        clients.push_back(i % 2 == 0 ? served.connect() : RawClient::toSocket(served.socketPath("agents.sock")));
        QVERIFY(isServed(clients.back()));
    }
    for (int i = 0; i < 3; ++i) {
        auto tooMany = served.connect();
        const auto answer = tooMany.read();
        QVERIFY(answer);
        QCOMPARE(answer->status, 503);
        QVERIFY(answer->body.contains("temporarily_unavailable"));
        QVERIFY(tooMany.ends(2s));
    }
    QVERIFY2(isServed(clients.front()), "the others go on");
    auto control = RawClient::toSocket(served.socketPath("control.sock"));
    QVERIFY2(isServed(control), "agents don't lock the person out");

    clients.pop_back();
    bool again = false; // as soon as the server has seen that one left
    for (int i = 0; i < 100 && !again; ++i) {
        auto client = served.connect();
        again = isServed(client);
        std::this_thread::sleep_for(10ms);
    }
    QVERIFY(again);
}

void LimitsTest::the_control_socket_has_a_limit_of_its_own()
{
    Served served;
    std::vector<RawClient> clients;
    const auto connect = [&] { return RawClient::toSocket(served.socketPath("control.sock")); };
    for (std::size_t i = 0; i < kMaxControlConnections; ++i) {
        clients.push_back(connect());
        clients.back().send(served.request("GET / HTTP/1.1"));
        QCOMPARE(clients.back().read()->status, 200);
    }
    QCOMPARE(connect().read()->status, 503);
}

void LimitsTest::a_request_in_good_time_is_served()
{
    Served served(answerEcho, shortTimes());
    auto client = served.connect();
    for (int i = 0; i < 4; ++i) { // each within its own time, all together not
        const auto request = served.request("POST / HTTP/1.1", "Content-Length: 2\r\n", "ab");
        std::this_thread::sleep_for(kShort / 6);
        client.send(request.substr(0, 20));
        std::this_thread::sleep_for(kShort / 6);
        client.send(request.substr(20));
        const auto answer = client.read();
        QVERIFY(answer);
        QCOMPARE(answer->status, 200);
    }
}

void LimitsTest::a_request_that_takes_too_long_gets_408_data()
{
    QTest::addColumn<QByteArray>("begin"); // HOST stands for the server's own
    QTest::newRow("in the first line") << QByteArray("G");
    QTest::newRow("in the header") << QByteArray("GET / HTTP/1.1\r\nHost: HO");
    QTest::newRow("before the body") << QByteArray("POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 3\r\n\r\n");
    QTest::newRow("in the body") << QByteArray("POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 3\r\n\r\nab");
    QTest::newRow("in a chunk") << QByteArray(
        "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab");
    QTest::newRow("after an empty line") << QByteArray("\r\n");
}

void LimitsTest::a_request_that_takes_too_long_gets_408()
{
    QFETCH(QByteArray, begin);
    Served served(answerEcho, shortTimes());
    begin.replace("HOST", served.host().c_str());
    auto client = served.connect();
    QElapsedTimer timer;
    timer.start();
    client.send(begin.toStdString());
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 408);
    QVERIFY(timer.elapsed() >= kShort.count() - 10);
    QVERIFY(timer.elapsed() < 10 * kShort.count());
    QVERIFY(client.ends());
}

void LimitsTest::a_client_that_drips_bytes_gets_408()
{
    Served served(answerEcho, shortTimes());
    const auto request = served.request("POST / HTTP/1.1", "Content-Length: 200\r\n", std::string(200, 'x'));
    for (const std::size_t atOnce : {0UL, request.size() - 200}) { // dripping the header, dripping the body
        auto client = served.connect();
        client.send(request.substr(0, atOnce));
        std::jthread drip([&](const std::stop_token& stop) {
            for (auto i = atOnce; i < request.size() && !stop.stop_requested(); ++i) {
                client.send(request.substr(i, 1));
                std::this_thread::sleep_for(10ms);
            }
        });
        QElapsedTimer timer;
        timer.start();
        const auto answer = client.read();
        QVERIFY(answer);
        QCOMPARE(answer->status, 408);
        QVERIFY(timer.elapsed() < 10 * kShort.count());
    }
}

void LimitsTest::a_connection_that_stays_idle_ends_quietly()
{
    Served served(answerEcho, shortTimes());
    auto fresh = served.connect();
    auto used = served.connect();
    used.send(served.request("GET / HTTP/1.1"));
    QVERIFY(used.read());
    QElapsedTimer timer;
    timer.start();
    QVERIFY(fresh.ends());
    QVERIFY(used.ends());
    QVERIFY(timer.elapsed() < 10 * kShort.count());
}

void LimitsTest::a_waiting_answer_is_not_hurried()
{
    std::jthread other;
    Served served(
        [&other](const HttpRequest&, Respond respond) {
            other = std::jthread([respond = std::move(respond)]() mutable {
                std::this_thread::sleep_for(3 * kShort);
                respond({});
            });
        },
        shortTimes());
    auto client = served.connect();
    client.send(served.request("GET / HTTP/1.1"));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
}

void LimitsTest::a_client_that_does_not_read_is_let_go()
{
    Served served([](const HttpRequest&,
                      Respond respond) { respond({.status = 200, .fields = {}, .body = std::string(64 << 20, 'x')}); },
        shortTimes());
    auto client = served.connect();
    client.send(served.request("GET / HTTP/1.1"));
    std::this_thread::sleep_for(3 * kShort);
    QVERIFY2(!client.read(), "the answer was cut off");
}

void LimitsTest::a_server_without_descriptors_waits_for_them()
{
    Served served;
    rlimit usual{};
    QVERIFY(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
    auto client = served.connect();
    client.send(served.request("GET / HTTP/1.1"));
    QVERIFY(client.read());

    // A connection can be made with the descriptor that there is; accepting it needs one more.
    auto waiting = RawClient::unconnected();
    const int lowest = ::dup(0);
    ::close(lowest);
    rlimit none = usual;
    none.rlim_cur = static_cast<rlim_t>(lowest);
    QVERIFY(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    waiting.connectTo(served.port());
    waiting.send(served.request("GET / HTTP/1.1"));
    const auto before = processorTime();
    const auto early = waiting.read(RawClient::Content::Body, 500ms);
    const auto used = processorTime() - before;
    ::setrlimit(RLIMIT_NOFILE, &usual);

    QVERIFY(!early);
    QVERIFY2(used < 100ms, "it does not spin");
    client.send(served.request("GET / HTTP/1.1"));
    QVERIFY2(client.read(), "those who are connected are served");
    const auto answer = waiting.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
}

} // namespace countersign::server

QTEST_GUILESS_MAIN(countersign::server::LimitsTest)
#include "tst_limits.moc"
