// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/samples.h"
#include "ui/grants/grant_words.h"
#include "ui/grants/grants_filter.h"
#include "ui/grants/grants_model.h"
#include "ui/grants/used_up.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QTest>

using namespace countersign;
using namespace countersign::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using samples::kNow;
using Mode = QAbstractItemModelTester::FailureReportingMode;
using Kind = authority::Meter::Kind;

namespace {
constexpr int kMany = 100'000;

struct Tree {
    Tree() { filter.setSourceModel(&model); }
    [[nodiscard]] QModelIndex grant(int row, int column = 0) const { return model.index(row, column, model.person()); }
    [[nodiscard]] int shown() const { return filter.rowCount(filter.person()); }
    [[nodiscard]] QModelIndex find(int number) const
    {
        return model.indexOf(GrantId{"grant-" + std::to_string(number)});
    }
    ManualClock clock{kNow};
    GrantsModel model{clock};
    GrantsFilter filter;
};

MeterLeft alone(const authority::Meter& meter)
{
    authority::GrantRow row;
    row.meters = {meter};
    return metersLeft(row, {}).front();
}

authority::GrantRow childRow(int number, int parent, std::chrono::seconds left = 1h)
{
    authority::GrantRow row = samples::grantRow(number, left);
    row.grant.parent = GrantId{"grant-" + std::to_string(parent)};
    return row;
}
} // namespace

class GrantsModelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void time_left_counts_down_and_the_last_minute_is_told_in_words()
    {
        Tree tree;
        tree.model.reset({samples::grantRow(1, 61s)});
        const QModelIndex left = tree.grant(0, GrantsModel::Left);
        QCOMPARE(left.data().toString(), u"1 min 01 s"_s);
        QVERIFY(!left.data(GrantsModel::EndsSoonRole).toBool());
        tree.clock.advance(2s);
        QCOMPARE(left.data().toString(), u"ends soon: 59 s"_s);
        QVERIFY(left.data(GrantsModel::EndsSoonRole).toBool());
        tree.clock.advance(60s);
        QCOMPARE(left.data().toString(), u"time is up"_s);
    }

    void the_state_says_why_a_grant_ended_data()
    {
        QTest::addColumn<int>("state");
        QTest::addColumn<int>("reason");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, grants::GrantState state, grants::EndReason reason, const QString& says) {
            QTest::newRow(name) << static_cast<int>(state) << static_cast<int>(reason) << says;
        };
        using enum grants::GrantState;
        using enum grants::EndReason;
        row("live", Live, None, u"live"_s);
        row("expired", Expired, TimeRanOut, u"expired"_s);
        row("used up", Expired, UsedUp, u"used up"_s);
        row("revoked", Revoked, RevokedByPerson, u"revoked by you"_s);
        row("given back", Revoked, RevokedByAgent, u"given back by the agent"_s);
        row("stopped", Revoked, StoppedEverything, u"stopped by you, with everything"_s);
        row("blocked", Revoked, AgentBlocked, u"ended: the agent is blocked"_s);
        row("rolled back", Revoked, DatabaseRolledBack, u"ended: an old database was put back"_s);
        row("replaced", Revoked, Replaced, u"replaced by a later one"_s);
        row("above revoked", Revoked, AncestorEnded, u"ended with the one above"_s);
        row("above expired", Expired, AncestorEnded, u"ended with the one above"_s);
        row("clock", Held, ClockMoved, u"held: the clock was changed"_s);
        row("token", Held, RefreshTokenReused, u"held: its token was used twice"_s);
        row("paused", Held, PausedByPerson, u"paused by you"_s);
        row("above paused", Held, AncestorHeld, u"held with the one above"_s);
        row("above narrowed", Held, AncestorNarrowed, u"held: nothing above permits it any more"_s);
        row("operations changed", Held, OperationsChanged, u"held: the service changed what it covers"_s);
    }
    void the_state_says_why_a_grant_ended()
    {
        QFETCH(int, state);
        QFETCH(int, reason);
        QFETCH(QString, says);
        Tree tree;
        authority::GrantRow row = samples::grantRow(1, 1h);
        row.grant.state = static_cast<grants::GrantState>(state);
        row.grant.reason = static_cast<grants::EndReason>(reason);
        tree.model.reset({row});
        QCOMPARE(tree.grant(0, GrantsModel::State).data().toString(), says);
    }

    void revoking_shows_until_it_is_durable()
    {
        Tree tree;
        const QAbstractItemModelTester tester(&tree.model, Mode::QtTest);
        authority::GrantRow row = samples::grantRow(1, 1h);
        tree.model.reset({samples::grantRow(2, 1h), row});
        tree.model.setRevoking(row.grant.id, true);
        QCOMPARE(tree.grant(1, GrantsModel::State).data().toString(), u"revoking…"_s);
        QVERIFY(tree.grant(1).data(GrantsModel::RevocableRole).toBool());
        row.grant.state = grants::GrantState::Revoked;
        row.grant.reason = grants::EndReason::RevokedByPerson;
        tree.model.change(1, row);
        QCOMPARE(tree.grant(1, GrantsModel::State).data().toString(), u"revoked by you"_s);
        QVERIFY(!tree.model.isRevoking(row.grant.id));
    }

    void what_was_handed_on_stands_under_what_it_came_from()
    {
        Tree tree;
        const QAbstractItemModelTester tester(&tree.model, Mode::QtTest);
        const QAbstractItemModelTester filterTester(&tree.filter, Mode::QtTest);
        tree.model.reset(samples::grantTree());
        QCOMPARE(tree.model.rowCount(), 1); // the person
        QCOMPARE(tree.model.rowCount(tree.model.person()), 2);
        QCOMPARE(tree.grant(0).data().toString(), u"calendar-agent"_s); // newest first
        QCOMPARE(tree.grant(1).data().toString(), u"night books (reconcile-bot)"_s);
        QCOMPARE(tree.find(3).parent(), tree.find(1));
        QCOMPARE(
            tree.model.pathOf(tree.find(4)), u"You → night books (reconcile-bot) → ledger-helper → unnamed agent"_s);
        tree.model.prepend(childRow(9, 3));
        QCOMPARE(tree.find(9).row(), 0);
        QCOMPARE(tree.find(4).row(), 1);
        QCOMPARE(tree.model.count(), 5);
        tree.model.prepend(childRow(10, 777)); // of one that is not known: of the person, so that it is seen
        QCOMPARE(tree.find(10).parent(), tree.model.person());
    }

    void money_and_uses_left_are_told_in_figures()
    {
        Tree tree;
        tree.model.reset(samples::grantTree());
        const QModelIndex left = tree.find(1).siblingAtColumn(GrantsModel::Left);
        const QString says = u"5 h 12 min; 12,690.00 of 20,000.00 EUR; 159 of 200 uses; 100.00 of 5,000.00 EUR today"_s;
        QCOMPARE(left.data().toString(), says);
        QCOMPARE(left.data(Qt::AccessibleTextRole).toString(), says);
        const auto bars = left.data(GrantsModel::MetersRole).value<std::vector<MeterLeft>>();
        QCOMPARE(bars.size(), 2U); // what a row has room for: those that run out first
        QCOMPARE(bars[0].meter.kind, Kind::Total);
        QCOMPARE(bars[1].meter.kind, Kind::PerDay);
        QCOMPARE(alone({Kind::Uses, 50, 200, {}}).share(), 0.75);
        QCOMPARE(alone({Kind::Uses, 300, 200, {}}).share(), 0.0);
        QCOMPARE(meterWords(alone({Kind::Uses, 300, 200, {}})), u"0 of 200 uses"_s);
        QCOMPARE(alone({Kind::Uses, 0, 0, {}}).share(), 0.0);
        QVERIFY(tree.find(3)
                .siblingAtColumn(GrantsModel::May)
                .data(Qt::ToolTipRole)
                .toString()
                .contains(u"1,000.00 EUR instead of 20,000.00 EUR"_s));
    }

    void what_the_one_above_leaves_is_told_where_it_is_less()
    {
        Tree tree;
        const QAbstractItemModelTester tester(&tree.model, Mode::QtTest);
        std::vector<authority::GrantRow> rows = samples::grantTree();
        const auto row = [&rows](const char* id) -> authority::GrantRow& {
            return *std::ranges::find(rows, GrantId{id}, [](const auto& each) { return each.grant.id; });
        };
        const auto leftOf = [&tree](int number) {
            return tree.find(number).siblingAtColumn(GrantsModel::Left).data().toString();
        };
        const Currency euro = Currency::parse("EUR").value();
        row("grant-1").meters = {{Kind::Total, 302'500'000, 500'000'000, euro, 1}};
        row("grant-3").meters = {{Kind::Total, 12'500'000, 400'000'000, euro, 0}};
        row("grant-3").grant.pairing = {1};
        row("grant-4").meters = {{Kind::Total, 0, 390'000'000, euro, 0}, {Kind::Uses, 0, 9, {}, 0}};
        row("grant-4").grant.pairing = {0};
        tree.model.reset(rows);
        QVERIFY2(leftOf(1).contains(u"197.50 of 500.00 EUR"_s), qPrintable(leftOf(1)));
        QVERIFY(!leftOf(1).contains(u"has no more left"_s));
        const QString by = u"197.50 of 400.00 EUR: night books (reconcile-bot) has no more left"_s;
        QVERIFY2(leftOf(3).contains(by), qPrintable(leftOf(3)));
        QVERIFY2(leftOf(4).contains(u"197.50 of 390.00 EUR: night books"_s), qPrintable(leftOf(4))); // over two hops
        QVERIFY(leftOf(4).endsWith(u"9 of 9 uses"_s)); // nothing above counts them
        const auto bars = tree.find(3)
                              .siblingAtColumn(GrantsModel::Left)
                              .data(GrantsModel::MetersRole)
                              .value<std::vector<MeterLeft>>();
        QCOMPARE(bars.front().share(), 197.5 / 400);

        row("grant-1").meters.front().used = 0; // more above than below: the own limit counts again
        tree.model.change(3, row("grant-1"));
        QVERIFY2(
            leftOf(3).contains(u"387.50 of 400.00 EUR"_s) && !leftOf(3).contains(u"no more"_s), qPrintable(leftOf(3)));
        QVERIFY(leftOf(4).contains(u"387.50 of 390.00 EUR: ledger-helper has no more left"_s));

        row("grant-3").grant.pairing = {0}; // another detail above, which has no such limit
        row("grant-1").meters.front().used = 500'000'000;
        tree.model.reset(rows);
        QVERIFY(!leftOf(3).contains(u"no more"_s));
    }

    void limits_that_are_lowered_to_what_is_used_up_are_warned_of()
    {
        const Currency euro = Currency::parse("EUR").value();
        authority::GrantRow row = samples::grantRow(1, 1h);
        row.grant.permission.details.resize(2);
        row.grant.pairing = {-1, 0}; // nothing above permits the first any more, so it can't be edited
        row.meters = {{Kind::Total, 9'000'000, 9'000'000, euro, 0}, {Kind::Total, 302'500'000, 500'000'000, euro, 1},
            {Kind::PerDay, 100'000'000, 200'000'000, euro, 1}, {Kind::Uses, 41, 200, {}, 1}};
        consent::Edit edit;
        consent::DetailEdit& detail = edit.details.emplace_back();
        detail.keptActions = {true, false};
        QCOMPARE(usedUpBy(row, edit), QStringList());
        detail.total = Amount::ofMillionths(302'510'000);
        QCOMPARE(usedUpBy(row, edit), QStringList());
        detail.total = Amount::ofMillionths(302'500'000);
        QCOMPARE(usedUpBy(row, edit),
            QStringList{u"302.50 EUR are spent already: with this limit nothing more can be spent."_s});
        detail.perDay = Amount::ofMillionths(50'000'000);
        detail.uses = 40;
        QCOMPARE(usedUpBy(row, edit).size(), 3);
        QVERIFY(usedUpBy(row, edit).join(u' ').contains(u"It was used 41 time"_s));
        detail.keptActions = {false, false}; // nothing is left of it anyhow
        QCOMPARE(usedUpBy(row, edit), QStringList());
    }

    void grants_come_change_and_leave_the_filter()
    {
        Tree tree;
        const QAbstractItemModelTester tester(&tree.model, Mode::QtTest);
        const QAbstractItemModelTester filterTester(&tree.filter, Mode::QtTest);
        tree.model.reset(samples::grantRows());
        QCOMPARE(tree.shown(), 4);
        tree.model.prepend(samples::grantRow(77, 1h));
        QCOMPARE(tree.shown(), 5);
        QCOMPARE(tree.model.row(tree.grant(0))->grant.id.value, "grant-77");
        tree.model.change(0, samples::grantRow(77, -1s));
        tree.model.change(99, samples::grantRow(77, 1h)); // no such row
        QCOMPARE(tree.shown(), 4);
        tree.filter.setWords(u"  LEDGER "_s);
        QCOMPARE(tree.shown(), 2); // an agent's name, and another's permission
        tree.filter.setWhich(GrantsFilter::Which::All);
        tree.filter.setWords({});
        QCOMPARE(tree.shown(), 6);
        tree.model.reset({});
        QCOMPARE(tree.shown(), 0);
    }

    void what_fits_is_shown_with_all_that_it_came_from()
    {
        Tree tree;
        const QAbstractItemModelTester filterTester(&tree.filter, Mode::QtTest);
        tree.model.reset(samples::grantTree());
        tree.filter.setWords(u"unnamed"_s);
        const QModelIndex found = tree.filter.mapFromSource(tree.find(4));
        QVERIFY(found.isValid());
        QCOMPARE(found.parent().parent().parent(), tree.filter.person());
        QCOMPARE(tree.shown(), 1);
    }

    void the_one_that_ended_last_is_known()
    {
        Tree tree;
        QVERIFY(!tree.model.lastEnded());
        authority::GrantRow early = samples::grantRow(1, -1s);
        early.grant.endedAt = kNow - 20s;
        authority::GrantRow late = samples::grantRow(2, -1s);
        late.grant.endedAt = kNow - 10s;
        tree.model.reset({samples::grantRow(3, 1h), early, late});
        QCOMPARE(tree.model.lastEnded()->grant.id.value, "grant-2");
    }

    void a_hundred_thousand_grants_are_added_changed_and_filtered_data()
    {
        QTest::addColumn<int>("branch"); // how many stand under each of the person's own
        QTest::newRow("all of the person") << 0;
        QTest::newRow("ten under each") << 10;
    }
    void a_hundred_thousand_grants_are_added_changed_and_filtered()
    {
        QFETCH(int, branch);
        Tree tree;
        std::vector<authority::GrantRow> rows;
        for (int i = kMany; i > 0; --i) {
            const int root = branch == 0 ? i : (i - 1) / (branch + 1) * (branch + 1) + 1;
            const auto left = root % 3 == 0 ? -1s : 1h;
            rows.push_back(root == i ? samples::grantRow(i, left) : childRow(i, root, left));
        }
        tree.model.reset(rows);
        const int before = tree.shown();
        QVERIFY(before > 0);
        QElapsedTimer timer;
        timer.start();
        for (int i = 1; i <= 100; ++i)
            tree.model.prepend(samples::grantRow(kMany + i, 1h));
        for (int row = 0; row < 100; ++row)
            tree.model.change(row, samples::grantRow(kMany + 100 - row, -1s));
        qInfo("100 added and 100 changed among %d: %lld ms", kMany, timer.elapsed());
        QCOMPARE(tree.model.count(), kMany + 100);
        QCOMPARE(tree.shown(), before);
        QCOMPARE(tree.model.row(tree.grant(0))->grant.id.value, "grant-100100");
        tree.filter.setWhich(GrantsFilter::Which::All);
        tree.filter.setWords(u"AGENT-3"_s);
        QVERIFY(tree.shown() > 0 && tree.shown() < tree.model.rowCount(tree.model.person()));
    }
};

QTEST_MAIN(GrantsModelTest)
#include "tst_grants_model.moc"
