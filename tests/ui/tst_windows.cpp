// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The consent dialog and the main window with a real authority behind them.
#include "core/authority/person_desk.h"
#include "tests/support/authority_fixture.h"
#include "tests/ui/walk.h"
#include "ui/common/decision_button.h"
#include "ui/common/decision_guard.h"
#include "ui/common/main_window.h"
#include "ui/common/notice.h"
#include "ui/consent/consent_dialog.h"

#include <QCheckBox>
#include <QListView>
#include <QPushButton>
#include <QTabWidget>
#include <QTest>
#include <QTreeView>

using namespace countersign;
using namespace countersign::ui;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using countersign::testing::AuthorityFixture;
using PersonKey = AuthorityFixture::PersonKey;

namespace {
template <typename Window> bool bringUp(Window& window)
{
    window.show();
    window.activateWindow();
    return QTest::qWaitForWindowActive(&window);
}

struct Home {
    explicit Home(PersonKey key = PersonKey::Unlocked) : fixture(key), desk(fixture.authority()) { }
    [[nodiscard]] QString oldest() const
    {
        return QString::fromStdString(desk.waitingRequests().front().request.publicId);
    }
    /// Asks, and waits until the desk has heard of it.
    authority::AcceptedRequest ask(
        const testing::TestAgent& agent, const std::string& message = "Last week's invoices.")
    {
        const auto before = desk.waitingRequests().size();
        const auto accepted = fixture.ask(fixture.request(agent, testing::payments(), message));
        [&] { QTRY_COMPARE(desk.waitingRequests().size(), before + 1); }();
        return *accepted;
    }
    AuthorityFixture fixture;
    authority::PersonDesk desk;
};

struct OpenDialog {
    explicit OpenDialog(Home& from) : home(from)
    {
        dialog.showRequest(home.oldest());
        active = bringUp(dialog);
        settle();
    }
    void settle() { home.fixture.clock().advance(kGuardDelay); }
    template <typename T = DecisionButton> [[nodiscard]] T& child(const QString& name)
    {
        // A view that was replaced goes with the next turn of the event loop.
        QList<T*> all = dialog.findChildren<T*>(name);
        if (all.isEmpty())
            qFatal("no %s", qPrintable(name));
        return *all.last();
    }
    void hold(const QString& name)
    {
        QTest::mousePress(&child(name), Qt::LeftButton);
        home.fixture.clock().advance(kHoldTime);
        QTest::mouseRelease(&child(name), Qt::LeftButton);
    }
    Home& home;
    ConsentDialog dialog{home.desk};
    bool active = false;
};
} // namespace

class WindowsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void approving_makes_a_grant_of_exactly_what_was_left()
    {
        Home home;
        const auto agent = home.fixture.registerAgent();
        const auto asked = home.ask(agent);
        OpenDialog open(home);
        QVERIFY(open.active);
        QTest::mouseClick(open.dialog.findChildren<QCheckBox*>().constFirst(), Qt::LeftButton);
        open.settle();
        open.hold(u"approve"_s);
        QTRY_VERIFY(open.child<Notice>(u"outcome"_s).isVisible());
        QVERIFY(open.child<Notice>(u"outcome"_s).accessibleName().contains(u"Approved"_s));
        const auto tokens = home.fixture.poll(agent, asked.id);
        QVERIFY2(tokens.has_value(), tokens ? "" : tokens.error().message.c_str());
        QCOMPARE(tokens->granted.details.front().actions.size(), 1U);
        QTest::mouseClick(walk::buttonNamed(open.dialog, u"Close"_s), Qt::LeftButton);
        QVERIFY(!open.dialog.isVisible());
    }

    void denying_tells_the_agent()
    {
        Home home;
        const auto agent = home.fixture.registerAgent();
        const auto asked = home.ask(agent);
        OpenDialog open(home);
        QTest::mouseClick(&open.child(u"deny"_s), Qt::LeftButton);
        QTRY_VERIFY(open.child<Notice>(u"outcome"_s).accessibleName().contains(u"Denied"_s));
        QCOMPARE(home.fixture.poll(agent, asked.id).error().code, ErrorCode::AccessDenied);
    }

    void escape_enter_and_closing_leave_it_waiting()
    {
        Home home;
        home.ask(home.fixture.registerAgent());
        OpenDialog open(home);
        for (QWidget* widget : walk::tabOrder(open.dialog)) {
            open.settle();
            QTest::keyClick(widget, Qt::Key_Return);
        }
        QVERIFY(open.dialog.isVisible());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QVERIFY(!open.dialog.isVisible());
        open.dialog.showRequest(home.oldest());
        QVERIFY(bringUp(open.dialog));
        open.dialog.close();
        open.dialog.showRequest(home.oldest());
        QVERIFY(bringUp(open.dialog));
        open.settle();
        QTest::mouseClick(&open.child(u"later"_s), Qt::LeftButton);
        QVERIFY(!open.dialog.isVisible());
        QTest::qWait(50);
        QCOMPARE(home.desk.waitingRequests().size(), 1U);
        QCOMPARE(home.fixture.waiting().size(), 1U);
    }

    void a_withdrawn_request_says_so_and_can_not_be_decided()
    {
        Home home;
        const auto agent = home.fixture.registerAgent();
        const auto asked = home.ask(agent);
        OpenDialog open(home);
        QVERIFY(home.fixture.revokeToken(agent, asked.id.value).has_value());
        QTRY_VERIFY(open.child<Notice>(u"outcome"_s).isVisible());
        QVERIFY(open.child<Notice>(u"outcome"_s).accessibleName().contains(u"withdrew"_s));
        QVERIFY(!open.child(u"approve"_s).isVisible());
    }

    void the_others_that_wait_are_a_click_away()
    {
        Home home;
        home.ask(home.fixture.registerAgent("first"));
        OpenDialog open(home);
        auto& inbox = open.child<QListView>(u"inbox"_s);
        QVERIFY(!inbox.isVisible());
        home.ask(home.fixture.registerAgent("second"));
        QTRY_VERIFY(inbox.isVisible());
        const QString first = open.dialog.shownRequest();
        QTest::mouseClick(inbox.viewport(), Qt::LeftButton, {}, inbox.visualRect(inbox.model()->index(1, 0)).center());
        QVERIFY(open.dialog.shownRequest() != first);
        QVERIFY(open.child<QLabel>(u"claimedName"_s).text().contains(u"second"_s));
        QVERIFY(open.child<QLabel>(u"summary"_s).hasFocus());
        QTest::mouseClick(&open.child(u"deny"_s), Qt::LeftButton); // off: other words stand there now
        QTest::qWait(50);
        QCOMPARE(home.desk.waitingRequests().size(), 2U);
    }

    void asking_again_shows_the_screen_anew_and_keeps_what_was_left_out()
    {
        Home home;
        const auto agent = home.fixture.registerAgent();
        home.ask(agent);
        OpenDialog open(home);
        QTest::mouseClick(open.dialog.findChildren<QCheckBox*>().constFirst(), Qt::LeftButton);
        QVERIFY(home.fixture.ask(agent).has_value()); // byte-equal: merged
        QTRY_VERIFY(open.child<Notice>(u"problem"_s).isVisible());
        QVERIFY2(open.dialog.isActiveWindow(), "a part of the new screen was a window of its own for a moment");
        QTRY_COMPARE(open.dialog.findChildren<QCheckBox*>().size(), 2);
        QVERIFY(!open.dialog.findChildren<QCheckBox*>().constFirst()->isChecked());
        bool says = false;
        for (const QLabel* label : walk::all<QLabel>(open.dialog, u"known"_s))
            says = says || label->text().contains(u"Asked 2 times"_s);
        QVERIFY(says);
        open.settle();
        open.hold(u"approve"_s);
        QTRY_VERIFY2(open.child<Notice>(u"outcome"_s).accessibleName().contains(u"Approved"_s),
            qPrintable(open.child<Notice>(u"problem"_s).accessibleDescription()));
    }

    void a_sealed_key_asks_for_the_passphrase_once()
    {
        Home home(PersonKey::Sealed);
        home.ask(home.fixture.registerAgent());
        QTRY_VERIFY(std::ranges::contains(home.desk.status().troubles, authority::Trouble::PersonKeySealed));
        OpenDialog open(home);
        auto& passphrase = open.child<QLineEdit>(u"passphrase"_s);
        QVERIFY(passphrase.isVisible());
        QTest::keyClicks(&passphrase, u"not this one"_s);
        open.settle();
        open.hold(u"approve"_s);
        QTRY_VERIFY(open.child<Notice>(u"problem"_s).isVisible());
        QTest::keyClicks(&passphrase, testing::passphrase());
        open.settle();
        open.hold(u"approve"_s);
        QTRY_VERIFY(open.child<Notice>(u"outcome"_s).isVisible());
        QVERIFY(open.child<Notice>(u"outcome"_s).accessibleName().contains(u"Approved"_s));
        QTRY_VERIFY(!std::ranges::contains(home.desk.status().troubles, authority::Trouble::PersonKeySealed));
    }

    void an_approval_that_no_person_typed_needs_the_passphrase_although_the_key_is_unlocked()
    {
        Home home;
        home.ask(home.fixture.registerAgent());
        OpenDialog open(home);
        open.child(u"approve"_s).click();
        auto& passphrase = open.child<QLineEdit>(u"passphrase"_s);
        QVERIFY(passphrase.isVisible());
        passphrase.setText(u"a guess at it"_s);
        open.child(u"approve"_s).click();
        QTRY_VERIFY(open.child<Notice>(u"problem"_s).isVisible());
        QCOMPARE(home.desk.waitingRequests().size(), 1U);
        QVERIFY(home.fixture.grants().empty());
    }

    void blocking_ends_what_the_agent_asks_and_holds()
    {
        Home home;
        const auto agent = home.fixture.registerAgent();
        (void)home.fixture.tokensFor(agent);
        home.ask(agent, "More.");
        OpenDialog open(home);
        QTest::mouseClick(&open.child(u"block"_s), Qt::LeftButton);
        QWidget* question = QApplication::activeModalWidget();
        QVERIFY(question);
        QTest::mouseClick(walk::buttonNamed(*question, u"Block"_s), Qt::LeftButton);
        QTRY_VERIFY(open.child<Notice>(u"outcome"_s).isVisible());
        QTRY_VERIFY(home.fixture.grants().front().grant.state == grants::GrantState::Revoked);
    }

    void the_main_window_shows_what_waits_what_lives_and_what_happened()
    {
        Home home;
        const auto agent = home.fixture.registerAgent();
        (void)home.fixture.tokensFor(agent);
        home.ask(agent, "More.");
        MainWindow window(home.desk);
        QVERIFY(bringUp(window));
        auto* tabs = window.findChild<QTabWidget*>();
        QTRY_COMPARE(tabs->tabText(0), u"Requests (1)"_s);
        QCOMPARE(walk::namelessControls(window), QStringList());
        QCOMPARE(walk::labelsThatReadMarkup(window), QStringList());

        window.showPage(MainWindow::Page::Grants);
        auto* tree = window.findChild<QTreeView*>(u"grants"_s);
        const auto shown = [tree] { return tree->model()->rowCount(tree->model()->index(0, 0)); };
        QTRY_COMPARE(shown(), 1);
        QTRY_VERIFY(!tree->viewport()->findChildren<QPushButton*>().isEmpty());
        QTest::mouseClick(tree->viewport()->findChildren<QPushButton*>().constFirst(), Qt::LeftButton);
        QTRY_COMPARE(home.fixture.grants().front().grant.state, grants::GrantState::Revoked);
        QTRY_COMPARE(shown(), 0); // ended ones are a choice away

        window.showPage(MainWindow::Page::Timeline);
        auto* list = window.findChild<QListView*>(u"timeline"_s);
        const auto size = static_cast<int>(home.fixture.log().size());
        QTRY_COMPARE(list->model()->rowCount(), size + 1); // and the heading of the day
        QVERIFY(home.fixture.ask(home.fixture.registerAgent("another")).has_value());
        QTRY_COMPARE(list->model()->rowCount(), static_cast<int>(home.fixture.log().size()) + 1);
    }

    void stopping_everything_takes_one_question()
    {
        Home home;
        const auto agent = home.fixture.registerAgent();
        (void)home.fixture.tokensFor(agent);
        MainWindow window(home.desk);
        QVERIFY(bringUp(window));
        QTest::mouseClick(window.findChild<QPushButton*>(u"stopEverything"_s), Qt::LeftButton);
        QWidget* question = QApplication::activeModalWidget();
        QVERIFY(question);
        QCOMPARE(home.fixture.grants().front().grant.state, grants::GrantState::Live);
        QTest::mouseClick(question->findChild<QPushButton*>(u"confirmStop"_s), Qt::LeftButton);
        QTRY_COMPARE(home.fixture.grants().front().grant.state, grants::GrantState::Revoked);
    }

    void a_banner_says_that_the_key_is_locked_and_unlocks_it()
    {
        Home home(PersonKey::Sealed);
        MainWindow window(home.desk);
        QVERIFY(bringUp(window));
        QTRY_VERIFY(walk::buttonNamed(window, u"Unlock…"_s));
        QTest::mouseClick(walk::buttonNamed(window, u"Unlock…"_s), Qt::LeftButton);
        QWidget* dialog = QApplication::activeModalWidget();
        QVERIFY(dialog);
        QTest::keyClicks(dialog->findChild<QLineEdit*>(), testing::passphrase());
        QTest::keyClick(dialog->findChild<QLineEdit*>(), Qt::Key_Return);
        QTRY_VERIFY(!walk::buttonNamed(window, u"Unlock…"_s));
    }
};

QTEST_MAIN(WindowsTest)
#include "tst_windows.moc"
