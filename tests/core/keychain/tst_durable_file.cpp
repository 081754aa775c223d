// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keychain/durable_file.h"
#include "tests/core/keychain/keychain_testing.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace countersign;
using namespace countersign::keychain;
using namespace countersign::keychain::testing;

class TestDurableFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void a_file_reads_back_as_it_was_written();
    void what_a_power_cut_left_is_cleared_away();
    void a_link_is_not_followed();
    void a_file_over_the_limit_is_too_large();
    void a_lock_has_one_holder();

private:
    [[nodiscard]] std::string path(const char* name = "file") const
    {
        return m_folder->filePath(QString::fromLatin1(name)).toStdString();
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestDurableFile::a_file_reads_back_as_it_was_written()
{
    QCOMPARE(outcome(readWholeFile(path(), 10)), "ok");
    QVERIFY(!readWholeFile(path(), 10)->has_value());
    QCOMPARE(outcome(replaceFile(path(), std::string_view("one\0", 4))), "ok");
    QCOMPARE(readWholeFile(path(), 10)->value(), std::string("one\0", 4));
    QCOMPARE(outcome(replaceFile(path(), "")), "ok");
    QCOMPARE(readWholeFile(path(), 10)->value(), "");
    QCOMPARE(QFile::permissions(QString::fromStdString(path())), QFileDevice::Permissions(0x6600)); // 0600
    QCOMPARE(outcome(replaceFile(path("none/file"), "x")), "storage_failed");
}

void TestDurableFile::what_a_power_cut_left_is_cleared_away()
{
    QFile left(QString::fromStdString(path() + ".new"));
    QVERIFY(left.open(QFile::WriteOnly) && left.write("half") == 4);
    left.close();
    QCOMPARE(outcome(replaceFile(path(), "whole")), "ok");
    QCOMPARE(readWholeFile(path(), 10)->value(), "whole");
    QVERIFY(!left.exists());
}

void TestDurableFile::a_link_is_not_followed()
{
    QCOMPARE(outcome(replaceFile(path("elsewhere"), "x")), "ok");
    QVERIFY(QFile::link(QString::fromStdString(path("elsewhere")), QString::fromStdString(path())));
    QCOMPARE(outcome(readWholeFile(path(), 10)), "storage_failed");
    QCOMPARE(outcome(FileLock::take(path())), "storage_failed");
    QCOMPARE(outcome(replaceFile(path(), "y")), "ok"); // replaces the link
    QCOMPARE(readWholeFile(path("elsewhere"), 10)->value(), "x");
}

void TestDurableFile::a_file_over_the_limit_is_too_large()
{
    QCOMPARE(outcome(replaceFile(path(), "12345")), "ok");
    QCOMPARE(outcome(readWholeFile(path(), 4)), "too_large");
    QCOMPARE(outcome(readWholeFile(path(), 5)), "ok");
    QCOMPARE(outcome(readWholeFile(path(), 6)), "ok");
}

void TestDurableFile::a_lock_has_one_holder()
{
    {
        const auto first = FileLock::take(path());
        QVERIFY(first);
        QCOMPARE(outcome(FileLock::take(path())), "storage_in_use");
    }
    QCOMPARE(outcome(FileLock::take(path())), "ok");
}

QTEST_GUILESS_MAIN(TestDurableFile)
#include "tst_durable_file.moc"
