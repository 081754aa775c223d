// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/consent_desk.h"
#include "tests/ui/walk.h"
#include "ui/common/notice.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace countersign;
using namespace countersign::ui;
using consent::Presence;

class ConsentViewTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void enter_and_taps_of_space_decide_nothing_wherever_the_focus_is()
    {
        ConsentDesk desk(samples::unknown());
        const std::vector<QWidget*> order = walk::tabOrder(desk.window);
        QVERIFY(order.size() > 8);
        for (QWidget* widget : order) {
            desk.clock.advance(kGuardDelay);
            widget->setFocus();
            QTest::keyClick(widget, Qt::Key_Return);
            QTest::keyClick(widget, Qt::Key_Enter);
            if (widget != &desk.child(u"later"_s) && widget != &desk.child(u"deny"_s)
                && widget != &desk.child(u"block"_s))
                QTest::keyClick(widget, Qt::Key_Space);
        }
        QVERIFY(desk.nothingHappened());
    }

    void a_click_approves_what_is_not_risky_and_signs_what_was_shown()
    {
        ConsentDesk desk;
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QCOMPARE(desk.approved.size(), 1U);
        const authority::Decision& decision = desk.approved.front();
        QCOMPARE(decision.requestId, "req-familiar");
        QCOMPARE(decision.presence, Presence::Click);
        QCOMPARE(decision.locale, u"en"_s);
        const consent::Screen screen = consent::composeScreen(decision.facts, decision.edit, QLocale(QLocale::English));
        QCOMPARE(decision.shownText, screen.text(decision.edit));
        QCOMPARE(desk.textOf(u"summary"_s), screen.summary);
        QCOMPARE(desk.textOf(u"until"_s), screen.until);
        QCOMPARE(desk.textOf(u"why"_s), screen.why);
        QCOMPARE(desk.textOf(u"claimedName"_s), screen.claimedName);
        QCOMPARE(desk.child<QPlainTextEdit>(u"exact"_s).toPlainText(), screen.exact);
    }

    void what_is_risky_must_be_held()
    {
        ConsentDesk desk(samples::unknown());
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QVERIFY(desk.approved.empty());
        QVERIFY(desk.child<QLabel>(u"hint"_s).isVisible());
        QVERIFY(desk.textOf(u"risks"_s).contains(u"never permitted"_s));
        desk.holdPointer(desk.approve());
        QCOMPARE(desk.approved.size(), 1U);
    }

    void with_the_keyboard_one_approves_by_holding_space()
    {
        ConsentDesk desk;
        desk.approve().setFocus();
        desk.clock.advance(kGuardDelay);
        QTest::keyPress(&desk.approve(), Qt::Key_Space);
        desk.clock.advance(kHoldTime);
        QTest::keyRelease(&desk.approve(), Qt::Key_Space);
        QCOMPARE(desk.approved.size(), 1U);
    }

    void it_decides_once()
    {
        ConsentDesk desk;
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QTest::mouseClick(&desk.child(u"deny"_s), Qt::LeftButton);
        desk.approve().click();
        QCOMPARE(desk.approved.size(), 1U);
        QCOMPARE(desk.denied, 0);
        desk.approving({});
        QVERIFY(desk.view->hasEnded());
        QVERIFY(desk.child<Notice>(u"outcome"_s).isVisible());
        QVERIFY(!desk.approve().isVisible());
    }

    void a_decision_that_fails_can_be_taken_again()
    {
        ConsentDesk desk;
        QSignalSpy reopened(desk.view, &ConsentView::reopened);
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        desk.approving(fail(ErrorCode::StorageFull, "The disk is full."));
        QCOMPARE(reopened.count(), 1);
        QVERIFY(desk.child<Notice>(u"problem"_s).accessibleDescription().contains(u"The disk is full."_s));
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QCOMPARE(desk.approved.size(), 1U); // off again for a moment
        desk.clock.advance(kGuardDelay);
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QCOMPARE(desk.approved.size(), 2U);
    }

    void approving_without_an_input_event_takes_the_passphrase()
    {
        ConsentDesk desk;
        desk.approve().click();
        QVERIFY(desk.approved.empty());
        auto& passphrase = desk.child<QLineEdit>(u"passphrase"_s);
        QVERIFY(passphrase.isVisible());
        passphrase.setText(u"wrong one"_s);
        desk.approve().click();
        QVERIFY(desk.approved.empty());
        QVERIFY(desk.child<Notice>(u"problem"_s).isVisible());
        QCOMPARE(passphrase.text(), QString());
        passphrase.setText(kPassphrase);
        desk.approve().click();
        QCOMPARE(desk.approved.size(), 1U);
        QCOMPARE(desk.approved.front().presence, Presence::Passphrase);
        QCOMPARE(passphrase.text(), QString());
    }

    void a_sealed_key_takes_the_passphrase_and_enter_in_its_field_approves_nothing()
    {
        ConsentDesk desk;
        desk.view->setKey(ConsentView::Key::Sealed);
        auto& passphrase = desk.child<QLineEdit>(u"passphrase"_s);
        QVERIFY(passphrase.isVisible());
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QVERIFY(desk.approved.empty());
        QVERIFY(passphrase.hasFocus());
        QTest::keyClicks(&passphrase, kPassphrase);
        QTest::keyClick(&passphrase, Qt::Key_Return);
        QVERIFY(desk.approved.empty());
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QVERIFY(desk.approved.empty()); // typing switched it off
        desk.clock.advance(kGuardDelay);
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QCOMPARE(desk.approved.size(), 1U);
        QCOMPARE(desk.approved.front().presence, Presence::Passphrase);
    }

    void a_request_that_ended_elsewhere_says_how_and_can_not_be_decided_data()
    {
        QTest::addColumn<consent::RequestState>("how");
        QTest::addColumn<QString>("says");
        QTest::newRow("expired") << consent::RequestState::Expired << u"expired"_s;
        QTest::newRow("withdrawn") << consent::RequestState::Cancelled << u"withdrew"_s;
        QTest::newRow("blocked") << consent::RequestState::Blocked << u"blocked"_s;
        QTest::newRow("denied") << consent::RequestState::Denied << u"Denied"_s;
    }

    void a_request_that_ended_elsewhere_says_how_and_can_not_be_decided()
    {
        QFETCH(consent::RequestState, how);
        QFETCH(QString, says);
        ConsentDesk desk;
        QTest::mousePress(&desk.approve(), Qt::LeftButton); // in the middle of a press
        desk.view->showEnded(how);
        QTest::mouseRelease(&desk.approve(), Qt::LeftButton);
        desk.approve().click();
        QVERIFY(desk.nothingHappened());
        auto& outcome = desk.child<Notice>(u"outcome"_s);
        QVERIFY(outcome.isVisible());
        QVERIFY2(outcome.accessibleName().contains(says), qPrintable(outcome.accessibleName()));
        for (const QString& name : {u"approve"_s, u"deny"_s, u"later"_s, u"block"_s})
            QVERIFY(!desk.child(name).isVisible());
    }

    void a_late_answer_never_overrides_how_it_ended()
    {
        ConsentDesk desk;
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        desk.view->showEnded(consent::RequestState::Expired);
        desk.approving({});
        QVERIFY(desk.child<Notice>(u"outcome"_s).accessibleName().contains(u"expired"_s));
    }

    void an_answer_after_the_view_is_gone_is_not_heard()
    {
        ConsentDesk desk;
        QTest::mouseClick(&desk.child(u"deny"_s), Qt::LeftButton);
        QCOMPARE(desk.denied, 1);
        delete desk.view;
        desk.denying({});
    }

    void blocking_asks_first()
    {
        ConsentDesk desk;
        QTest::mouseClick(&desk.child(u"block"_s), Qt::LeftButton);
        QCOMPARE(desk.blocked, 0);
        QWidget* question = QApplication::activeModalWidget();
        QVERIFY(question);
        for (QPushButton* button : walk::all<QPushButton>(*question)) {
            if (button->text() == u"Block"_s)
                QTest::mouseClick(button, Qt::LeftButton);
        }
        QCOMPARE(desk.blocked, 1);
    }
};

QTEST_MAIN(ConsentViewTest)
#include "tst_consent_view.moc"
