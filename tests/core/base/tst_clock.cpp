// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"

#include <QTest>

#include <limits>

using namespace countersign;
using namespace std::chrono_literals;

class ClockTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_system_clock_tells_this_century_and_runs()
    {
        const SystemClock clock;
        const auto boot = clock.bootTime();
        QVERIFY(clock.now() > UnixSeconds{1'700'000'000});
        QVERIFY(boot > 0ms);
        QTest::qSleep(20);
        QVERIFY(clock.bootTime() >= boot + 20ms);
    }

    void a_manual_clock_stands_still_until_told()
    {
        ManualClock clock(UnixSeconds{1000});
        const auto boot = clock.bootTime();
        QCOMPARE(clock.now().value, 1000);
        clock.advance(1500ms);
        QCOMPARE(clock.now().value, 1001);
        QCOMPARE((clock.bootTime() - boot).count(), 1500);
    }

    void setting_the_wall_leaves_the_time_since_boot_alone()
    {
        ManualClock clock(UnixSeconds{1000});
        const auto boot = clock.bootTime();
        clock.setWall(UnixSeconds{10});
        QCOMPARE(clock.now().value, 10);
        QCOMPARE(clock.bootTime().count(), boot.count());
    }

    void seconds_are_rounded_down_also_before_1970()
    {
        ManualClock clock(UnixSeconds{-1});
        clock.advance(-1ms);
        QCOMPARE(clock.now().value, -2);
    }

    void times_that_others_say_are_reckoned_with_to_the_ends_and_no_farther()
    {
        constexpr UnixSeconds kFirst{std::numeric_limits<std::int64_t>::min()};
        constexpr UnixSeconds kLast{std::numeric_limits<std::int64_t>::max()};
        QCOMPARE((kLast + 1s).value, kLast.value);
        QCOMPARE((kLast - -1s).value, kLast.value);
        QCOMPARE((kFirst - 1s).value, kFirst.value);
        QCOMPARE((kFirst + -1s).value, kFirst.value);
        QCOMPARE((kLast - kFirst).count(), kLast.value);
        QCOMPARE((kFirst - kLast).count(), kFirst.value);
        QCOMPARE((kLast - 1s).value, kLast.value - 1);
        QCOMPARE((kFirst + 1s).value, kFirst.value + 1);
    }
};

QTEST_GUILESS_MAIN(ClockTest)
#include "tst_clock.moc"
