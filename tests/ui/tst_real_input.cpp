// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The consent dialog on a real display, with input that comes from outside the program (xdotool), as a person's does.
#include "tests/ui/samples.h"
#include "ui/common/decision_guard.h"
#include "ui/consent/consent_view.h"

#include <QDialog>
#include <QProcess>
#include <QTest>
#include <QVBoxLayout>

using namespace countersign;
using namespace countersign::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {
/// Runs xdotool, and lets the events come in.
bool xdotool(const QStringList& arguments)
{
    QProcess process;
    process.start(u"xdotool"_s, arguments);
    if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 10'000) || process.exitCode() != 0)
        return false;
    QTest::qWait(150);
    return true;
}

bool moveTo(const QWidget& widget)
{
    const QPoint middle = widget.mapToGlobal(widget.rect().center());
    return xdotool({u"mousemove"_s, QString::number(middle.x()), QString::number(middle.y())});
}

struct Desk {
    explicit Desk(consent::ScreenFacts facts)
    {
        ConsentDeeds deeds;
        deeds.approve = [this](const authority::Decision&, const ConsentDeeds::Answer&) { ++approved; };
        deeds.deny = [this](const ConsentDeeds::Answer&) { ++denied; };
        deeds.block = [](const ConsentDeeds::Answer&) { };
        deeds.unlock = [](QString&, const ConsentDeeds::Answer&) { };
        deeds.later = [this] { ++later; };
        view =
            new ConsentView({std::move(facts), samples::kNow + 300s, {}}, std::move(deeds), *guard, clock, QLocale());
        (new QVBoxLayout(&window))->addWidget(view);
        window.resize(800, 800);
        window.show();
        window.activateWindow();
        ready = QTest::qWaitForWindowActive(&window);
        view->focusFirst();
        clock.advance(kGuardDelay);
    }
    DecisionButton& button(const QString& name) { return *window.findChild<DecisionButton*>(name); }

    ManualClock clock{samples::kNow};
    QDialog window;
    DecisionGuard* guard = new DecisionGuard(window, clock);
    ConsentView* view = nullptr;
    bool ready = false;
    int approved = 0;
    int denied = 0;
    int later = 0;
};
} // namespace

class RealInputTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void typing_as_the_window_appears_decides_nothing()
    {
        Desk desk(samples::familiar());
        QVERIFY(desk.ready);
        QVERIFY(xdotool({u"key"_s, u"Return"_s, u"space"_s, u"Return"_s, u"y"_s, u"KP_Enter"_s}));
        QCOMPARE(desk.approved + desk.denied + desk.later, 0);
        QVERIFY(!desk.guard->isOpen());
    }

    void a_click_of_the_pointer_approves_and_is_known_to_be_one()
    {
        Desk desk(samples::familiar());
        QVERIFY(moveTo(desk.button(u"approve"_s)));
        QVERIFY(xdotool({u"click"_s, u"1"_s}));
        QCOMPARE(desk.approved, 1);
    }

    void a_risky_one_takes_a_held_pointer()
    {
        Desk desk(samples::unknown());
        QVERIFY(moveTo(desk.button(u"approve"_s)));
        QVERIFY(xdotool({u"click"_s, u"--repeat"_s, u"4"_s, u"--delay"_s, u"60"_s, u"1"_s}));
        QCOMPARE(desk.approved, 0);
        QVERIFY(xdotool({u"mousedown"_s, u"1"_s}));
        desk.clock.advance(kHoldTime);
        QCOMPARE(desk.approved, 0);
        QVERIFY(xdotool({u"mouseup"_s, u"1"_s}));
        QCOMPARE(desk.approved, 1);
    }

    void with_the_keyboard_one_tabs_there_and_holds_space()
    {
        Desk desk(samples::unknown());
        for (int i = 0; i < 40 && !desk.button(u"approve"_s).hasFocus(); ++i)
            QVERIFY(xdotool({u"key"_s, u"Tab"_s}));
        QVERIFY(desk.button(u"approve"_s).hasFocus());
        desk.clock.advance(kGuardDelay);
        QVERIFY(xdotool({u"key"_s, u"space"_s, u"Return"_s}));
        QCOMPARE(desk.approved, 0);
        QVERIFY(xdotool({u"keydown"_s, u"space"_s}));
        desk.clock.advance(kHoldTime);
        QTest::qWait(1000); // the display repeats the key meanwhile
        QVERIFY(xdotool({u"keyup"_s, u"space"_s}));
        QCOMPARE(desk.approved, 1);
    }

    void escape_closes_and_decides_nothing()
    {
        Desk desk(samples::familiar());
        QVERIFY(xdotool({u"key"_s, u"Escape"_s}));
        QTRY_VERIFY(!desk.window.isVisible());
        QCOMPARE(desk.approved + desk.denied, 0);
    }
};

QTEST_MAIN(RealInputTest)
#include "tst_real_input.moc"
