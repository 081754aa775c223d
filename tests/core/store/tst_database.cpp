// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/database.h"

#include "tests/core/store/raw_database.h"

#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <thread>

#include <unistd.h>

using namespace countersign;
using store::Access;
using store::Database;
using store::Query;

namespace {

constexpr auto kHolderArgument = "--hold";

Result<void> setMeta(Database& db, const std::string& key, const std::string& value)
{
    Query query(db, "INSERT INTO meta (key, value) VALUES (?, ?)");
    return query.bind(key).bind(value).run();
}

std::int64_t metaCount(Database& db)
{
    Query query(db, "SELECT count(*) FROM meta");
    return query.next().value_or(false) ? query.integer(0) : -1;
}

/// Opens a folder, says so, and keeps it until it is killed.
int hold(const QString& folder)
{
    const auto db = Database::open(folder, Access::ReadWrite);
    ::puts(db ? "open" : "refused");
    ::fflush(stdout);
    ::pause();
    return 0;
}

} // namespace

class DatabaseTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_home.emplace();
        m_folder = m_home->filePath(QStringLiteral("deep/countersign"));
    }

    void the_first_open_makes_it_and_the_next_finds_it()
    {
        {
            const auto db = Database::open(m_folder, Access::ReadWrite);
            QVERIFY2(db, db ? "" : db.error().message.c_str());
            QVERIFY((*db)->isNew());
            QCOMPARE((*db)->folder(), QFileInfo(m_folder).canonicalFilePath());
            QVERIFY(setMeta(**db, "a", "1"));
        }
        const auto db = Database::open(m_folder, Access::ReadWrite);
        QVERIFY2(db, db ? "" : db.error().message.c_str());
        QVERIFY(!(*db)->isNew());
        QCOMPARE(metaCount(**db), 1);
    }

    void every_connection_has_the_settings_that_protect_data_data()
    {
        QTest::addColumn<QByteArray>("pragma");
        QTest::addColumn<qint64>("value");
        QTest::newRow("synchronous FULL") << QByteArray("PRAGMA synchronous") << qint64(2);
        QTest::newRow("foreign keys") << QByteArray("PRAGMA foreign_keys") << qint64(1);
        QTest::newRow("untrusted schema") << QByteArray("PRAGMA trusted_schema") << qint64(0);
        QTest::newRow("cell sizes checked") << QByteArray("PRAGMA cell_size_check") << qint64(1);
        QTest::newRow("erased is overwritten") << QByteArray("PRAGMA secure_delete") << qint64(1);
        QTest::newRow("waits for others") << QByteArray("PRAGMA busy_timeout") << qint64(5000);
        QTest::newRow("schema version") << QByteArray("PRAGMA user_version") << qint64(store::kSchemaVersion);
        QTest::newRow("application id") << QByteArray("PRAGMA application_id") << qint64(0x4353474e);
    }
    void every_connection_has_the_settings_that_protect_data()
    {
        QFETCH(QByteArray, pragma);
        QFETCH(qint64, value);
        const auto writer = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(writer);
        const auto reader = Database::open(m_folder, Access::ReadOnly);
        QVERIFY(reader);
        for (Database* db : {writer->get(), reader->get()}) {
            Query query(*db, pragma.toStdString());
            QVERIFY(query.next().value());
            QCOMPARE(query.integer(0), value);
            Query mode(*db, "PRAGMA journal_mode");
            QVERIFY(mode.next().value());
            QCOMPARE(mode.text(0), "wal");
        }
    }

    void a_second_writer_is_refused_while_the_first_lives()
    {
        {
            const auto first = Database::open(m_folder, Access::ReadWrite);
            QVERIFY(first);
            const auto second = Database::open(m_folder, Access::ReadWrite);
            QVERIFY(!second);
            QCOMPARE(second.error().code, ErrorCode::StorageInUse);
            QVERIFY(setMeta(**first, "a", "1"));
        }
        QVERIFY(Database::open(m_folder, Access::ReadWrite));
    }

    void a_writer_in_another_process_keeps_us_out_until_it_is_killed()
    {
        QProcess other;
        other.start(QCoreApplication::applicationFilePath(), {QString::fromLatin1(kHolderArgument), m_folder});
        QVERIFY(other.waitForReadyRead());
        QCOMPARE(other.readLine(), "open\n");
        const auto refused = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::StorageInUse);
        QVERIFY(Database::open(m_folder, Access::ReadOnly));
        other.kill();
        QVERIFY(other.waitForFinished());
        QVERIFY(Database::open(m_folder, Access::ReadWrite));
    }

    void what_is_committed_stays_and_what_is_rolled_back_does_not()
    {
        const auto opened = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(opened);
        Database& db = **opened;
        QVERIFY(db.begin());
        QVERIFY(db.inTransaction());
        QVERIFY(setMeta(db, "kept", "1"));
        QVERIFY(db.commit());
        QVERIFY(!db.inTransaction());
        QVERIFY(db.begin());
        QVERIFY(setMeta(db, "dropped", "1"));
        db.rollback();
        QVERIFY(!db.inTransaction());
        QCOMPARE(metaCount(db), 1);
        db.rollback(); // of nothing is nothing
        QCOMPARE(metaCount(db), 1);
    }

    void a_transaction_that_is_dropped_with_its_database_is_not_kept()
    {
        {
            const auto db = Database::open(m_folder, Access::ReadWrite);
            QVERIFY(db);
            QVERIFY((*db)->begin());
            QVERIFY(setMeta(**db, "a", "1"));
        }
        const auto db = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(db);
        QCOMPARE(metaCount(**db), 0);
    }

    void begin_and_commit_must_pair()
    {
        const auto db = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(db);
        QVERIFY(!(*db)->commit());
        QVERIFY(!(*db)->savepoint());
        QVERIFY((*db)->begin());
        QVERIFY(!(*db)->begin());
        QVERIFY((*db)->commit());
    }

    void a_savepoint_undoes_its_part_only()
    {
        const auto opened = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(opened);
        Database& db = **opened;
        QVERIFY(db.begin());
        for (int round = 0; round < 4; ++round) {
            QVERIFY(db.savepoint());
            QVERIFY(setMeta(db, std::to_string(round), "1"));
            if (round % 2 == 0)
                QVERIFY(db.releaseSavepoint());
            else
                db.rollbackToSavepoint();
        }
        QVERIFY(db.commit());
        QCOMPARE(metaCount(db), 2);
    }

    void a_statement_that_breaks_a_rule_costs_only_itself()
    {
        const auto opened = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(opened);
        Database& db = **opened;
        QVERIFY(db.begin());
        QVERIFY(setMeta(db, "a", "1"));
        const auto twice = setMeta(db, "a", "2");
        QVERIFY(!twice);
        QCOMPARE(twice.error().code, ErrorCode::StorageFailed);
        QVERIFY(setMeta(db, "b", "2"));
        QVERIFY(db.commit());
        QCOMPARE(metaCount(db), 2);
    }

    void a_reference_to_nothing_fails_the_commit_and_undoes_it()
    {
        const auto opened = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(opened);
        Database& db = **opened;
        QVERIFY(db.begin());
        QVERIFY(setMeta(db, "a", "1"));
        Query query(db, "INSERT INTO uses (grant_id, detail, uses, total, day, on_day) VALUES ('none', 0, 1, 0, 0, 0)");
        QVERIFY(query.run());
        QVERIFY(!db.commit());
        QVERIFY(!db.inTransaction());
        QCOMPARE(metaCount(db), 0);
        QVERIFY(setMeta(db, "b", "1"));
    }

    void readers_on_other_threads_see_what_is_committed()
    {
        const auto opened = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(opened);
        Database& writer = **opened;
        std::vector<std::thread> readers;
        std::atomic<bool> done = false;
        std::atomic<int> failures = 0;
        for (int i = 0; i < 3; ++i) {
            readers.emplace_back([&] {
                const auto reader = Database::open(m_folder, Access::ReadOnly);
                std::int64_t seen = 0;
                while (reader && !done) {
                    const std::int64_t now = metaCount(**reader);
                    failures += now < seen || now % 2 != 0 ? 1 : 0; // never half a transaction
                    seen = now;
                }
                failures += reader && metaCount(**reader) == 200 ? 0 : 1;
            });
        }
        for (int i = 0; i < 100; ++i) {
            QVERIFY(writer.begin());
            QVERIFY(setMeta(writer, std::to_string(i) + "a", "1"));
            QVERIFY(setMeta(writer, std::to_string(i) + "b", "1"));
            QVERIFY(writer.commit());
        }
        done = true;
        for (std::thread& reader : readers)
            reader.join();
        QCOMPARE(failures, 0);
    }

    void a_reader_can_hold_one_moment_and_can_not_write()
    {
        const auto writer = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(writer);
        const auto reader = Database::open(m_folder, Access::ReadOnly);
        QVERIFY(reader);
        QVERIFY((*reader)->begin());
        QCOMPARE(metaCount(**reader), 0);
        QVERIFY(setMeta(**writer, "a", "1"));
        QCOMPARE(metaCount(**reader), 0);
        (*reader)->rollback();
        QCOMPARE(metaCount(**reader), 1);
        QVERIFY(!setMeta(**reader, "b", "1"));
        QCOMPARE(metaCount(**writer), 1);
    }

    void what_another_connection_commits_is_noticed_once()
    {
        const auto db = Database::open(m_folder, Access::ReadWrite).value();
        const test::RawDatabase other(m_folder);
        QVERIFY(other.execute(QStringLiteral("INSERT INTO meta (key, value) VALUES ('before', '')")));
        QCOMPARE(db->changedByOthers().value(), false); // the first look
        for (const char* key : {"own", "more of our own"}) {
            QVERIFY(db->begin());
            QVERIFY(setMeta(*db, key, ""));
            QVERIFY(db->commit());
        }
        QVERIFY(db->begin());
        QVERIFY(!setMeta(*db, "own", "")); // refused
        db->rollback();
        QCOMPARE(other.value(QStringLiteral("SELECT count(*) FROM meta WHERE key LIKE '%own'")).toInt(), 2);
        QVERIFY(other.execute(QStringLiteral("BEGIN IMMEDIATE")));
        QVERIFY(other.execute(QStringLiteral("DELETE FROM meta")));
        QVERIFY(other.execute(QStringLiteral("ROLLBACK")));
        const auto reader = Database::open(m_folder, Access::ReadOnly).value();
        QVERIFY(metaCount(*reader) > 0);
        QCOMPARE(db->changedByOthers().value(), false); // reading, and what was undone, is nothing
        QVERIFY(other.execute(QStringLiteral("DELETE FROM meta WHERE key = 'own'")));
        QVERIFY(db->begin());
        QCOMPARE(db->changedByOthers().value(), true);
        QCOMPARE(db->changedByOthers().value(), false);
        QVERIFY(setMeta(*db, "own", ""));
        QVERIFY(db->commit());
        QCOMPARE(db->changedByOthers().value(), false);
    }

    void a_reader_of_an_empty_folder_is_told_and_makes_nothing()
    {
        QVERIFY(QDir().mkpath(m_folder));
        const auto db = Database::open(m_folder, Access::ReadOnly);
        QVERIFY(!db);
        QCOMPARE(db.error().code, ErrorCode::StorageFailed);
        QVERIFY(QDir(m_folder).isEmpty());
        QVERIFY(!Database::open(m_folder + QStringLiteral("/none"), Access::ReadOnly));
        QVERIFY(QDir(m_folder).isEmpty());
    }

private:
    std::optional<QTemporaryDir> m_home;
    QString m_folder;
};

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (argc == 3 && QByteArray(argv[1]) == kHolderArgument)
        return hold(QString::fromLocal8Bit(argv[2]));
    DatabaseTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_database.moc"
