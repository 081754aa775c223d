// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/grants_desk.h"
#include "tests/ui/walk.h"
#include "ui/common/decision_button.h"
#include "ui/common/decision_guard.h"
#include "ui/common/money_edit.h"
#include "ui/common/notice.h"
#include "ui/common/window_memory.h"
#include "ui/grants/grant_actions.h"
#include "ui/grants/name_dialog.h"

#include <QCheckBox>
#include <QHeaderView>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QTest>
#include <QToolButton>

#include <map>

using namespace countersign;
using namespace countersign::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using samples::kNow;

namespace {
QString detailsOf(const QWidget& page)
{
    QStringList lines;
    for (const QLabel* label : walk::all<QLabel>(page, u"grantDetail"_s))
        lines.append(label->text());
    return lines.join(u'\n');
}

struct Memory final : WindowMemory {
    [[nodiscard]] QByteArray recall(const QString& what) const override
    {
        const auto found = kept.find(what);
        return found == kept.end() ? QByteArray() : found->second;
    }
    void remember(const QString& what, const QByteArray& state) override { kept[what] = state; }
    std::map<QString, QByteArray> kept;
};
} // namespace

class GrantsPageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void every_live_row_has_a_button_that_revokes_it()
    {
        Grants grants;
        grants.show(samples::grantRows());
        QVERIFY(grants.ready);
        const QList<QPushButton*> buttons = rowButtons(*grants.tree);
        QCOMPARE(buttons.size(), 4); // the fifth has expired
        QCOMPARE(walk::accessibleName(buttons[1]), u"Revoke what reconcile-bot may do"_s);
        QTest::mouseClick(buttons[1], Qt::LeftButton);
        QCOMPARE(grants.revoked, std::vector{GrantId{"grant-2"}});
        QTRY_VERIFY(!buttons[1]->isEnabled());
        QTest::mouseClick(buttons[1], Qt::LeftButton);
        QCOMPARE(grants.revoked.size(), 1U);
        grants.answering(fail(ErrorCode::StorageFailed, "The disk does not answer."));
        QTRY_VERIFY(buttons[1]->isEnabled());
        QVERIFY(grants.page.findChild<Notice*>()->isVisible());
    }

    void only_rows_in_view_have_buttons_however_many_there_are()
    {
        Grants grants;
        std::vector<authority::GrantRow> rows;
        for (int i = 100'000; i > 0; --i)
            rows.push_back(samples::grantRow(i, 1h));
        grants.show(rows);
        QTRY_VERIFY(!rowButtons(*grants.tree).isEmpty());
        grants.tree->verticalScrollBar()->setValue(grants.tree->verticalScrollBar()->maximum());
        QTRY_COMPARE(walk::accessibleName(rowButtons(*grants.tree).constLast()), u"Revoke what agent-1 may do"_s);
        QTRY_VERIFY(grants.tree->viewport()->findChildren<QPushButton*>().size() < 60);
        QTest::mouseClick(rowButtons(*grants.tree).constLast(), Qt::LeftButton);
        QCOMPARE(grants.revoked, std::vector{GrantId{"grant-1"}});
    }

    void the_keyboard_revokes_with_delete_and_with_the_button_below()
    {
        Grants grants;
        grants.show(samples::grantRows());
        grants.tree->setFocus();
        grants.select(1);
        QTest::keyClick(grants.tree, Qt::Key_Delete);
        QCOMPARE(grants.revoked.size(), 1U);
        grants.select(4);
        QPushButton* below = nullptr;
        for (QPushButton* button : walk::all<QPushButton>(*grants.page.findChild<GrantActions*>())) {
            if (button->text() == u"Revoke"_s)
                below = button;
        }
        QVERIFY(below && below->isEnabled());
        below->setFocus();
        QTest::keyClick(below, Qt::Key_Space);
        QCOMPARE(grants.revoked.back(), GrantId{"grant-4"});
    }

    void all_of_an_agent_is_revoked_after_one_question()
    {
        Grants grants;
        grants.show(samples::grantRows());
        grants.select(2);
        QTest::mouseClick(walk::buttonNamed(grants.page, u"Revoke all of this agent…"_s), Qt::LeftButton);
        QVERIFY(grants.ended.empty());
        QWidget* question = QApplication::activeModalWidget();
        QVERIFY(question);
        QTest::mouseClick(walk::buttonNamed(*question, u"Revoke all"_s), Qt::LeftButton);
        QCOMPARE(grants.ended, std::vector{ClientId{"agent-2"}});
    }

    void a_live_grant_can_be_paused_and_a_held_one_resumed()
    {
        Grants grants;
        grants.show(samples::grantRows());
        grants.select(1);
        QVERIFY(!walk::buttonNamed(grants.page, u"Resume"_s));
        QTest::mouseClick(walk::buttonNamed(grants.page, u"Pause"_s), Qt::LeftButton);
        QCOMPARE(grants.paused, std::vector{GrantId{"grant-1"}});
        grants.select(3);
        QTest::mouseClick(walk::buttonNamed(grants.page, u"Resume"_s), Qt::LeftButton);
        QCOMPARE(grants.resumed, std::vector{GrantId{"grant-3"}});
    }

    void the_tree_is_open_and_says_what_each_hop_narrowed()
    {
        Grants grants;
        grants.show(samples::grantTree());
        QCOMPARE(walk::namelessControls(grants.page), QStringList());
        QCOMPARE(walk::labelsThatReadMarkup(grants.page), QStringList());
        QCOMPARE(grants.shown(1).data().toString(), u"calendar-agent"_s);
        QCOMPARE(grants.shown(4).data().toString(), u"unnamed agent"_s); // all the way down
        grants.select(3);
        const QString details = detailsOf(grants.page);
        QVERIFY2(details.contains(u"You → night books (reconcile-bot) → ledger-helper"_s), qPrintable(details));
        QVERIFY2(details.contains(u"1,000.00 EUR instead of 20,000.00 EUR"_s), qPrintable(details));
        QVERIFY2(details.contains(u"20.00 of 1,000.00 EUR"_s), qPrintable(details));
        grants.select(0); // the person
        QVERIFY(!walk::buttonNamed(grants.page, u"Revoke"_s)->isEnabled() || grants.revoked.empty());
    }

    void new_grants_and_their_branches_come_open()
    {
        Grants grants;
        grants.show({});
        const std::vector<authority::GrantRow> rows = samples::grantTree();
        for (auto row = rows.rbegin(); row != rows.rend(); ++row)
            grants.page.model().prepend(*row);
        QCOMPARE(grants.shown(4).data().toString(), u"unnamed agent"_s);
    }

    void the_cell_of_the_buttons_tells_a_screen_reader_whose_they_are()
    {
        Grants grants;
        grants.show(samples::grantTree());
        QCOMPARE(grants.shown(1).siblingAtColumn(GrantsModel::Action).data(Qt::AccessibleTextRole).toString(),
            u"Revoke what calendar-agent may do (Delete)"_s);
        QStringList names;
        for (QToolButton* more : walk::all<QToolButton>(*grants.tree->viewport()))
            names.append(walk::accessibleName(more));
        QVERIFY(names.contains(u"More about what ledger-helper may do"_s));
    }

    void the_menu_of_a_row_offers_all_that_can_be_done_with_it()
    {
        Grants grants;
        grants.show(samples::grantTree());
        QToolButton* more = nullptr;
        for (QToolButton* button : walk::all<QToolButton>(*grants.tree->viewport())) {
            if (walk::accessibleName(button) == u"More about what ledger-helper may do"_s)
                more = button;
        }
        QVERIFY(more);
        QTest::mouseClick(more, Qt::LeftButton);
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        QVERIFY(menu);
        const QList<QAction*> actions = menu->actions();
        QStringList texts;
        for (const QAction* action : actions) {
            if (action->isVisible())
                texts.append(action->text());
        }
        QCOMPARE(texts,
            (QStringList{u"Revoke"_s, u"Narrow…"_s, u"Pause"_s, u"Name this agent…"_s, u"Revoke all of this agent…"_s,
                u"Show in the timeline"_s}));
        for (int down = 0; down < 3; ++down)
            QTest::keyClick(menu, Qt::Key_Down);
        QTest::keyClick(menu, Qt::Key_Return);
        QCOMPARE(grants.paused, std::vector{GrantId{"grant-3"}});
    }

    void what_is_paused_with_the_one_above_goes_on_only_with_it()
    {
        Grants grants;
        std::vector<authority::GrantRow> rows = samples::grantTree();
        rows.front().grant.reason = grants::EndReason::AncestorHeld;
        grants.show(rows);
        grants.select(4);
        QVERIFY(!walk::buttonNamed(grants.page, u"Resume"_s));
        QVERIFY(!walk::buttonNamed(grants.page, u"Pause"_s)->isEnabled());
        QVERIFY(walk::buttonNamed(grants.page, u"Narrow…"_s)->isEnabled());
    }

    void an_agent_gets_a_name_and_the_question_stays_until_it_was_taken()
    {
        Grants grants;
        grants.show(samples::grantTree());
        grants.select(1);
        QTest::mouseClick(walk::buttonNamed(grants.page, u"Name this agent…"_s), Qt::LeftButton);
        QWidget* dialog = QApplication::activeModalWidget();
        QVERIFY(dialog);
        QCOMPARE(walk::namelessControls(*dialog), QStringList());
        QCOMPARE(walk::labelsThatReadMarkup(*dialog), QStringList());
        QTest::keyClicks(dialog->findChild<QLineEdit*>(u"ownName"_s), u" my calendar "_s);
        QTest::mouseClick(walk::buttonNamed(*dialog, u"Name it"_s), Qt::LeftButton);
        QCOMPARE(grants.names, QStringList{u"my calendar"_s});
        grants.answering(fail(ErrorCode::InvalidInput, "Another agent has that name."));
        QVERIFY(dialog->isVisible());
        QVERIFY(dialog->findChild<Notice*>()->isVisible());
        QTest::mouseClick(walk::buttonNamed(*dialog, u"Name it"_s), Qt::LeftButton);
        grants.answering({});
        QVERIFY(!dialog->isVisible());
    }

    void narrowing_shows_what_is_taken_back_and_signs_that()
    {
        Grants grants;
        grants.show(samples::grantTree());
        grants.select(2);
        QTest::mouseClick(walk::buttonNamed(grants.page, u"Narrow…"_s), Qt::LeftButton);
        QWidget* dialog = QApplication::activeModalWidget();
        QVERIFY(dialog);
        dialog->activateWindow();
        QTRY_VERIFY(dialog->isActiveWindow());
        grants.clock.advance(kGuardDelay);
        auto* take = dialog->findChild<DecisionButton*>(u"approve"_s);
        QVERIFY(!take->isEnabled()); // nothing is changed yet
        QVERIFY(!dialog->findChild<QWidget*>(u"deny"_s)->isVisible());
        QVERIFY(!dialog->findChild<QWidget*>(u"block"_s)->isVisible());
        auto* total = dialog->findChildren<MoneyEdit*>().constLast();
        total->setFocus();
        total->selectAll();
        const auto* risks = dialog->findChild<QLabel*>(u"risks"_s);
        QTest::keyClicks(total, u"8000"_s);
        QVERIFY(!risks->isVisible() || !risks->text().contains(u"spent already"_s));
        total->selectAll();
        QTest::keyClicks(total, u"5000"_s);
        QVERIFY(take->isEnabled());
        QVERIFY(risks->isVisible() && risks->text().contains(u"7,310.00 EUR are spent already"_s));
        bool says = false;
        for (const QLabel* label : walk::all<QLabel>(*dialog, u"change"_s))
            says = says || label->text() == u"20,000.00 EUR → 5,000.00 EUR"_s;
        QVERIFY(says);
        QTest::mouseClick(take, Qt::LeftButton);
        QVERIFY(grants.narrowed.empty()); // typing switched it off
        grants.clock.advance(kGuardDelay);
        QTest::mouseClick(take, Qt::LeftButton);
        QCOMPARE(grants.narrowed.size(), 1U);
        const authority::Narrowing& narrowing = grants.narrowed.front();
        QCOMPARE(narrowing.grant, GrantId{"grant-1"});
        const auto granted = consent::grantOf(narrowing.facts, narrowing.edit);
        QCOMPARE(granted->details.front().spend->total->text(), "5000.00");
        QCOMPARE(narrowing.shownText,
            consent::composeScreen(narrowing.facts, narrowing.edit, QLocale(narrowing.locale)).text(narrowing.edit));
        grants.answering({});
        QVERIFY(!dialog->isVisible());
    }

    void nothing_live_says_how_the_last_one_ended_and_how_to_see_it()
    {
        Grants grants;
        authority::GrantRow row = samples::grantRow(1, 1h);
        grants.show({row});
        row.grant.state = grants::GrantState::Revoked;
        row.grant.reason = grants::EndReason::RevokedByPerson;
        row.grant.endedAt = kNow;
        grants.page.model().change(0, row);
        auto* empty = grants.page.findChild<QLabel*>(u"noGrants"_s);
        QVERIFY(empty->isVisible());
        QVERIFY2(empty->text().contains(u"“agent-1”: revoked by you"_s), qPrintable(empty->text()));
        QTest::mouseClick(walk::buttonNamed(grants.page, u"Show ended grants too"_s), Qt::LeftButton);
        QVERIFY(grants.tree->isVisible());
        QCOMPARE(grants.shown(1).siblingAtColumn(GrantsModel::State).data().toString(), u"revoked by you"_s);
    }

    void columns_and_the_filter_are_remembered()
    {
        Memory memory;
        int width = 0;
        {
            Grants grants;
            grants.page.remember(memory);
            grants.show(samples::grantTree());
            width = grants.tree->columnWidth(GrantsModel::Left) + 17;
            grants.tree->header()->resizeSection(GrantsModel::Left, width);
            auto* which = grants.page.findChild<QComboBox*>(u"whichGrants"_s);
            which->setFocus();
            QTest::keyClick(which, Qt::Key_Down);
        }
        Grants again;
        again.page.remember(memory);
        again.show(samples::grantTree());
        QCOMPARE(again.tree->columnWidth(GrantsModel::Left), width);
        QCOMPARE(again.page.findChild<QComboBox*>(u"whichGrants"_s)->currentIndex(), 1);
    }

    void all_rows_are_of_one_height_and_a_second_costs_no_row_any_work()
    {
        Grants grants;
        std::vector<authority::GrantRow> rows;
        for (int i = 100'000; i > 0; --i)
            rows.push_back(samples::grantRow(i, 1h));
        grants.show(rows);
        QVERIFY(grants.tree->uniformRowHeights());
        QElapsedTimer timer;
        timer.start();
        constexpr int kSteps = 50;
        for (int step = 0; step < kSteps; ++step) {
            grants.tree->verticalScrollBar()->setValue(step * 1999);
            grants.tree->viewport()->repaint();
        }
        qInfo("scrolling through %d: %lld us a picture", 100'000, timer.nsecsElapsed() / 1000 / kSteps);
        QCOMPARE(grants.shown(1).siblingAtColumn(GrantsModel::Left).data().toString(), u"1 h 0 min"_s);
        grants.clock.advance(1s);
        QCOMPARE(grants.shown(1).siblingAtColumn(GrantsModel::Left).data().toString(), u"59 min 59 s"_s);
    }
};

QTEST_MAIN(GrantsPageTest)
#include "tst_grants_page.moc"
