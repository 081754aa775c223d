// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// The counters, held to what the log says.

#include "tests/core/grants/uses_scene.h"

#include <QTest>

#include <limits>

using namespace countersign;
using namespace countersign::grants;
using namespace countersign::test;
using permissions::Permission;

class TestLoggedUses : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void raising_never_takes_away()
    {
        UsesFixture fixture;
        const Permission rules = permission({kSpend});
        const auto day = rules.details[0].spend->zone.dayOf(at("2026-06-30T10:00:00Z"));
        const auto totals = [&] { return fixture.uses.totals({"g"}, rules, at("2026-06-30T10:00:00Z"))->at(0); };
        const auto raise = [&](std::int64_t uses, const char* total, const char* onDay, std::int64_t of) {
            return fixture.uses.raise({"g"}, 0, {uses, amount(total), of, amount(onDay), {}, {}}, day);
        };
        QVERIFY(raise(3, "9.00", "4.00", day));
        QCOMPARE(totals(), (UsedTotals{3, amount("9.00"), amount("4.00")}));
        QVERIFY(raise(2, "8.00", "3.00", day));
        QCOMPARE(totals(), (UsedTotals{3, amount("9.00"), amount("4.00")}));
        QVERIFY(raise(4, "10.00", "50.00", day - 1)); // of a day that is over
        QCOMPARE(totals(), (UsedTotals{4, amount("10.00"), amount("4.00")}));
        QVERIFY(raise(4, "10.00", "1.00", day + 1));
        QCOMPARE(fixture.uses.totals({"g"}, rules, at("2026-07-01T10:00:00Z"))->at(0).today, amount("1.00"));
    }

    void a_row_for_a_day_to_come_puts_nothing_off_data()
    {
        QTest::addColumn<QByteArray>("onDay"); // what the row says, in millionths
        QTest::addColumn<QByteArray>("today");
        QTest::addColumn<int>("loggedDaysAgo");
        QTest::newRow("nothing spent there") << QByteArray("0") << QByteArray("50.00") << 0;
        QTest::newRow("next to nothing") << QByteArray("1") << QByteArray("50.00") << 0;
        QTest::newRow("more than the log knows") << QByteArray("60000000") << QByteArray("60.00") << 0;
        QTest::newRow("of a day that is over") << QByteArray("0") << QByteArray("0") << 1;
        QTest::newRow("more, of a day that is over") << QByteArray("60000000") << QByteArray("60.00") << 1;
    }
    void a_row_for_a_day_to_come_puts_nothing_off()
    {
        QFETCH(const QByteArray, onDay);
        QFETCH(const QByteArray, today);
        QFETCH(const int, loggedDaysAgo);
        UsesFixture fixture;
        const Permission rules = permission({kSpend});
        const UnixSeconds now = at("2026-06-30T10:00:00Z");
        const auto day = rules.details[0].spend->zone.dayOf(now);
        const LoggedUses logged{1, amount("50.00"), day - loggedDaysAgo, amount("50.00"), {}, {}};
        store::Query row(*fixture.database,
            "INSERT INTO uses (grant_id, detail, uses, total, day, on_day) VALUES ('g', 0, 1, 50000000, ?, ?)");
        QVERIFY(row.bind(day + 1000).bind(std::int64_t{onDay.toLongLong()}).run());
        QVERIFY(fixture.uses.holdTo({"g"}, 0, logged, day).value());
        QCOMPARE(fixture.uses.totals({"g"}, rules, now)->at(0).today, amount(today.toStdString()));
        const UnixSeconds tomorrow = now + std::chrono::hours(24);
        QCOMPARE(fixture.uses.totals({"g"}, rules, tomorrow)->at(0).today, Amount());
    }

    void what_the_log_is_told_it_says_no_less()
    {
        LoggedUses logged{3, amount("9.00"), 100, amount("4.00"), {}, {}};
        logged.raiseTo({2, amount("8.00"), 1000, Amount(), {}, {}});
        QCOMPARE(logged, (LoggedUses{3, amount("9.00"), 1000, amount("4.00"), {}, {}}));
        logged.raiseTo({5, amount("10.00"), 99, amount("6.00"), {}, {}});
        QCOMPARE(logged, (LoggedUses{5, amount("10.00"), 1000, amount("6.00"), {}, {}}));
        logged.raiseTo({std::numeric_limits<std::int64_t>::max(), Amount(), 0, Amount(), {}, {}});
        logged.add({1, Amount(), 1000, Amount(), {}, {}});
        QCOMPARE(logged.uses, std::numeric_limits<std::int64_t>::max());
    }
};

QTEST_GUILESS_MAIN(TestLoggedUses)
#include "tst_logged_uses.moc"
