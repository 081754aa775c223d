// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A database as an earlier version left it is brought up to date, and nothing that stood in it is lost.

#include "core/store/migrations.h"

#include "core/store/database.h"

#include "tests/core/store/raw_database.h"

#include <QTemporaryDir>
#include <QTest>

using namespace countersign;
using store::Access;
using store::Database;

namespace {

// Rows of the first version: an agent that asked three times, its two grants with consents, tokens and log, a service.
constexpr auto kRows = std::to_array<const char*>({
    "INSERT INTO meta VALUES ('issuer', 'http://127.0.0.1:7317')",
    "INSERT INTO agents VALUES (1, 'agent', 'Reconciler', '{}', 'key', 10, 1000, '/usr/bin/agent', 0, 2, 99, 3)",
    "INSERT INTO agents VALUES (2, 'other', 'Other', '{}', 'key2', 11, NULL, NULL, 1, 0, 0, 0)",
    "INSERT INTO blocks VALUES (1, 'key2', NULL, 12)",
    "INSERT INTO requests VALUES (1, x'01', 'p1', 'agent', '[]', 'text', 'openid', 'bound', x'aa', NULL, 2, '[]', "
    "'{}', "
    "20, 320, 5, 25000, 1, 30, 'g1', 31)",
    "INSERT INTO requests VALUES (2, x'02', 'p2', 'agent', '[]', NULL, NULL, NULL, NULL, 3, 1, NULL, NULL, 20, 320, 5, "
    "NULL, 5, 30, NULL, NULL)",
    "INSERT INTO requests VALUES (3, x'03', 'p3', 'agent', '[]', NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, 21, 321, "
    "10, NULL, 1, 31, 'g2', NULL)",
    "INSERT INTO grants VALUES (1, 'g1', 'agent', 1, '[1]', 'bound', 30, 3630, 0, NULL, NULL, 40)",
    "INSERT INTO grants VALUES (2, 'g2', 'agent', 3, '[2]', NULL, 31, 3631, 3, 50, 'revoked_by_person', NULL)",
    "INSERT INTO consents VALUES (4, 'g1', 'jws1', x'd1', 'screen', x'5a', 'de-DE', 1, 7)",
    "INSERT INTO consents VALUES (9, 'g2', 'jws2', x'd2', NULL, NULL, 'en', 1, 8)",
    "INSERT INTO tokens VALUES (1, 0, x'e1', 'jti', 'g1', 31, 631, 0, NULL)",
    "INSERT INTO tokens VALUES (2, 1, x'e2', NULL, 'g1', 31, 3630, 1, 3)",
    "INSERT INTO tokens VALUES (3, 1, x'e3', NULL, 'g1', 32, 3630, 0, NULL)",
    "INSERT INTO used_proofs VALUES ('key', 'jti', 400)",
    "INSERT INTO services VALUES (1, 's', 'Payments', 'https://payments.example/', x'f1', 15, NULL)",
    "INSERT INTO log_leaves VALUES (0, 2, 10, 'agent', NULL, NULL, NULL, x'7b7d')",
    "INSERT INTO log_leaves VALUES (1, 7, 30, 'agent', 'g1', x'70', x'73', x'7b7d')",
    "INSERT INTO log_tree VALUES (1, 2, zeroblob(32))",
    "INSERT INTO log_checkpoints VALUES (2, zeroblob(32), 'note', 30)",
});

bool makeFirstVersion(const QString& folder)
{
    const test::RawDatabase raw(folder);
    bool done = raw.execute(QStringLiteral("PRAGMA foreign_keys = ON")) && raw.execute(QStringLiteral("BEGIN"));
    for (const char* statement : store::migrationTo(1))
        done = done && raw.execute(QString::fromLatin1(statement));
    for (const char* row : kRows)
        done = done && raw.execute(QString::fromLatin1(row));
    return done && raw.execute(QStringLiteral("PRAGMA application_id = %1").arg(store::kApplicationId))
        && raw.execute(QStringLiteral("PRAGMA user_version = 1")) && raw.execute(QStringLiteral("COMMIT"));
}

/// Every table with the columns that it has, as one text a table: what is quoted tells NULL from ''.
QMap<QString, QString> columnsOf(const QString& folder)
{
    const test::RawDatabase raw(folder);
    QMap<QString, QString> columns;
    const QStringList tables =
        raw.value(QStringLiteral("SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table'"))
            .toString()
            .split(u',');
    for (const QString& table : tables) {
        const auto sql = QStringLiteral("SELECT group_concat('quote(' || name || ')', ' || '','' || ') "
                                        "FROM pragma_table_info('%1')");
        columns.insert(table, raw.value(sql.arg(table)).toString());
    }
    return columns;
}

QString contentOf(const QString& folder, const QString& table, const QString& columns)
{
    const auto sql = QStringLiteral("SELECT group_concat(line, ';') FROM (SELECT %1 AS line FROM %2 ORDER BY line)");
    return test::RawDatabase(folder).value(sql.arg(columns, table)).toString();
}

} // namespace

class MigrationsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_home.emplace();
        QVERIFY(makeFirstVersion(m_home->path()));
    }

    void everything_that_stood_in_a_version_1_database_is_kept()
    {
        QMap<QString, QString> columns = columnsOf(m_home->path());
        QCOMPARE(columns.size(), 13);
        QVERIFY(columns.remove(QStringLiteral("counters"))); // nothing was ever written there
        QVERIFY(columns.remove(QStringLiteral("log_tree"))); // computed from the leaves
        QMap<QString, QString> before;
        for (auto table = columns.cbegin(); table != columns.cend(); ++table)
            before.insert(table.key(), contentOf(m_home->path(), table.key(), table.value()));

        const auto opened = Database::open(m_home->path(), Access::ReadWrite);
        QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
        QVERIFY(!(*opened)->isNew());
        for (auto table = columns.cbegin(); table != columns.cend(); ++table) {
            QVERIFY2(!before.value(table.key()).isEmpty(), qPrintable(table.key()));
            QCOMPARE(contentOf(m_home->path(), table.key(), table.value()), before.value(table.key()));
        }
    }

    void old_grants_are_roots_and_old_consents_the_first_of_their_grants()
    {
        QVERIFY(Database::open(m_home->path(), Access::ReadWrite));
        const test::RawDatabase raw(m_home->path());
        const auto count = [&](const char* sql) { return raw.value(QString::fromLatin1(sql)).toInt(); };
        QCOMPARE(count("SELECT count(*) FROM grants WHERE parent_id IS NULL AND depth = 0 AND pairing = ''"), 2);
        QCOMPARE(count("SELECT count(*) FROM consents WHERE seq = 0 AND purpose = 0"), 2);
        QCOMPARE(count("SELECT count(*) FROM requests WHERE purpose = 0 AND subject_grant IS NULL AND action IS NULL "
                       "AND asked_because IS NULL"),
            3);
        QCOMPARE(count("SELECT count(*) FROM agents WHERE own_name IS NULL"), 2);
        QCOMPARE(count("SELECT count(*) FROM uses"), 0);
        QCOMPARE(count("PRAGMA user_version"), store::kSchemaVersion);
    }

    void the_tree_of_a_log_with_a_complete_subtree_is_to_be_computed()
    {
        const auto due = QStringLiteral("SELECT count(*) FROM meta WHERE key = 'log_nodes'");
        for (const int leaves : {255, 256}) {
            const QTemporaryDir home;
            QVERIFY(makeFirstVersion(home.path()));
            const auto more =
                QStringLiteral("INSERT INTO log_leaves VALUES (%1, 2, 10, NULL, NULL, NULL, NULL, x'7b7d')");
            QVERIFY(test::RawDatabase(home.path()).execute(more.arg(leaves - 1)));
            QVERIFY(Database::open(home.path(), Access::ReadWrite));
            QCOMPARE(test::RawDatabase(home.path()).value(due).toInt(), leaves == 256 ? 1 : 0);
        }
    }

    void what_was_brought_up_to_date_is_no_different_from_what_is_made_new()
    {
        const QTemporaryDir fresh;
        QVERIFY(Database::open(m_home->path(), Access::ReadWrite));
        QVERIFY(Database::open(fresh.path(), Access::ReadWrite));
        const auto schema = QStringLiteral(
            "SELECT group_concat(text, ';') FROM (SELECT type || name || coalesce(sql, '') AS text FROM sqlite_schema "
            "ORDER BY type, name)");
        const QString made = test::RawDatabase(fresh.path()).value(schema).toString();
        QVERIFY(made.contains(QStringLiteral("seen_values")));
        QCOMPARE(test::RawDatabase(m_home->path()).value(schema).toString(), made);
        QVERIFY(Database::open(m_home->path(), Access::ReadWrite)); // and it passes its own check
    }

    void a_reader_does_not_bring_it_up_to_date()
    {
        const auto opened = Database::open(m_home->path(), Access::ReadOnly);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::StorageFailed);
        QCOMPARE(test::RawDatabase(m_home->path()).value(QStringLiteral("PRAGMA user_version")).toInt(), 1);
    }

    void a_version_1_database_that_somebody_changed_is_refused_and_left_alone()
    {
        QVERIFY(test::RawDatabase(m_home->path()).execute(QStringLiteral("CREATE TABLE links (hash TEXT)")));
        const auto opened = Database::open(m_home->path(), Access::ReadWrite);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::StorageCorrupt);
        QCOMPARE(test::RawDatabase(m_home->path()).value(QStringLiteral("PRAGMA user_version")).toInt(), 1);
    }

    void there_are_no_steps_to_other_versions()
    {
        QVERIFY(store::migrationTo(store::kSchemaVersion + 1).empty());
        QVERIFY(store::migrationTo(0).empty());
    }

    void a_newer_database_is_refused()
    {
        QVERIFY(Database::open(m_home->path(), Access::ReadWrite));
        const auto newer = QStringLiteral("PRAGMA user_version = %1").arg(store::kSchemaVersion + 1);
        QVERIFY(test::RawDatabase(m_home->path()).execute(newer));
        const auto opened = Database::open(m_home->path(), Access::ReadWrite);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::StorageNewer);
    }

    void an_end_in_the_middle_leaves_the_old_version()
    {
        {
            const test::RawDatabase raw(m_home->path());
            QVERIFY(raw.execute(QStringLiteral("BEGIN")));
            for (const char* statement : store::migrationTo(2))
                QVERIFY(raw.execute(QString::fromLatin1(statement)));
        } // never committed
        QVERIFY(Database::open(m_home->path(), Access::ReadWrite));
        QCOMPARE(test::RawDatabase(m_home->path()).value(QStringLiteral("SELECT count(*) FROM consents")).toInt(), 2);
    }

private:
    std::optional<QTemporaryDir> m_home;
};

QTEST_GUILESS_MAIN(MigrationsTest)
#include "tst_migrations.moc"
