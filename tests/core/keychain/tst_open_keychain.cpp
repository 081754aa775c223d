// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keychain/open_keychain.h"
#include "tests/core/keychain/keychain_testing.h"

#include <QTemporaryDir>
#include <QTest>

using namespace countersign;
using namespace countersign::keychain;
using namespace countersign::keychain::testing;
using namespace Qt::StringLiterals;

class TestOpenKeychain : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus"); }
    void backends_are_recorded_by_name();
    void without_a_bus_only_the_sealed_file_is_there();
    void without_a_bus_the_desktops_keychains_are_missing_data();
    void without_a_bus_the_desktops_keychains_are_missing();
    void on_a_bus_without_services_the_desktops_keychains_are_missing_data();
    void on_a_bus_without_services_the_desktops_keychains_are_missing();
    void the_pinned_keychain_is_never_exchanged_for_another();
};

void TestOpenKeychain::backends_are_recorded_by_name()
{
    for (const auto backend : {Backend::KWallet, Backend::SecretService, Backend::SealedFile}) {
        QVERIFY(backendFromName(backendName(backend)) == backend);
        QVERIFY(!backendTitle(backend).empty());
    }
    QVERIFY(backendFromName("kwallet") == Backend::KWallet);
    QVERIFY(backendFromName("secret-service") == Backend::SecretService);
    QVERIFY(backendFromName("sealed-file") == Backend::SealedFile);
    QVERIFY(!backendFromName("") && !backendFromName("KWallet") && !backendFromName("kwallet "));
}

void TestOpenKeychain::without_a_bus_only_the_sealed_file_is_there()
{
    QVERIFY(availableBackends() == std::vector{Backend::SealedFile});
}

void TestOpenKeychain::without_a_bus_the_desktops_keychains_are_missing_data()
{
    QTest::addColumn<Backend>("backend");
    QTest::addColumn<QString>("advice");
    QTest::newRow("kwallet") << Backend::KWallet << u"kwalletd6"_s;
    QTest::newRow("secret service") << Backend::SecretService << u"org.freedesktop.secrets"_s;
}

void TestOpenKeychain::without_a_bus_the_desktops_keychains_are_missing()
{
    QFETCH(Backend, backend);
    QFETCH(QString, advice);
    const auto refused = openKeychain(backend, {});
    QCOMPARE(outcome(refused), "keychain_missing");
    QVERIFY2(messageOf(refused).contains(advice.toUtf8()), messageOf(refused).constData());
    QVERIFY2(messageOf(refused).contains("No key was changed"), messageOf(refused).constData());
}

void TestOpenKeychain::on_a_bus_without_services_the_desktops_keychains_are_missing_data()
{
    without_a_bus_the_desktops_keychains_are_missing_data();
}

void TestOpenKeychain::on_a_bus_without_services_the_desktops_keychains_are_missing()
{
    QFETCH(Backend, backend);
    const QTemporaryDir folder;
    QCOMPARE(probeOnEmptyBus(backend, folder.path(), {u"open"_s}), "keychain_missing");
    QCOMPARE(probeOnEmptyBus(Backend::SealedFile, folder.path(), {u"open"_s}), "ok");
}

void TestOpenKeychain::the_pinned_keychain_is_never_exchanged_for_another()
{
    const QTemporaryDir folder;
    QCOMPARE(probe(Backend::SealedFile, folder.path(), {u"write"_s, u"one"_s, u"a secret"_s}), "ok");
    for (const auto backend : {Backend::KWallet, Backend::SecretService}) {
        QCOMPARE(probe(backend, folder.path(), {u"read"_s, u"one"_s}), "keychain_missing");
        QCOMPARE(probe(backend, folder.path(), {u"create"_s}), "keychain_missing");
    }
    QCOMPARE(probe(Backend::SealedFile, folder.path(), {u"read"_s, u"one"_s}), "a secret");
}

QTEST_GUILESS_MAIN(TestOpenKeychain)
#include "tst_open_keychain.moc"
