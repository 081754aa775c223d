// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// That the check finds what was done to what proves the log to others: stored nodes, checkpoints, receipts.

#include "core/audit/check.h"
#include "core/audit/checkpoint.h"
#include "core/audit/receipt.h"
#include "core/crypto/digest.h"
#include "tests/core/audit/log_fixture.h"
#include "tests/core/audit/plain_leaves.h"
#include "tests/core/audit/test_witness.h"
#include "tests/core/store/raw_database.h"

#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace countersign;
using audit::CheckScope;
using audit::LeafKind;
using store::Access;
using store::Database;

namespace {

constexpr int kLeaves = 620; // two nodes; checkpoints at 100, 200 … 600; the last twenty are not signed yet
constexpr int kSigned = 600;

const QString kStay = QStringLiteral("log_leaves_stay");
const QString kNodesStay = QStringLiteral("log_nodes_stay");
const QString kNodesKept = QStringLiteral("log_nodes_are_kept");

} // namespace

class CheckProofsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_home.emplace();
        m_device.emplace(crypto::PrivateKey::generate(crypto::KeyType::P256).value());
        m_owner = {.device = m_device->publicKey().thumbprint(), .person = test::kOwner.person};
        auto database = Database::open(m_home->path(), Access::ReadWrite).value();
        auto log = audit::Log::open(*database, m_owner, test::logKey()).value();
        m_origin = log.origin();
        database->begin().value();
        audit::rememberDeviceKey(*database, m_device->publicKey()).value();
        for (int i = 0; i < kLeaves; ++i) {
            append(*database, log, i);
            if ((i + 1) % 100 == 0)
                log.writeCheckpoint().value();
        }
        test::layLeavesPlain(*database).value();
        database->commit().value();
    }

    void a_sound_log_with_receipts_is_sound()
    {
        for (const CheckScope scope : {CheckScope::Tail, CheckScope::Whole}) {
            const auto report = check({.scope = scope});
            QVERIFY2(report, report ? "" : report.error().message.c_str());
            QCOMPARE(report->leaves, static_cast<std::uint64_t>(kLeaves));
        }
    }

    void what_was_tampered_with_is_found_and_named_data()
    {
        QTest::addColumn<QString>("trigger");
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const QString& trigger, const char* sql, const char* says) {
            QTest::newRow(name) << trigger << QString::fromLatin1(sql) << QByteArray(says);
        };
        row("a node changed", kNodesStay, "UPDATE log_nodes SET hash = zeroblob(32) WHERE idx = 1",
            "node 1 of level 1 of the tree: ");
        row("a node cut", kNodesStay, "UPDATE log_nodes SET hash = substr(hash, 2) WHERE idx = 0", "node 0 of level 1");
        row("a node missing", kNodesKept, "DELETE FROM log_nodes WHERE idx = 0",
            "node 0 of level 1 of the tree: it is missing");
        row("all nodes missing", kNodesKept, "DELETE FROM log_nodes", "node 0 of level 1 of the tree: it is missing");
        row("nodes that changed places", kNodesStay,
            "UPDATE log_nodes SET hash = (SELECT hash FROM log_nodes AS o WHERE o.idx = 1 - log_nodes.idx)",
            "node 0 of level 1");
        row("a node of entries that are not there", {}, "INSERT INTO log_nodes VALUES (1, 2, zeroblob(32))",
            "entry 620: it is missing");
        row("a node of a level that is not there", {}, "INSERT INTO log_nodes VALUES (2, 0, zeroblob(32))",
            "entry 620: ");
        row("a node of no level", {}, "INSERT INTO log_nodes VALUES (0, 0, zeroblob(32))", "level 0");
        row("unsigned entries cut off", QStringLiteral("log_leaves_are_kept"),
            "DELETE FROM log_leaves WHERE idx >= 610", "entry 610: it is missing; there is a receipt");
        row("a number in an entry that is not signed yet", kStay,
            "UPDATE log_leaves SET leaf = CAST(replace(leaf, '\"number\":610', '\"number\":611') AS BLOB) WHERE idx = "
            "610",
            "entry 610: its receipt's signature is wrong");
        row("a receipt missing", {}, "DELETE FROM receipts WHERE idx = 250", "entry 250: its receipt is missing");
        row("all receipts missing", {}, "DELETE FROM receipts", "entry 0: its receipt is missing");
        row("the last receipt missing", {}, "DELETE FROM receipts WHERE idx = 619",
            "entry 619: its receipt is missing");
        row("a receipt's signature", {}, "UPDATE receipts SET signature = zeroblob(64) WHERE idx = 250",
            "entry 250: its receipt's signature is wrong");
        row("a receipt's signature of another", {},
            "UPDATE receipts SET signature = (SELECT signature FROM receipts WHERE idx = 251) WHERE idx = 250",
            "entry 250: ");
        row("receipts that changed places", {},
            "UPDATE receipts SET idx = CASE idx WHEN 250 THEN 10250 ELSE 250 END WHERE idx IN (250)",
            "entry 250: its receipt is missing");
        row("a receipt of an entry that is not there", {},
            "INSERT INTO receipts SELECT 700, key, signature FROM receipts WHERE idx = 250",
            "entry 700: it is missing");
        row("a receipt of another key", {}, "INSERT INTO device_keys SELECT 9, 'x', jwk FROM device_keys",
            "filed under another thumbprint");
        row("a key that is none", {}, "UPDATE device_keys SET jwk = '{}'", "device key");
        row("no keys", {}, "DELETE FROM device_keys", "entry 0: its receipt is signed by another device");
        row("a cosignature of no checkpoint", {}, "INSERT INTO cosignatures VALUES (77, 'w', 'line')",
            "the checkpoint of 77 entries");
        row("a receipt of others at another entry", {},
            "INSERT INTO foreign_receipts VALUES (zeroblob(32), 5, 5, 'jws', '{}', NULL, NULL)", "entry 5: ");
        row("a receipt of others at no entry", {},
            "INSERT INTO foreign_receipts VALUES (zeroblob(32), 5000, 5000, 'jws', '{}', NULL, NULL)", "entry 5000: ");
        row("a server that nobody accepted", {}, "INSERT INTO accepted_servers VALUES ('key', 'name', 5)", "entry 5: ");
        row("a body of another time", {}, "INSERT INTO bodies SELECT idx, at + 1, x'00' FROM log_leaves WHERE idx = 5",
            "entry 5: a body");
        row("a body of no entry", {}, "INSERT INTO bodies VALUES (5000, 1, x'00')", "entry 5000: a body");
        row("a token's text", {}, "INSERT INTO tokens_used VALUES (zeroblob(32), 'token')", "access token");
    }
    void what_was_tampered_with_is_found_and_named()
    {
        QFETCH(QString, trigger);
        QFETCH(QString, sql);
        QFETCH(QByteArray, says);
        {
            const test::RawDatabase raw(m_home->path());
            QVERIFY(trigger.isEmpty() ? raw.execute(sql) : raw.executeAgainst(trigger, sql));
        }
        const auto report = check();
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::StorageCorrupt);
        QVERIFY2(report.error().message.contains(says.toStdString()), report.error().message.c_str());
    }

    void cosignatures_are_verified_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QByteArray>("says"); // empty: it is right
        const auto row = [](const char* name, const char* sql, const char* says) {
            QTest::newRow(name) << QString::fromLatin1(sql) << QByteArray(says);
        };
        row("as they were made", "UPDATE cosignatures SET size = size", "");
        row("a line that is none", "UPDATE cosignatures SET line = 'line' WHERE size = 300",
            "entry 299: the checkpoint");
        row("a signature that was changed",
            "UPDATE cosignatures SET line = substr(line, 1, length(line) - 5) || 'AAA==' WHERE size = 300",
            "entry 299: ");
        row("the first of two", "UPDATE cosignatures SET line = 'line' WHERE size > 200", "entry 299: ");
        row("of another checkpoint",
            "UPDATE cosignatures SET line = (SELECT line FROM cosignatures WHERE size = 400) WHERE size = 300",
            "entry 299: ");
        row("another line below it", "UPDATE cosignatures SET line = line || char(10) || line WHERE size = 300",
            "entry 299: ");
        row("by another key of that name since", "UPDATE cosignatures SET witness = 'before' WHERE size = 400",
            "entry 399: ");
        row("of before its keys were kept, by one that nobody knows",
            "UPDATE cosignatures SET line = (SELECT line FROM cosignatures WHERE size = 200) WHERE size = 100", "");
        row("of such a witness, a line that is none", "UPDATE cosignatures SET line = 'line' WHERE size = 100",
            "entry 99: ");
        row("of a checkpoint that is gone", "DELETE FROM log_checkpoints WHERE size = 300",
            "the checkpoint of 300 entries: it is missing");
        row("by keys that can't be read", "UPDATE meta SET value = '{}' WHERE key = 'witness_keys'",
            "The keys of witnesses");
    }
    void cosignatures_are_verified()
    {
        QFETCH(QString, sql);
        QFETCH(QByteArray, says);
        {
            const test::TestWitness witness{"witness.example/w1"};
            const test::TestWitness before{"before"};
            const auto database = Database::open(m_home->path(), Access::ReadWrite).value();
            for (const std::int64_t size : {100, 200, 300, 400}) {
                store::Query query(*database, "SELECT note FROM log_checkpoints WHERE size = ?");
                query.bind(size).next().value();
                const auto& by = size == 100 || size == 200 ? before : witness;
                audit::keepCosignature(
                    *database, static_cast<std::uint64_t>(size), by.verifierKey(), by.line(query.text(0)))
                    .value();
            }
            // The first one's line is older than the keys are kept.
            store::Query(*database,
                "UPDATE meta SET value = replace(value, '\"since\":100', '\"since\":150') WHERE key = 'witness_keys'")
                .run()
                .value();
        }
        QVERIFY(test::RawDatabase(m_home->path()).execute(sql));
        const auto report = check();
        QCOMPARE(report.has_value(), says.isEmpty());
        if (report)
            return;
        QCOMPARE(report.error().code, ErrorCode::StorageCorrupt);
        QVERIFY2(report.error().message.contains(says.toStdString()), report.error().message.c_str());
    }

    void a_node_is_held_to_the_entries_though_all_are_said_to_be_due()
    {
        {
            const test::RawDatabase raw(m_home->path());
            QVERIFY(raw.execute(QStringLiteral("INSERT INTO meta VALUES ('log_nodes', 'due')")));
            QVERIFY(raw.executeAgainst(
                kNodesStay, QStringLiteral("UPDATE log_nodes SET hash = zeroblob(32) WHERE idx = 1")));
        }
        const auto report = check();
        QVERIFY(!report);
        QVERIFY2(report.error().message.contains("node 1 of level 1"), report.error().message.c_str());
    }

    void a_receipt_signed_anew_by_another_key_is_found()
    {
        const auto other = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
        {
            const auto database = Database::open(m_home->path(), Access::ReadWrite).value();
            audit::rememberDeviceKey(*database, other.publicKey()).value();
            store::Query(*database, "DELETE FROM receipts WHERE idx = 250").run().value();
            audit::Appended leaf;
            leaf.index = 250;
            store::Query query(*database, "SELECT leaf FROM log_leaves WHERE idx = 250");
            query.next().value();
            leaf.bytes = audit::unpackLeaf(query.blob(0)).value();
            leaf.leafHash = crypto::leafHash(leaf.bytes);
            audit::writeReceipt(*database, leaf, m_origin, other).value();
        }
        const auto report = check();
        QVERIFY(!report);
        QVERIFY2(report.error().message.contains("entry 250: its receipt is signed by another device"),
            report.error().message.c_str());
    }

    void a_grant_that_goes_on_after_its_end_is_found()
    {
        {
            const auto database = Database::open(m_home->path(), Access::ReadWrite).value();
            auto log = audit::Log::open(*database, m_owner, test::logKey()).value();
            database->begin().value();
            log.append({.kind = LeafKind::GrantRevoked, .grant = {"grant-1"}}, {1}).value();
            log.append({.kind = LeafKind::ActionDenied, .grant = {"grant-1"}}, {1}).value();
            database->commit().value();
            QVERIFY(check());
            database->begin().value();
            log.append({.kind = LeafKind::TokenIssued, .grant = {"grant-1"}}, {1}).value();
            database->commit().value();
        }
        const auto report = check();
        QVERIFY(!report);
        QVERIFY2(report.error().message.contains("entry 622: its grant had ended"), report.error().message.c_str());
    }

    void a_body_of_what_is_no_action_is_found()
    {
        {
            const auto database = Database::open(m_home->path(), Access::ReadWrite).value();
            auto log = audit::Log::open(*database, m_owner, test::logKey()).value();
            database->begin().value();
            const auto leaf = log.append({.kind = LeafKind::TokenIssued, .grant = {"grant-1"}}, {1}).value();
            QCOMPARE(leaf.index, 620U);
            database->commit().value();
            QVERIFY(check());
        }
        QVERIFY(test::RawDatabase(m_home->path())
                .execute(QStringLiteral("INSERT INTO bodies SELECT idx, at, x'00' FROM log_leaves WHERE idx = 620")));
        const auto report = check();
        QVERIFY(!report);
        QVERIFY2(report.error().message.contains("entry 620: a body"), report.error().message.c_str());
    }

    void the_tails_check_finds_what_was_done_to_any_entry_and_says_where()
    {
        const QString sql = QStringLiteral("UPDATE log_leaves SET leaf = CAST(replace(leaf, '\"number\":17', "
                                           "'\"number\":18') AS BLOB) WHERE idx = 17");
        QVERIFY(test::RawDatabase(m_home->path()).executeAgainst(kStay, sql));
        const auto tail = check({.scope = CheckScope::Tail});
        QVERIFY(!tail);
        QCOMPARE(tail.error(), check().error());
    }

    void what_an_earlier_signature_or_receipt_says_is_left_to_the_whole_check_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<bool>("tailFinds");
        QTest::newRow("an earlier checkpoint")
            << QStringLiteral("UPDATE log_checkpoints SET note = 'x' WHERE size = 300") << false;
        QTest::newRow("the last checkpoint")
            << QStringLiteral("UPDATE log_checkpoints SET note = 'x' WHERE size = 600") << true;
        QTest::newRow("an earlier receipt")
            << QStringLiteral("UPDATE receipts SET signature = zeroblob(64) WHERE idx = 599") << false;
        QTest::newRow("a receipt of the tail")
            << QStringLiteral("UPDATE receipts SET signature = zeroblob(64) WHERE idx = 600") << true;
        QTest::newRow("an earlier private text")
            << QStringLiteral("UPDATE log_leaves SET private_text = x'00' WHERE idx = 597") << false;
        QTest::newRow("a private text of the tail")
            << QStringLiteral("UPDATE log_leaves SET private_text = x'00' WHERE idx = 603") << true;
    }
    void what_an_earlier_signature_or_receipt_says_is_left_to_the_whole_check()
    {
        QFETCH(QString, sql);
        QFETCH(bool, tailFinds);
        QVERIFY(test::RawDatabase(m_home->path()).execute(sql));
        QCOMPARE(!check({.scope = CheckScope::Tail}), tailFinds);
        QVERIFY(!check());
    }

    void a_checkpoint_that_is_gone_is_vouched_for_by_a_later_one()
    {
        QVERIFY(
            test::RawDatabase(m_home->path()).execute(QStringLiteral("DELETE FROM log_checkpoints WHERE size < 600")));
        QVERIFY(check());
        const QString sql = QStringLiteral("UPDATE log_leaves SET leaf = CAST(replace(leaf, '\"number\":17', "
                                           "'\"number\":18') AS BLOB) WHERE idx = 17");
        QVERIFY(test::RawDatabase(m_home->path()).executeAgainst(kStay, sql));
        QVERIFY(!check());
    }

    void progress_is_told_and_the_check_can_be_cancelled()
    {
        {
            const auto database = Database::open(m_home->path(), Access::ReadWrite).value();
            auto log = audit::Log::open(*database, m_owner, test::logKey()).value();
            database->begin().value();
            while (log.size() <= audit::kProgressStep)
                log.append({.kind = LeafKind::RequestReceived}, {1}).value();
            database->commit().value();
        }
        std::vector<std::pair<std::uint64_t, std::uint64_t>> told;
        QVERIFY(check({.progress = [&](std::uint64_t done, std::uint64_t total) { told.emplace_back(done, total); }}));
        const std::uint64_t total = audit::kProgressStep + 1;
        QCOMPARE(told, (decltype(told){{0, total}, {audit::kProgressStep, total}, {total, total}}));

        std::stop_source stop;
        const auto stopSoon = [&](std::uint64_t done, std::uint64_t) {
            if (done == 0)
                stop.request_stop();
        };
        const auto report = check({.progress = stopSoon, .stop = stop.get_token()});
        QVERIFY(!report);
        QCOMPARE(report.error().code, ErrorCode::Cancelled);
        QVERIFY(check()); // nothing is left behind
    }

    void two_check_at_once_while_the_log_grows()
    {
        const auto database = Database::open(m_home->path(), Access::ReadWrite).value();
        auto log = audit::Log::open(*database, m_owner, test::logKey()).value();
        std::atomic<int> sound = 0;
        const auto checkOften = [&] {
            for (int i = 0; i < 5; ++i)
                sound += check() ? 1 : 0;
        };
        std::jthread first(checkOften);
        std::jthread second(checkOften);
        for (int i = 0; i < 200; ++i) {
            database->begin().value();
            append(*database, log, kLeaves + i);
            if (i % 10 == 0)
                log.writeCheckpoint().value();
            database->commit().value();
        }
        first.join();
        second.join();
        QCOMPARE(sound.load(), 10);
    }

private:
    void append(Database& database, audit::Log& log, int number)
    {
        audit::LeafDraft draft = test::draftNumber(number);
        draft.kind = LeafKind::ActionPermitted;
        draft.claims["jti"] = audit::newReceiptId(log.size());
        const auto leaf = log.append(draft, test::timeOf(number)).value();
        audit::writeReceipt(database, leaf, log.origin(), *m_device).value();
    }

    Result<audit::CheckReport> check(const audit::CheckOptions& options = {}) const
    {
        const auto reader = Database::open(m_home->path(), Access::ReadOnly);
        if (!reader)
            return std::unexpected(reader.error());
        return audit::checkLog(**reader, {.origin = m_origin, .key = test::logKey().publicKey()}, options);
    }

    std::optional<QTemporaryDir> m_home;
    std::optional<crypto::PrivateKey> m_device;
    audit::LogOwner m_owner;
    std::string m_origin;
};

QTEST_GUILESS_MAIN(CheckProofsTest)
#include "tst_check_proofs.moc"
