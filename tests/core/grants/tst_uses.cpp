// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/core/grants/uses_scene.h"

#include <QTest>

#include <limits>

using namespace countersign;
using namespace countersign::grants;
using namespace countersign::test;
using permissions::Permission;
using std::chrono::milliseconds;

class TestUses : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothing_is_used_up_at_first()
    {
        UsesFixture fixture;
        const Permission rules = permission({"\"uses\":3", kSpend, ""});
        QCOMPARE(*fixture.uses.of({"g"}, rules, request(), milliseconds(0)), std::vector<Used>(3));
        QCOMPARE(*fixture.uses.totals({"g"}, rules, {0}), std::vector<UsedTotals>(3));
    }

    void each_detail_of_each_grant_counts_for_itself()
    {
        UsesFixture fixture;
        const Permission rules = permission({"\"uses\":3", "\"uses\":3"});
        QVERIFY(fixture.debit(rules, {1}, "0"));
        QVERIFY(fixture.debit(rules, {2}, "0", 1));
        QVERIFY(fixture.debit(rules, {3}, "0", 1));
        QCOMPARE(fixture.now(rules, milliseconds(4000)).uses, 1);
        QCOMPARE(fixture.now(rules, milliseconds(4000), "{}", 1).uses, 2);
        QCOMPARE(fixture.uses.of({"new"}, rules, request(), milliseconds(4000))->at(0).uses, 0);
    }

    void what_is_not_limited_yet_is_counted_too()
    {
        UsesFixture fixture;
        const Permission free =
            permission({"\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"9.00\"}"});
        QVERIFY(fixture.debit(free, {1}, "2.50"));
        QVERIFY(fixture.debit(free, {2}, "2.50"));
        QCOMPARE(fixture.uses.totals({"g"}, free, {3})->at(0), (UsedTotals{2, amount("5.00"), amount("5.00")}));
        const Permission narrowed = permission({"\"uses\":3," + kSpend});
        QCOMPARE(fixture.now(narrowed, milliseconds(3000)).uses, 2);
        QCOMPARE(fixture.now(narrowed, milliseconds(3000)).total, amount("5.00"));
    }

    void a_rate_counts_the_span_that_ends_now_to_the_millisecond()
    {
        UsesFixture fixture;
        const Permission rules = permission({"\"rate\":{\"count\":2,\"seconds\":60}"});
        QVERIFY(fixture.uses.debit({"g"}, 0, rules.details[0], {{}, 0, milliseconds(1000), {}}));
        QVERIFY(fixture.uses.debit({"g"}, 0, rules.details[0], {{}, 0, milliseconds(1500), {}}));
        QCOMPARE(fixture.now(rules, milliseconds(1500)).inSpan, 2);
        QCOMPARE(fixture.now(rules, milliseconds(60999)).inSpan, 2);
        QCOMPARE(fixture.now(rules, milliseconds(61000)).inSpan, 1);
        QCOMPARE(fixture.now(rules, milliseconds(61499)).inSpan, 1);
        QCOMPARE(fixture.now(rules, milliseconds(61500)).inSpan, 0);
    }

    void what_left_the_rates_span_is_forgotten_with_the_next_action()
    {
        UsesFixture fixture;
        const Permission rules = permission({"\"rate\":{\"count\":2,\"seconds\":60}"});
        for (const int time : {1000, 1500, 61000})
            QVERIFY(fixture.uses.debit({"g"}, 0, rules.details[0], {{}, 0, milliseconds(time), {}}));
        QCOMPARE(fixture.count("SELECT count(*) FROM use_times"), 2);
        QCOMPARE(fixture.now(rules, milliseconds(61000)).inSpan, 2);
    }

    void an_action_that_is_still_to_come_is_in_the_span()
    {
        UsesFixture fixture;
        const Permission rules = permission({"\"rate\":{\"count\":2,\"seconds\":60}"});
        QVERIFY(fixture.uses.debit({"g"}, 0, rules.details[0], {{}, 0, milliseconds(5000), {}}));
        QCOMPARE(fixture.now(rules, milliseconds(1000)).inSpan, 1); // the clock was set back
    }

    void a_day_ends_at_midnight_of_its_zone_data()
    {
        QTest::addColumn<QByteArray>("last");
        QTest::addColumn<QByteArray>("next");
        QTest::addColumn<bool>("isNewDay");
        const auto row = [](const char* name, const char* last, const char* next, bool isNewDay) {
            QTest::newRow(name) << QByteArray(last) << QByteArray(next) << isNewDay;
        };
        row("a second before and at midnight", "2026-06-30T21:59:59Z", "2026-06-30T22:00:00Z", true);
        row("at midnight of another zone", "2026-06-30T23:59:59Z", "2026-07-01T00:00:00Z", false);
        row("winter", "2026-01-10T22:59:59Z", "2026-01-10T23:00:00Z", true);
        row("the day of 23 hours", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z", false);
        row("the end of the day of 23 hours", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", true);
        row("the day of 25 hours", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z", false);
        row("the end of the day of 25 hours", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", true);
    }
    void a_day_ends_at_midnight_of_its_zone()
    {
        QFETCH(QByteArray, last);
        QFETCH(QByteArray, next);
        QFETCH(bool, isNewDay);
        UsesFixture fixture;
        const Permission rules = permission({kSpend});
        QVERIFY(fixture.debit(rules, at(last.constData()), "30.00"));
        const Used used = fixture.now(rules, ms(at(next.constData())));
        QCOMPARE(used.total, amount("30.00"));
        QCOMPARE(used.onDay, isNewDay ? Amount() : amount("30.00"));

        QVERIFY(fixture.debit(rules, at(next.constData()), "5.00"));
        const UsedTotals after = fixture.uses.totals({"g"}, rules, at(next.constData()))->at(0);
        QCOMPARE(after, (UsedTotals{2, amount("35.00"), isNewDay ? amount("5.00") : amount("35.00")}));
    }

    void setting_the_clock_back_over_midnight_gives_no_second_day()
    {
        UsesFixture fixture;
        const Permission rules = permission({kSpend});
        QVERIFY(fixture.debit(rules, at("2026-06-30T21:59:59Z"), "50.00"));
        QVERIFY(fixture.debit(rules, at("2026-06-30T22:00:01Z"), "10.00"));
        QCOMPARE(fixture.now(rules, ms(at("2026-06-30T21:59:59Z"))).onDay, amount("10.00"));
        QVERIFY(fixture.debit(rules, at("2026-06-30T21:59:59Z"), "7.00"));
        QCOMPARE(fixture.now(rules, ms(at("2026-06-30T22:00:02Z"))).onDay, amount("17.00"));
    }

    void what_can_not_be_added_up_is_refused_and_not_counted()
    {
        UsesFixture fixture;
        const Permission rules = permission({kSpend});
        constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
        const Use most{Amount::ofMillionths(kMost), 5, milliseconds(1), {}};
        QVERIFY(fixture.uses.debit({"g"}, 0, rules.details[0], most));
        const auto over =
            fixture.uses.debit({"g"}, 0, rules.details[0], {Amount::ofMillionths(1), 5, milliseconds(2), {}});
        QVERIFY(!over);
        QCOMPARE(over.error().code, ErrorCode::InvalidInput);
        QCOMPARE(fixture.now(rules, milliseconds(3)).uses, 1);
        QCOMPARE(fixture.now(rules, milliseconds(3)).total, Amount::ofMillionths(kMost));

        fixture.must("UPDATE uses SET total = 0, on_day = 0, uses = " + std::to_string(kMost));
        QVERIFY(!fixture.uses.debit({"g"}, 0, rules.details[0], {{}, 5, milliseconds(2), {}}));
    }

    void less_than_nothing_is_no_count()
    {
        for (const char* change : {"uses = -1", "total = -1", "on_day = -1"}) {
            UsesFixture fixture;
            const Permission rules = permission({kSpend});
            QVERIFY(fixture.debit(rules, {1}, "1.00"));
            fixture.must("UPDATE uses SET " + std::string(change));
            const auto used = fixture.uses.of({"g"}, rules, request(), milliseconds(2));
            QVERIFY(!used);
            QCOMPARE(used.error().code, ErrorCode::StorageCorrupt);
        }
    }

    void a_value_is_seen_once_it_was_acted_with()
    {
        UsesFixture fixture;
        const Permission rules = permission({"\"step_up\":{\"first_seen\":[\"/recipient\",\"/to/iban\"]}"});
        const permissions::AgentDelegation& detail = rules.details[0];
        const auto seen = [&](std::string_view arguments) {
            return fixture.now(rules, milliseconds(0), arguments).seen;
        };
        constexpr std::string_view kFirst = "{\"recipient\":\"acme\",\"to\":{\"iban\":\"DE1\"}}";
        QCOMPARE(seen(kFirst), (std::vector<bool>{false, false}));
        QVERIFY(fixture.uses.debit({"g"}, 0, detail, {{}, 0, {}, seenKeys(detail.stepUp, request(kFirst))}));
        QVERIFY(fixture.uses.debit({"g"}, 0, detail, {{}, 0, {}, seenKeys(detail.stepUp, request(kFirst))}));
        QCOMPARE(seen(kFirst), (std::vector<bool>{true, true}));
        QCOMPARE(seen("{\"recipient\":\"DE1\",\"to\":{\"iban\":\"acme\"}}"), (std::vector<bool>{false, false}));
        QCOMPARE(seen("{\"recipient\":\"Acme\",\"to\":{\"iban\":\"DE1\"}}"), (std::vector<bool>{false, true}));
        QCOMPARE(seen("{\"recipient\":[\"acme\"]}"), (std::vector<bool>{false, true})); // there is no IBAN to ask about
        QCOMPARE(seen("{}"), (std::vector<bool>{true, true}));
    }

    void equal_values_are_one_value()
    {
        const Permission rules = permission({"\"step_up\":{\"first_seen\":[\"/a\"]}"});
        const auto key = [&](std::string_view arguments) {
            return seenKeys(rules.details[0].stepUp, request(arguments)).at(0);
        };
        QCOMPARE(key("{\"a\":1.50}"), key("{\"a\":15e-1}"));
        QCOMPARE(key("{\"a\":{\"x\":1,\"y\":2}}"), key("{\"a\":{\"y\":2,\"x\":1}}"));
        QVERIFY(key("{\"a\":\"1\"}") != key("{\"a\":1}"));
        QVERIFY(key("{\"a\":null}") != key("{\"a\":\"null\"}"));
        QCOMPARE(key("{}"), std::string());
        QCOMPARE(key("{\"a\":1}").size(), 43U);
    }

    void a_replacing_grant_takes_over_by_details()
    {
        UsesFixture fixture;
        const Permission rules =
            permission({kSpend, kSpend, "\"uses\":9,\"rate\":{\"count\":3,\"seconds\":60}", kSpend});
        QVERIFY(fixture.debit(rules, {100}, "1.00", 0));
        QVERIFY(fixture.debit(rules, {100}, "2.00", 1));
        QVERIFY(fixture.uses.debit({"g"}, 2, rules.details[2], {{}, 0, milliseconds(500), {"key"}}));
        QVERIFY(fixture.debit(rules, {100}, "4.00", 3));
        QVERIFY(fixture.uses.carryOver({"g"}, {"new"}, {1, 1, 0, -1}));
        const auto carried = fixture.uses.totals({"new"}, rules, {101});
        QCOMPARE(carried->at(0).uses, 1);
        QCOMPARE(carried->at(1), (UsedTotals{2, amount("3.00"), amount("3.00")}));
        QCOMPARE(carried->at(3), UsedTotals());
        QCOMPARE(fixture.count("SELECT count(*) FROM use_times WHERE grant_id = 'new' AND detail = 0"), 1);
        QCOMPARE(fixture.count("SELECT count(*) FROM seen_values WHERE grant_id = 'new' AND detail = 0"), 1);
        QCOMPARE(fixture.uses.totals({"g"}, rules, {101})->at(3).total, amount("4.00")); // the old one keeps its own
    }

    void days_that_differ_are_not_added_up()
    {
        UsesFixture fixture;
        const Permission rules = permission({kSpend, kSpend});
        QVERIFY(fixture.debit(rules, at("2026-06-30T10:00:00Z"), "1.00", 0));
        QVERIFY(fixture.debit(rules, at("2026-07-01T10:00:00Z"), "2.00", 1));
        QVERIFY(fixture.uses.carryOver({"g"}, {"new"}, {0, 0}));
        const auto carried = fixture.uses.totals({"new"}, rules, at("2026-07-01T11:00:00Z"));
        QCOMPARE(carried->at(0), (UsedTotals{2, amount("3.00"), amount("2.00")}));
    }

    void details_of_a_grant_may_change_places()
    {
        UsesFixture fixture;
        const Permission rules =
            permission({"\"uses\":9", "\"uses\":9,\"rate\":{\"count\":3,\"seconds\":60}", "\"uses\":9"});
        for (const int detail : {0, 1, 1, 2, 2, 2})
            QVERIFY(fixture.debit(rules, {detail + 1}, "0", detail));
        QVERIFY(fixture.uses.carryOver({"g"}, {"g"}, {2, -1, 0}));
        const auto used = fixture.uses.of({"g"}, rules, request(), milliseconds(4000));
        QCOMPARE(used->at(0).uses, 3);
        QCOMPARE(used->at(1), Used());
        QCOMPARE(used->at(2).uses, 1);
        QCOMPARE(fixture.count("SELECT count(*) FROM use_times"), 0);
    }

    void too_much_can_not_be_taken_over()
    {
        UsesFixture fixture;
        const Permission rules = permission({kSpend, kSpend});
        const Use most{Amount::ofMillionths(std::numeric_limits<std::int64_t>::max()), 5, milliseconds(1), {}};
        QVERIFY(fixture.uses.debit({"g"}, 0, rules.details[0], most));
        QVERIFY(fixture.uses.debit({"g"}, 1, rules.details[1], most));
        QVERIFY(!fixture.uses.carryOver({"g"}, {"new"}, {0, 0}));
    }

    void a_grant_is_used_up_when_no_detail_is_left_data()
    {
        QTest::addColumn<QByteArray>("first");
        QTest::addColumn<QByteArray>("second");
        QTest::addColumn<bool>("usedUp");
        const auto spend = QByteArray::fromStdString(kSpend);
        QTest::newRow("both uses") << QByteArray("\"uses\":2") << QByteArray("\"uses\":1") << true;
        QTest::newRow("one is left") << QByteArray("\"uses\":3") << QByteArray("\"uses\":1") << false;
        QTest::newRow("uses and money") << QByteArray("\"uses\":2") << spend << true;
        QTest::newRow("either is enough") << QByteArray("\"uses\":1000," + spend) << spend << true;
        QTest::newRow("one without limits") << QByteArray("\"uses\":2") << QByteArray() << false;
    }
    void a_grant_is_used_up_when_no_detail_is_left()
    {
        QFETCH(QByteArray, first);
        QFETCH(QByteArray, second);
        QFETCH(bool, usedUp);
        const UsedTotals used{2, amount("100.00"), {}};
        QCOMPARE(isUsedUp(permission({first.toStdString(), second.toStdString()}), {used, used}), usedUp);
        QVERIFY(!isUsedUp(permission({kSpend}), {{5, amount("99.999999"), {}}}));
    }

    void removing_what_was_used_leaves_other_grants_alone()
    {
        UsesFixture fixture;
        const Permission rules = permission({"\"uses\":9,\"rate\":{\"count\":3,\"seconds\":60}"});
        for (const char* grant : {"g", "new"})
            QVERIFY(fixture.uses.debit({grant}, 0, rules.details[0], {{}, 0, milliseconds(1), {"key"}}));
        QVERIFY(fixture.uses.removeOf({"g"}));
        for (const char* table :
            {"SELECT count(*) FROM uses", "SELECT count(*) FROM use_times", "SELECT count(*) FROM seen_values"})
            QCOMPARE(fixture.count(table), 1);
        QCOMPARE(fixture.now(rules, milliseconds(2)), Used());
    }
};

QTEST_GUILESS_MAIN(TestUses)
#include "tst_uses.moc"
