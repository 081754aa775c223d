// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Counters are held to the log at start: a row that says less than was permitted says nothing.

#include "core/audit/timeline.h"
#include "core/authority/logged_actions.h"
#include "core/authority/parsed_leaf_json.h"
#include "core/authority/signed_consent.h"
#include "core/authority/use_cases.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "tests/support/actions.h"

#include <QTest>

#include <algorithm>
#include <ranges>

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
    authority::TokenSet tokens;

    explicit Scene(const std::string& more = kMore) : tokens(grantTo(fixture, agent, paymentsWith(more))) { }

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
    /// As it counts for the agent, in millionths.
    [[nodiscard]] std::int64_t spentToday()
    {
        return must(fixture.run<std::int64_t>([&](Context& context) -> Result<std::int64_t> {
            const auto grant = TRY(context.ledger.find(tokens.grant));
            const auto totals = TRY(context.uses.totals(grant->id, grant->permission, context.now()));
            return totals.front().today.millionths();
        }),
            "totals");
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
        QTest::newRow("less than nothing used") << std::string("UPDATE uses SET uses = -1");
        QTest::newRow("less than nothing spent") << std::string("UPDATE uses SET total = -1, on_day = -1");
        QTest::newRow("one use less") << std::string("UPDATE uses SET uses = uses - 1");
        QTest::newRow("a millionth less") << std::string("UPDATE uses SET total = total - 1");
        QTest::newRow("less today") << std::string("UPDATE uses SET on_day = on_day - 1");
        QTest::newRow("another day") << std::string("UPDATE uses SET day = day - 1");
        QTest::newRow("a day to come") << std::string("UPDATE uses SET day = day + 1000, on_day = 0");
        QTest::newRow("next to nothing on a day to come")
            << std::string("UPDATE uses SET day = day + 1000, on_day = 1");
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
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
        QVERIFY(!scene.fixture.status().detail.isEmpty());
    }

    void what_says_more_is_told_once_and_counts_on_data()
    {
        QTest::addColumn<std::string>("sql");
        QTest::newRow("uses") << std::string("UPDATE uses SET uses = 5");
        QTest::newRow("money") << std::string("UPDATE uses SET total = 900000000");
        QTest::newRow("money today") << std::string("UPDATE uses SET on_day = 50000000");
        QTest::newRow("money on a day to come") << std::string("UPDATE uses SET day = day + 3, on_day = 50000000");
        QTest::newRow("money on the next day") << std::string("UPDATE uses SET day = day + 1, on_day = 1");
        QTest::newRow("all of it") << std::string("UPDATE uses SET uses = 5, total = 900000000, on_day = 50000000");
        QTest::newRow("times") << std::string("INSERT INTO use_times (grant_id, detail, at_ms) SELECT grant_id, 0, "
                                              "1767268800000 FROM grants");
        QTest::newRow("of a detail that is none") << std::string(
            "INSERT INTO uses (grant_id, detail, uses, total, day, on_day) SELECT grant_id, 7, 1, 1, 1, 1 FROM grants");
    }
    void what_says_more_is_told_once_and_counts_on()
    {
        QFETCH(const std::string, sql);
        Scene scene;
        QVERIFY(isPermitted(scene.perform("1.00")));
        scene.tamper(sql);
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
        const auto counted = scene.used();
        QVERIFY(isPermitted(scene.perform("1.00")));
        for (int start = 0; start < 2; ++start) {
            scene.fixture.stop();
            QVERIFY(scene.fixture.start());
            QCOMPARE(scene.fixture.status().detail, QString());
            QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
            QVERIFY(std::ranges::equal(counted, scene.used(), std::ranges::less()));
        }
    }

    void a_count_that_the_log_does_not_know_is_told()
    {
        Scene scene;
        scene.tamper("INSERT INTO uses (grant_id, detail, uses, total, day, on_day) SELECT grant_id, 0, 1, 0, 0, 0 "
                     "FROM grants");
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
    }

    void the_rate_is_held_to_the_log_data()
    {
        QTest::addColumn<std::string>("sql");
        QTest::newRow("none") << std::string("DELETE FROM use_times");
        QTest::newRow("one less") << std::string("DELETE FROM use_times WHERE id = 1");
        QTest::newRow("long ago") << std::string("UPDATE use_times SET at_ms = at_ms - 600000");
        QTest::newRow("a little earlier") << std::string("UPDATE use_times SET at_ms = at_ms - 1");
        QTest::newRow("of another detail") << std::string("UPDATE use_times SET detail = 1");
    }
    void the_rate_is_held_to_the_log()
    {
        QFETCH(const std::string, sql);
        Scene scene(",\"rate\":{\"count\":2,\"seconds\":60}");
        QVERIFY(isPermitted(scene.perform("20.00")));
        QVERIFY(isPermitted(scene.perform("30.00")));
        scene.tamper(sql);
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
        QCOMPARE(denialOf(scene.perform("1.00")), Reason::Rate);
        scene.fixture.clock().advance(60s);
        QVERIFY(isPermitted(scene.perform("1.00")));
    }

    void a_value_that_was_never_acted_with_is_not_known()
    {
        Scene scene(",\"step_up\":{\"first_seen\":[\"/amount\"]}");
        const auto first = scene.perform("20.00");
        QVERIFY(isAsked(first));
        scene.tamper("INSERT INTO seen_values (grant_id, detail, key) SELECT grant_id, 0, 'x' FROM grants");
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
        QCOMPARE(scene.fixture
                     .run<std::int64_t>([](Context& context) -> Result<std::int64_t> {
                         store::Query query(context.database, "SELECT count(*) FROM seen_values");
                         if (const auto read = query.next(); !read)
                             return std::unexpected(read.error());
                         return query.integer(0);
                     })
                     .value(),
            0);
    }

    void what_an_ended_grant_has_used_up_is_held_to_the_log_too_data()
    {
        QTest::addColumn<std::string>("sql");
        QTest::newRow("no rows") << std::string("DELETE FROM uses");
        QTest::newRow("less spent") << std::string("UPDATE uses SET total = total - 1");
        QTest::newRow("nothing today") << std::string("UPDATE uses SET on_day = 0");
        QTest::newRow("a use more") << std::string("UPDATE uses SET uses = uses + 1");
        QTest::newRow("less than nothing") << std::string("UPDATE uses SET on_day = -1");
    }
    void what_an_ended_grant_has_used_up_is_held_to_the_log_too()
    {
        QFETCH(const std::string, sql);
        Scene scene;
        QVERIFY(isPermitted(scene.perform("20.00")));
        QVERIFY(scene.fixture.revoke(scene.tokens.grant));
        QVERIFY(scene.fixture.checkLog());
        const auto spent = scene.spentToday();
        scene.tamper(sql);
        QCOMPARE(scene.spentToday(), spent);
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
        QVERIFY(!scene.fixture.status().detail.isEmpty());
        QVERIFY(scene.fixture.checkLog());
        must(scene.fixture.run<void>([&](Context& context) { return store::Query(context.database, sql).run(); }),
            "SQL");
        const auto checked = scene.fixture.checkLog(); // and not at a start only
        QVERIFY(!checked && checked.error().message.contains("what it has used up"));
    }

    void what_a_replaced_grant_has_used_up_is_held_to_the_log_too_data()
    {
        QTest::addColumn<bool>("isOtherWork");
        QTest::addColumn<QString>("sql");
        QTest::addColumn<int>("told");
        for (const bool isOtherWork : {false, true}) {
            const QString kind = isOtherWork ? QStringLiteral(", other work") : QStringLiteral(", the same work");
            const auto row = [&](const char* name, const char* sql, int told) {
                QTest::newRow((QString::fromLatin1(name) + kind).toUtf8().constData())
                    << isOtherWork << QString::fromLatin1(sql) << told;
            };
            row("as it was", "UPDATE uses SET uses = uses", 0);
            row("today", isOtherWork ? "UPDATE uses SET on_day = 0" : "UPDATE uses SET on_day = 1", 1);
            row("in all", "UPDATE uses SET total = total + 1", 1);
        }
    }
    void what_a_replaced_grant_has_used_up_is_held_to_the_log_too()
    {
        QFETCH(const bool, isOtherWork);
        QFETCH(const QString, sql);
        QFETCH(const int, told);
        Scene scene;
        QVERIFY(isPermitted(scene.perform("20.00")));
        auto next = paymentsWith(kMore);
        if (isOtherWork)
            next.details.front().locations = {
                must(permissions::Location::parse("https://ledger.example/"), "location")};
        const auto tokens = replaceBy(scene.fixture, scene.agent, scene.tokens.grant, next);
        QVERIFY(scene.fixture.checkLog());
        scene.tamper(
            (sql + QStringLiteral(" WHERE grant_id = '%1'").arg(QString::fromStdString(scene.tokens.grant.value)))
                .toStdString());
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), told);
        QVERIFY(scene.fixture.checkLog());
    }

    void an_older_entry_leaves_open_where_a_day_went()
    {
        Scene scene;
        QVERIFY(isPermitted(scene.perform("20.00")));
        replaceBy(scene.fixture, scene.agent, scene.tokens.grant, paymentsWith(kMore));
        must(scene.fixture.run<void>([&](Context& context) -> Result<void> {
            authority::LoggedActions older;
            for (const audit::Leaf& leaf :
                TRY(audit::timelinePage(context.database, {}, {}, 500)) | std::views::reverse) {
                json::Object claims = TRY(json::parseObject(leaf.bytes));
                claims.erase(authority::kDaysMovedClaim);
                older.take({leaf, claims});
            }
            TRY(older.compare(context.database));
            TRY(store::Query(context.database, "UPDATE uses SET on_day = total").run());
            TRY(older.compare(context.database));
            TRY(store::Query(context.database, "UPDATE uses SET on_day = 1").run());
            const auto compared = older.compare(context.database);
            return compared ? fail(ErrorCode::Internal, "Any amount will do.") : Result<void>();
        }),
            "compare");
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
