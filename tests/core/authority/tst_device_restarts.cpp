// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Changes of the device's key that were cut off at any step, or that one of database and keychain does not know: the
// next start goes on or refuses, and never forks.

#include "core/audit/rotation.h"
#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "tests/core/authority/forging.h"
#include "tests/core/authority/rotation_scene.h"
#include "tests/support/small_disk.h"

#include <QFile>
#include <QTest>

#include <csignal>

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;
using authority::Context;
using authority::Trouble;
using keychain::Identity;

class TestDeviceRestarts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cut_off_after_staging_the_old_key_goes_on();
    void cut_off_after_the_entry_the_next_start_adopts();
    void an_entry_without_its_key_is_an_emptied_keychain();
    void a_keychain_from_before_the_rotation_is_refused();
    void a_database_from_before_the_rotation_is_told_again_once_confirmed();
    void a_confirmation_that_failed_is_given_again();
    void a_lost_database_begins_again_under_the_old_name();
    void statements_that_dont_lead_to_the_key_are_refused();
    void a_statement_of_another_person_is_refused();
    void an_entry_of_another_person_breaks_the_log();

private:
    /// The folder as it was before the device got its second key.
    static void putBackFromBefore(RotationScene& scene);
};

void TestDeviceRestarts::putBackFromBefore(RotationScene& scene)
{
    scene.fixture.stop();
    const QString file = scene.folder.path() + QStringLiteral("/countersign.sqlite");
    const QString copy = scene.folder.path() + QStringLiteral("/copy");
    QVERIFY(QFile::copy(file, copy));
    QVERIFY(scene.fixture.start());
    QVERIFY(scene.fixture.rotateDevice());
    scene.fixture.stop();
    for (const char* suffix : {"", "-wal", "-shm"})
        QFile::remove(file + QLatin1StringView(suffix));
    QVERIFY(QFile::rename(copy, file));
    QVERIFY(scene.restart());
    QVERIFY(scene.fixture.has(Trouble::DatabaseRolledBack));
}

void TestDeviceRestarts::cut_off_after_staging_the_old_key_goes_on()
{
    RotationScene scene;
    const authority::BegunRotation begun = must(
        scene.fixture.run<authority::BegunRotation>([](Context& context) { return authority::beginRotation(context); }),
        "begin");
    QVERIFY(begun.keeper.stage(begun.now, begun.next));
    QVERIFY(scene.restart());
    QVERIFY(scene.fixture.status().troubles.empty());
    QCOMPARE(signerOf(scene.pay()), scene.first.value);
    QVERIFY(scene.fixture.rotateDevice()); // with a key of its own
    QVERIFY(scene.device() != thumbprintOf(begun.next.key));
    QVERIFY(scene.restart());
    QCOMPARE(scene.checked(), "right");
}

void TestDeviceRestarts::cut_off_after_the_entry_the_next_start_adopts()
{
    RotationScene scene;
    scene.keys.cut = SealedKeys::Cut::BeforeAdopting;
    QVERIFY(scene.fixture.rotateDevice());
    const Thumbprint second = scene.device();
    const std::string receipt = scene.pay();
    QCOMPARE(signerOf(receipt), second.value);
    const Identity kept = scene.keys.load();
    QCOMPARE(thumbprintOf(kept.device).value, scene.first.value); // the keychain does not know yet
    QVERIFY(kept.next);
    scene.keys.cut = SealedKeys::Cut::Never;
    QVERIFY(scene.restart());
    QVERIFY(scene.fixture.status().troubles.empty());
    QCOMPARE(scene.device().value, second.value);
    QCOMPARE(signerOf(scene.pay()), second.value);
    QCOMPARE(thumbprintOf(scene.keys.load().device).value, second.value); // now it does
    QCOMPARE(scene.checked(), "right");
    // And cut off twice in a row, the second rotation adopts the first before it stages.
    scene.keys.cut = SealedKeys::Cut::BeforeAdopting;
    QVERIFY(scene.fixture.rotateDevice());
    QVERIFY(scene.fixture.rotateDevice());
    scene.keys.cut = SealedKeys::Cut::Never;
    QVERIFY(scene.restart());
    QCOMPARE(scene.fixture.status().deviceRotations, 3);
    QCOMPARE(scene.checked(), "right");
}

void TestDeviceRestarts::an_entry_without_its_key_is_an_emptied_keychain()
{
    RotationScene scene;
    scene.keys.cut = SealedKeys::Cut::BeforeAdopting;
    QVERIFY(scene.fixture.rotateDevice());
    scene.fixture.stop();
    Identity without = scene.keys.load();
    without.next.reset();
    scene.fixture.setIdentity(without);
    const auto started = scene.fixture.start();
    QVERIFY(!started && started.error().code == ErrorCode::KeychainEmptied);
    Identity wrong = scene.keys.load();
    wrong.next->key = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    scene.fixture.setIdentity(wrong);
    const auto again = scene.fixture.start();
    QVERIFY(!again && again.error().code == ErrorCode::KeychainEmptied);
}

void TestDeviceRestarts::a_keychain_from_before_the_rotation_is_refused()
{
    RotationScene scene;
    const Identity before = scene.keys.load();
    QVERIFY(scene.fixture.rotateDevice());
    scene.fixture.stop();
    scene.fixture.setIdentity(before);
    const auto started = scene.fixture.start();
    QVERIFY(!started);
    QCOMPARE(started.error().code, ErrorCode::KeychainEmptied);
    QVERIFY(scene.restart()); // with the right one
    QVERIFY(!scene.pay().empty());
}

void TestDeviceRestarts::a_database_from_before_the_rotation_is_told_again_once_confirmed()
{
    RotationScene scene;
    putBackFromBefore(scene);
    const Thumbprint second = scene.device();
    QVERIFY(second != scene.first);
    QCOMPARE(scene.fixture.count(LeafKind::KeyRotated), 0);
    const auto refused = scene.fixture.rotateDevice();
    QVERIFY(!refused && refused.error().code == ErrorCode::StorageRolledBack);
    // That the present key is not in it yet is no damage.
    const auto checked = scene.fixture.checkLog();
    QVERIFY(!checked && checked.error().code == ErrorCode::StorageRolledBack);
    QVERIFY(!scene.fixture.has(authority::Trouble::LogBroken));
    QVERIFY(scene.fixture.run<void>([](Context& context) { return authority::confirmRollback(context); }));
    QCOMPARE(scene.fixture.count(LeafKind::KeyRotated), 1);
    QCOMPARE(scene.device().value, second.value);
    scene.tokens = grantTo(scene.fixture, *scene.agent, paymentsWith({}));
    QCOMPARE(signerOf(scene.pay()), second.value);
    QCOMPARE(scene.checked(), "right");
}

void TestDeviceRestarts::a_confirmation_that_failed_is_given_again()
{
    RotationScene scene;
    putBackFromBefore(scene);
    const Thumbprint second = scene.device();
    const auto confirm = [&] {
        return scene.fixture.run<void>([](Context& context) { return authority::confirmRollback(context); });
    };
    {
        const FileSizeLimit limit(4096);
        const auto failed = confirm();
        QVERIFY(!failed && failed.error().code == ErrorCode::StorageFull);
    }
    // And by something that comes after it in the same work.
    QVERIFY(!scene.fixture.run<void>([](Context& context) -> Result<void> {
        if (const auto confirmed = authority::confirmRollback(context); !confirmed)
            return confirmed;
        return fail(ErrorCode::Internal, "undone");
    }));
    QCOMPARE(scene.fixture.count(LeafKind::KeyRotated), 0);
    QVERIFY(scene.fixture.has(Trouble::DatabaseRolledBack)); // as long as nothing of it is written
    QVERIFY(confirm());
    QCOMPARE(scene.fixture.count(LeafKind::KeyRotated), 1);
    QVERIFY(scene.restart());
    QVERIFY2(scene.fixture.status().troubles.empty(), scene.fixture.status().logProblem.c_str());
    QCOMPARE(scene.device().value, second.value);
    scene.tokens = grantTo(scene.fixture, *scene.agent, paymentsWith({}));
    QCOMPARE(signerOf(scene.pay()), second.value);
    QCOMPARE(scene.checked(), "right");
}

void TestDeviceRestarts::a_lost_database_begins_again_under_the_old_name()
{
    RotationScene scene;
    QVERIFY(scene.fixture.rotateDevice());
    QVERIFY(scene.fixture.rotateDevice());
    const Thumbprint third = scene.device();
    scene.fixture.stop();
    for (const char* suffix : {"", "-wal", "-shm"})
        QFile::remove(scene.folder.path() + QStringLiteral("/countersign.sqlite") + QLatin1StringView(suffix));
    scene.fixture.setAnchor(std::nullopt);
    QVERIFY(scene.restart());
    QCOMPARE(
        scene.fixture.log(), (std::vector<LeafKind>{LeafKind::LogStarted, LeafKind::KeyRotated, LeafKind::KeyRotated}));
    QCOMPARE(scene.fixture.status().logOrigin, "countersign/" + scene.first.value);
    QCOMPARE(scene.device().value, third.value);
    QCOMPARE(scene.checked(), "right");
}

void TestDeviceRestarts::statements_that_dont_lead_to_the_key_are_refused()
{
    RotationScene scene;
    QVERIFY(scene.fixture.rotateDevice());
    QVERIFY(scene.fixture.rotateDevice());
    scene.fixture.stop();
    const Identity right = scene.keys.load();
    const auto startsWith = [&](const std::function<void(Identity&)>& change) {
        Identity identity = right;
        change(identity);
        scene.fixture.setIdentity(identity);
        const auto started = scene.fixture.start();
        return started ? std::string("ok") : std::string(errorName(started.error().code));
    };
    QCOMPARE(startsWith([](Identity& it) { std::swap(it.rotations[0], it.rotations[1]); }), "keychain_emptied");
    QCOMPARE(startsWith([](Identity& it) { it.rotations.pop_back(); }), "keychain_emptied");
    QCOMPARE(startsWith([](Identity& it) { it.rotations.erase(it.rotations.begin()); }), "keychain_emptied");
    QCOMPARE(startsWith([](Identity& it) { it.rotations[1] = "{}"; }), "keychain_emptied");
    QCOMPARE(startsWith([](Identity& it) { it.device = it.log; }), "keychain_emptied");
    QCOMPARE(startsWith([](Identity&) { }), "ok");
}

void TestDeviceRestarts::a_statement_of_another_person_is_refused()
{
    RotationScene scene;
    scene.fixture.stop();
    const Identity right = scene.keys.load();
    const auto stranger = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    const auto next = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    const std::string statement = json::serialize(
        audit::signRotation(audit::originOf(scene.first), right.device, next, stranger, kTestStart).value());
    Identity adopted = right;
    adopted.device = next;
    adopted.rotations.push_back(statement);
    scene.fixture.setIdentity(adopted);
    const auto started = scene.fixture.start();
    QVERIFY(!started);
    QCOMPARE(started.error().code, ErrorCode::KeychainEmptied);
    // One that only stands by is not taken, and nothing is written of it.
    Identity staged = right;
    staged.next = keychain::NextDevice{next, statement};
    scene.fixture.setIdentity(staged);
    QVERIFY(scene.fixture.start());
    QVERIFY(scene.fixture.status().troubles.empty());
    QCOMPARE(scene.device().value, scene.first.value);
}

void TestDeviceRestarts::an_entry_of_another_person_breaks_the_log()
{
    RotationScene scene;
    scene.fixture.stop();
    Identity staged = scene.keys.load();
    const auto stranger = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    const auto next = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    const json::Object statement =
        audit::signRotation(audit::originOf(scene.first), staged.device, next, stranger, kTestStart).value();
    staged.next = keychain::NextDevice{next, json::serialize(statement)};
    scene.fixture.setIdentity(staged);
    audit::LeafDraft leaf{.kind = LeafKind::KeyRotated};
    leaf.claims["rotation"] = statement;
    forgeLeaves(scene.fixture, kTestStart, {leaf}, stranger.publicKey().thumbprint());
    QVERIFY(scene.fixture.start());
    QVERIFY(scene.fixture.has(Trouble::LogBroken));
    QVERIFY(scene.fixture.status().logProblem.contains("another person"));
    QCOMPARE(scene.device().value, scene.first.value); // the key that nobody wanted is not taken
    QCOMPARE(thumbprintOf(scene.keys.load().device).value, scene.first.value);
}

int main(int argc, char** argv)
{
    std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow is an error of the write
    QCoreApplication app(argc, argv);
    TestDeviceRestarts test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_device_restarts.moc"
