// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How bytes become requests, and which never do (RFC 9112), over real sockets.
#include "raw_client.h"
#include "served.h"

#include <QTest>

#include <atomic>
#include <random>

namespace countersign::server {

using namespace std::string_literals;
using namespace std::string_view_literals;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view kInvalidRequest = "{\"error\":\"invalid_request\",\"error_description\":\"";

} // namespace

class FramingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void split_bytes_make_one_request();
    void an_empty_line_before_a_request_is_skipped();
    void a_chunked_body_arrives_whole_and_its_trailer_adds_no_field();
    void connections_persist_as_their_version_says_data();
    void connections_persist_as_their_version_says();
    void a_client_that_expects_it_is_told_to_continue();
    void a_client_whose_request_is_refused_is_not_told_to_continue();
    void a_target_in_absolute_form_is_ours_or_misdirected();
    void options_of_the_server_are_answered();
    void bad_requests_are_refused_and_the_connection_ends_data();
    void bad_requests_are_refused_and_the_connection_ends();
    void mutated_requests_do_no_harm();
};

void FramingTest::split_bytes_make_one_request()
{
    Served served;
    auto client = served.connect();
    client.sendInPieces(served.request("POST /p HTTP/1.1", "Content-Length: 3\r\n", "xyz"), 1, 200us);
    const auto answer = client.read();
    QVERIFY(answer);
    QVERIFY(answer->body.starts_with("POST /p "));
    QVERIFY(answer->body.ends_with("\n\nxyz"));
}

void FramingTest::an_empty_line_before_a_request_is_skipped()
{
    Served served;
    auto client = served.connect();
    client.sendInPieces("\r\n\r\n" + served.request("GET /a HTTP/1.1"), 1, 100us);
    const auto answer = client.read();
    QVERIFY(answer);
    QVERIFY(answer->body.starts_with("GET /a "));
}

void FramingTest::a_chunked_body_arrives_whole_and_its_trailer_adds_no_field()
{
    Served served;
    auto client = served.connect();
    const auto chunked = "3;name=\"v\"\r\nabc\r\n1\r\n-\r\n0\r\nOrigin: https://evil.example\r\nX-Late: 1\r\n\r\n"s;
    client.sendInPieces(served.request("POST /c HTTP/1.1", "Transfer-Encoding: chunked\r\n", chunked), 5, 100us);
    client.send(served.request("GET /next HTTP/1.1"));
    auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
    QVERIFY(answer->body.ends_with("\n\nabc-"));
    QVERIFY(!answer->body.contains("x-late"));
    QVERIFY(!answer->body.contains("origin"));
    answer = client.read();
    QVERIFY(answer);
    QVERIFY(answer->body.starts_with("GET /next "));
}

void FramingTest::connections_persist_as_their_version_says_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QByteArray>("field");
    QTest::addColumn<QByteArray>("answered");
    QTest::addColumn<bool>("persists");
    QTest::newRow("1.1") << QByteArray("1.1") << QByteArray() << QByteArray() << true;
    QTest::newRow("1.1 close") << QByteArray("1.1") << QByteArray("Connection: Close\r\n") << QByteArray("close")
                               << false;
    QTest::newRow("1.0") << QByteArray("1.0") << QByteArray() << QByteArray("close") << false;
    QTest::newRow("1.0 keep-alive") << QByteArray("1.0") << QByteArray("Connection: keep-alive\r\n")
                                    << QByteArray("keep-alive") << true;
}

void FramingTest::connections_persist_as_their_version_says()
{
    QFETCH(const QByteArray, version);
    QFETCH(const QByteArray, field);
    QFETCH(const QByteArray, answered);
    QFETCH(const bool, persists);
    Served served;
    auto client = served.connect();
    client.send(served.request("GET / HTTP/" + version.toStdString(), field.toStdString()));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
    QCOMPARE(answer->field("connection"), answered.toStdString());
    if (persists) {
        client.send(served.request("GET /again HTTP/1.1"));
        QVERIFY(client.read());
    } else {
        QVERIFY(client.ends());
    }
}

void FramingTest::a_client_that_expects_it_is_told_to_continue()
{
    Served served;
    auto client = served.connect();
    client.send(served.request("POST /e HTTP/1.1", "Expect: 100-Continue\r\nContent-Length: 3\r\n"));
    auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 100);
    client.send("abc");
    answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
    QVERIFY(answer->body.ends_with("\n\nabc"));
}

void FramingTest::a_client_whose_request_is_refused_is_not_told_to_continue()
{
    Served served;
    for (const auto& [fields, status] : {std::pair("Expect: 100-continue\r\nOrigin: x\r\nContent-Length: 3\r\n"s, 403),
             std::pair("Expect: 100-continue\r\nContent-Length: 1048577\r\n"s, 413),
             std::pair("Expect: 200-ok\r\nContent-Length: 3\r\n"s, 417)}) {
        auto client = served.connect();
        client.send(served.request("POST /e HTTP/1.1", fields));
        const auto answer = client.read();
        QVERIFY(answer);
        QCOMPARE(answer->status, status);
        QVERIFY(client.ends());
    }
}

void FramingTest::a_target_in_absolute_form_is_ours_or_misdirected()
{
    Served served;
    auto client = served.connect();
    client.send(served.request("GET HTTP://LocalHost:" + std::to_string(served.port()) + "/p?q HTTP/1.1"));
    auto answer = client.read();
    QVERIFY(answer);
    QVERIFY(answer->body.starts_with("GET /p q\n"));
    client.send(served.request("GET http://" + served.host() + "?q HTTP/1.1"));
    answer = client.read();
    QVERIFY(answer);
    QVERIFY(answer->body.starts_with("GET / q\n"));
    client.send(served.request("GET http://other.example/p HTTP/1.1"));
    answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 421);
}

void FramingTest::options_of_the_server_are_answered()
{
    Served served;
    auto client = served.connect();
    client.send(served.request("OPTIONS * HTTP/1.1"));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, 200);
    QCOMPARE(answer->field("content-length"), "0"s);
}

void FramingTest::bad_requests_are_refused_and_the_connection_ends_data()
{
    // HOST stands for the server's own.
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<int>("status");
    const auto row = [](const char* name, QByteArray bytes, int status) { QTest::newRow(name) << bytes << status; };
    row("no host", "GET / HTTP/1.1\r\n\r\n", 400);
    row("no host, 1.0", "GET / HTTP/1.0\r\n\r\n", 400);
    row("two hosts", "GET / HTTP/1.1\r\nHost: HOST\r\nHost: HOST\r\n\r\n", 400);
    row("a host and a foreign one", "GET / HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\n\r\n", 400);
    row("a foreign host", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421);
    row("a host without port", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 421);
    row("a host with another port", "GET / HTTP/1.1\r\nHost: localhost:1\r\n\r\n", 421);
    row("an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 421);
    row("an origin", "GET / HTTP/1.1\r\nHost: HOST\r\nOrigin: http://HOST\r\n\r\n", 403);
    row("an origin of null", "GET / HTTP/1.1\r\nHost: HOST\r\norigin: null\r\n\r\n", 403);
    row("length and coding",
        "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    row("coding and length",
        "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400);
    row("two equal lengths", "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400);
    row("two lengths", "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400);
    row("a list of lengths", "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 3, 3\r\n\r\nabc", 400);
    row("a negative length", "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: -3\r\n\r\nabc", 400);
    row("a signed length", "POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: +3\r\n\r\nabc", 400);
    row("an unknown coding", "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501);
    row("two codings", "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        400);
    row("a coding in 1.0", "POST / HTTP/1.0\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    row("a bad chunk", "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400);
    row("a chunk without its end",
        "POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n", 400);
    row("a folded line", "GET / HTTP/1.1\r\nHost: HOST\r\nX: a\r\n b\r\n\r\n", 400);
    row("a space before the colon", "GET / HTTP/1.1\r\nHost : HOST\r\n\r\n", 400);
    row("a field without a name", "GET / HTTP/1.1\r\nHost: HOST\r\n: x\r\n\r\n", 400);
    row("a control character in a field", "GET / HTTP/1.1\r\nHost: HOST\r\nX: a\x01z\r\n\r\n", 400);
    row("a lone line feed in a field", "GET / HTTP/1.1\r\nHost: HOST\r\nX: a\nOrigin: b\r\n\r\n", 400);
    row("a lone carriage return in a field", "GET / HTTP/1.1\r\nHost: HOST\r\nX: a\rb\r\n\r\n", 400);
    row("a fragment", "GET /#x HTTP/1.1\r\nHost: HOST\r\n\r\n", 400);
    row("raw bytes in the target", "GET /\xff HTTP/1.1\r\nHost: HOST\r\n\r\n", 400);
    row("an asterisk", "GET * HTTP/1.1\r\nHost: HOST\r\n\r\n", 400);
    row("no path", "GET x HTTP/1.1\r\nHost: HOST\r\n\r\n", 400);
    row("https", "GET https://HOST/ HTTP/1.1\r\nHost: HOST\r\n\r\n", 400);
    row("a user in the target", "GET http://HOST@evil/ HTTP/1.1\r\nHost: HOST\r\n\r\n", 421);
    row("connect", "CONNECT HOST HTTP/1.1\r\nHost: HOST\r\n\r\n", 501);
    row("trace", "TRACE / HTTP/1.1\r\nHost: HOST\r\n\r\n", 501);
    row("a lower case method", "get / HTTP/1.1\r\nHost: HOST\r\n\r\n", 501);
    row("HTTP/0.9", "GET /\r\n\r\n", 400);
    row("HTTP/1.2", "GET / HTTP/1.2\r\nHost: HOST\r\n\r\n", 505);
    row("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
    row("TLS", QByteArray("\x16\x03\x01\x02\x00\r\n\r\n", 9), 400);
    row("two spaces", "GET  / HTTP/1.1\r\nHost: HOST\r\n\r\n", 400);
}

void FramingTest::bad_requests_are_refused_and_the_connection_ends()
{
    QFETCH(QByteArray, bytes);
    QFETCH(const int, status);
    std::atomic<bool> asked = false;
    Served served([&asked](HttpRequest, Respond respond) {
        asked = true;
        respond({});
    });
    bytes.replace("HOST", served.host().c_str());
    auto client = served.connect();
    client.send(bytes.toStdString() + served.request("GET /smuggled HTTP/1.1"));
    const auto answer = client.read();
    QVERIFY(answer);
    QCOMPARE(answer->status, status);
    QVERIFY(answer->body.starts_with(kInvalidRequest));
    QCOMPARE(answer->field("connection"), "close"s);
    QVERIFY(client.ends());
    QVERIFY(!asked);
}

void FramingTest::mutated_requests_do_no_harm()
{
    const auto seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    Served served;
    const auto whole = served.request("POST /f?x=y HTTP/1.1",
        "Transfer-Encoding: chunked\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n",
        "3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: u\r\n\r\n");
    const std::string alphabet("\0\r\n \t:;,0aZ/?#\xff\x7f", 17);
    for (int round = 0; round < 400; ++round) {
        auto bytes = whole;
        for (auto changes = random() % 4 + 1; changes > 0; --changes) {
            const auto at = random() % bytes.size();
            switch (random() % 3) {
            case 0:
                bytes[at] = alphabet[random() % alphabet.size()];
                break;
            case 1:
                bytes.insert(at, 1, alphabet[random() % alphabet.size()]);
                break;
            default:
                bytes.erase(at, random() % 8);
            }
        }
        auto client = served.connect();
        client.sendInPieces(bytes, random() % bytes.size() + 1, 0us);
        client.finishSending();
        while (client.read(RawClient::Content::Body, 3s)) { }
    }
    auto client = served.connect();
    client.send(served.request("GET /alive HTTP/1.1"));
    QVERIFY(client.read());
}

} // namespace countersign::server

QTEST_GUILESS_MAIN(countersign::server::FramingTest)
#include "tst_framing.moc"
