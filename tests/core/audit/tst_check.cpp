// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/audit/check.h"

#include "core/audit/leaf_codec.h"
#include "core/crypto/bytes.h"
#include "core/crypto/signed_note.h"
#include "tests/core/audit/log_fixture.h"
#include "tests/core/audit/plain_leaves.h"
#include "tests/core/store/raw_database.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace countersign;
using audit::checkLog;
using store::Access;
using store::Database;

namespace {

constexpr int kLeaves = 60; // checkpoints at 10, 20, … 50; the last ten leaves are not signed yet
constexpr int kSigned = 50;

const QString kStay = QStringLiteral("log_leaves_stay");
const QString kKept = QStringLiteral("log_leaves_are_kept");

const QString kLeaf17 = QStringLiteral("SELECT leaf FROM log_leaves WHERE idx = 17");
const QString kSetLeaf17 = QStringLiteral("UPDATE log_leaves SET leaf = ? WHERE idx = 17");

Result<audit::CheckReport> checkFolder(const QString& folder, const audit::CheckExpectation& expected)
{
    const auto db = Database::open(folder, Access::ReadOnly);
    if (!db)
        return std::unexpected(db.error());
    return checkLog(**db, expected, {});
}

Result<void> appendUnsigned(test::TestLog& test, int end)
{
    if (auto begun = test.database->begin(); !begun)
        return begun;
    while (static_cast<int>(test.log.size()) < end) {
        const int number = static_cast<int>(test.log.size());
        if (auto index = test.log.append(test::draftNumber(number), test::timeOf(number)); !index)
            return std::unexpected(index.error());
    }
    return test.database->commit();
}

} // namespace

class CheckTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_home.emplace();
        m_folder = m_home->filePath(QStringLiteral("data"));
        auto test = test::openLog(m_folder);
        QVERIFY2(test, test ? "" : test.error().message.c_str());
        QVERIFY(test::growTo(*test, kSigned, 10));
        m_signedRoot = test->log.root();
        QVERIFY(appendUnsigned(*test, kLeaves));
        m_root = test->log.root();
        m_packed = test::RawDatabase(m_folder).value(kLeaf17).toByteArray();
        QVERIFY(test::layLeavesPlain(*test->database));
    }

    void a_sound_log_is_sound_and_every_leaf_is_visited_in_order()
    {
        const auto db = Database::open(m_folder, Access::ReadOnly);
        QVERIFY(db);
        std::vector<audit::Leaf> seen;
        const auto report = checkLog(**db, test::expectation(kSigned, m_signedRoot),
            {.visit = [&](const audit::Leaf& leaf) { seen.push_back(leaf); }});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->leaves, static_cast<std::uint64_t>(kLeaves));
        QCOMPARE(report->root, m_root);
        QVERIFY(!report->olderThanAnchor);
        QVERIFY(!(*db)->inTransaction());
        QCOMPARE(seen.size(), static_cast<std::size_t>(kLeaves));
        for (int i = 0; i < kLeaves; ++i) {
            const audit::Leaf& leaf = seen.at(static_cast<std::size_t>(i));
            const audit::LeafDraft draft = test::draftNumber(i);
            QCOMPARE(leaf.index, static_cast<std::uint64_t>(i));
            QCOMPARE(leaf.kind, draft.kind);
            QCOMPARE(leaf.at, test::timeOf(i));
            QCOMPARE(leaf.agent, draft.agent);
            QCOMPARE(leaf.grant, draft.grant);
            QCOMPARE(leaf.privateText, draft.privateText);
            QVERIFY(leaf.bytes.contains("\"number\":" + std::to_string(i)));
        }
    }

    void an_empty_log_is_sound()
    {
        const QString folder = m_home->filePath(QStringLiteral("empty"));
        QVERIFY(Database::open(folder, Access::ReadWrite));
        const auto report = checkFolder(folder, test::expectation());
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->leaves, 0u);
        QVERIFY(checkFolder(folder, test::expectation(3, std::string(32, 'r')))->olderThanAnchor);
    }

    void anchors_of_every_size_are_held_to_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : {1, 2, 9, 10, 11, 33, 50, 59, 60})
            QTest::addRow("%d", size) << size;
    }
    void anchors_of_every_size_are_held_to()
    {
        QFETCH(int, size);
        const QString folder = m_home->filePath(QStringLiteral("other"));
        std::string root;
        {
            auto test = test::openLog(folder);
            QVERIFY(test);
            QVERIFY(appendUnsigned(*test, size));
            root = test->log.root();
            QVERIFY(appendUnsigned(*test, kLeaves));
        }
        const auto anchor = static_cast<std::uint64_t>(size);
        QVERIFY(checkFolder(folder, test::expectation(anchor, root)));
        // The other log says the same, but its salts are its own: from leaf 0 on it is another log.
        const auto mismatch = checkFolder(m_folder, test::expectation(anchor, root));
        QVERIFY(!mismatch);
        QCOMPARE(mismatch.error().code, ErrorCode::StorageCorrupt);
        QVERIFY2(mismatch.error().message.contains("keychain"), mismatch.error().message.c_str());
    }

    void last_weeks_copy_shows_as_older_than_the_anchor()
    {
        const QString copy = m_home->filePath(QStringLiteral("copy"));
        QVERIFY(QDir().mkpath(copy));
        const QString file = QStringLiteral("/countersign.sqlite");
        QVERIFY(QFile::copy(m_folder + file, copy + file));
        std::string root;
        {
            auto test = test::openLog(m_folder);
            QVERIFY(test);
            QVERIFY(test::growTo(*test, 80, 10));
            root = test->log.root();
        }
        QVERIFY(!checkFolder(m_folder, test::expectation(80, root))->olderThanAnchor);
        QVERIFY(QFile::remove(m_folder + file));
        QVERIFY(QFile::copy(copy + file, m_folder + file));
        const auto report = checkFolder(m_folder, test::expectation(80, root));
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->leaves, static_cast<std::uint64_t>(kLeaves));
        QVERIFY(report->olderThanAnchor);
    }

    void an_erased_private_text_is_fine()
    {
        {
            const test::RawDatabase raw(m_folder);
            QVERIFY(raw.execute(QStringLiteral("UPDATE log_leaves SET private_text = NULL, salt = NULL")));
        }
        const auto report = checkFolder(m_folder, test::expectation(kSigned, m_signedRoot));
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->root, m_root);
    }

    void what_was_tampered_with_is_found_and_named_data()
    {
        QTest::addColumn<QString>("trigger");
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const QString& trigger, const char* sql, const char* says) {
            QTest::newRow(name) << trigger << QString::fromLatin1(sql) << QByteArray(says);
        };
        row("a number in a leaf", kStay,
            "UPDATE log_leaves SET leaf = CAST(replace(leaf, '\"number\":17', '\"number\":18') AS BLOB) WHERE idx = 17",
            "entries 10 to 19");
        row("a number in the first leaf", kStay,
            "UPDATE log_leaves SET leaf = CAST(replace(leaf, '\"number\":0', '\"number\":1') AS BLOB) WHERE idx = 0",
            "entries 0 to 9");
        row("a space in a leaf", kStay, "UPDATE log_leaves SET leaf = CAST(leaf || ' ' AS BLOB) WHERE idx = 17",
            "entry 17: ");
        row("a leaf that is no JSON", kStay, "UPDATE log_leaves SET leaf = x'00' WHERE idx = 17", "entry 17: ");
        row("a leaf that is empty", kStay, "UPDATE log_leaves SET leaf = x'' WHERE idx = 0", "entry 0: ");
        row("kind", kStay, "UPDATE log_leaves SET kind = 18 WHERE idx = 17", "entry 17: ");
        row("kind that there is not", kStay, "UPDATE log_leaves SET kind = 99 WHERE idx = 17", "entry 17: ");
        row("kind that is one modulo 256", kStay, "UPDATE log_leaves SET kind = kind + 256 WHERE idx = 17",
            "entry 17: ");
        row("time", kStay, "UPDATE log_leaves SET at = at + 1 WHERE idx = 59", "entry 59: ");
        row("agent", kStay, "UPDATE log_leaves SET client_id = 'agent-9' WHERE idx = 17", "entry 17: ");
        row("agent taken out", kStay, "UPDATE log_leaves SET client_id = NULL WHERE idx = 17", "entry 17: ");
        row("agent put in", kStay, "UPDATE log_leaves SET client_id = 'agent-1' WHERE idx = 16", "entry 16: ");
        row("grant", kStay, "UPDATE log_leaves SET grant_id = 'grant-9' WHERE idx = 17", "entry 17: ");
        row("grant taken out", kStay, "UPDATE log_leaves SET grant_id = NULL WHERE idx = 17", "entry 17: ");
        row("a row missing", kKept, "DELETE FROM log_leaves WHERE idx = 17", "entry 17: it is missing");
        row("the first row missing", kKept, "DELETE FROM log_leaves WHERE idx = 0", "entry 0: it is missing");
        row("the last signed row missing", kKept, "DELETE FROM log_leaves WHERE idx >= 49", "entry 49: it is missing");
        row("signed rows cut off", kKept, "DELETE FROM log_leaves WHERE idx >= 45", "entry 45: it is missing");
        row("all rows missing", kKept, "DELETE FROM log_leaves", "entry 0: it is missing");
        row("a private text", {}, "UPDATE log_leaves SET private_text = x'00' WHERE idx = 18", "entry 18: ");
        row("a private text put in", {}, "UPDATE log_leaves SET private_text = x'00' WHERE idx = 17", "entry 17: ");
        row("a salt", {}, "UPDATE log_leaves SET salt = zeroblob(16) WHERE idx = 18", "entry 18: ");
        row("a salt alone erased", {}, "UPDATE log_leaves SET salt = NULL WHERE idx = 18", "entry 18: ");
        row("a checkpoint's root", {}, "UPDATE log_checkpoints SET root = zeroblob(32) WHERE size = 30",
            "checkpoint of 30");
        row("a checkpoint's size", {}, "UPDATE log_checkpoints SET size = 35 WHERE size = 30", "checkpoint of 35");
        row("a checkpoint's size, beyond the end", {}, "UPDATE log_checkpoints SET size = 99 WHERE size = 50",
            "entry 60: ");
        row("a checkpoint's signature", {},
            "UPDATE log_checkpoints SET note = replace(note, char(10) || '30' || char(10), char(10) || '31' || "
            "char(10))"
            " WHERE size = 30",
            "checkpoint of 30");
        row("a checkpoint's note of another", {},
            "UPDATE log_checkpoints SET note = (SELECT note FROM log_checkpoints WHERE size = 20) WHERE size = 30",
            "checkpoint of 30");
    }
    void what_was_tampered_with_is_found_and_named()
    {
        QFETCH(QString, trigger);
        QFETCH(QString, sql);
        QFETCH(QByteArray, says);
        {
            const test::RawDatabase raw(m_folder);
            QVERIFY(trigger.isEmpty() ? raw.execute(sql) : raw.executeAgainst(trigger, sql));
        }
        const auto report = checkFolder(m_folder, test::expectation(kSigned, m_signedRoot));
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::StorageCorrupt);
        QVERIFY2(report.error().message.contains(says.toStdString()), report.error().message.c_str());
    }

    void rows_that_closed_up_after_one_was_taken_are_found()
    {
        {
            const test::RawDatabase raw(m_folder);
            QVERIFY(raw.executeAgainst(kKept, QStringLiteral("DELETE FROM log_leaves WHERE idx = 17")));
            QVERIFY(raw.executeAgainst(kStay, QStringLiteral("UPDATE log_leaves SET idx = -idx WHERE idx > 17")));
            QVERIFY(raw.executeAgainst(kStay, QStringLiteral("UPDATE log_leaves SET idx = -idx - 1 WHERE idx < 0")));
        }
        const auto report = checkFolder(m_folder, test::expectation());
        QVERIFY(!report);
        QVERIFY2(report.error().message.contains("entries 10 to 19"), report.error().message.c_str());
    }

    void two_leaves_that_changed_places_are_found()
    {
        {
            const test::RawDatabase raw(m_folder);
            for (const char* sql :
                {"UPDATE log_leaves SET idx = 1000 WHERE idx = 17", "UPDATE log_leaves SET idx = 17 WHERE idx = 37",
                    "UPDATE log_leaves SET idx = 37 WHERE idx = 1000"})
                QVERIFY(raw.executeAgainst(kStay, QString::fromLatin1(sql)));
        }
        const auto report = checkFolder(m_folder, test::expectation());
        QVERIFY(!report);
        QVERIFY2(report.error().message.contains("entry 17: "), report.error().message.c_str());
    }

    void every_bit_of_a_leaf_matters()
    {
        const test::RawDatabase raw(m_folder);
        const QByteArray leaf = raw.value(kLeaf17).toByteArray();
        for (qsizetype at = 0; at < leaf.size(); ++at) {
            QByteArray changed = leaf;
            changed[at] = static_cast<char>(changed.at(at) ^ (1 << (at % 8)));
            QVERIFY(raw.executeAgainst(kStay, kSetLeaf17, {changed}));
            const auto report = checkFolder(m_folder, test::expectation());
            QVERIFY2(!report, qPrintable(QStringLiteral("byte %1").arg(at)));
            QCOMPARE(report.error().code, ErrorCode::StorageCorrupt);
        }
        QVERIFY(raw.executeAgainst(kStay, kSetLeaf17, {leaf}));
        QVERIFY(checkFolder(m_folder, test::expectation()));
    }

    void a_packed_leaf_is_as_good_as_a_plain_one_and_every_bit_of_it_matters()
    {
        const test::RawDatabase raw(m_folder);
        const std::string leaf = raw.value(kLeaf17).toByteArray().toStdString();
        QVERIFY(m_packed.front() != '{');
        QVERIFY(raw.executeAgainst(kStay, kSetLeaf17, {m_packed}));
        QVERIFY(checkFolder(m_folder, test::expectation()));
        int found = 0;
        for (qsizetype at = 0; at < m_packed.size(); ++at) {
            QByteArray changed = m_packed;
            changed[at] = static_cast<char>(changed.at(at) ^ (1 << (at % 8)));
            QVERIFY(raw.executeAgainst(kStay, kSetLeaf17, {changed}));
            const auto report = checkFolder(m_folder, test::expectation());
            if (report) { // the packing may have bits without a meaning; what is proven is the leaf
                QCOMPARE(audit::unpackLeaf(changed.toStdString()).value(), leaf);
                continue;
            }
            QCOMPARE(report.error().code, ErrorCode::StorageCorrupt);
            ++found;
        }
        QVERIFY(found + 2 >= m_packed.size());
    }

    void a_log_rewritten_by_someone_without_the_key_is_found()
    {
        // Everything recomputed, also the tree, but the checkpoints signed by another key.
        const QString folder = m_home->filePath(QStringLiteral("forged"));
        {
            auto database = Database::open(folder, Access::ReadWrite);
            QVERIFY(database);
            auto log = audit::Log::open(**database, test::kOwner, test::logKey('x'));
            QVERIFY(log);
            test::TestLog forged{.database = std::move(*database), .log = std::move(*log)};
            QVERIFY(test::growTo(forged, kLeaves, 10));
        }
        const auto report = checkFolder(folder, test::expectation());
        QVERIFY(!report);
        QVERIFY2(report.error().message.contains("checkpoint of 10"), report.error().message.c_str());
    }

    void what_was_not_signed_yet_is_held_to_what_the_keychain_remembers()
    {
        // Without the log's key one can rewrite what was not signed yet; what the keychain remembers still tells.
        const auto remembered = test::expectation(kLeaves, m_root);
        QVERIFY(checkFolder(m_folder, remembered));
        {
            const test::RawDatabase raw(m_folder);
            QVERIFY(raw.executeAgainst(kKept, QStringLiteral("DELETE FROM log_leaves WHERE idx = 59")));
        }
        QVERIFY(checkFolder(m_folder, remembered)->olderThanAnchor);
        {
            auto test = test::openLog(m_folder);
            QVERIFY(test);
            QVERIFY(test->database->begin());
            QVERIFY(test->log.append(test::draftNumber(1), test::timeOf(59))); // another than there was
            QVERIFY(test->database->commit());
        }
        const auto report = checkFolder(m_folder, remembered);
        QVERIFY(!report);
        QVERIFY2(report.error().message.contains("keychain"), report.error().message.c_str());
    }

    void a_check_sees_one_moment_while_the_log_grows()
    {
        auto test = test::openLog(m_folder);
        QVERIFY(test);
        const auto reader = Database::open(m_folder, Access::ReadOnly);
        QVERIFY(reader);
        bool grew = false;
        const auto report = checkLog(**reader, test::expectation(), {.visit = [&](const audit::Leaf& leaf) {
            if (leaf.index == 30)
                grew = test::growTo(*test, 100, 10).has_value();
        }});
        QVERIFY(grew);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->leaves, static_cast<std::uint64_t>(kLeaves));
        QCOMPARE(checkLog(**reader, test::expectation(), {})->leaves, 100u);
    }

private:
    std::optional<QTemporaryDir> m_home;
    QString m_folder;
    std::string m_signedRoot;
    std::string m_root;
    QByteArray m_packed; ///< leaf 17, as it was stored
};

QTEST_GUILESS_MAIN(CheckTest)
#include "tst_check.moc"
