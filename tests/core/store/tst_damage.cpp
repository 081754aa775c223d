// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files that were cut, overwritten, replaced, or written by others: refused, said, and left as they are.

#include "core/store/database.h"

#include "tests/core/store/raw_database.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace countersign;
using store::Access;
using store::Database;
using store::Query;

namespace {

constexpr qsizetype kPage = 4096;
constexpr int kRows = 400;

QString databaseFile(const QString& folder)
{
    return folder + QStringLiteral("/countersign.sqlite");
}

Result<std::int64_t> rowsIn(const QString& folder, Access access)
{
    const auto db = Database::open(folder, access);
    if (!db)
        return std::unexpected(db.error());
    Query query(**db, "SELECT count(*) FROM meta");
    const auto more = query.next();
    if (!more)
        return std::unexpected(more.error());
    return query.integer(0);
}

} // namespace

class DamageTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_home.emplace();
        m_folder = m_home->filePath(QStringLiteral("data"));
        const auto db = Database::open(m_folder, Access::ReadWrite);
        QVERIFY2(db, db ? "" : db.error().message.c_str());
        for (int i = 0; i < kRows; ++i)
            QVERIFY(Query(**db, "INSERT INTO meta (key, value) VALUES (?, ?)")
                    .bind(std::to_string(i))
                    .bind(std::string(500, 'x'))
                    .run());
    }

    void a_damaged_file_is_refused_and_not_touched_data()
    {
        QTest::addColumn<qsizetype>("keep"); // bytes of the file; -1: all
        QTest::addColumn<qsizetype>("spoilAt"); // -1: nowhere
        QTest::newRow("empty") << qsizetype(0) << qsizetype(-1);
        QTest::newRow("one byte") << qsizetype(1) << qsizetype(-1);
        QTest::newRow("inside the header") << qsizetype(50) << qsizetype(-1);
        QTest::newRow("the header alone") << qsizetype(100) << qsizetype(-1);
        QTest::newRow("inside the first page") << qsizetype(kPage - 1) << qsizetype(-1);
        QTest::newRow("the first page alone") << qsizetype(kPage) << qsizetype(-1);
        QTest::newRow("inside a later page") << qsizetype(10 * kPage + 17) << qsizetype(-1);
        QTest::newRow("pages missing at the end") << qsizetype(30 * kPage) << qsizetype(-1);
        QTest::newRow("other magic") << qsizetype(-1) << qsizetype(0);
        QTest::newRow("another page size") << qsizetype(-1) << qsizetype(16);
        QTest::newRow("another application") << qsizetype(-1) << qsizetype(68);
        QTest::newRow("schema page") << qsizetype(-1) << qsizetype(100);
        QTest::newRow("a page's header") << qsizetype(-1) << qsizetype(40 * kPage);
    }
    void a_damaged_file_is_refused_and_not_touched()
    {
        QFETCH(qsizetype, keep);
        QFETCH(qsizetype, spoilAt);
        QByteArray content = test::contentOf(databaseFile(m_folder));
        QVERIFY(content.size() > 41 * kPage);
        if (keep >= 0)
            content.truncate(keep);
        if (spoilAt >= 0)
            content.replace(spoilAt, 4, QByteArray(4, '\xee'));
        QVERIFY(test::replaceContent(databaseFile(m_folder), content));

        const auto rows = rowsIn(m_folder, Access::ReadWrite);
        QVERIFY(!rows);
        QCOMPARE(rows.error().code, ErrorCode::StorageCorrupt);
        QVERIFY2(rows.error().message.contains("Nothing was changed"), rows.error().message.c_str());
        QCOMPARE(test::contentOf(databaseFile(m_folder)), content);
        QVERIFY(!rowsIn(m_folder, Access::ReadWrite)); // nor does a second try get through
    }

    void any_page_that_is_zeroed_is_noticed()
    {
        const QByteArray whole = test::contentOf(databaseFile(m_folder));
        for (qsizetype page = 0; page * kPage < whole.size(); ++page) {
            QByteArray content = whole;
            content.replace(page * kPage, kPage, QByteArray(kPage, '\0'));
            QVERIFY(test::replaceContent(databaseFile(m_folder), content));
            const auto rows = rowsIn(m_folder, Access::ReadWrite);
            QVERIFY2(!rows, qPrintable(QStringLiteral("page %1").arg(page)));
            QCOMPARE(rows.error().code, ErrorCode::StorageCorrupt);
        }
    }

    void a_file_of_anything_else_is_refused_and_not_touched_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("text") << QByteArray("Dear diary,\n").repeated(1000);
        QTest::newRow("zeros") << QByteArray(16 * kPage, '\0');
    }
    void a_file_of_anything_else_is_refused_and_not_touched()
    {
        QFETCH(QByteArray, content);
        QVERIFY(test::replaceContent(databaseFile(m_folder), content));
        for (const Access access : {Access::ReadWrite, Access::ReadOnly}) {
            const auto rows = rowsIn(m_folder, access);
            QVERIFY(!rows);
            QCOMPARE(rows.error().code, ErrorCode::StorageCorrupt);
        }
        QCOMPARE(test::contentOf(databaseFile(m_folder)), content);
    }

    void another_programs_database_is_refused()
    {
        QVERIFY(QFile::remove(databaseFile(m_folder)));
        QVERIFY(test::RawDatabase(m_folder).execute(QStringLiteral("CREATE TABLE bookmarks (url TEXT)")));
        const auto rows = rowsIn(m_folder, Access::ReadWrite);
        QVERIFY(!rows);
        QCOMPARE(rows.error().code, ErrorCode::StorageCorrupt);
    }

    void a_newer_schema_is_refused_and_not_touched()
    {
        const QString copy = m_home->filePath(QStringLiteral("newer"));
        QVERIFY(QDir().mkpath(copy));
        QByteArray wal;
        QByteArray content;
        {
            // As a newer version leaves it when it is killed: the last changes stand in the write-ahead log only.
            const test::RawDatabase raw(m_folder);
            QVERIFY(raw.execute(QStringLiteral("CREATE TABLE newer (a TEXT)")));
            QVERIFY(raw.execute(QStringLiteral("PRAGMA user_version = %1").arg(store::kSchemaVersion + 1)));
            content = test::contentOf(databaseFile(m_folder));
            wal = test::contentOf(databaseFile(m_folder) + QStringLiteral("-wal"));
            QVERIFY(!wal.isEmpty());
            QVERIFY(test::replaceContent(databaseFile(copy), content));
            QVERIFY(test::replaceContent(databaseFile(copy) + QStringLiteral("-wal"), wal));
        }
        for (const Access access : {Access::ReadWrite, Access::ReadOnly}) {
            const auto rows = rowsIn(copy, access);
            QVERIFY(!rows);
            QCOMPARE(rows.error().code, ErrorCode::StorageNewer);
            QCOMPARE(test::contentOf(databaseFile(copy)), content);
            QCOMPARE(test::contentOf(databaseFile(copy) + QStringLiteral("-wal")), wal);
        }
    }

    void a_schema_that_somebody_added_to_is_refused_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("a trigger that revives grants") << QStringLiteral(
            "CREATE TRIGGER revive AFTER UPDATE OF state ON grants BEGIN UPDATE grants SET state = 0; END");
        QTest::newRow("a view") << QStringLiteral("CREATE VIEW all_tokens AS SELECT * FROM tokens");
        QTest::newRow("a table") << QStringLiteral("CREATE TABLE extra (a TEXT)");
        QTest::newRow("an index") << QStringLiteral("CREATE INDEX extra ON grants (end_reason)");
        QTest::newRow("a guard taken away") << QStringLiteral("DROP TRIGGER log_leaves_stay");
        QTest::newRow("a column") << QStringLiteral("ALTER TABLE grants ADD COLUMN extra TEXT");
        QTest::newRow("a table taken away") << QStringLiteral("DROP TABLE services");
    }
    void a_schema_that_somebody_added_to_is_refused()
    {
        QFETCH(QString, sql);
        QVERIFY(test::RawDatabase(m_folder).execute(sql));
        const auto rows = rowsIn(m_folder, Access::ReadWrite);
        QVERIFY(!rows);
        QCOMPARE(rows.error().code, ErrorCode::StorageCorrupt);
    }

    void an_older_schema_is_brought_up_to_date_for_a_writer_only()
    {
        QVERIFY(QFile::remove(databaseFile(m_folder)));
        QVERIFY(test::RawDatabase(m_folder).execute(QStringLiteral("PRAGMA application_id = 0x4353474e")));
        const auto reading = rowsIn(m_folder, Access::ReadOnly);
        QVERIFY(!reading);
        QCOMPARE(reading.error().code, ErrorCode::StorageFailed);
        const auto writing = rowsIn(m_folder, Access::ReadWrite);
        QVERIFY2(writing, writing ? "" : writing.error().message.c_str());
        QCOMPARE(*writing, 0);
        QCOMPARE(*rowsIn(m_folder, Access::ReadOnly), 0);
    }

    void a_journal_without_its_database_is_refused_and_not_touched()
    {
        const QString file = databaseFile(m_folder);
        QVERIFY(QFile::remove(file));
        QVERIFY(test::replaceContent(file + QStringLiteral("-wal"), "what was committed last"));
        const auto rows = rowsIn(m_folder, Access::ReadWrite);
        QVERIFY(!rows);
        QCOMPARE(rows.error().code, ErrorCode::StorageCorrupt);
        QVERIFY(!QFile::exists(file));
        QCOMPARE(test::contentOf(file + QStringLiteral("-wal")), "what was committed last");
    }

    void a_first_start_that_was_cut_off_is_begun_again()
    {
        QVERIFY(QFile::remove(databaseFile(m_folder)));
        QVERIFY(test::replaceContent(databaseFile(m_folder) + QStringLiteral(".new"), "half"));
        QVERIFY(test::replaceContent(databaseFile(m_folder) + QStringLiteral(".new-wal"), "half"));
        const auto db = Database::open(m_folder, Access::ReadWrite);
        QVERIFY2(db, db ? "" : db.error().message.c_str());
        QVERIFY((*db)->isNew());
        QVERIFY(QDir(m_folder).entryList({QStringLiteral("*.new*")}).isEmpty());
    }

    void what_stood_in_a_write_ahead_log_comes_back_up_to_the_last_whole_commit()
    {
        QByteArray content;
        QByteArray wal;
        {
            const auto db = Database::open(m_folder, Access::ReadWrite);
            QVERIFY(db);
            for (int i = 0; i < 10; ++i)
                QVERIFY(
                    Query(**db, "INSERT INTO meta (key, value) VALUES (?, 'w')").bind("w" + std::to_string(i)).run());
            content = test::contentOf(databaseFile(m_folder));
            wal = test::contentOf(databaseFile(m_folder) + QStringLiteral("-wal"));
        }
        std::int64_t last = kRows;
        for (qsizetype keep = 0; keep <= wal.size(); keep += 1000) {
            const QTemporaryDir home;
            QVERIFY(test::replaceContent(databaseFile(home.path()), content));
            QVERIFY(test::replaceContent(databaseFile(home.path()) + QStringLiteral("-wal"), wal.first(keep)));
            const auto rows = rowsIn(home.path(), Access::ReadWrite);
            QVERIFY2(rows, rows ? "" : rows.error().message.c_str());
            QVERIFY(*rows >= last && *rows <= kRows + 10);
            last = *rows;
        }
        QVERIFY(last >= kRows + 9);
    }

    void a_database_that_is_a_folder_is_refused()
    {
        QVERIFY(QFile::remove(databaseFile(m_folder)));
        QVERIFY(QDir().mkpath(databaseFile(m_folder)));
        const auto rows = rowsIn(m_folder, Access::ReadWrite);
        QVERIFY(!rows);
        QCOMPARE(rows.error().code, ErrorCode::StorageFailed);
    }

private:
    std::optional<QTemporaryDir> m_home;
    QString m_folder;
};

QTEST_GUILESS_MAIN(DamageTest)
#include "tst_damage.moc"
