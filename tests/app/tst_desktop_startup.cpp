// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// From a data folder and a real sealed key file to a running authority, or to a refusal: keys that are there, keys that
// are lost, and the new start without them.
#include "core/evidence/archive.h"
#include "core/evidence/verify.h"
#include "tests/app/program_run.h"

using namespace countersign;
using namespace countersign::desktop;
using namespace countersign::desktop::test;
using namespace Qt::StringLiterals;
using authority::LostLog;
using authority::Recovery;
using countersign::testing::AuthorityFixture;
using keychain::Backend;
using keychain::Keychain;

class TestDesktopStartup : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keys_that_are_there_start_it();
    void lost_keys_are_refused_and_nothing_is_made();
    void a_new_start_sets_the_old_data_aside_and_says_so();
    void a_new_start_is_for_lost_keys_only();
    void a_short_passphrase_changes_nothing();
    void a_damaged_key_file_is_set_aside_too();
    void a_forgotten_passphrase_is_a_loss_too();
    void an_old_database_that_cant_be_read_is_set_aside_all_the_same();
    void lost_twice_is_two_archives();
    void a_rotated_devices_folder_starts_again();
    void an_old_key_that_was_left_is_overwritten();
};

void TestDesktopStartup::keys_that_are_there_start_it()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    ProgramRun again(folder.path());
    QCOMPARE(again.begin(), "started");
    QCOMPARE(again.status().device.value, deviceOf(folder.path()).value);
}

void TestDesktopStartup::lost_keys_are_refused_and_nothing_is_made()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    loseKeys(folder.path());
    const QStringList before = QDir(folder.path()).entryList(QDir::Files);
    ProgramRun run(folder.path());
    for (int i = 0; i < 2; ++i) {
        QCOMPARE(run.begin(), "keychain_emptied");
        QVERIFY(run.mayStartAnew);
    }
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files), before);
}

void TestDesktopStartup::a_new_start_sets_the_old_data_aside_and_says_so()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    const Thumbprint lost = deviceOf(folder.path());
    loseKeys(folder.path());
    auto first = std::make_unique<ProgramRun>(folder.path());
    ProgramRun& run = *first;
    QCOMPARE(run.begin(), "keychain_emptied");
    QCOMPARE(run.startAnew(), "started");
    const auto status = run.status();
    QVERIFY(status.device != lost);
    QCOMPARE(status.device.value, deviceOf(folder.path()).value);
    QCOMPARE(status.logOrigin, "countersign/" + status.device.value);
    const auto log = run.log();
    QCOMPARE(log.size(), std::size_t(2));
    QCOMPARE(log[0].kind, audit::LeafKind::LogStarted);
    QCOMPARE(log[1].kind, audit::LeafKind::LogRecovered);
    for (const QString& named :
        {u"countersign/"_s + QString::fromStdString(lost.value), u"\"size\": 1"_s, u"\"root\""_s, u"\"checkpoint\""_s})
        QVERIFY2(log[1].details.contains(named), qPrintable(log[1].details));
    QCOMPARE(archivesIn(folder.path()).size(), 1);
    QCOMPARE(run.startup.archive(), folder.path() + u'/' + archivesIn(folder.path()).constFirst());
    QVERIFY(!QFile::exists(folder.path() + u"/recovery.json"_s));
    // Nobody has its keys, and there is evidence to be had from it all the same.
    const UnixSeconds now = run.clock.now();
    const auto evidence =
        evidence::exportFromArchive(run.startup.archive(), evidence::SpanWanted{UnixSeconds{0}, now}, {}, now);
    QVERIFY2(evidence, evidence ? "" : evidence.error().message.c_str());
    QCOMPARE(evidence->device.value, lost.value);
    QVERIFY(evidence::verify(evidence->text, {{lost}, {}, now}).verdict == evidence::Verdict::Verified);
    QVERIFY(log[1].sentence.contains(archivesIn(folder.path()).constFirst()));
    // The archive is a folder as any other: whoever gets the keys back can start on it.
    const auto archived = store::Database::open(run.startup.archive(), store::Access::ReadOnly);
    QVERIFY(archived);
    first.reset();
    ProgramRun next(folder.path());
    QCOMPARE(next.begin(), "started");
    QCOMPARE(next.log().size(), std::size_t(2)); // and says nothing twice
}

void TestDesktopStartup::a_new_start_is_for_lost_keys_only()
{
    const QTemporaryDir folder;
    ProgramRun run(folder.path());
    QVERIFY(!run.startup.mayStartAnew({ErrorCode::KeychainEmptied, ""})); // nothing was there that could be lost
    QCOMPARE(run.begin(), "first start");
    QCOMPARE(run.makeIdentity(), "started");
    for (const ErrorCode code : {ErrorCode::KeychainLocked, ErrorCode::KeychainMissing, ErrorCode::KeychainDenied,
             ErrorCode::StorageCorrupt, ErrorCode::StorageInUse})
        QVERIFY(!run.startup.mayStartAnew({code, ""}));
}

void TestDesktopStartup::a_short_passphrase_changes_nothing()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    loseKeys(folder.path());
    ProgramRun run(folder.path());
    QCOMPARE(run.begin(), "keychain_emptied");
    QCOMPARE(run.startAnew(u"1234567"_s), "invalid_input");
    QVERIFY(archivesIn(folder.path()).isEmpty());
    QVERIFY(!QFile::exists(folder.path() + u"/recovery.json"_s));
    QCOMPARE(run.startAnew(), "started"); // with a better one
}

void TestDesktopStartup::a_damaged_key_file_is_set_aside_too()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    QFile file(folder.path() + u"/keychain.sealed"_s);
    QVERIFY(file.open(QIODevice::ReadWrite));
    const QByteArray whole = file.readAll();
    QVERIFY(file.resize(whole.size() - 1));
    file.close();
    ProgramRun run(folder.path());
    QCOMPARE(run.begin(), "keychain_emptied");
    QCOMPARE(run.startAnew(), "started");
    QFile kept(run.startup.archive() + u"/keychain.sealed.lost"_s);
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.readAll(), whole.chopped(1));
}

void TestDesktopStartup::a_forgotten_passphrase_is_a_loss_too()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    {
        ProgramRun run(folder.path());
        run.passphrase = u"not these words"_s;
        QCOMPARE(run.begin(), "wrong_passphrase");
        QVERIFY(run.mayStartAnew);
        run.passphrase = kWords; // it came back
        QCOMPARE(run.begin(), "started");
    }
    ProgramRun run(folder.path());
    run.passphrase = u"not these words"_s;
    QCOMPARE(run.begin(), "wrong_passphrase");
    QCOMPARE(run.startAnew(), "started");
    QVERIFY(QFile::exists(run.startup.archive() + u"/keychain.sealed.lost"_s));
}

void TestDesktopStartup::an_old_database_that_cant_be_read_is_set_aside_all_the_same()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    loseKeys(folder.path());
    QFile database(folder.path() + u"/countersign.sqlite"_s);
    QVERIFY(database.open(QIODevice::WriteOnly | QIODevice::Truncate));
    database.write("this is no database");
    database.close();
    for (const char* suffix : {"-wal", "-shm"})
        QFile::remove(database.fileName() + QLatin1StringView(suffix));
    ProgramRun run(folder.path());
    QCOMPARE(run.begin(), "keychain_emptied");
    QCOMPARE(run.startAnew(), "started");
    QVERIFY(!run.log()[1].details.contains(u"\"size\""_s));
    QFile kept(run.startup.archive() + u"/countersign.sqlite"_s);
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(kept.readAll(), QByteArray("this is no database"));
}

void TestDesktopStartup::lost_twice_is_two_archives()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    for (int i = 1; i <= 2; ++i) {
        loseKeys(folder.path());
        ProgramRun run(folder.path());
        QCOMPARE(run.begin(), "keychain_emptied");
        QCOMPARE(run.startAnew(), "started");
        QCOMPARE(archivesIn(folder.path()).size(), i);
        QCOMPARE(run.log().size(), std::size_t(2));
        run.running.reset();
        QTest::qWait(1100); // archives are named by the second
    }
}

void TestDesktopStartup::a_rotated_devices_folder_starts_again()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    Thumbprint second;
    {
        ProgramRun run(folder.path());
        QCOMPARE(run.begin(), "started");
        QVERIFY(AuthorityFixture::wait<void>(
            [&](auto reply) { authority::rotateDevice(*run.running, ProgramRun::secret(kWords), std::move(reply)); }));
        second = run.status().device;
        QVERIFY(second != deviceOf(folder.path()));
    }
    ProgramRun again(folder.path());
    QCOMPARE(again.begin(), "started");
    QCOMPARE(again.status().device.value, second.value);
    QCOMPARE(again.status().logOrigin, "countersign/" + deviceOf(folder.path()).value);
}

void TestDesktopStartup::an_old_key_that_was_left_is_overwritten()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    const auto read = [](ProgramRun& run) {
        return run.on<std::string>(
            [](Keychain& open) { return std::string(open.read("device-key").value().value().view()); });
    };
    {
        ProgramRun run(folder.path());
        QCOMPARE(run.begin(), "started");
        const std::string old = read(run);
        QVERIFY(AuthorityFixture::wait<void>(
            [&](auto reply) { authority::rotateDevice(*run.running, ProgramRun::secret(kWords), std::move(reply)); }));
        QCOMPARE(read(run), "retired");
        // As if the power had gone after the first of the two writes: the new one counts, the old one is there.
        QVERIFY(run.on<bool>(
            [&](Keychain& open) { return open.write("device-key", crypto::SecretBytes(old)).has_value(); }));
    }
    ProgramRun again(folder.path());
    QCOMPARE(again.begin(), "started");
    QCOMPARE(read(again), "retired");
}

QTEST_GUILESS_MAIN(TestDesktopStartup)
#include "tst_desktop_startup.moc"
