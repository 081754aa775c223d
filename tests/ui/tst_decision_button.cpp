// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/clock.h"
#include "ui/common/decision_button.h"
#include "ui/common/decision_guard.h"

#include <QAccessible>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QVBoxLayout>

#include <memory>

using namespace countersign;
using namespace countersign::ui;
using namespace std::chrono_literals;
using Press = DecisionButton::Press;
using Source = DecisionButton::Source;

namespace {
/// A window with two decision buttons and a field.
struct Desk {
    explicit Desk(Press press = Press::Tap)
        : button({QStringLiteral("Go"), QStringLiteral("Hold"), QStringLiteral("Let go")}, press, *guard, clock)
        , decided(&button, &DecisionButton::decided)
        , early(&button, &DecisionButton::releasedTooEarly)
    {
        auto* column = new QVBoxLayout(&window);
        for (QWidget* widget :
            {static_cast<QWidget*>(&field), static_cast<QWidget*>(&button), static_cast<QWidget*>(&other)})
            column->addWidget(widget);
        window.show();
        window.activateWindow();
        ready = QTest::qWaitForWindowActive(&window);
        guard->restart();
    }
    void wait(std::chrono::milliseconds time) { clock.advance(time); }

    ManualClock clock{UnixSeconds{1000}};
    QWidget window;
    DecisionGuard* guard = new DecisionGuard(window, clock);
    QLineEdit field;
    DecisionButton button;
    DecisionButton other{{QStringLiteral("Other"), {}, {}}, Press::Tap, *guard, clock};
    QSignalSpy decided;
    QSignalSpy early;
    bool ready = false;
};

Source sourceOf(const QSignalSpy& spy)
{
    return spy.first().first().value<Source>();
}
} // namespace

class DecisionButtonTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_press_within_700_ms_of_showing_decides_nothing_data()
    {
        QTest::addColumn<int>("after");
        QTest::addColumn<int>("decisions");
        QTest::newRow("at once") << 0 << 0;
        QTest::newRow("just before") << 699 << 0;
        QTest::newRow("from then on") << 700 << 1;
    }
    void a_press_within_700_ms_of_showing_decides_nothing()
    {
        QFETCH(int, after);
        QFETCH(int, decisions);
        Desk desk;
        QVERIFY(desk.ready);
        desk.wait(std::chrono::milliseconds(after));
        QTest::mouseClick(&desk.button, Qt::LeftButton);
        QCOMPARE(desk.decided.count(), decisions);
    }

    void the_delay_begins_anew_when_the_window_becomes_active_again()
    {
        Desk desk;
        desk.wait(2s);
        QVERIFY(desk.guard->isOpen());
        QWidget another;
        another.show();
        another.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&another));
        desk.wait(2s);
        QVERIFY2(!desk.guard->isOpen(), "a window in the background decides nothing");
        QTest::mouseClick(&desk.button, Qt::LeftButton);
        desk.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&desk.window));
        QTest::mouseClick(&desk.button, Qt::LeftButton);
        desk.wait(699ms);
        QTest::mouseClick(&desk.button, Qt::LeftButton);
        QCOMPARE(desk.decided.count(), 0);
        desk.wait(1ms);
        QTest::mouseClick(&desk.button, Qt::LeftButton);
        QCOMPARE(desk.decided.count(), 1);
    }

    void typing_elsewhere_begins_the_delay_anew()
    {
        Desk desk;
        desk.wait(2s);
        desk.field.setFocus();
        QTest::keyClick(&desk.field, Qt::Key_A);
        QTest::mouseClick(&desk.button, Qt::LeftButton);
        QCOMPARE(desk.decided.count(), 0);
        desk.wait(700ms);
        QTest::mouseClick(&desk.button, Qt::LeftButton);
        QCOMPARE(desk.decided.count(), 1);
    }

    void keys_on_a_decision_button_do_not_begin_the_delay_anew()
    {
        Desk desk;
        desk.wait(2s);
        desk.other.setFocus();
        QTest::keyClick(&desk.other, Qt::Key_X);
        QVERIFY(desk.guard->isOpen());
    }

    void a_press_that_began_while_the_button_was_off_decides_nothing()
    {
        Desk desk;
        desk.wait(600ms);
        QTest::mousePress(&desk.button, Qt::LeftButton);
        desk.wait(600ms);
        QTest::mouseRelease(&desk.button, Qt::LeftButton);
        QCOMPARE(desk.decided.count(), 0);
    }

    void a_press_must_begin_and_end_on_its_button()
    {
        Desk desk;
        desk.wait(1s);
        QTest::mousePress(&desk.field, Qt::LeftButton);
        QTest::mouseRelease(&desk.button, Qt::LeftButton);
        QTest::mousePress(&desk.button, Qt::LeftButton);
        QTest::mouseRelease(&desk.button, Qt::LeftButton, {}, QPoint(-5, -5));
        QTest::mousePress(&desk.button, Qt::LeftButton);
        QTest::mouseMove(&desk.button, QPoint(-5, -5));
        QMouseEvent out(QEvent::MouseMove, QPointF(-5, -5), QPointF(), Qt::NoButton, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&desk.button, &out);
        QTest::mouseRelease(&desk.button, Qt::LeftButton);
        QCOMPARE(desk.decided.count(), 0);
    }

    void a_double_click_counts_once()
    {
        Desk desk;
        desk.wait(1s);
        QTest::mouseClick(&desk.button, Qt::LeftButton);
        QTest::mouseDClick(&desk.button, Qt::LeftButton); // the second press, as it comes in place of an ordinary one
        QTest::mouseRelease(&desk.button, Qt::LeftButton);
        QCOMPARE(desk.decided.count(), 1);
    }

    void other_pointer_buttons_decide_nothing()
    {
        Desk desk;
        desk.wait(1s);
        for (const Qt::MouseButton button : {Qt::RightButton, Qt::MiddleButton, Qt::BackButton})
            QTest::mouseClick(&desk.button, button);
        QCOMPARE(desk.decided.count(), 0);
    }

    void enter_never_decides_data()
    {
        QTest::addColumn<Press>("press");
        QTest::newRow("tap") << Press::Tap;
        QTest::newRow("hold key") << Press::HoldKey;
        QTest::newRow("hold") << Press::Hold;
    }
    void enter_never_decides()
    {
        QFETCH(Press, press);
        Desk desk(press);
        desk.wait(1s);
        desk.button.setFocus();
        for (const int key : {Qt::Key_Return, Qt::Key_Enter, Qt::Key_Select}) {
            QTest::keyPress(&desk.button, Qt::Key(key));
            desk.wait(2s);
            QTest::keyRelease(&desk.button, Qt::Key(key));
        }
        QCOMPARE(desk.decided.count(), 0);
    }

    void a_tap_of_space_decides_only_where_a_tap_is_enough()
    {
        for (const Press press : {Press::Tap, Press::HoldKey, Press::Hold}) {
            Desk desk(press);
            desk.wait(1s);
            desk.button.setFocus();
            QTest::keyClick(&desk.button, Qt::Key_Space);
            QCOMPARE(desk.decided.count(), press == Press::Tap ? 1 : 0);
            QCOMPARE(desk.early.count(), press == Press::Tap ? 0 : 1);
        }
    }

    void holding_space_decides_once_the_ring_is_full()
    {
        Desk desk(Press::HoldKey);
        desk.wait(1s);
        desk.button.setFocus();
        QTest::keyPress(&desk.button, Qt::Key_Space);
        QCOMPARE(desk.button.text(), QStringLiteral("Hold"));
        desk.wait(1499ms);
        QVERIFY(desk.button.progress() < 1);
        for (int i = 0; i < 3; ++i) { // what a keyboard does while a key is held
            QKeyEvent again(QEvent::KeyPress, Qt::Key_Space, Qt::NoModifier, QStringLiteral(" "), true);
            QApplication::sendEvent(&desk.button, &again);
        }
        desk.wait(1ms);
        QTRY_COMPARE(desk.button.text(), QStringLiteral("Let go"));
        QCOMPARE(desk.decided.count(), 0);
        QTest::keyRelease(&desk.button, Qt::Key_Space);
        QCOMPARE(desk.decided.count(), 1);
        QCOMPARE(sourceOf(desk.decided), Source::Person);
        QCOMPARE(desk.button.text(), QStringLiteral("Go"));
    }

    void holding_the_pointer_decides_once_the_ring_is_full_data()
    {
        QTest::addColumn<int>("held");
        QTest::addColumn<int>("decisions");
        QTest::newRow("click") << 0 << 0;
        QTest::newRow("just before") << 1499 << 0;
        QTest::newRow("full") << 1500 << 1;
    }
    void holding_the_pointer_decides_once_the_ring_is_full()
    {
        QFETCH(int, held);
        QFETCH(int, decisions);
        Desk desk(Press::Hold);
        desk.wait(1s);
        QTest::mousePress(&desk.button, Qt::LeftButton);
        desk.wait(std::chrono::milliseconds(held));
        QTest::mouseRelease(&desk.button, Qt::LeftButton);
        QCOMPARE(desk.decided.count(), decisions);
        QCOMPARE(desk.early.count(), 1 - decisions);
    }

    void a_hold_ends_without_effect_when_the_button_loses_the_focus_or_the_window()
    {
        Desk desk(Press::Hold);
        desk.wait(1s);
        desk.button.setFocus();
        QTest::keyPress(&desk.button, Qt::Key_Space);
        desk.wait(2s);
        desk.field.setFocus();
        desk.button.setFocus();
        QTest::keyRelease(&desk.button, Qt::Key_Space);
        QTest::mousePress(&desk.button, Qt::LeftButton);
        desk.wait(2s);
        desk.guard->restart();
        QTest::mouseRelease(&desk.button, Qt::LeftButton);
        QCOMPARE(desk.decided.count(), 0);
    }

    void escape_takes_a_hold_back()
    {
        Desk desk(Press::Hold);
        desk.wait(1s);
        desk.button.setFocus();
        QTest::keyPress(&desk.button, Qt::Key_Space);
        desk.wait(2s);
        QTest::keyClick(&desk.button, Qt::Key_Escape);
        QTest::keyRelease(&desk.button, Qt::Key_Space);
        QCOMPARE(desk.decided.count(), 0);
        QVERIFY(desk.window.isVisible());
    }

    void a_press_without_an_input_event_says_so()
    {
        Desk desk(Press::Hold);
        desk.button.click();
        QCOMPARE(desk.decided.count(), 0); // off
        desk.wait(1s);
        desk.button.click();
        QCOMPARE(desk.decided.count(), 1);
        QCOMPARE(sourceOf(desk.decided), Source::Program);
    }

    void a_press_through_the_accessibility_interface_says_so()
    {
        Desk desk(Press::Tap);
        desk.wait(1s);
        QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(&desk.button);
        QVERIFY(accessible && accessible->actionInterface());
        accessible->actionInterface()->doAction(QAccessibleActionInterface::pressAction());
        QTRY_COMPARE(desk.decided.count(), 1);
        QCOMPARE(sourceOf(desk.decided), Source::Program);
    }

    void an_event_that_a_program_made_up_decides_nothing()
    {
        Desk desk;
        desk.wait(1s);
        const QPointF middle = desk.button.rect().center();
        for (const QEvent::Type type : {QEvent::MouseButtonPress, QEvent::MouseButtonRelease}) {
            QMouseEvent event(type, middle, middle, Qt::LeftButton, Qt::LeftButton, Qt::NoModifier);
            QApplication::sendEvent(&desk.button, &event);
        }
        QCOMPARE(desk.decided.count(), 0);
    }

    void it_has_no_mnemonic_no_shortcut_and_is_no_default()
    {
        Desk desk;
        QVERIFY(desk.button.shortcut().isEmpty());
        QVERIFY(!desk.button.text().contains(QLatin1Char('&')));
        QVERIFY(!desk.button.autoDefault());
        QVERIFY(!desk.button.isDefault());
    }

    void its_size_does_not_change_with_its_words()
    {
        Desk desk(Press::Hold);
        const QSize atRest = desk.button.sizeHint();
        desk.wait(1s);
        QTest::mousePress(&desk.button, Qt::LeftButton);
        desk.wait(2s);
        QTRY_COMPARE(desk.button.text(), QStringLiteral("Let go"));
        QCOMPARE(desk.button.sizeHint(), atRest);
        QTest::mouseRelease(&desk.button, Qt::LeftButton);
    }
};

QTEST_MAIN(DecisionButtonTest)
#include "tst_decision_button.moc"
