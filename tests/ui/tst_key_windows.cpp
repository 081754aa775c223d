// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The windows about keys: what they show, that nothing in the new start is decided by Enter or in advance, and that the
// device's key is replaced by a passphrase only.
#include "tests/ui/walk.h"
#include "ui/common/copy_line.h"
#include "ui/common/passphrase_edit.h"
#include "ui/settings/keys_dialog.h"
#include "ui/start/passphrase_dialog.h"
#include "ui/start/recovery_dialog.h"

#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QTest>

using namespace countersign;
using namespace countersign::ui;
using namespace Qt::StringLiterals;

namespace {

authority::DeskStatus sampleStatus()
{
    authority::DeskStatus status;
    status.device.value = "the-device";
    status.person.value = "the-person";
    status.logOrigin = "countersign/the-first";
    return status;
}

std::vector<KeyPlace> twoPlaces()
{
    return {{u"kwallet"_s, u"KWallet"_s, u"Of KDE."_s, KeyPlace::Here::Yes},
        {u"secret-service"_s, u"Secret Service"_s, u"Of GNOME."_s, KeyPlace::Here::No},
        {u"sealed-file"_s, u"A sealed file"_s, u"Own."_s, KeyPlace::Here::Yes}};
}

void click(QWidget& in, const QString& name)
{
    QTest::mouseClick(in.findChild<QPushButton*>(name), Qt::LeftButton);
}

void typePassphrases(QWidget& in, const QString& first, const QString& second)
{
    QTest::keyClicks(in.findChild<QLineEdit*>(u"passphrase"_s), first);
    QTest::keyClicks(in.findChild<QLineEdit*>(u"passphraseAgain"_s), second);
}

} // namespace

class KeyWindowsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_keys_are_there_to_copy_and_follow_a_change();
    void a_passphrase_replaces_the_devices_key();
    void a_wrong_one_stays_on_the_screen();
    void a_new_start_needs_the_word_a_place_and_a_passphrase();
    void the_word_is_not_guessed_data();
    void the_word_is_not_guessed();
    void enter_decides_nothing();
    void escape_does_not_leave_while_keys_are_made();
    void an_error_can_be_tried_again();
};

void KeyWindowsTest::the_keys_are_there_to_copy_and_follow_a_change()
{
    KeysDialog dialog(sampleStatus(), {});
    dialog.show();
    QStringList lines;
    for (CopyLine* line : walk::all<CopyLine>(dialog))
        lines.append(line->text());
    QCOMPARE(lines, (QStringList{u"the-device"_s, u"the-person"_s, u"countersign/the-first"_s}));
    QCOMPARE(walk::namelessControls(dialog), QStringList());
    authority::DeskStatus status = sampleStatus();
    status.device.value = "another";
    status.deviceRotations = 1;
    dialog.setStatus(status);
    QCOMPARE(dialog.findChild<CopyLine*>(u"device"_s)->text(), u"another"_s);
}

void KeyWindowsTest::a_passphrase_replaces_the_devices_key()
{
    QStringList given;
    KeysDeeds deeds;
    deeds.replaceDevice = [&](QString& passphrase, const auto& answer) {
        given << QString(passphrase.constData(), passphrase.size());
        answer({});
    };
    KeysDialog dialog(sampleStatus(), deeds);
    dialog.show();
    QVERIFY(!dialog.findChild<QWidget*>(u"replaced"_s)->isVisible());
    click(dialog, u"replaceDevice"_s);
    auto* question = dialog.findChild<PassphraseDialog*>();
    QVERIFY(question && question->isVisible());
    QVERIFY(given.isEmpty());
    QTest::keyClicks(question->findChild<QLineEdit*>(), u"correct horse"_s);
    QTest::keyClick(question->findChild<QLineEdit*>(), Qt::Key_Return);
    QCOMPARE(given, QStringList{u"correct horse"_s});
    QVERIFY(dialog.findChild<QWidget*>(u"replaced"_s)->isVisible());
}

void KeyWindowsTest::a_wrong_one_stays_on_the_screen()
{
    KeysDeeds deeds;
    deeds.replaceDevice = [](QString&, const auto& answer) {
        answer(fail(ErrorCode::WrongPassphrase, "It is not it."));
    };
    KeysDialog dialog(sampleStatus(), deeds);
    dialog.show();
    click(dialog, u"replaceDevice"_s);
    auto* question = dialog.findChild<PassphraseDialog*>();
    QTest::keyClicks(question->findChild<QLineEdit*>(), u"wrong"_s);
    QTest::keyClick(question->findChild<QLineEdit*>(), Qt::Key_Return);
    QVERIFY(question->isVisible());
    QVERIFY(!dialog.findChild<QWidget*>(u"replaced"_s)->isVisible());
}

void KeyWindowsTest::a_new_start_needs_the_word_a_place_and_a_passphrase()
{
    QStringList began;
    RecoveryDialog dialog(twoPlaces(), [&](RecoveryDialog::Choice& choice, const RecoveryDialog::Answer& answer) {
        began << choice.place << QString(choice.passphrase.constData(), choice.passphrase.size());
        answer(RecoveryDialog::Made{u"the-new-device"_s, u"/home/person/set-aside"_s});
    });
    dialog.show();
    auto* next = dialog.findChild<QPushButton*>(u"next"_s);
    QVERIFY(!next->isEnabled());
    QTest::keyClicks(dialog.findChild<QLineEdit*>(u"word"_s), u"start anew"_s);
    QVERIFY(next->isEnabled());
    click(dialog, u"next"_s);
    QVERIFY(!next->isEnabled()); // nothing is chosen in advance
    for (QRadioButton* place : walk::all<QRadioButton>(dialog))
        QVERIFY(!place->isChecked());
    QVERIFY(!dialog.findChild<QRadioButton*>(u"secret-service"_s)->isEnabled());
    dialog.findChild<QRadioButton*>(u"kwallet"_s)->click();
    QVERIFY(next->isEnabled());
    click(dialog, u"next"_s);
    QVERIFY(!next->isEnabled());
    typePassphrases(dialog, u"correct horse"_s, u"correct house"_s);
    click(dialog, u"next"_s);
    QVERIFY(began.isEmpty()); // they are not the same
    dialog.findChild<QLineEdit*>(u"passphrase"_s)->clear();
    dialog.findChild<QLineEdit*>(u"passphraseAgain"_s)->clear();
    typePassphrases(dialog, u"correct horse"_s, u"correct horse"_s);
    click(dialog, u"next"_s);
    QCOMPARE(began, (QStringList{u"kwallet"_s, u"correct horse"_s}));
    QCOMPARE(dialog.findChild<CopyLine*>(u"newDevice"_s)->text(), u"the-new-device"_s);
    QVERIFY(dialog.findChild<CopyLine*>(u"newDevice"_s)->isVisible());
    QVERIFY(!dialog.findChild<QPushButton*>(u"cancel"_s)->isVisible());
    QCOMPARE(walk::namelessControls(dialog), QStringList());
    click(dialog, u"next"_s);
    QVERIFY(!dialog.isVisible());
    QCOMPARE(dialog.result(), int(QDialog::Accepted));
}

void KeyWindowsTest::the_word_is_not_guessed_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<bool>("right");
    QTest::newRow("nothing") << QString() << false;
    QTest::newRow("a part of it") << u"start"_s << false;
    QTest::newRow("more than it") << u"start anew please"_s << false;
    QTest::newRow("it") << u"start anew"_s << true;
    QTest::newRow("it with spaces and capitals") << u"  Start  ANEW "_s << true;
}

void KeyWindowsTest::the_word_is_not_guessed()
{
    QFETCH(QString, typed);
    QFETCH(bool, right);
    RecoveryDialog dialog(twoPlaces(), {});
    dialog.show();
    QTest::keyClicks(dialog.findChild<QLineEdit*>(u"word"_s), typed);
    QCOMPARE(dialog.findChild<QPushButton*>(u"next"_s)->isEnabled(), right);
}

void KeyWindowsTest::enter_decides_nothing()
{
    int began = 0;
    RecoveryDialog dialog(twoPlaces(), [&](RecoveryDialog::Choice&, const RecoveryDialog::Answer&) { ++began; });
    dialog.show();
    QVERIFY(QTest::qWaitForWindowExposed(&dialog));
    auto* word = dialog.findChild<QLineEdit*>(u"word"_s);
    QTest::keyClicks(word, u"start anew"_s);
    QTest::keyClick(word, Qt::Key_Return);
    QVERIFY(word->isVisible()); // still the first page
    click(dialog, u"next"_s);
    dialog.findChild<QRadioButton*>(u"sealed-file"_s)->click();
    click(dialog, u"next"_s);
    typePassphrases(dialog, u"correct horse"_s, u"correct horse"_s);
    for (const char* name : {"passphrase", "passphraseAgain"})
        QTest::keyClick(dialog.findChild<QLineEdit*>(QLatin1StringView(name)), Qt::Key_Return);
    QTest::keyClick(&dialog, Qt::Key_Enter);
    QCOMPARE(began, 0);
}

void KeyWindowsTest::escape_does_not_leave_while_keys_are_made()
{
    RecoveryDialog::Answer later;
    RecoveryDialog dialog(
        twoPlaces(), [&](RecoveryDialog::Choice&, RecoveryDialog::Answer answer) { later = std::move(answer); });
    dialog.show();
    QTest::keyClicks(dialog.findChild<QLineEdit*>(u"word"_s), u"start anew"_s);
    click(dialog, u"next"_s);
    dialog.findChild<QRadioButton*>(u"kwallet"_s)->click();
    click(dialog, u"next"_s);
    typePassphrases(dialog, u"correct horse"_s, u"correct horse"_s);
    click(dialog, u"next"_s);
    QVERIFY(later);
    QTest::keyClick(&dialog, Qt::Key_Escape);
    dialog.close();
    QVERIFY(dialog.isVisible());
    later(RecoveryDialog::Made{u"new"_s, u"old"_s});
    QTest::keyClick(&dialog, Qt::Key_Escape); // it is done: as the button
    QCOMPARE(dialog.result(), int(QDialog::Accepted));
}

void KeyWindowsTest::an_error_can_be_tried_again()
{
    int began = 0;
    RecoveryDialog dialog(twoPlaces(), [&](RecoveryDialog::Choice&, const RecoveryDialog::Answer& answer) {
        if (++began == 1)
            answer(fail(ErrorCode::KeychainLocked, "The wallet is locked."));
        else
            answer(RecoveryDialog::Made{u"new"_s, u"old"_s});
    });
    dialog.show();
    QTest::keyClicks(dialog.findChild<QLineEdit*>(u"word"_s), u"start anew"_s);
    click(dialog, u"next"_s);
    dialog.findChild<QRadioButton*>(u"kwallet"_s)->click();
    click(dialog, u"next"_s);
    for (int i = 1; i <= 2; ++i) {
        QVERIFY(dialog.findChild<QLineEdit*>(u"passphrase"_s)->isVisible());
        typePassphrases(dialog, u"correct horse"_s, u"correct horse"_s);
        click(dialog, u"next"_s);
        QCOMPARE(began, i);
    }
    QVERIFY(dialog.findChild<CopyLine*>(u"newDevice"_s)->isVisible());
}

QTEST_MAIN(KeyWindowsTest)
#include "tst_key_windows.moc"
