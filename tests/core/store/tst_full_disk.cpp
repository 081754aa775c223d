// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A disk that is really full: a small tmpfs of our own, in a user and mount namespace of our own, where the system
// allows that; and a limit on the size of files, which SQLite meets as it does a quota, everywhere.

#include "core/store/database.h"
#include "tests/support/small_disk.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace countersign;
using namespace countersign::testing;
using store::Access;
using store::Database;
using store::Query;

namespace {

constexpr int kSmallDiskMebibytes = 12;

Result<void> insert(Database& db, const std::string& key, std::size_t bytes)
{
    Query query(db, "INSERT INTO meta (key, value) VALUES (?, ?)");
    return query.bind(key).bind(std::string(bytes, 'x')).run();
}

std::int64_t rowCount(Database& db)
{
    Query query(db, "SELECT count(*) FROM meta");
    return query.next().value_or(false) ? query.integer(0) : -1;
}

} // namespace

class FullDiskTest : public QObject {
    Q_OBJECT
public:
    explicit FullDiskTest(SmallDisk disk) : m_disk(disk) { }

private Q_SLOTS:
    void init()
    {
        m_home.emplace();
        m_folder = m_home->filePath(QStringLiteral("data"));
        const QFileInfoList leftovers =
            QDir(QFile::decodeName(smallDiskPath())).entryInfoList(QDir::AllEntries | QDir::NoDotAndDotDot);
        for (const QFileInfo& left : leftovers) {
            if (left.isDir())
                QVERIFY(QDir(left.filePath()).removeRecursively());
            else
                QVERIFY(QFile::remove(left.filePath()));
        }
    }

    void a_file_that_may_not_grow_refuses_and_loses_nothing()
    {
        const auto opened = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(opened);
        Database& db = **opened;
        QVERIFY(insert(db, "before", 100));
        {
            const FileSizeLimit limit(64 * 1024);
            QVERIFY(db.begin());
            const auto done = insert(db, "big", 1 << 20);
            const auto committed = done ? db.commit() : done;
            QVERIFY(!committed);
            QCOMPARE(committed.error().code, ErrorCode::StorageFull);
            db.rollback();
        }
        QCOMPARE(rowCount(db), 1);
        QVERIFY(insert(db, "after", 1 << 20));
        QCOMPARE(rowCount(db), 2);
    }

    void a_full_disk_refuses_and_loses_nothing()
    {
        if (m_disk == SmallDisk::Unavailable)
            QSKIP("this system lets us mount no small disk");
        const auto opened = Database::open(smallFolder(), Access::ReadWrite);
        QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
        Database& db = **opened;
        QVERIFY(insert(db, "before", 100));
        QVERIFY(fillDisk(filler()));

        int kept = 1;
        ErrorCode code = ErrorCode::Internal;
        for (int i = 0; i < 1000; ++i) { // what is left in the write-ahead log's last block
            const auto done = insert(db, "more" + std::to_string(i), 1000);
            if (!done) {
                code = done.error().code;
                break;
            }
            ++kept;
        }
        QCOMPARE(code, ErrorCode::StorageFull);
        QCOMPARE(rowCount(db), kept);
        QVERIFY(QFile::remove(filler()));
        QVERIFY(insert(db, "after", 100000));
        QCOMPARE(rowCount(db), kept + 1);
    }

    void the_reserve_has_room_for_what_must_be_written()
    {
        if (m_disk == SmallDisk::Unavailable)
            QSKIP("this system lets us mount no small disk");
        const auto opened = Database::open(smallFolder(), Access::ReadWrite);
        QVERIFY(opened);
        Database& db = **opened;
        QVERIFY(fillDisk(filler()));
        QVERIFY(!insert(db, "revocation", 100000));
        db.releaseReserve();
        QVERIFY(insert(db, "revocation", 100000));
        db.restoreReserve(); // takes what is left, or nothing
        db.releaseReserve();
        QVERIFY(insert(db, "another", 100000));
        QCOMPARE(rowCount(db), 2);
    }

    void after_an_error_nothing_more_of_that_transaction_is_written()
    {
        if (m_disk == SmallDisk::Unavailable)
            QSKIP("this system lets us mount no small disk");
        const auto opened = Database::open(smallFolder(), Access::ReadWrite);
        QVERIFY(opened);
        Database& db = **opened;
        QVERIFY(insert(db, "before", 100));
        QVERIFY(db.begin());
        QVERIFY(db.savepoint());
        QVERIFY(insert(db, "first of a group", 100));
        QVERIFY(db.releaseSavepoint());
        QVERIFY(db.savepoint());
        QVERIFY(fillDisk(filler()));
        // More than the page cache holds, so that the statement itself meets the full disk, not the commit.
        Query flood(db,
            "INSERT INTO meta (key, value) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            "20000)"
            " SELECT 'n' || i, hex(zeroblob(500)) FROM n");
        const auto done = flood.run();
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::StorageFull);
        QVERIFY(QFile::remove(filler()));
        db.rollbackToSavepoint();

        // SQLite may have ended the transaction: a statement that ran now would be a commit of its own.
        const auto next = insert(db, "next of the group", 100);
        QVERIFY(!next);
        QCOMPARE(next.error().code, ErrorCode::StorageFull);
        const auto committed = db.commit();
        QVERIFY(!committed);
        QCOMPARE(committed.error().code, ErrorCode::StorageFull);
        QVERIFY(!db.inTransaction());
        QCOMPARE(rowCount(db), 1);
        QVERIFY(insert(db, "once more", 100));
        QCOMPARE(rowCount(db), 2);
    }

    void a_start_on_a_full_disk_gives_up_the_reserve()
    {
        if (m_disk == SmallDisk::Unavailable)
            QSKIP("this system lets us mount no small disk");
        {
            const auto db = Database::open(smallFolder(), Access::ReadWrite);
            QVERIFY(db);
            QVERIFY(insert(**db, "before", 100));
        }
        QVERIFY(fillDisk(filler()));
        const auto db = Database::open(smallFolder(), Access::ReadWrite);
        QVERIFY2(db, db ? "" : db.error().message.c_str());
        (*db)->releaseReserve();
        QVERIFY(insert(**db, "revocation", 10000));
        QCOMPARE(rowCount(**db), 2);
    }

    void a_first_start_on_a_full_disk_says_so_and_works_later()
    {
        if (m_disk == SmallDisk::Unavailable)
            QSKIP("this system lets us mount no small disk");
        QVERIFY(fillDisk(filler()));
        const auto refused = Database::open(smallFolder(), Access::ReadWrite);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::StorageFull);
        QVERIFY(QFile::remove(filler()));
        const auto db = Database::open(smallFolder(), Access::ReadWrite);
        QVERIFY2(db, db ? "" : db.error().message.c_str());
        QVERIFY((*db)->isNew());
    }

    void a_disk_too_small_for_a_reserve_still_serves()
    {
        if (m_disk == SmallDisk::Unavailable)
            QSKIP("this system lets us mount no small disk");
        QVERIFY(fillDisk(filler()));
        QVERIFY(QFile::resize(filler(), QFileInfo(filler()).size() - 2 * 1024 * 1024));
        const auto db = Database::open(smallFolder(), Access::ReadWrite);
        QVERIFY2(db, db ? "" : db.error().message.c_str());
        QVERIFY(!QFile::exists(smallFolder() + QStringLiteral("/countersign.reserve")));
        QVERIFY(insert(**db, "a", 1000));
    }

private:
    [[nodiscard]] static QString smallFolder() { return QFile::decodeName(smallDiskPath()) + QStringLiteral("/data"); }
    [[nodiscard]] static QString filler() { return QFile::decodeName(smallDiskPath()) + QStringLiteral("/filler"); }

    SmallDisk m_disk;
    std::optional<QTemporaryDir> m_home;
    QString m_folder;
};

int main(int argc, char** argv)
{
    const SmallDisk disk = mountSmallDisk(kSmallDiskMebibytes);
    std::signal(SIGXFSZ, SIG_IGN); // an error then, not the end
    QCoreApplication app(argc, argv);
    FullDiskTest test(disk);
    return QTest::qExec(&test, argc, argv);
}

#include "tst_full_disk.moc"
