// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/samples.h"
#include "tests/ui/walk.h"
#include "ui/common/decision_guard.h"
#include "ui/common/notice.h"
#include "ui/consent/consent_view.h"

#include <QCheckBox>
#include <QDateTimeEdit>
#include <QDialog>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QVBoxLayout>

using namespace countersign;
using namespace countersign::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using consent::Presence;

namespace {
constexpr auto kPassphrase = "correct horse"_L1;

/// A window with one request, and an authority that only remembers what it was told.
struct Desk {
    explicit Desk(consent::ScreenFacts facts = samples::familiar())
    {
        ConsentDeeds deeds;
        deeds.approve = [this](authority::Decision decision, ConsentDeeds::Answer answer) {
            approved.push_back(std::move(decision));
            approving = std::move(answer);
        };
        deeds.deny = [this](ConsentDeeds::Answer answer) {
            ++denied;
            denying = std::move(answer);
        };
        deeds.block = [this](const ConsentDeeds::Answer&) { ++blocked; };
        deeds.unlock = [](QString& passphrase, const ConsentDeeds::Answer& answer) {
            answer(passphrase == kPassphrase ? Result<void>()
                                             : fail(ErrorCode::WrongPassphrase, "That is not the passphrase."));
        };
        deeds.later = [this] { ++later; };
        view = new ConsentView(
            {std::move(facts), samples::kNow + 300s, {}}, std::move(deeds), *guard, clock, QLocale(QLocale::English));
        (new QVBoxLayout(&window))->addWidget(view);
        window.resize(900, 900);
        window.show();
        window.activateWindow();
        ready = QTest::qWaitForWindowActive(&window);
        view->focusFirst();
        clock.advance(kGuardDelay);
    }

    template <typename T = DecisionButton> T& child(const QString& name)
    {
        auto* found = window.findChild<T*>(name);
        if (!found)
            qFatal("no %s", qPrintable(name));
        return *found;
    }
    DecisionButton& approve() { return child(u"approve"_s); }
    QString textOf(const QString& label) { return child<QLabel>(label).text(); }
    void holdPointer(DecisionButton& button, std::chrono::milliseconds time = kHoldTime)
    {
        QTest::mousePress(&button, Qt::LeftButton);
        clock.advance(time);
        QTest::mouseRelease(&button, Qt::LeftButton);
    }
    [[nodiscard]] bool nothingHappened() const { return approved.empty() && denied == 0 && blocked == 0 && later == 0; }

    ManualClock clock{samples::kNow};
    QDialog window;
    DecisionGuard* guard = new DecisionGuard(window, clock);
    ConsentView* view = nullptr;
    bool ready = false;
    std::vector<authority::Decision> approved;
    ConsentDeeds::Answer approving;
    ConsentDeeds::Answer denying;
    int denied = 0;
    int blocked = 0;
    int later = 0;
};
} // namespace

class ConsentViewTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_summary_has_the_focus_and_reading_begins_there()
    {
        Desk desk;
        QVERIFY(desk.ready);
        auto& summary = desk.child<QLabel>(u"summary"_s);
        QVERIFY(summary.hasFocus());
        QCOMPARE(summary.text(),
            consent::composeScreen(
                samples::familiar(), consent::initialEdit(samples::familiar()), QLocale(QLocale::English))
                .summary);
        QCOMPARE(walk::accessibleName(&summary), summary.text());
    }

    void enter_and_taps_of_space_decide_nothing_wherever_the_focus_is()
    {
        Desk desk(samples::unknown());
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
        Desk desk;
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
        Desk desk(samples::unknown());
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        QVERIFY(desk.approved.empty());
        QVERIFY(desk.child<QLabel>(u"hint"_s).isVisible());
        QVERIFY(desk.textOf(u"risks"_s).contains(u"never permitted"_s));
        desk.holdPointer(desk.approve());
        QCOMPARE(desk.approved.size(), 1U);
    }

    void with_the_keyboard_one_approves_by_holding_space()
    {
        Desk desk;
        desk.approve().setFocus();
        desk.clock.advance(kGuardDelay);
        QTest::keyPress(&desk.approve(), Qt::Key_Space);
        desk.clock.advance(kHoldTime);
        QTest::keyRelease(&desk.approve(), Qt::Key_Space);
        QCOMPARE(desk.approved.size(), 1U);
    }

    void it_decides_once()
    {
        Desk desk;
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
        Desk desk;
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

    void leaving_an_action_out_changes_the_preview_and_what_is_signed()
    {
        Desk desk(samples::unknown());
        auto& exact = desk.child<QPlainTextEdit>(u"exact"_s);
        QVERIFY(exact.toPlainText().contains(u"payments.cancel"_s));
        QCheckBox* cancel = nullptr;
        for (QCheckBox* box : desk.window.findChildren<QCheckBox*>()) {
            if (box->accessibleName().startsWith(u"cancel payments"_s))
                cancel = box;
        }
        QVERIFY(cancel);
        QTest::mouseClick(cancel, Qt::LeftButton);
        QVERIFY(!exact.toPlainText().contains(u"payments.cancel"_s));
        desk.holdPointer(desk.approve());
        QCOMPARE(desk.approved.size(), 1U);
        const auto granted = consent::grantOf(desk.approved.front().facts, desk.approved.front().edit);
        QCOMPARE(granted->details.front().actions.size(), 2U);
        QVERIFY(desk.approved.front().shownText.contains(u"[ ] cancel payments"_s));
    }

    void nothing_left_to_approve_says_so_and_can_still_be_denied()
    {
        Desk desk;
        for (QCheckBox* box : desk.window.findChildren<QCheckBox*>())
            QTest::mouseClick(box, Qt::LeftButton);
        QVERIFY(!desk.approve().isEnabled());
        QVERIFY(desk.textOf(u"risks"_s).contains(u"Nothing is left"_s));
        QTest::mouseClick(&desk.child(u"deny"_s), Qt::LeftButton);
        QCOMPARE(desk.denied, 1);
    }

    void the_time_is_chosen_among_what_is_offered()
    {
        Desk desk(samples::unknown());
        QDateTimeEdit* date = desk.window.findChild<QDateTimeEdit*>();
        QVERIFY(date && !date->isVisible());
        for (QRadioButton* radio : desk.window.findChildren<QRadioButton*>()) {
            if (radio->text() == u"15 minutes"_s)
                QTest::mouseClick(radio, Qt::LeftButton, {}, QPoint(5, radio->height() / 2));
        }
        QVERIFY(desk.textOf(u"until"_s).contains(u"15 min"_s));
        for (QRadioButton* radio : desk.window.findChildren<QRadioButton*>()) {
            if (radio->text() == u"until a date"_s)
                QTest::mouseClick(radio, Qt::LeftButton, {}, QPoint(5, radio->height() / 2));
        }
        QVERIFY(date->isVisible());
        QCOMPARE(date->maximumDateTime().toSecsSinceEpoch(), (samples::kNow + 30h).value);
        date->setDateTime(QDateTime::fromSecsSinceEpoch((samples::kNow + 2h).value));
        desk.holdPointer(desk.approve());
        QCOMPARE(desk.approved.size(), 1U);
        QCOMPARE(consent::grantOf(desk.approved.front().facts, desk.approved.front().edit)->end()->value,
            (samples::kNow + 2h).value);
    }

    void approving_without_an_input_event_takes_the_passphrase()
    {
        Desk desk;
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
        Desk desk;
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
        Desk desk;
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
        Desk desk;
        QTest::mouseClick(&desk.approve(), Qt::LeftButton);
        desk.view->showEnded(consent::RequestState::Expired);
        desk.approving({});
        QVERIFY(desk.child<Notice>(u"outcome"_s).accessibleName().contains(u"expired"_s));
    }

    void an_answer_after_the_view_is_gone_is_not_heard()
    {
        Desk desk;
        QTest::mouseClick(&desk.child(u"deny"_s), Qt::LeftButton);
        QCOMPARE(desk.denied, 1);
        delete desk.view;
        desk.denying({});
    }

    void the_countdown_is_live_and_does_not_switch_the_buttons_off()
    {
        Desk desk;
        QVERIFY(desk.textOf(u"countdown"_s).contains(u"4:59"_s) || desk.textOf(u"countdown"_s).contains(u"5:00"_s));
        desk.clock.advance(60s);
        QTRY_VERIFY_WITH_TIMEOUT(desk.textOf(u"countdown"_s).contains(u"4:00"_s), 3000);
        QVERIFY(desk.guard->isOpen());
        QVERIFY(walk::accessibleName(&desk.child<QLabel>(u"countdown"_s)).contains(u"4 min 00 s"_s));
    }

    void hostile_text_is_shown_escaped_and_as_plain_text()
    {
        Desk desk(samples::hostile());
        QCOMPARE(walk::labelsThatReadMarkup(desk.window), QStringList());
        QVERIFY(desk.textOf(u"claimedName"_s).contains(u"<b>Your bank</b>⟨U+202E⟩"_s));
        QVERIFY(desk.textOf(u"why"_s).contains(u"<a href="_s));
        for (const QLabel* label : desk.window.findChildren<QLabel*>()) {
            QVERIFY2(!label->text().contains(QChar(0x202E)), qPrintable(label->text()));
            QVERIFY(!label->buddy());
        }
        for (const QAbstractButton* button : desk.window.findChildren<QAbstractButton*>())
            QVERIFY2(button->shortcut().isEmpty(), qPrintable(button->text()));
    }

    void the_longest_words_stay_inside_the_window()
    {
        Desk desk(samples::crowded());
        desk.window.resize(400, 700);
        QTest::qWait(50);
        for (const QLabel* label : desk.window.findChildren<QLabel*>()) {
            if (!label->isVisible() || label->text().isEmpty())
                continue;
            const QRect place(label->mapTo(&desk.window, QPoint(0, 0)), label->size());
            QVERIFY2(place.right() <= desk.window.width(), qPrintable(label->text()));
            if (label->wordWrap())
                QVERIFY2(label->height() >= label->heightForWidth(label->width()), qPrintable(label->text()));
        }
    }

    void every_control_has_a_name_and_tab_goes_from_reading_to_deciding()
    {
        Desk desk(samples::unknown());
        QCOMPARE(walk::namelessControls(desk.window), QStringList());
        desk.view->focusFirst();
        const std::vector<QWidget*> order = walk::tabOrder(desk.window);
        QCOMPARE(order.front()->objectName(), u"summary"_s);
        QStringList names;
        for (const QWidget* widget : order)
            names.append(widget->objectName());
        const auto place = [&](const QString& name) { return names.indexOf(name); };
        QVERIFY2(place(u"showExact"_s) > 0, qPrintable(names.join(u' ')));
        QVERIFY(place(u"showExact"_s) < place(u"later"_s));
        QVERIFY(place(u"later"_s) < place(u"deny"_s));
        QVERIFY(place(u"deny"_s) < place(u"approve"_s));
        QCOMPARE(std::ranges::count_if(order, [](QWidget* widget) { return qobject_cast<QCheckBox*>(widget); }), 5);
    }

    void no_part_of_it_is_a_window_of_its_own_even_for_a_moment()
    {
        struct Watch : QObject {
            bool eventFilter(QObject* watched, QEvent* event) override
            {
                const auto* widget = qobject_cast<QWidget*>(watched);
                if (event->type() == QEvent::Show && widget && widget->isWindow()
                    && !qobject_cast<const QDialog*>(widget))
                    ++windows;
                return false;
            }
            int windows = 0;
        } watch;
        qApp->installEventFilter(&watch);
        consent::ScreenFacts silent = samples::unknown();
        silent.bindingMessage.clear();
        for (const consent::ScreenFacts& facts : {samples::familiar(), samples::hostile(), silent})
            Desk desk(facts);
        QCOMPARE(watch.windows, 0);
    }

    void blocking_asks_first()
    {
        Desk desk;
        QTest::mouseClick(&desk.child(u"block"_s), Qt::LeftButton);
        QCOMPARE(desk.blocked, 0);
        QWidget* question = QApplication::activeModalWidget();
        QVERIFY(question);
        for (QPushButton* button : question->findChildren<QPushButton*>()) {
            if (button->text() == u"Block"_s)
                QTest::mouseClick(button, Qt::LeftButton);
        }
        QCOMPARE(desk.blocked, 1);
    }
};

QTEST_MAIN(ConsentViewTest)
#include "tst_consent_view.moc"
