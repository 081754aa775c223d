// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Against the real kwalletd6, its real wallet file and its real windows.
#include "core/keychain/identity.h"
#include "core/keychain/keychain_thread.h"
#include "core/keychain/kwallet_keychain.h"
#include "tests/core/keychain/keychain_testing.h"

#include <QDBusReply>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <future>

using namespace countersign;
using namespace countersign::keychain;
using namespace countersign::keychain::testing;
using namespace Qt::StringLiterals;

namespace {

const auto kService = u"org.kde.kwalletd6"_s;
const auto kWallet = u"kdewallet"_s;
const auto kWindow = u"KDE Wallet Service"_s;

QDBusMessage kwallet(const QString& method, const QVariantList& arguments)
{
    return call(kService, u"/modules/kwalletd6"_s, u"org.kde.KWallet"_s, method, arguments);
}

// As KWalletManager would: another program, with a handle of its own.
int openedByAnother()
{
    return kwallet(u"open"_s, {kWallet, qlonglong(0), u"another program"_s}).arguments().value(0).toInt();
}

QStringList entriesSeenByAnother()
{
    return kwallet(u"entryList"_s, {openedByAnother(), u"Countersign"_s, u"another program"_s})
        .arguments()
        .value(0)
        .toStringList();
}

bool closeWallet()
{
    return kwallet(u"close"_s, {kWallet, true}).arguments().value(0).toInt() == 0;
}

QString walletFile()
{
    return qEnvironmentVariable("XDG_DATA_HOME") + u"/kwalletd/kdewallet.kwl"_s;
}

QString settingsFile()
{
    return qEnvironmentVariable("XDG_CONFIG_HOME") + u"/kwalletrc"_s;
}

void reconfigure(const QByteArray& settings)
{
    QFile file(settingsFile());
    QVERIFY(file.open(QFile::WriteOnly | QFile::Truncate));
    QCOMPARE(file.write(settings), settings.size());
    file.close();
    kwallet(u"reconfigure"_s, {});
}

} // namespace

class TestKWalletKeychain : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void it_is_the_first_choice_where_it_answers();
    void entries_are_stored_and_read_back();
    void entries_survive_a_restart_of_the_program_and_of_kwallet();
    void an_identity_made_here_loads_in_another_process();
    void a_first_start_killed_between_any_two_writes_can_be_repeated_data();
    void a_first_start_killed_between_any_two_writes_can_be_repeated();
    void a_deleted_folder_is_an_emptied_keychain_and_makes_no_new_key();
    void a_wallet_closed_under_us_is_locked_not_empty();
    void a_wallet_closed_and_opened_by_another_program_is_locked_not_empty();
    void a_kwallet_that_died_is_missing_not_empty();
    void a_refused_program_is_denied();
    void a_change_of_keys_killed_between_any_two_writes_goes_on_data();
    void a_change_of_keys_killed_between_any_two_writes_goes_on();
    void a_cancelled_window_is_denied();
    void an_answered_window_opens_the_wallet();
    void a_kwallet_that_is_switched_off_is_missing_and_says_so();
    void what_does_not_reach_the_disk_is_not_stored();
    void it_works_on_the_keychain_thread();
    void names_and_sizes_are_limited();

private:
    QByteArray m_settings;
};

void TestKWalletKeychain::initTestCase()
{
    QCoreApplication::setApplicationName(u"org.countersign.Countersign"_s);
    QCOMPARE(run(support("with-kwallet"), {u"true"_s}).status, 0);
    QFile file(settingsFile());
    QVERIFY(file.open(QFile::ReadOnly));
    m_settings = file.readAll();
}

void TestKWalletKeychain::init()
{
    QCOMPARE(run(support("with-kwallet"), {u"--open"_s}).status, 0);
    kwallet(u"removeFolder"_s, {openedByAnother(), u"Countersign"_s, u"another program"_s});
}

void TestKWalletKeychain::cleanup()
{
    reconfigure(m_settings);
}

void TestKWalletKeychain::it_is_the_first_choice_where_it_answers()
{
    QVERIFY(availableBackends().front() == Backend::KWallet);
    QVERIFY(availableBackends().back() == Backend::SealedFile);
}

void TestKWalletKeychain::entries_are_stored_and_read_back()
{
    const auto keychain = openKWallet();
    QVERIFY(keychain);
    QCOMPARE((*keychain)->backend(), Backend::KWallet);
    QCOMPARE(entry(**keychain, "one"), "none");
    for (const std::string& value : {std::string("first"), std::string("second"), std::string("\0\xFF\0", 3)}) {
        QCOMPARE(outcome((*keychain)->write("one", secret(value))), "ok");
        QCOMPARE(entry(**keychain, "one"), value);
    }
    QCOMPARE(entry(**keychain, "two"), "none");
    QCOMPARE(entriesSeenByAnother(), QStringList{u"one"_s});
}

void TestKWalletKeychain::entries_survive_a_restart_of_the_program_and_of_kwallet()
{
    QCOMPARE(probe(Backend::KWallet, {}, {u"write"_s, u"one"_s, u"kept"_s}), "ok");
    QVERIFY(killService(kService)); // at once: what was stored must be on disk already
    QCOMPARE(run(support("with-kwallet"), {u"--open"_s}).status, 0);
    QCOMPARE(probe(Backend::KWallet, {}, {u"read"_s, u"one"_s}), "kept");
}

void TestKWalletKeychain::an_identity_made_here_loads_in_another_process()
{
    const auto keychain = openKWallet();
    QVERIFY(keychain);
    QCOMPARE(probe(Backend::KWallet, {}, {u"load"_s, u"first"_s}), "none");
    const auto identity = createIdentity(**keychain, secret(kPersonPassphrase));
    QVERIFY2(identity, messageOf(identity).constData());
    QCOMPARE(outcome(writeAnchor(**keychain, {7, std::string(32, 'r')})), "ok");
    QCOMPARE(probe(Backend::KWallet, {}, {u"load"_s, u"made"_s}), identity->device.publicKey().thumbprint().value);
    QCOMPARE(probe(Backend::KWallet, {}, {u"create"_s}), "keychain_denied");
    QVERIFY(*readAnchor(**keychain) == std::optional(LogAnchor{7, std::string(32, 'r')}));
}

void TestKWalletKeychain::a_change_of_keys_killed_between_any_two_writes_goes_on_data()
{
    QTest::addColumn<int>("writes");
    for (int writes = 0; writes < 4; ++writes) {
        QTest::addRow("killed after %d writes", writes) << writes;
    }
}

/// "keys" tells the device's key, how many came before it, and the one that is staged.
void TestKWalletKeychain::a_change_of_keys_killed_between_any_two_writes_goes_on()
{
    QFETCH(int, writes);
    const auto first = probe(Backend::KWallet, {}, {u"create"_s});
    QCOMPARE(probe(Backend::KWallet, {}, {u"rotate-and-die"_s, QString::number(writes)}), "");
    QVERIFY(killService(kService)); // at once: what was stored must be on disk already
    QCOMPARE(run(support("with-kwallet"), {u"--open"_s}).status, 0);
    const auto keys = QString::fromStdString(probe(Backend::KWallet, {}, {u"keys"_s})).split(u' ');
    QCOMPARE(keys.size(), 3);
    QCOMPARE(keys[0].toStdString() == first, writes < 3);
    QCOMPARE(keys[1], writes < 3 ? u"0"_s : u"1"_s);
    QCOMPARE(keys[2] == u"none"_s, writes != 2);
    if (writes == 2) { // the log may have put it in force
        QCOMPARE(probe(Backend::KWallet, {}, {u"adopt"_s}), keys[2].toStdString());
    }
    QCOMPARE(probe(Backend::KWallet, {}, {u"rotate-and-die"_s, u"100"_s}).size(), std::size_t(43)); // and another
}

void TestKWalletKeychain::a_first_start_killed_between_any_two_writes_can_be_repeated_data()
{
    QTest::addColumn<int>("writes");
    for (int writes = 0; writes < 4; ++writes) {
        QTest::addRow("killed after %d writes", writes) << writes;
    }
}

void TestKWalletKeychain::a_first_start_killed_between_any_two_writes_can_be_repeated()
{
    QFETCH(int, writes);
    QCOMPARE(probe(Backend::KWallet, {}, {u"create-and-die"_s, QString::number(writes)}), "");
    QCOMPARE(probe(Backend::KWallet, {}, {u"load"_s, u"first"_s}), "none");
    QCOMPARE(entriesSeenByAnother().size(), writes);
    const auto made = probe(Backend::KWallet, {}, {u"create"_s});
    QCOMPARE(made.size(), std::size_t(43));
    QCOMPARE(probe(Backend::KWallet, {}, {u"load"_s, u"made"_s}), made);
}

void TestKWalletKeychain::a_deleted_folder_is_an_emptied_keychain_and_makes_no_new_key()
{
    const auto keychain = openKWallet();
    QVERIFY(keychain);
    QVERIFY(createIdentity(**keychain, secret(kPersonPassphrase)));
    kwallet(u"removeFolder"_s, {openedByAnother(), u"Countersign"_s, u"another program"_s});
    const auto refused = loadIdentity(**keychain, History::KeysWereMade);
    QCOMPARE(outcome(refused), "keychain_emptied");
    QVERIFY2(messageOf(refused).contains("start anew"), messageOf(refused).constData());
    QCOMPARE(probe(Backend::KWallet, {}, {u"load"_s, u"made"_s}), "keychain_emptied");
    QVERIFY(entriesSeenByAnother().isEmpty());
}

void TestKWalletKeychain::a_wallet_closed_under_us_is_locked_not_empty()
{
    const auto keychain = openKWallet();
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("one", secret("a secret"))), "ok");
    QVERIFY(closeWallet());
    for (int i = 0; i < 10; ++i) { // kwalletd6 shows a window after six calls with a bad handle; we make none
        QCOMPARE(entry(**keychain, "one"), "keychain_locked");
    }
    const auto refused = (*keychain)->write("one", secret("new"));
    QCOMPARE(outcome(refused), "keychain_locked");
    QVERIFY2(messageOf(refused).contains("kdewallet") && messageOf(refused).contains("Try again"),
        messageOf(refused).constData());
    QCOMPARE(outcome(loadIdentity(**keychain, History::FirstStart)), "keychain_locked");

    QCOMPARE(run(support("with-kwallet"), {u"--open"_s}).status, 0);
    const auto again = openKWallet();
    QVERIFY(again);
    QCOMPARE(entry(**again, "one"), "a secret");
}

void TestKWalletKeychain::a_wallet_closed_and_opened_by_another_program_is_locked_not_empty()
{
    const auto keychain = openKWallet();
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("one", secret("a secret"))), "ok");
    QVERIFY(closeWallet());
    QCOMPARE(run(support("with-kwallet"), {u"--open"_s}).status, 0);
    QVERIFY(openedByAnother() > 0);
    QCOMPARE(entry(**keychain, "one"), "keychain_locked");
    QCOMPARE(entry(**keychain, "two"), "keychain_locked");
    QCOMPARE(outcome((*keychain)->write("one", secret("new"))), "keychain_locked");
}

void TestKWalletKeychain::a_kwallet_that_died_is_missing_not_empty()
{
    const auto keychain = openKWallet();
    QVERIFY(keychain);
    QVERIFY(killService(kService));
    QCOMPARE(entry(**keychain, "one"), "keychain_missing");
    QCOMPARE(outcome((*keychain)->write("one", secret("new"))), "keychain_missing");
    QCOMPARE(outcome(loadIdentity(**keychain, History::KeysWereMade)), "keychain_missing");
}

void TestKWalletKeychain::a_refused_program_is_denied()
{
    reconfigure(m_settings + "[Auto Deny]\nkdewallet=org.countersign.Countersign\n");
    const auto refused = openKWallet();
    QCOMPARE(outcome(refused), "keychain_denied");
    QVERIFY2(messageOf(refused).contains("Access Control"), messageOf(refused).constData());
    QCOMPARE(probe(Backend::KWallet, {}, {u"create"_s}), "keychain_denied");
    reconfigure(m_settings);
    QCOMPARE(probe(Backend::KWallet, {}, {u"read"_s, u"one"_s}), "none");
}

void TestKWalletKeychain::a_cancelled_window_is_denied()
{
    QVERIFY(closeWallet());
    const auto asking = startProbe(Backend::KWallet, {}, {u"open"_s});
    QVERIFY(typeInto(kWindow, {}, u"Escape"_s));
    QVERIFY(asking->waitForFinished(60'000));
    QVERIFY2(asking->readAll().startsWith("keychain_denied: "), "the window was cancelled");
}

void TestKWalletKeychain::an_answered_window_opens_the_wallet()
{
    QCOMPARE(probe(Backend::KWallet, {}, {u"write"_s, u"one"_s, u"kept"_s}), "ok");
    QVERIFY(closeWallet());
    const auto asking = startProbe(Backend::KWallet, {}, {u"read"_s, u"one"_s});
    QVERIFY(typeInto(kWindow, u"a login password"_s, u"Return"_s));
    QVERIFY(asking->waitForFinished(60'000));
    QCOMPARE(asking->readAll().trimmed(), "kept");
}

void TestKWalletKeychain::a_kwallet_that_is_switched_off_is_missing_and_says_so()
{
    const QTemporaryDir settings;
    QFile file(settings.filePath(u"kwalletrc"_s));
    QVERIFY(file.open(QFile::WriteOnly) && file.write("[Wallet]\nEnabled=false\n") > 0);
    file.close();
    const auto environment = QStringList{u"XDG_CONFIG_HOME="_s + settings.path()};
    QCOMPARE(probe(Backend::KWallet, {}, {u"open"_s}, environment), "keychain_missing");
    const auto said =
        run(QStringLiteral(COUNTERSIGN_KEYCHAIN_PROBE), {u"kwallet"_s, u"-"_s, u"open"_s}, environment).output;
    QVERIFY2(said.contains("switched off") && said.contains("System Settings"), said.constData());
}

void TestKWalletKeychain::what_does_not_reach_the_disk_is_not_stored()
{
    const auto keychain = openKWallet();
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("one", secret("a secret"))), "ok");
    QVERIFY(QFile::exists(walletFile()));
    // kwalletd6 says nothing when it can't write; here because its folder turned into one that it can't write to.
    const auto folder = QFileInfo(walletFile()).path();
    QVERIFY(QDir().rename(folder, folder + u".away"_s) && QFile::link(u"/nonexistent/folder"_s, folder));
    const auto refused = (*keychain)->write("one", secret("new"));
    QVERIFY(QFile::remove(folder) && QDir().rename(folder + u".away"_s, folder));
    // Where kwalletd6 was quick enough to notice, it closed the wallet.
    QVERIFY2(
        outcome(refused) == "keychain_denied" || outcome(refused) == "keychain_locked", messageOf(refused).constData());
}

void TestKWalletKeychain::it_works_on_the_keychain_thread()
{
    KeychainThread thread;
    for (int i = 0; i < 2; ++i) { // opened again, as after KeychainLocked
        std::promise<std::string> opened;
        thread.open(Backend::KWallet, {}, [&](const Result<void>& result) { opened.set_value(outcome(result)); });
        QCOMPARE(opened.get_future().get(), "ok");
        std::promise<std::string> stored;
        thread.post([&](Keychain* keychain) { stored.set_value(outcome(keychain->write("one", secret("a secret")))); });
        QCOMPARE(stored.get_future().get(), "ok");
        QVERIFY(closeWallet());
        std::promise<std::string> read;
        thread.post([&](Keychain* keychain) { read.set_value(entry(*keychain, "one")); });
        QCOMPARE(read.get_future().get(), "keychain_locked");
        QCOMPARE(run(support("with-kwallet"), {u"--open"_s}).status, 0);
    }
}

void TestKWalletKeychain::names_and_sizes_are_limited()
{
    const auto keychain = openKWallet();
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("Upper", secret("x"))), "invalid_input");
    QCOMPARE(entry(**keychain, ""), "invalid_input");
    QCOMPARE(outcome((*keychain)->write("big", secret(std::string(kMaxEntryBytes + 1, 'x')))), "too_large");
    QCOMPARE(outcome((*keychain)->write("big", secret(std::string(kMaxEntryBytes, 'x')))), "ok");
    QCOMPARE(entry(**keychain, "big").size(), kMaxEntryBytes);
    kwallet(u"writeEntry"_s,
        {openedByAnother(), u"Countersign"_s, u"big"_s, QByteArray(1024 * 1024, 'x'), u"another program"_s});
    QCOMPARE(entry(**keychain, "big"), "too_large");
}

QTEST_GUILESS_MAIN(TestKWalletKeychain)
#include "tst_kwallet_keychain.moc"
