// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a screen reader holds of the tree stays whole while rows come and go, whenever it asks. Qt keeps an accessible
// tree up to date only where somebody listens, so this runs with its bridge connected to the session's bus.
#include "tests/ui/grants_desk.h"

#include <QAccessible>
#include <QApplication>
#include <QTest>

using namespace countersign;
using namespace countersign::ui;
using namespace std::chrono_literals;

namespace {
using Question = void (*)(QAccessibleInterface& cell);

QAccessibleInterface& accessible(const Grants& grants)
{
    return *QAccessible::queryAccessibleInterface(grants.tree);
}

std::vector<QAccessible::Id> cellsOf(const Grants& grants)
{
    std::vector<QAccessible::Id> ids;
    for (int at = 0; at < accessible(grants).childCount(); ++at)
        ids.push_back(QAccessible::uniqueId(accessible(grants).child(at)));
    return ids;
}

/// How many cells are gone after each was asked: it must be none, or whoever asked holds what is deleted.
int goneAfter(const Grants& grants, Question question)
{
    QAccessibleInterface& tree = accessible(grants);
    int gone = 0;
    for (int at = 0; at < tree.childCount(); ++at) {
        QAccessibleInterface* cell = tree.child(at);
        const QAccessible::Id id = QAccessible::uniqueId(cell);
        question(*cell);
        gone += QAccessible::accessibleInterface(id) == cell ? 0 : 1;
    }
    return gone;
}

void addGrant(Grants& grants, int number)
{
    grants.page.model().prepend(samples::grantRow(number, 1h));
}

void endGrant(Grants& grants, int place, int number)
{
    authority::GrantRow row = samples::grantRow(number, 1h);
    row.grant.state = grants::GrantState::Revoked;
    row.grant.endedAt = samples::kNow;
    grants.page.model().change(place, row);
}
} // namespace

class GrantsTreeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QTRY_VERIFY(QAccessible::isActive()); }

    void a_cell_that_is_asked_while_rows_come_and_go_is_not_deleted_data()
    {
        QTest::addColumn<Question>("question");
        QTest::addColumn<bool>("hidden");
        const Question state = [](QAccessibleInterface& cell) { cell.state(); };
        const Question rect = [](QAccessibleInterface& cell) { cell.rect(); };
        QTest::newRow("its state") << state << false;
        QTest::newRow("its place") << rect << false;
        QTest::newRow("its state, on a page that is hidden") << state << true;
        QTest::newRow("its place, on a page that is hidden") << rect << true;
    }
    void a_cell_that_is_asked_while_rows_come_and_go_is_not_deleted()
    {
        QFETCH(Question, question);
        QFETCH(bool, hidden);
        Grants grants;
        grants.show({samples::grantRow(2, 1h), samples::grantRow(1, 1h)});
        QVERIFY(grants.ready);
        if (hidden)
            grants.page.hide();
        for (int number = 3; number < 10; ++number) {
            addGrant(grants, number);
            QCOMPARE(goneAfter(grants, question), 0);
            if (number % 2 == 0)
                endGrant(grants, 1, number - 1);
            QCOMPARE(goneAfter(grants, question), 0);
            if (number % 3 == 0)
                QTest::qWait(10); // now and then the rows are laid out in between
        }
    }

    void cells_of_rows_that_went_are_not_kept_for_good()
    {
        Grants grants;
        grants.show({samples::grantRow(2, 1h), samples::grantRow(1, 1h)});
        QVERIFY(grants.ready);
        const std::vector<QAccessible::Id> before = cellsOf(grants);
        endGrant(grants, 0, 2);
        QTest::qWait(10);
        const std::vector<QAccessible::Id> now = cellsOf(grants);
        QCOMPARE(now.size(), before.size() - GrantsModel::ColumnCount);
        for (const QAccessible::Id id : before)
            QVERIFY(std::ranges::contains(now, id) || QAccessible::accessibleInterface(id) == nullptr);
    }

    void a_new_row_is_told_with_its_place_once_it_is_laid_out()
    {
        Grants grants;
        grants.show({samples::grantRow(1, 1h)});
        QVERIFY(grants.ready);
        const int before = accessible(grants).childCount();
        addGrant(grants, 2);
        goneAfter(grants, [](QAccessibleInterface& cell) { cell.rect(); }); // does not put it off for ever
        QTRY_COMPARE(accessible(grants).childCount(), before + GrantsModel::ColumnCount);
        QAccessibleInterface* cell = accessible(grants).child(2 * GrantsModel::ColumnCount); // below header and person
        QCOMPARE(cell->text(QAccessible::Name), QStringLiteral("agent-2"));
        const QRect place = grants.tree->visualRect(grants.shown(1));
        QVERIFY(!place.isEmpty());
        QCOMPARE(cell->rect(), place.translated(grants.tree->viewport()->mapToGlobal(QPoint(0, 0))));
        QVERIFY(!cell->state().invisible);
    }
};

int main(int argc, char** argv)
{
    qputenv("AT_SPI_BUS_ADDRESS", qgetenv("DBUS_SESSION_BUS_ADDRESS"));
    const QApplication application(argc, argv);
    GrantsTreeTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_grants_tree.moc"
