// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Against the real gnome-keyring-daemon, its real keyring file and its real windows.
#include "core/keychain/identity.h"
#include "core/keychain/keychain_thread.h"
#include "core/keychain/secret_service_keychain.h"
#include "tests/core/keychain/keychain_testing.h"

#include <QDBusObjectPath>
#include <QDBusVariant>
#include <QTest>

#include <algorithm>
#include <future>

using namespace countersign;
using namespace countersign::keychain;
using namespace countersign::keychain::testing;
using namespace Qt::StringLiterals;

namespace {

const auto kService = u"org.freedesktop.secrets"_s;
const auto kDefault = u"/org/freedesktop/secrets/collection/login"_s;
const auto kWindow = u"^Unlock|Keyring|Prompt|gcr-prompter"_s;

bool isLocked()
{
    const auto reply = call(kService, kDefault, u"org.freedesktop.DBus.Properties"_s, u"Get"_s,
        {u"org.freedesktop.Secret.Collection"_s, u"Locked"_s});
    return reply.arguments().value(0).value<QDBusVariant>().variant().toBool();
}

bool lock()
{
    call(kService, u"/org/freedesktop/secrets"_s, u"org.freedesktop.Secret.Service"_s, u"Lock"_s,
        {QVariant::fromValue(QList{QDBusObjectPath(kDefault)})});
    return isLocked();
}

// As Seahorse or a script would.
Ran secretTool(const QStringList& arguments)
{
    return run(u"secret-tool"_s, arguments);
}

int startKeyring()
{
    return run(support("with-gnome-keyring"), {u"true"_s}).status;
}

} // namespace

class TestSecretServiceKeychain : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QCoreApplication::setApplicationName(u"org.countersign.Countersign"_s); }
    void init();
    void cleanup();

    void it_is_offered_where_it_answers();
    void entries_are_stored_and_read_back();
    void an_entry_carries_our_schema_and_its_name();
    void entries_survive_a_restart_of_the_program_and_of_the_keyring();
    void an_identity_made_here_loads_in_another_process();
    void a_first_start_killed_between_any_two_writes_can_be_repeated_data();
    void a_first_start_killed_between_any_two_writes_can_be_repeated();
    void deleted_entries_are_an_emptied_keychain_and_make_no_new_key();
    void a_keyring_locked_under_us_is_locked_not_empty();
    void a_dismissed_window_is_denied();
    void an_answered_window_opens_the_keyring();
    void a_keyring_that_died_is_missing_not_empty();
    void two_entries_of_one_name_are_not_chosen_between();
    void it_works_on_the_keychain_thread();
    void names_and_sizes_are_limited();
};

void TestSecretServiceKeychain::init()
{
    QCOMPARE(startKeyring(), 0);
}

void TestSecretServiceKeychain::cleanup()
{
    if (!isLocked()) {
        static_cast<void>(secretTool({u"clear"_s, u"xdg:schema"_s, u"org.countersign.Countersign"_s}));
    }
    QVERIFY(killService(kService)); // the next test starts and unlocks its own
}

void TestSecretServiceKeychain::it_is_offered_where_it_answers()
{
    const auto found = availableBackends();
    QVERIFY(std::ranges::contains(found, Backend::SecretService));
    QVERIFY(found.back() == Backend::SealedFile);
}

void TestSecretServiceKeychain::entries_are_stored_and_read_back()
{
    const auto keychain = openSecretService();
    QVERIFY2(keychain, messageOf(keychain).constData());
    QCOMPARE((*keychain)->backend(), Backend::SecretService);
    QCOMPARE(entry(**keychain, "one"), "none");
    for (const std::string& value :
        {std::string("first"), std::string("second"), std::string(), std::string("\0\xFF\0", 3)}) {
        QCOMPARE(outcome((*keychain)->write("one", secret(value))), "ok");
        QCOMPARE(entry(**keychain, "one"), value);
    }
    QCOMPARE(entry(**keychain, "two"), "none");
}

void TestSecretServiceKeychain::an_entry_carries_our_schema_and_its_name()
{
    const auto keychain = openSecretService();
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("one", secret("a secret"))), "ok");
    QCOMPARE(secretTool({u"lookup"_s, u"xdg:schema"_s, u"org.countersign.Countersign"_s, u"name"_s, u"one"_s}).output,
        "a secret");
}

void TestSecretServiceKeychain::entries_survive_a_restart_of_the_program_and_of_the_keyring()
{
    QCOMPARE(probe(Backend::SecretService, {}, {u"write"_s, u"one"_s, u"kept"_s}), "ok");
    QVERIFY(killService(kService)); // at once: what was stored must be on disk already
    QCOMPARE(startKeyring(), 0);
    QCOMPARE(probe(Backend::SecretService, {}, {u"read"_s, u"one"_s}), "kept");
}

void TestSecretServiceKeychain::an_identity_made_here_loads_in_another_process()
{
    const auto keychain = openSecretService();
    QVERIFY(keychain);
    QCOMPARE(probe(Backend::SecretService, {}, {u"load"_s, u"first"_s}), "none");
    const auto identity = createIdentity(**keychain, secret(kPersonPassphrase));
    QVERIFY2(identity, messageOf(identity).constData());
    QCOMPARE(outcome(writeAnchor(**keychain, {7, std::string(32, 'r')})), "ok");
    QCOMPARE(
        probe(Backend::SecretService, {}, {u"load"_s, u"made"_s}), identity->device.publicKey().thumbprint().value);
    QCOMPARE(probe(Backend::SecretService, {}, {u"create"_s}), "keychain_denied");
    QVERIFY(*readAnchor(**keychain) == std::optional(LogAnchor{7, std::string(32, 'r')}));
}

void TestSecretServiceKeychain::a_first_start_killed_between_any_two_writes_can_be_repeated_data()
{
    QTest::addColumn<int>("writes");
    for (int writes = 0; writes < 4; ++writes) {
        QTest::addRow("killed after %d writes", writes) << writes;
    }
}

void TestSecretServiceKeychain::a_first_start_killed_between_any_two_writes_can_be_repeated()
{
    QFETCH(int, writes);
    QCOMPARE(probe(Backend::SecretService, {}, {u"create-and-die"_s, QString::number(writes)}), "");
    QCOMPARE(probe(Backend::SecretService, {}, {u"load"_s, u"first"_s}), "none");
    const auto made = probe(Backend::SecretService, {}, {u"create"_s});
    QCOMPARE(made.size(), std::size_t(43));
    QCOMPARE(probe(Backend::SecretService, {}, {u"load"_s, u"made"_s}), made);
}

void TestSecretServiceKeychain::deleted_entries_are_an_emptied_keychain_and_make_no_new_key()
{
    const auto keychain = openSecretService();
    QVERIFY(keychain);
    QVERIFY(createIdentity(**keychain, secret(kPersonPassphrase)));
    QCOMPARE(
        secretTool({u"clear"_s, u"xdg:schema"_s, u"org.countersign.Countersign"_s, u"name"_s, u"log-key"_s}).status, 0);
    QCOMPARE(outcome(loadIdentity(**keychain, History::FirstStart)), "keychain_emptied");
    QCOMPARE(secretTool({u"clear"_s, u"xdg:schema"_s, u"org.countersign.Countersign"_s}).status, 0);
    const auto refused = loadIdentity(**keychain, History::KeysWereMade);
    QCOMPARE(outcome(refused), "keychain_emptied");
    QVERIFY2(messageOf(refused).contains("keyring"), messageOf(refused).constData());
    QCOMPARE(probe(Backend::SecretService, {}, {u"load"_s, u"made"_s}), "keychain_emptied");
    QCOMPARE(secretTool({u"search"_s, u"--all"_s, u"xdg:schema"_s, u"org.countersign.Countersign"_s}).output, "");
}

void TestSecretServiceKeychain::a_keyring_locked_under_us_is_locked_not_empty()
{
    const auto keychain = openSecretService();
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("one", secret("a secret"))), "ok");
    QVERIFY(lock());
    QCOMPARE(entry(**keychain, "one"), "keychain_locked");
    QCOMPARE(entry(**keychain, "two"), "keychain_locked");
    QCOMPARE(outcome((*keychain)->write("two", secret("new"))), "keychain_locked");
    const auto refused = (*keychain)->write("one", secret("new"));
    QCOMPARE(outcome(refused), "keychain_locked");
    QVERIFY2(messageOf(refused).contains("enter the keyring's password"), messageOf(refused).constData());
    QCOMPARE(outcome(loadIdentity(**keychain, History::FirstStart)), "keychain_locked");
}

void TestSecretServiceKeychain::a_dismissed_window_is_denied()
{
    QVERIFY(lock());
    const auto asking = startProbe(Backend::SecretService, {}, {u"open"_s});
    QVERIFY(typeInto(kWindow, {}, u"Escape"_s));
    QVERIFY(asking->waitForFinished(60'000));
    const auto said = asking->readAll();
    QVERIFY2(said.startsWith("keychain_denied: ") && said.contains("cancelled"), said.constData());
    QVERIFY(isLocked());
}

void TestSecretServiceKeychain::an_answered_window_opens_the_keyring()
{
    QCOMPARE(probe(Backend::SecretService, {}, {u"write"_s, u"one"_s, u"kept"_s}), "ok");
    QVERIFY(lock());
    const auto asking = startProbe(Backend::SecretService, {}, {u"read"_s, u"one"_s});
    QVERIFY(typeInto(kWindow, u"a login password"_s, u"Return"_s));
    QVERIFY(asking->waitForFinished(60'000));
    QCOMPARE(asking->readAll().trimmed(), "kept");
    QVERIFY(!isLocked());
}

void TestSecretServiceKeychain::a_keyring_that_died_is_missing_not_empty()
{
    const auto keychain = openSecretService();
    QVERIFY(keychain);
    QVERIFY(killService(kService));
    QCOMPARE(entry(**keychain, "one"), "keychain_missing");
    QCOMPARE(outcome((*keychain)->write("one", secret("new"))), "keychain_missing");
    QCOMPARE(startKeyring(), 0);
    QVERIFY(entry(**keychain, "one") != "a secret"); // our session with the old one is over
    QCOMPARE(outcome(openSecretService()), "ok"); // opening again is the way back
}

void TestSecretServiceKeychain::two_entries_of_one_name_are_not_chosen_between()
{
    const auto keychain = openSecretService();
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("one", secret("a secret"))), "ok");
    QProcess another; // the same name with one attribute more: a second item
    another.start(u"secret-tool"_s,
        {u"store"_s, u"--label=copy"_s, u"xdg:schema"_s, u"org.countersign.Countersign"_s, u"name"_s, u"one"_s,
            u"copy"_s, u"1"_s});
    another.write("another");
    another.closeWriteChannel();
    QVERIFY(another.waitForFinished(30'000));
    const auto refused = (*keychain)->read("one");
    QCOMPARE(outcome(refused), "keychain_denied");
    QVERIFY2(messageOf(refused).contains("2 entries"), messageOf(refused).constData());
    QCOMPARE(outcome((*keychain)->write("one", secret("new"))), "keychain_denied");
}

void TestSecretServiceKeychain::it_works_on_the_keychain_thread()
{
    KeychainThread thread;
    std::promise<std::string> opened;
    thread.open(Backend::SecretService, {}, [&](const Result<void>& result) { opened.set_value(outcome(result)); });
    QCOMPARE(opened.get_future().get(), "ok");
    std::promise<std::string> stored;
    thread.post([&](Keychain* keychain) { stored.set_value(outcome(keychain->write("one", secret("a secret")))); });
    QCOMPARE(stored.get_future().get(), "ok");
    QVERIFY(lock());
    std::promise<std::string> read;
    thread.post([&](Keychain* keychain) { read.set_value(entry(*keychain, "one")); });
    QCOMPARE(read.get_future().get(), "keychain_locked");
}

void TestSecretServiceKeychain::names_and_sizes_are_limited()
{
    const auto keychain = openSecretService();
    QVERIFY(keychain);
    QCOMPARE(outcome((*keychain)->write("Upper", secret("x"))), "invalid_input");
    QCOMPARE(entry(**keychain, ""), "invalid_input");
    QCOMPARE(outcome((*keychain)->write("big", secret(std::string(kMaxEntryBytes + 1, 'x')))), "too_large");
    QCOMPARE(outcome((*keychain)->write("big", secret(std::string(kMaxEntryBytes, 'x')))), "ok");
    QCOMPARE(entry(**keychain, "big").size(), kMaxEntryBytes);
}

QTEST_GUILESS_MAIN(TestSecretServiceKeychain)
#include "tst_secret_service_keychain.moc"
