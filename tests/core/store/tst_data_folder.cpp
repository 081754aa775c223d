// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/database.h"

#include "tests/core/store/raw_database.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace countersign;
using store::Access;
using store::Database;
using store::Query;

namespace {

int modeOf(const QString& path)
{
    struct stat info = {};
    return ::lstat(QFile::encodeName(path).constData(), &info) == 0 ? static_cast<int>(info.st_mode & 07777) : -1;
}

} // namespace

class DataFolderTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_home.emplace();
        m_folder = m_home->filePath(QStringLiteral("deep/countersign"));
    }

    void folder_and_files_are_private_whatever_the_umask_data()
    {
        QTest::addColumn<int>("mask");
        QTest::newRow("all open") << 0;
        QTest::newRow("usual") << 022;
        QTest::newRow("hindering ourselves") << 0277;
    }
    void folder_and_files_are_private_whatever_the_umask()
    {
        QFETCH(int, mask);
        QVERIFY(QDir().mkpath(QFileInfo(m_folder).path()));
        const mode_t before = ::umask(static_cast<mode_t>(mask));
        const auto db = Database::open(m_folder, Access::ReadWrite);
        const bool written = db && Query(**db, "INSERT INTO meta (key, value) VALUES ('a', '1')").run();
        ::umask(before);
        QVERIFY2(db, db ? "" : db.error().message.c_str());
        QVERIFY(written);
        QCOMPARE(modeOf(m_folder), 0700);
        const QStringList files = QDir(m_folder).entryList(QDir::Files);
        QCOMPARE(files,
            (QStringList{QStringLiteral("countersign.lock"), QStringLiteral("countersign.reserve"),
                QStringLiteral("countersign.sqlite"), QStringLiteral("countersign.sqlite-shm"),
                QStringLiteral("countersign.sqlite-wal")}));
        for (const QString& file : files)
            QCOMPARE(modeOf(m_folder + u'/' + file), 0600);
    }

    void a_folder_that_was_opened_up_is_closed_again()
    {
        QVERIFY(Database::open(m_folder, Access::ReadWrite));
        const QString file = m_folder + QStringLiteral("/countersign.sqlite");
        QCOMPARE(::chmod(QFile::encodeName(m_folder).constData(), 0777), 0);
        QCOMPARE(::chmod(QFile::encodeName(file).constData(), 0644), 0);
        const auto db = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(db);
        QCOMPARE(modeOf(m_folder), 0700);
        QCOMPARE(modeOf(file), 0600);
    }

    void a_link_in_place_of_the_folder_or_the_database_is_refused()
    {
        QVERIFY(Database::open(m_folder, Access::ReadWrite));
        const QString link = m_home->filePath(QStringLiteral("link"));
        QVERIFY(QFile::link(m_folder, link));
        for (const QString& path : {link, QString(link + u'/')}) {
            const auto db = Database::open(path, Access::ReadWrite);
            QVERIFY(!db);
            QCOMPARE(db.error().code, ErrorCode::StorageFailed);
        }

        const QString file = m_folder + QStringLiteral("/countersign.sqlite");
        const QString elsewhere = m_home->filePath(QStringLiteral("elsewhere"));
        QVERIFY(QFile::rename(file, elsewhere));
        QVERIFY(QFile::link(elsewhere, file));
        for (const Access access : {Access::ReadWrite, Access::ReadOnly}) {
            const auto db = Database::open(m_folder, access);
            QVERIFY(!db);
            QCOMPARE(db.error().code, ErrorCode::StorageFailed);
        }
    }

    void a_link_above_the_folder_is_fine()
    {
        QVERIFY(QDir().mkpath(m_home->filePath(QStringLiteral("deep"))));
        QVERIFY(QFile::link(m_home->filePath(QStringLiteral("deep")), m_home->filePath(QStringLiteral("way"))));
        QVERIFY(Database::open(m_home->filePath(QStringLiteral("way/countersign")), Access::ReadWrite));
        QVERIFY(Database::open(m_folder, Access::ReadOnly));
    }

    void a_file_in_place_of_the_folder_is_refused()
    {
        QVERIFY(QDir().mkpath(QFileInfo(m_folder).path()));
        QVERIFY(test::replaceContent(m_folder, "x"));
        const auto db = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(!db);
        QCOMPARE(db.error().code, ErrorCode::StorageFailed);
        QCOMPARE(test::contentOf(m_folder), "x");
    }

    void another_users_folder_is_refused()
    {
        QVERIFY(QDir().mkpath(m_folder));
        if (::chown(QFile::encodeName(m_folder).constData(), 12345, static_cast<gid_t>(-1)) != 0)
            QSKIP("only root can give a folder to another user");
        const auto db = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(!db);
        QCOMPARE(db.error().code, ErrorCode::StorageFailed);
        QVERIFY(QDir(m_folder).isEmpty());
    }

    void the_reserve_takes_real_room_and_gives_it_back()
    {
        const auto db = Database::open(m_folder, Access::ReadWrite);
        QVERIFY(db);
        const QByteArray path = QFile::encodeName(m_folder + QStringLiteral("/countersign.reserve"));
        struct stat info = {};
        QCOMPARE(::stat(path.constData(), &info), 0);
        QCOMPARE(info.st_size, store::kReservedBytes);
        QVERIFY(info.st_blocks * 512 >= store::kReservedBytes);
        (*db)->releaseReserve();
        QVERIFY(::stat(path.constData(), &info) != 0);
        (*db)->restoreReserve();
        QCOMPARE(::stat(path.constData(), &info), 0);
        QCOMPARE(info.st_size, store::kReservedBytes);
    }

private:
    std::optional<QTemporaryDir> m_home;
    QString m_folder;
};

QTEST_GUILESS_MAIN(DataFolderTest)
#include "tst_data_folder.moc"
