// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/permissions/permission.h"

#include <QTest>

using namespace countersign;
using permissions::Location;

class LocationTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_location_in_its_normal_form_is_accepted_data()
    {
        QTest::addColumn<QByteArray>("url");
        for (const char* url : {"https://payments.example/", "https://payments.example/v1/accounts",
                 "https://payments.example:8443/a/", "http://127.0.0.1:7317/", "http://[::1]:8080/x",
                 "https://xn--bcher-kva.example/", "https://a.example/%C3%A4", "https://a.example/a:b@c;d=1"})
            QTest::newRow(url) << QByteArray(url);
    }
    void a_location_in_its_normal_form_is_accepted()
    {
        QFETCH(QByteArray, url);
        const auto location = Location::parse(url.toStdString());
        QVERIFY2(location, location ? "" : location.error().message.c_str());
        QCOMPARE(location->url(), url.toStdString());
    }

    void a_location_that_could_be_read_in_two_ways_is_refused_data()
    {
        QTest::addColumn<QByteArray>("url");
        for (const char* url : {"", "payments.example/", "ftp://payments.example/", "https://payments.example",
                 "HTTPS://payments.example/", "https://Payments.example/", "https://payments.example:443/",
                 "http://payments.example:80/", "https://payments.example:0/", "https://payments.example:65536/",
                 "https://payments.example:/", "https://payments.example:080/", "https://user@payments.example/",
                 "https://payments.example/?a=b", "https://payments.example/#x", "https://payments.example/a/../b",
                 "https://payments.example/./a", "https://payments.example//a", "https://payments.example/a//",
                 "https://payments.example/%2e%2e/", "https://payments.example/%41", "https://payments.example/%2F",
                 "https://payments.example/%5C", "https://payments.example/%00", "https://payments.example/%c3%a4",
                 "https://payments.example/%", "https://payments.example/%4", "https://payments.example/a b",
                 "https://payments.example/\"", "https://bücher.example/", "https://payments.example./",
                 "https://-a.example/", "https:///a", "https://0x7f.1/", "https://127.1/", "https://127.0.0.01/",
                 "https://256.0.0.1/", "https://[::1/", "https://[::G]/", "https://[::1]x/", "https://a\\b/",
                 "https://a.example/\\"})
            QTest::newRow(url) << QByteArray(url);
        QTest::newRow("a NUL") << QByteArray("https://a.example/\0b", 20);
        QTest::newRow("a newline") << QByteArray("https://a.example/\n");
    }
    void a_location_that_could_be_read_in_two_ways_is_refused()
    {
        QFETCH(QByteArray, url);
        const auto location = Location::parse(url.toStdString());
        QVERIFY(!location);
        QCOMPARE(location.error().code, ErrorCode::InvalidTarget);
        QVERIFY(!location.error().message.empty());
    }

    void a_location_of_the_longest_length_is_accepted_and_of_one_more_refused()
    {
        const std::string start = "https://a.example/";
        QVERIFY(Location::parse(start + std::string(permissions::kMaxLocationBytes - start.size(), 'a')));
        QVERIFY(!Location::parse(start + std::string(permissions::kMaxLocationBytes - start.size() + 1, 'a')));
    }

    void a_location_covers_whole_path_segments_only_data()
    {
        QTest::addColumn<QString>("wider");
        QTest::addColumn<QString>("narrower");
        QTest::addColumn<bool>("covers");
        const auto row = [](const char* wider, const char* narrower, bool covers) {
            QTest::addRow("%s over %s", wider, narrower)
                << QString::fromLatin1(wider) << QString::fromLatin1(narrower) << covers;
        };
        row("https://a.example/", "https://a.example/", true);
        row("https://a.example/", "https://a.example/x/y", true);
        row("https://a.example/x", "https://a.example/x", true);
        row("https://a.example/x", "https://a.example/x/y", true);
        row("https://a.example/x", "https://a.example/x/", true);
        row("https://a.example/x", "https://a.example/xy", false);
        row("https://a.example/x/", "https://a.example/x", false);
        row("https://a.example/x/", "https://a.example/x/y", true);
        row("https://a.example/x/y", "https://a.example/x", false);
        row("https://a.example/", "https://a.example:8443/", false);
        row("https://a.example/", "http://a.example/", false);
        row("https://a.example/", "https://b.a.example/", false);
        row("https://a.exam/", "https://a.example/", false);
    }
    void a_location_covers_whole_path_segments_only()
    {
        QFETCH(QString, wider);
        QFETCH(QString, narrower);
        QFETCH(bool, covers);
        QCOMPARE(Location::parse(wider.toStdString())->covers(*Location::parse(narrower.toStdString())), covers);
    }

    void only_plain_http_to_another_machine_is_unprotected()
    {
        QVERIFY(Location::parse("http://payments.example/")->isUnprotected());
        QVERIFY(Location::parse("http://127.example/")->isUnprotected());
        QVERIFY(!Location::parse("http://127.0.0.1:8000/")->isUnprotected());
        QVERIFY(!Location::parse("http://localhost/")->isUnprotected());
        QVERIFY(!Location::parse("http://[::1]/")->isUnprotected());
        QVERIFY(!Location::parse("https://payments.example/")->isUnprotected());
    }
};

QTEST_GUILESS_MAIN(LocationTest)
#include "tst_location.moc"
