// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/database.h"

#include <QTemporaryDir>
#include <QTest>

#include <limits>

using namespace countersign;
using store::Access;
using store::Database;
using store::Query;

class QueryTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_home.emplace();
        auto opened = Database::open(m_home->filePath(QStringLiteral("data")), Access::ReadWrite);
        QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
        m_db = std::move(*opened);
    }
    void cleanup() { m_db.reset(); }

    void text_comes_back_byte_for_byte_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("plain") << QByteArray("abc");
        QTest::newRow("NUL inside") << QByteArray("a\0b\0", 4);
        QTest::newRow("not ASCII") << QByteArray("Zürich 東京 \xF0\x9F\x94\x91");
        QTest::newRow("byte order mark inside") << QByteArray("x\xEF\xBB\xBF");
        QTest::newRow("noncharacters that are no trouble") << QByteArray("\xEF\xB7\x90 \xF0\x9F\xBF\xBF");
        QTest::newRow("quotes") << QByteArray("'; DROP TABLE meta; -- \"");
        QTest::newRow("long") << QByteArray(1 << 20, 'x');
    }
    void text_comes_back_byte_for_byte()
    {
        QFETCH(QByteArray, text);
        QVERIFY(Query(*m_db, "INSERT INTO meta (key, value) VALUES ('k', ?)").bind(text.toStdString()).run());
        Query query(*m_db, "SELECT value, typeof(value) FROM meta WHERE value = ?");
        query.bind(text.toStdString());
        QVERIFY(query.next().value());
        QCOMPARE(query.text(0), text.toStdString());
        QCOMPARE(query.text(1), "text");
        QVERIFY(!query.isNull(0));
    }

    void text_that_would_not_come_back_is_refused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("not UTF-8") << QByteArray("a\xC3");
        QTest::newRow("a surrogate") << QByteArray("\xED\xA0\x80");
        QTest::newRow("byte order mark first") << QByteArray("\xEF\xBB\xBFx");
        QTest::newRow("U+FFFE") << QByteArray("x\xEF\xBF\xBE");
        QTest::newRow("U+FFFF") << QByteArray("x\xEF\xBF\xBF");
    }
    void text_that_would_not_come_back_is_refused()
    {
        QFETCH(QByteArray, text);
        const auto done = Query(*m_db, "INSERT INTO meta (key, value) VALUES ('k', ?)").bind(text.toStdString()).run();
        QVERIFY(!done);
        QCOMPARE(done.error().code, ErrorCode::InvalidInput);
        Query query(*m_db, "SELECT 1 FROM meta");
        QVERIFY(!query.next().value());
    }

    void text_that_another_program_left_is_read_as_text_whatever_it_is()
    {
        QVERIFY(Query(*m_db, "INSERT INTO meta (key, value) VALUES ('k', CAST(x'61ff62' AS TEXT))").run());
        Query query(*m_db, "SELECT value FROM meta");
        QVERIFY(query.next().value());
        QCOMPARE(query.text(0),
            "a\xEF\xBF\xBD"
            "b");
        QCOMPARE(query.blob(0),
            "a\xFF"
            "b");
    }

    void blobs_come_back_byte_for_byte_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("zeros") << QByteArray(32, '\0');
        QTest::newRow("not UTF-8") << QByteArray("\xff\xfe\x80\x00\x01", 5);
    }
    void blobs_come_back_byte_for_byte()
    {
        QFETCH(QByteArray, bytes);
        Query insert(*m_db, "INSERT INTO log_nodes (level, idx, hash) VALUES (1, 0, ?)");
        QVERIFY(insert.bindBlob(bytes.toStdString()).run());
        Query query(*m_db, "SELECT hash, typeof(hash) FROM log_nodes WHERE hash = ?");
        query.bindBlob(bytes.toStdString());
        QVERIFY(query.next().value());
        QCOMPARE(query.blob(0), bytes.toStdString());
        QCOMPARE(query.text(1), "blob");
        QVERIFY(!query.isNull(0));
    }

    void a_view_of_nothing_is_empty_and_not_null()
    {
        QVERIFY(Query(*m_db, "INSERT INTO meta (key, value) VALUES (?, ?)").bind(std::string_view()).bind("").run());
        QVERIFY(Query(*m_db, "INSERT INTO log_nodes (level, idx, hash) VALUES (1, 0, ?)").bindBlob({}).run());
    }

    void integers_of_every_size_come_back_data()
    {
        QTest::addColumn<qint64>("value");
        for (const qint64 value : {qint64(0), qint64(-1), qint64(1) << 31, (qint64(1) << 53) + 1,
                 std::numeric_limits<qint64>::max(), std::numeric_limits<qint64>::min()})
            QTest::addRow("%lld", static_cast<long long>(value)) << value;
    }
    void integers_of_every_size_come_back()
    {
        QFETCH(qint64, value);
        Query query(*m_db, "SELECT v, typeof(v) FROM (SELECT ? AS v)");
        query.bind(std::int64_t{value});
        QVERIFY(query.next().value());
        QCOMPARE(query.integer(0), value);
        QCOMPARE(query.optionalInteger(0), value);
        QCOMPARE(query.text(1), "integer");
    }

    void missing_values_are_null()
    {
        Query query(*m_db, "SELECT ?, ?, 'x', 7");
        query.bind(std::optional<std::string>()).bind(std::optional<std::int64_t>());
        QVERIFY(query.next().value());
        QVERIFY(query.isNull(0));
        QVERIFY(query.isNull(1));
        QCOMPARE(query.optionalText(0), std::nullopt);
        QCOMPARE(query.optionalInteger(1), std::nullopt);
        QCOMPARE(query.optionalText(2), "x");
        QCOMPARE(query.optionalInteger(3), 7);
        Query present(*m_db, "SELECT ?, ?");
        present.bind(std::optional<std::string>("y")).bind(std::optional<std::int64_t>(8));
        QVERIFY(present.next().value());
        QCOMPARE(present.text(0), "y");
        QCOMPARE(present.integer(1), 8);
    }

    void a_value_too_few_or_too_many_is_an_error_also_the_second_time()
    {
        for (int round = 0; round < 2; ++round) {
            Query right(*m_db, "SELECT ?, ?");
            QVERIFY(right.bind(1).bind(2).next().value());
            Query few(*m_db, "SELECT ?, ?");
            QVERIFY(!few.bind(1).next());
            Query none(*m_db, "SELECT ?, ?");
            QVERIFY(!none.next());
            Query many(*m_db, "SELECT ?, ?");
            QVERIFY(!many.bind(1).bind(2).bind(3).next());
        }
    }

    void a_query_that_makes_no_sense_is_an_error_not_a_crash()
    {
        Query query(*m_db, "SELECT nothing FROM nowhere");
        QVERIFY(!query.next());
        QVERIFY(!query.run());
    }

    void a_query_runs_again_with_new_values()
    {
        Query insert(*m_db, "INSERT INTO meta (key, value) VALUES (?, ?)");
        for (int i = 0; i < 3; ++i)
            QVERIFY(insert.bind(std::to_string(i)).bind("v").run());
        Query select(*m_db, "SELECT key FROM meta WHERE key >= ? ORDER BY key");
        select.bind("1");
        QVERIFY(select.next().value());
        select.bind("2");
        QVERIFY(select.next().value());
        QCOMPARE(select.text(0), "2");
        QVERIFY(!select.next().value());
        QVERIFY(!select.next().value());
    }

    void the_same_text_can_be_in_use_twice_at_once()
    {
        for (const char* key : {"a", "b", "c"})
            QVERIFY(Query(*m_db, "INSERT INTO meta (key, value) VALUES (?, 'v')").bind(key).run());
        std::string pairs;
        Query outer(*m_db, "SELECT key FROM meta ORDER BY key");
        while (outer.next().value()) {
            Query inner(*m_db, "SELECT key FROM meta ORDER BY key");
            while (inner.next().value())
                pairs += outer.text(0) + inner.text(0) + " ";
        }
        QCOMPARE(pairs, "aa ab ac ba bb bc ca cb cc ");
    }

    void values_live_as_long_as_the_statement_steps()
    {
        for (int i = 0; i < 1000; ++i)
            QVERIFY(
                Query(*m_db, "INSERT INTO meta (key, value) VALUES (?, ?)").bind(i).bind(std::string(200, 'v')).run());
        Query query(*m_db, "SELECT key FROM meta WHERE value = ?");
        {
            const std::string value(200, 'v');
            query.bind(value);
        }
        int rows = 0;
        while (query.next().value()) {
            ++rows;
            const std::string overwrite(400, 'w');
            QVERIFY(Query(*m_db, "SELECT ?").bind(overwrite).next().value());
        }
        QCOMPARE(rows, 1000);
    }

    void returning_gives_the_new_rows_id_and_changes_are_counted()
    {
        Query insert(*m_db,
            "INSERT INTO services (service_id, name, location, secret_hash, added_at) VALUES ('s', 'n', 'l', x'00', 1)"
            " RETURNING id");
        QVERIFY(insert.next().value());
        QCOMPARE(insert.integer(0), 1);
        QVERIFY(!insert.next().value());

        Query hit(*m_db, "UPDATE services SET name = 'm' WHERE id = 1");
        QVERIFY(hit.run());
        QCOMPARE(hit.changedRows(), 1);
        Query miss(*m_db, "UPDATE services SET name = 'm' WHERE id = 2");
        QVERIFY(miss.run());
        QCOMPARE(miss.changedRows(), 0);
        Query again(
            *m_db, "INSERT INTO used_proofs (owner, jti, expires_at) VALUES ('o', 'j', 1) ON CONFLICT DO NOTHING");
        QVERIFY(again.run());
        QCOMPARE(again.changedRows(), 1);
        QVERIFY(again.run());
        QCOMPARE(again.changedRows(), 0);
    }

    void a_read_that_is_left_half_way_holds_nothing_up()
    {
        for (const char* key : {"a", "b"})
            QVERIFY(Query(*m_db, "INSERT INTO meta (key, value) VALUES (?, 'v')").bind(key).run());
        {
            Query query(*m_db, "SELECT key FROM meta");
            QVERIFY(query.next().value());
        }
        Query checkpoint(*m_db, "PRAGMA wal_checkpoint(TRUNCATE)");
        QVERIFY(checkpoint.next().value());
        QCOMPARE(checkpoint.integer(0), 0);
    }

    void tables_are_strict_about_types()
    {
        QVERIFY(!Query(*m_db, "INSERT INTO log_nodes (level, idx, hash) VALUES (1, 0, 'text')").run());
        QVERIFY(!Query(*m_db, "INSERT INTO log_nodes (level, idx, hash) VALUES (1, 'many', x'00')").run());
    }

    void log_rows_can_not_be_changed_or_removed_by_mistake()
    {
        QVERIFY(
            Query(*m_db, "INSERT INTO log_leaves (idx, kind, at, leaf, private_text) VALUES (0, 0, 1, x'7b7d', x'70')")
                .run());
        QVERIFY(!Query(*m_db, "UPDATE log_leaves SET leaf = x'00'").run());
        QVERIFY(!Query(*m_db, "UPDATE log_leaves SET at = 2").run());
        QVERIFY(!Query(*m_db, "DELETE FROM log_leaves").run());
        QVERIFY(Query(*m_db, "UPDATE log_leaves SET private_text = NULL, salt = NULL").run());
    }

private:
    std::optional<QTemporaryDir> m_home;
    std::unique_ptr<Database> m_db;
};

QTEST_GUILESS_MAIN(QueryTest)
#include "tst_query.moc"
