// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The new start without lost keys, cut off after each of its steps, or with a decision that is none: the old state,
// which refuses, or the new one whole.
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

class TestNewStartCutOff : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cut_off_before_the_decision_all_is_as_it_was();
    void cut_off_after_the_decision_the_next_start_goes_on_data();
    void cut_off_after_the_decision_the_next_start_goes_on();
    void a_decision_that_cant_be_read_starts_nothing();
    void a_decision_for_other_keys_starts_nothing();
    void the_old_folder_put_back_after_a_new_start_is_refused();
    void what_stands_for_a_checkpoint_in_the_old_database_hinders_nothing_data();
    void what_stands_for_a_checkpoint_in_the_old_database_hinders_nothing();
};

void TestNewStartCutOff::cut_off_before_the_decision_all_is_as_it_was()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    const Thumbprint lost = deviceOf(folder.path());
    QFile file(folder.path() + u"/keychain.sealed"_s);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray whole = file.readAll();
    file.close();
    {
        // The person starts anew because the passphrase is forgotten; the power goes once the new keys stand by.
        QVERIFY(authority::setSealedFileAside(folder.path()));
        ProgramRun run(folder.path());
        std::promise<bool> opened;
        run.keysThread.open(Backend::SealedFile,
            {folder.path(),
                [](auto&&, auto&&) -> Result<crypto::SecretBytes> { return crypto::SecretBytes("new words"); }},
            [&](const Result<void>& result) { opened.set_value(result.has_value()); });
        QVERIFY(opened.get_future().get());
        QVERIFY(run.on<bool>([&](Keychain& open) {
            return keychain::createSuccessor(open, crypto::SecretBytes("new words"), lost, run.clock.now()).has_value();
        }));
    }
    ProgramRun run(folder.path());
    QCOMPARE(run.begin(), "started"); // and the passphrase is remembered
    QCOMPARE(run.status().device.value, lost.value);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.size() >= whole.size());
    QVERIFY(archivesIn(folder.path()).isEmpty());
}

void TestNewStartCutOff::cut_off_after_the_decision_the_next_start_goes_on_data()
{
    QTest::addColumn<int>("steps");
    const char* const names[] = {"decided", "set aside", "recorded", "settled", "logged"};
    for (int steps = 0; steps < 5; ++steps)
        QTest::newRow(names[steps]) << steps;
}

void TestNewStartCutOff::cut_off_after_the_decision_the_next_start_goes_on()
{
    QFETCH(int, steps);
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    const auto record = readIdentityRecord(folder.path()).value().value();
    loseKeys(folder.path());
    Recovery recovery;
    {
        ProgramRun run(folder.path());
        QCOMPARE(run.begin(), "keychain_emptied"); // which opened the new, empty key file
        const LostLog lost = authority::readLostLog(folder.path(), record.device, record.person, run.clock.now());
        const auto made = run.on<Result<keychain::Identity>>([&](Keychain& open) {
            return keychain::createSuccessor(open, ProgramRun::secret(kWords), lost.device, run.clock.now());
        });
        QVERIFY(made);
        recovery = {lost, Backend::SealedFile, made->device.publicKey().thumbprint(), made->person.thumbprint()};
        QVERIFY(authority::decideRecovery(folder.path(), recovery));
        if (steps >= 1)
            QVERIFY(authority::setAside(folder.path(), recovery));
        if (steps >= 2)
            QVERIFY(writeIdentityRecord(folder.path(), {recovery.backend, recovery.device, recovery.person}));
        if (steps >= 3)
            QVERIFY(run.on<Result<void>>([](Keychain& open) { return keychain::settleSuccessor(open); }));
        if (steps >= 4) {
            AuthorityFixture fixture(folder.path(), *made);
            fixture.setFollows(lost);
            QVERIFY(fixture.start(AuthorityFixture::PersonKey::Sealed));
        }
    }
    ProgramRun run(folder.path());
    QCOMPARE(run.begin(), "started");
    QCOMPARE(run.status().device.value, recovery.device.value);
    const auto log = run.log();
    QCOMPARE(log.size(), std::size_t(2));
    QCOMPARE(log[1].kind, audit::LeafKind::LogRecovered);
    QVERIFY(!QFile::exists(folder.path() + u"/recovery.json"_s));
    QCOMPARE(archivesIn(folder.path()).size(), 1);
    const QString archive = folder.path() + u'/' + archivesIn(folder.path()).constFirst();
    QCOMPARE(readIdentityRecord(archive).value().value().device.value, record.device.value);
    QVERIFY(QFile::exists(archive + u"/countersign.sqlite"_s));
}

void TestNewStartCutOff::a_decision_that_cant_be_read_starts_nothing()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    QFile file(folder.path() + u"/recovery.json"_s);
    for (const QByteArray& text : {QByteArray(), QByteArray("{}"), QByteArray(20'000, ' '),
             QByteArray(R"({"lost":{"origin":"o","device":"d","person":"p","archive":"../elsewhere"},)"
                        R"("keychain":"sealed-file","device":"d","person":"p"})"),
             QByteArray(R"({"lost":{"origin":"o","device":"d","person":"p","archive":"set-aside-x","size":1},)"
                        R"("keychain":"sealed-file","device":"d","person":"p"})")}) {
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(text);
        file.close();
        ProgramRun run(folder.path());
        const std::string outcome = run.begin();
        QVERIFY2(outcome == "storage_corrupt" || outcome == "too_large", outcome.c_str());
        QVERIFY(!run.mayStartAnew);
    }
    QVERIFY(file.remove());
    ProgramRun run(folder.path());
    QCOMPARE(run.begin(), "started");
}

void TestNewStartCutOff::a_decision_for_other_keys_starts_nothing()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    const auto record = readIdentityRecord(folder.path()).value().value();
    // Written by another program: it does not make anything be set aside.
    QVERIFY(authority::decideRecovery(folder.path(),
        {{"countersign/" + record.device.value, record.device, record.person, {}, {}, {}, "set-aside-now"},
            Backend::SealedFile, Thumbprint{"other"}, Thumbprint{"other"}}));
    ProgramRun run(folder.path());
    QCOMPARE(run.begin(), "keychain_emptied");
    QVERIFY(archivesIn(folder.path()).isEmpty());
    QCOMPARE(deviceOf(folder.path()).value, record.device.value);
}

void TestNewStartCutOff::the_old_folder_put_back_after_a_new_start_is_refused()
{
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    loseKeys(folder.path());
    QString archive;
    {
        ProgramRun run(folder.path());
        QCOMPARE(run.begin(), "keychain_emptied");
        QCOMPARE(run.startAnew(), "started");
        archive = run.startup.archive();
    }
    for (const char* name : {"identity.json", "countersign.sqlite"}) {
        QVERIFY(QFile::remove(folder.path() + u'/' + QLatin1StringView(name)));
        QVERIFY(QFile::copy(archive + u'/' + QLatin1StringView(name), folder.path() + u'/' + QLatin1StringView(name)));
    }
    ProgramRun run(folder.path());
    QCOMPARE(run.begin(), "keychain_emptied");
}

void TestNewStartCutOff::what_stands_for_a_checkpoint_in_the_old_database_hinders_nothing_data()
{
    QTest::addColumn<QString>("note");
    QTest::addColumn<bool>("isKept");
    QTest::newRow("70 KB") << QString(70'000, u'x') << false;
    QTest::newRow("a byte too much") << QString(4097, u'x') << false;
    QTest::newRow("all that is allowed") << QString(4096, u'\n') << true;
    QTest::newRow("what grows when it is written") << QString(4000, QChar(1)) << false;
}

void TestNewStartCutOff::what_stands_for_a_checkpoint_in_the_old_database_hinders_nothing()
{
    QFETCH(const QString, note);
    QFETCH(const bool, isKept);
    const QTemporaryDir folder;
    ProgramRun::first(folder.path());
    const auto record = readIdentityRecord(folder.path()).value().value();
    loseKeys(folder.path());
    {
        const auto database = store::Database::open(folder.path(), store::Access::ReadWrite).value();
        store::Query query(*database, "INSERT INTO log_checkpoints (size, root, note, at) VALUES (99, x'00', ?, 1)");
        QVERIFY(query.bind(note.toStdString()).run());
    }
    QCOMPARE(authority::readLostLog(folder.path(), record.device, record.person, {1}).checkpoint.empty(), !isKept);
    {
        ProgramRun run(folder.path());
        QCOMPARE(run.begin(), "keychain_emptied");
        QCOMPARE(run.startAnew(), "started");
        QCOMPARE(run.log()[1].details.contains(u"\"checkpoint\""_s), isKept);
    }
    ProgramRun next(folder.path());
    QCOMPARE(next.begin(), "started");
}

QTEST_GUILESS_MAIN(TestNewStartCutOff)
#include "tst_new_start_cut_off.moc"
