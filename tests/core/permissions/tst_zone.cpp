// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Days and times of day where clocks are set forward and back.
#include "core/permissions/matching.h"
#include "core/permissions/permission_json.h"
#include "generated.h"

#include <QDateTime>
#include <QTest>
#include <QTimeZone>

#include <format>
#include <limits>

using namespace countersign;
using namespace countersign::permissions;

namespace {

UnixSeconds utc(const char* time)
{
    const QDateTime moment = QDateTime::fromString(QString::fromLatin1(time), Qt::ISODate);
    Q_ASSERT(moment.isValid() && moment.timeSpec() == Qt::UTC);
    return {moment.toSecsSinceEpoch()};
}

bool isInside(const char* from, const char* to, const char* zone, UnixSeconds at)
{
    const auto minutes = [](const char* time) {
        return QTime::fromString(QString::fromLatin1(time), u"HH:mm").msecsSinceStartOfDay() / 60000;
    };
    AgentDelegation detail;
    detail.locations = {Location::parse("https://a.example/").value()};
    detail.actions = {Action::parse("a.r").value()};
    detail.dailyWindow = DailyWindow{minutes(from), minutes(to), Zone::parse(zone).value()};
    return match(detail, {detail.actions.front(), detail.locations.front(), Value{Value::Members{}}}, at).has_value();
}

} // namespace

class ZoneTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void only_iana_names_are_zones_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("isOne");
        const auto row = [](const char* name, bool isOne) { QTest::newRow(name) << QByteArray(name) << isOne; };
        row("Europe/Berlin", true);
        row("America/New_York", true);
        row("America/Argentina/Buenos_Aires", true);
        row("UTC", true);
        row("Etc/UTC", true);
        row("Etc/GMT+5", true);
        row("", false);
        row("utc", false);
        row("europe/berlin", false);
        row("Europe/Atlantis", false);
        row("Berlin", false);
        row("UTC+02:00", false);
        row("UTC+2", false);
        row("+02:00", false);
        row("CET", false);
        row("GMT", false);
        row("Europe/../Europe/Berlin", false);
        row("Europe/./Berlin", false);
        row("../../../etc/passwd", false);
        row("/etc/localtime", false);
        row("right/Europe/Berlin", false);
        row("posix/Europe/Berlin", false);
        row("Europe/Berlin ", false);
        row("Europe//Berlin", false);
        row("Europe/", false);
        row("W. Europe Standard Time", false);
        row("localtime", false);
    }
    void only_iana_names_are_zones()
    {
        QFETCH(QByteArray, name);
        QFETCH(bool, isOne);
        const auto zone = Zone::parse(name.toStdString());
        QCOMPARE(zone.has_value(), isOne);
        if (isOne)
            QCOMPARE(zone->name(), name.toStdString());
        else
            QCOMPARE(zone.error().code, ErrorCode::InvalidAuthorizationDetails);
    }

    void a_day_is_as_long_as_its_clock_makes_it_data()
    {
        QTest::addColumn<QByteArray>("zone");
        QTest::addColumn<QByteArray>("begin");
        QTest::addColumn<int>("hours");
        const auto row = [](const char* zone, const char* begin, int hours) {
            QTest::addRow("%s %s", zone, begin) << QByteArray(zone) << QByteArray(begin) << hours;
        };
        row("Europe/Berlin", "2026-03-28T23:00:00Z", 23);
        row("Europe/Berlin", "2026-03-29T22:00:00Z", 24);
        row("Europe/Berlin", "2026-10-24T22:00:00Z", 25);
        row("Europe/Berlin", "2026-10-25T23:00:00Z", 24);
        row("America/New_York", "2026-03-08T05:00:00Z", 23);
        row("America/New_York", "2026-11-01T04:00:00Z", 25);
        row("UTC", "2026-03-29T00:00:00Z", 24);
    }
    void a_day_is_as_long_as_its_clock_makes_it()
    {
        QFETCH(QByteArray, zone);
        QFETCH(QByteArray, begin);
        QFETCH(int, hours);
        const Zone where = Zone::parse(zone.toStdString()).value();
        const UnixSeconds start = utc(begin.constData());
        const std::int64_t day = where.dayOf(start);
        QCOMPARE(where.secondOfDay(start), 0);
        QCOMPARE(where.dayOf(start - std::chrono::seconds(1)), day - 1);
        QCOMPARE(where.secondOfDay(start - std::chrono::seconds(1)), 86399);
        QCOMPARE(where.dayOf(start + std::chrono::hours(hours) - std::chrono::seconds(1)), day);
        QCOMPARE(where.dayOf(start + std::chrono::hours(hours)), day + 1);
    }

    void days_count_from_1970_also_before_it()
    {
        const Zone zone;
        QCOMPARE(zone.name(), std::string("UTC"));
        QCOMPARE(zone.dayOf({0}), 0);
        QCOMPARE(zone.dayOf({-1}), -1);
        QCOMPARE(zone.secondOfDay({-1}), 86399);
        QCOMPARE(Zone::parse("America/New_York")->dayOf({0}), -1);
        QCOMPARE(Zone::parse("Asia/Tokyo")->secondOfDay({0}), 9 * 3600);
    }

    void no_time_is_too_far_to_have_a_day()
    {
        for (const char* name : {"Asia/Tokyo", "America/New_York"}) {
            const Zone zone = Zone::parse(name).value();
            QVERIFY(zone.dayOf({std::numeric_limits<std::int64_t>::max()}) > zone.dayOf({0}));
            QVERIFY(zone.dayOf({std::numeric_limits<std::int64_t>::min()}) < zone.dayOf({0}));
        }
    }

    void a_window_keeps_to_the_wall_clock_when_it_is_set_forward()
    {
        // Berlin, 29 March 2026: after 01:59 comes 03:00, at 01:00 UTC.
        QVERIFY(isInside("01:00", "02:00", "Europe/Berlin", utc("2026-03-29T00:59:59Z")));
        QVERIFY(!isInside("01:00", "02:00", "Europe/Berlin", utc("2026-03-29T01:00:00Z")));
        // What lies in the hour that there is not never comes that day.
        for (int minute = 0; minute < 24 * 60; ++minute)
            QVERIFY(!isInside(
                "02:00", "03:00", "Europe/Berlin", utc("2026-03-28T23:00:00Z") + std::chrono::minutes(minute)));
        QVERIFY(isInside("02:30", "03:30", "Europe/Berlin", utc("2026-03-29T01:00:00Z")));
        QVERIFY(isInside("02:30", "03:30", "Europe/Berlin", utc("2026-03-29T01:29:59Z")));
        QVERIFY(!isInside("02:30", "03:30", "Europe/Berlin", utc("2026-03-29T01:30:00Z")));
        QVERIFY(!isInside("02:30", "03:30", "Europe/Berlin", utc("2026-03-29T00:59:59Z")));
    }

    void a_window_keeps_to_the_wall_clock_when_it_is_set_back()
    {
        // New York, 1 November 2026: 01:00 to 02:00 comes twice, from 05:00 to 07:00 UTC.
        QVERIFY(!isInside("01:00", "02:00", "America/New_York", utc("2026-11-01T04:59:59Z")));
        QVERIFY(isInside("01:00", "02:00", "America/New_York", utc("2026-11-01T05:00:00Z")));
        QVERIFY(isInside("01:00", "02:00", "America/New_York", utc("2026-11-01T06:59:59Z")));
        QVERIFY(!isInside("01:00", "02:00", "America/New_York", utc("2026-11-01T07:00:00Z")));
        QVERIFY(isInside("01:00", "01:30", "America/New_York", utc("2026-11-01T05:29:00Z")));
        QVERIFY(!isInside("01:00", "01:30", "America/New_York", utc("2026-11-01T05:30:00Z")));
        QVERIFY(isInside("01:00", "01:30", "America/New_York", utc("2026-11-01T06:00:00Z")));
    }

    void a_window_over_midnight_goes_on_the_next_day()
    {
        const auto inside = [](const char* at) { return isInside("22:00", "06:00", "Europe/Berlin", utc(at)); };
        QVERIFY(!inside("2026-01-10T20:59:59Z"));
        QVERIFY(inside("2026-01-10T21:00:00Z"));
        QVERIFY(inside("2026-01-10T23:30:00Z"));
        QVERIFY(inside("2026-01-11T04:59:59Z"));
        QVERIFY(!inside("2026-01-11T05:00:00Z"));
        // In summer an hour earlier by the world's clock.
        QVERIFY(inside("2026-07-10T20:00:00Z"));
        QVERIFY(!inside("2026-07-11T04:00:00Z"));
        // The night in which the clock goes back is an hour longer.
        QVERIFY(inside("2026-10-25T04:59:59Z"));
        QVERIFY(!inside("2026-10-25T05:00:00Z"));
    }
};

QTEST_GUILESS_MAIN(ZoneTest)
#include "tst_zone.moc"
