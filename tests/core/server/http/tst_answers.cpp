// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/server/http/answers.h"

#include "core/server/http/http_server.h"

#include <QTest>

namespace countersign::server {

using namespace std::string_literals;

namespace {

constexpr UnixSeconds kNow{784111777}; // the date of RFC 9110 5.6.7

std::vector<std::string> valuesOf(const HttpResponse& answer, std::string_view name)
{
    std::vector<std::string> values;
    for (const auto& field : answer.fields) {
        if (field.name == name)
            values.push_back(field.value);
    }
    return values;
}

} // namespace

class AnswersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_date_is_written_as_the_standard_has_it();
    void an_error_is_json_that_needs_no_trust();
    void an_answer_gets_what_all_must_have();
    void what_frames_the_connection_is_the_servers();
    void an_answer_may_be_cacheable_if_it_says_so();
    void an_answer_that_cannot_be_sent_becomes_500_data();
    void an_answer_that_cannot_be_sent_becomes_500();
};

void AnswersTest::a_date_is_written_as_the_standard_has_it()
{
    QCOMPARE(httpDate(kNow), "Sun, 06 Nov 1994 08:49:37 GMT"s);
    QCOMPARE(httpDate({0}), "Thu, 01 Jan 1970 00:00:00 GMT"s);
}

void AnswersTest::an_error_is_json_that_needs_no_trust()
{
    const auto answer = errorAnswer(400, "invalid_request", "a \"quoted\" \n thing");
    QCOMPARE(answer.status, 400);
    QCOMPARE(valuesOf(answer, "content-type"), std::vector{"application/json"s});
    QCOMPARE(answer.body, "{\"error\":\"invalid_request\",\"error_description\":\"a \\\"quoted\\\" \\n thing\"}"s);
}

void AnswersTest::an_answer_gets_what_all_must_have()
{
    const auto answer = sealAnswer({.status = 200, .fields = {{"X-Own", "1"}}, .body = "four"}, kNow);
    QCOMPARE(valuesOf(answer, "x-own"), std::vector{"1"s});
    QCOMPARE(valuesOf(answer, "content-length"), std::vector{"4"s});
    QCOMPARE(valuesOf(answer, "date"), std::vector{"Sun, 06 Nov 1994 08:49:37 GMT"s});
    QCOMPARE(valuesOf(answer, "cache-control"), std::vector{"no-store"s});
    QCOMPARE(valuesOf(answer, "x-content-type-options"), std::vector{"nosniff"s});
}

void AnswersTest::what_frames_the_connection_is_the_servers()
{
    const auto answer = sealAnswer({.status = 200,
                                       .fields = {{"Content-Length", "99"}, {"Transfer-Encoding", "chunked"},
                                           {"Connection", "upgrade"}, {"DATE", "x"}},
                                       .body = "four"},
        kNow);
    QCOMPARE(valuesOf(answer, "content-length"), std::vector{"4"s});
    QCOMPARE(valuesOf(answer, "date").size(), 1UL);
    QVERIFY(valuesOf(answer, "transfer-encoding").empty());
    QVERIFY(valuesOf(answer, "connection").empty());
}

void AnswersTest::an_answer_may_be_cacheable_if_it_says_so()
{
    const auto answer = sealAnswer({.status = 200, .fields = {{"Cache-Control", "max-age=60"}}, .body = {}}, kNow);
    QCOMPARE(valuesOf(answer, "cache-control"), std::vector{"max-age=60"s});
}

void AnswersTest::an_answer_that_cannot_be_sent_becomes_500_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<int>("sent");
    QTest::newRow("fine") << 200 << QByteArray("x") << QByteArray("a\tb \xc3\xa9") << 200;
    QTest::newRow("a line break") << 200 << QByteArray("x") << QByteArray("a\r\nb") << 500;
    QTest::newRow("a line feed") << 200 << QByteArray("x") << QByteArray("a\nb") << 500;
    QTest::newRow("a zero") << 200 << QByteArray("x") << QByteArray("a\0b", 3) << 500;
    QTest::newRow("a name with a colon") << 200 << QByteArray("x:y") << QByteArray("a") << 500;
    QTest::newRow("no name") << 200 << QByteArray() << QByteArray("a") << 500;
    QTest::newRow("a value at the limit") << 200 << QByteArray("x") << QByteArray(kMaxHeaderBytes, 'a') << 200;
    QTest::newRow("a value above the limit") << 200 << QByteArray("x") << QByteArray(kMaxHeaderBytes + 1, 'a') << 500;
    QTest::newRow("an interim status") << 101 << QByteArray("x") << QByteArray("a") << 500;
    QTest::newRow("no status") << 0 << QByteArray("x") << QByteArray("a") << 500;
    QTest::newRow("a status above all") << 600 << QByteArray("x") << QByteArray("a") << 500;
}

void AnswersTest::an_answer_that_cannot_be_sent_becomes_500()
{
    QFETCH(const int, status);
    QFETCH(const QByteArray, name);
    QFETCH(const QByteArray, value);
    QFETCH(const int, sent);
    const auto answer =
        sealAnswer({.status = status, .fields = {{name.toStdString(), value.toStdString()}}, .body = "b"}, kNow);
    QCOMPARE(answer.status, sent);
    QCOMPARE(answer.body == "b", sent == 200);
}

} // namespace countersign::server

QTEST_GUILESS_MAIN(countersign::server::AnswersTest)
#include "tst_answers.moc"
