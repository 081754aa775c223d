// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Counters are held to the log at start: a row that says less than was permitted says nothing.

#include "core/authority/use_cases.h"
#include "tests/support/actions.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using authority::Context;
using permissions::Reason;

namespace {

constexpr auto kMore = ",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_day\":\"60.00\","
                       "\"zone\":\"Europe/Berlin\",\"total\":\"1000.00\"},\"uses\":9,"
                       "\"constraints\":{\"/recipient\":{\"wildcard\":true}}";

struct Scene {
    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    ServiceId service = addService(fixture);
    authority::TokenSet tokens = grantTo(fixture, agent, paymentsWith(kMore));

    [[nodiscard]] Result<authority::ActionAnswer> perform(const char* amount)
    {
        return testing::perform(fixture, service, tokens.accessToken, agent, payment(amount));
    }
    [[nodiscard]] std::vector<std::int64_t> used()
    {
        std::vector<std::int64_t> used;
        for (const authority::Meter& meter : rowOf(fixture, tokens.grant).meters)
            used.push_back(meter.used);
        return used;
    }
    void tamper(const std::string& sql)
    {
        must(fixture.run<void>([&](Context& context) { return store::Query(context.database, sql).run(); }), "SQL");
        fixture.stop();
        must(fixture.start(), "start");
    }
};

} // namespace

class TestCounters : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_the_log_says_counts_data()
    {
        QTest::addColumn<std::string>("sql");
        QTest::newRow("no rows") << std::string("DELETE FROM uses");
        QTest::newRow("nothing used") << std::string("UPDATE uses SET uses = 0, total = 0, on_day = 0");
        QTest::newRow("one use less") << std::string("UPDATE uses SET uses = uses - 1");
        QTest::newRow("a millionth less") << std::string("UPDATE uses SET total = total - 1");
        QTest::newRow("less today") << std::string("UPDATE uses SET on_day = on_day - 1");
        QTest::newRow("another day") << std::string("UPDATE uses SET day = day - 1");
    }
    void what_the_log_says_counts()
    {
        QFETCH(const std::string, sql);
        Scene scene;
        QVERIFY(isPermitted(scene.perform("20.00")));
        QVERIFY(isPermitted(scene.perform("30.00")));
        const auto before = scene.used();
        scene.tamper(sql);
        QCOMPARE(scene.used(), before);
        QCOMPARE(denialOf(scene.perform("10.01")), Reason::PerDay);
        QVERIFY(!scene.fixture.status().detail.isEmpty());
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
        QCOMPARE(scene.fixture.grant(scene.tokens.grant).state, grants::GrantState::Live);
    }

    void a_row_that_says_more_is_believed()
    {
        Scene scene;
        QVERIFY(isPermitted(scene.perform("20.00")));
        scene.tamper("UPDATE uses SET uses = 9");
        QCOMPARE(denialOf(scene.perform("1.00")), Reason::Uses);
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 0);
    }

    void rows_that_agree_are_left_alone()
    {
        Scene scene;
        QVERIFY(isPermitted(scene.perform("20.00")));
        scene.fixture.clock().advance(12h - 1min); // to the next day in Berlin; the grant lasts eight hours
        const auto before = scene.fixture.log().size();
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.fixture.status().detail, QString());
        QVERIFY(scene.fixture.log().size() <= before + 1); // it ran out meanwhile
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 0);
    }
};

QTEST_GUILESS_MAIN(TestCounters)
#include "tst_counters.moc"
