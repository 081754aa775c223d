// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/audit/log.h"

#include "core/audit/leaf_codec.h"
#include "core/crypto/bytes.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/digest.h"
#include "core/crypto/signed_note.h"
#include "tests/core/audit/log_fixture.h"
#include "tests/core/store/raw_database.h"

#include <QTemporaryDir>
#include <QTest>

#include <bit>
#include <set>
#include <span>

using namespace countersign;
using audit::LeafDraft;
using audit::LeafKind;
using audit::Log;
using store::Query;

namespace {

/// The definition of RFC 6962 section 2.1, word for word.
std::string treeHash(std::span<const std::string> leaves)
{
    if (leaves.empty())
        return crypto::sha256("");
    if (leaves.size() == 1)
        return crypto::sha256(std::string(1, '\0') + leaves.front());
    const std::size_t k = std::bit_floor(leaves.size() - 1);
    return crypto::sha256('\1' + treeHash(leaves.first(k)) + treeHash(leaves.subspan(k)));
}

std::vector<std::string> leavesOf(store::Database& db)
{
    std::vector<std::string> leaves;
    Query query(db, "SELECT leaf FROM log_leaves ORDER BY idx");
    while (query.next().value())
        leaves.push_back(audit::unpackLeaf(query.blob(0)).value());
    return leaves;
}

Result<audit::Appended> appendOne(test::TestLog& test, const LeafDraft& draft)
{
    if (auto begun = test.database->begin(); !begun)
        return std::unexpected(begun.error());
    auto leaf = test.log.append(draft, {1'767'300'000});
    if (!leaf) {
        test.database->rollback();
        return leaf;
    }
    if (auto committed = test.database->commit(); !committed)
        return std::unexpected(committed.error());
    return leaf;
}

} // namespace

class LogTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_home.emplace();
        m_folder = m_home->filePath(QStringLiteral("data"));
        reopen();
    }
    void cleanup() { m_test.reset(); }

    void every_kind_has_a_name_of_its_own_that_leads_back()
    {
        std::set<std::string_view> names;
        for (int i = 0; i <= static_cast<int>(audit::kLastLeafKind); ++i) {
            const auto kind = static_cast<LeafKind>(i);
            names.insert(audit::leafKindName(kind));
            QCOMPARE(audit::leafKindFromName(audit::leafKindName(kind)), kind);
        }
        QCOMPARE(names.size(), static_cast<std::size_t>(audit::kLastLeafKind) + 1);
        QCOMPARE(audit::leafKindName(LeafKind::ConsentGiven), "consent_given");
        QCOMPARE(audit::leafKindName(LeafKind::StateRejected), "state_rejected");
        QCOMPARE(audit::leafKindFromName("Consent_given"), std::nullopt);
        QCOMPARE(audit::leafKindFromName(""), std::nullopt);
    }

    void a_new_log_is_empty()
    {
        QCOMPARE(m_test->log.size(), 0u);
        QCOMPARE(m_test->log.root(), crypto::sha256(""));
        QCOMPARE(m_test->log.origin(), "countersign/" + test::kOwner.device.value);
        QCOMPARE(audit::lastCheckpoint(*m_test->database).value(), std::nullopt);
    }

    void a_leaf_is_canonical_and_names_whom_it_is_about()
    {
        LeafDraft draft{.kind = LeafKind::GrantRevoked, .agent = {"bot"}, .grant = {"g1"}};
        draft.claims["reason"] = "person";
        draft.claims["a"] = 1;
        const auto leaf = appendOne(*m_test, draft);
        QVERIFY(leaf);
        QCOMPARE(leaf->index, 0u);
        QCOMPARE(leaf->bytes,
            R"({"a":1,"client_id":"bot","closing":true,"device":")" + test::kOwner.device.value
                + R"(","grant_id":"g1","iat":1767300000,"person":")" + test::kOwner.person.value
                + R"(","reason":"person","seq":0,"type":"grant_revoked"})");
        QCOMPARE(leaf->leafHash, crypto::sha256(std::string(1, '\0') + leaf->bytes));
        QCOMPARE(leavesOf(*m_test->database), std::vector{leaf->bytes});
    }

    void a_leaf_about_nobody_names_nobody()
    {
        QVERIFY(appendOne(*m_test, {.kind = LeafKind::LogStarted}));
        const std::string leaf = leavesOf(*m_test->database).front();
        QVERIFY(!leaf.contains("client_id") && !leaf.contains("grant_id") && !leaf.contains("text_commitment"));
        Query query(*m_test->database, "SELECT client_id, grant_id, private_text, salt FROM log_leaves");
        QVERIFY(query.next().value());
        for (int column = 0; column < 4; ++column)
            QVERIFY(query.isNull(column));
    }

    void a_claim_that_the_log_adds_may_be_there_but_must_say_the_same()
    {
        LeafDraft same{.kind = LeafKind::ConsentGiven, .grant = {"g1"}};
        same.claims["grant_id"] = "g1";
        same.claims["iat"] = 1'767'300'000;
        QVERIFY(appendOne(*m_test, same));
        for (const char* name : {"grant_id", "iat", "type", "person", "device", "text_commitment", "seq", "prev"}) {
            LeafDraft other{.kind = LeafKind::ConsentGiven, .grant = {"g1"}, .privateText = "t"};
            other.claims[name] = "another";
            const auto index = appendOne(*m_test, other);
            QVERIFY2(!index, name);
            QCOMPARE(index.error().code, ErrorCode::Internal);
        }
        QCOMPARE(m_test->log.size(), 1u);
    }

    void a_private_text_stands_in_the_leaf_as_a_salted_commitment_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("words") << QByteArray("Pay 500 EUR to acme");
        QTest::newRow("empty") << QByteArray("");
        QTest::newRow("whatever bytes") << QByteArray("\xEF\xBB\xBF\xEF\xBF\xBF\0\xC3", 8);
    }
    void a_private_text_stands_in_the_leaf_as_a_salted_commitment()
    {
        QFETCH(QByteArray, text);
        LeafDraft draft{.kind = LeafKind::RequestReceived, .privateText = text.toStdString()};
        QVERIFY(appendOne(*m_test, draft));
        QVERIFY(appendOne(*m_test, draft));
        std::set<std::string> commitments;
        Query query(*m_test->database, "SELECT leaf, private_text, salt FROM log_leaves");
        while (query.next().value()) {
            QCOMPARE(query.blob(1), text.toStdString());
            QCOMPARE(query.blob(2).size(), 16u);
            const std::string leaf = audit::unpackLeaf(query.blob(0)).value();
            const auto claims = json::parseObject(leaf);
            const std::string commitment = json::requiredString(*claims, "text_commitment").value();
            QCOMPARE(commitment, crypto::sha256Base64url(query.blob(2) + text.toStdString()));
            QVERIFY(text.isEmpty() || !leaf.contains(text.toStdString()));
            commitments.insert(commitment);
        }
        QCOMPARE(commitments.size(), 2u); // the same text can't be told from another
        QVERIFY(audit::checkLog(*m_test->database, test::expectation(), {}));
    }

    void a_leaf_of_the_longest_length_is_taken_and_of_one_more_refused()
    {
        LeafDraft draft{.kind = LeafKind::RequestReceived};
        draft.claims["pad"] = "";
        QVERIFY(appendOne(*m_test, draft));
        const std::size_t rest = audit::kMaxLeafBytes - leavesOf(*m_test->database).front().size();
        for (const std::size_t length : {rest - 1, rest}) {
            draft.claims["pad"] = std::string(length, 'x');
            QVERIFY(appendOne(*m_test, draft));
        }
        QCOMPARE(leavesOf(*m_test->database).back().size(), 65535u);
        draft.claims["pad"] = std::string(rest + 1, 'x');
        const auto index = appendOne(*m_test, draft);
        QVERIFY(!index);
        QCOMPARE(index.error().code, ErrorCode::TooLarge);
        QCOMPARE(m_test->log.size(), 3u);
        QVERIFY(audit::checkLog(*m_test->database, test::expectation(), {}));
    }

    void a_leaf_needs_a_transaction()
    {
        QVERIFY(!m_test->log.append({.kind = LeafKind::LogStarted}, {1}));
        QCOMPARE(m_test->log.size(), 0u);
        QVERIFY(leavesOf(*m_test->database).empty());
    }

    void the_root_is_that_of_rfc_6962_at_every_size()
    {
        for (int size = 1; size <= 70; ++size) {
            QVERIFY(test::growTo(*m_test, size, 1));
            QCOMPARE(m_test->log.size(), static_cast<std::uint64_t>(size));
            QCOMPARE(m_test->log.root(), treeHash(leavesOf(*m_test->database)));
        }
    }

    void a_log_goes_on_where_it_stopped()
    {
        for (const int size : {1, 2, 3, 7, 8, 9, 31, 64, 65, 255, 256, 257, 511, 512, 700}) {
            QVERIFY(test::growTo(*m_test, size, 50));
            const std::string root = m_test->log.root();
            reopen();
            QCOMPARE(m_test->log.size(), static_cast<std::uint64_t>(size));
            QCOMPARE(m_test->log.root(), root);
        }
        QCOMPARE(m_test->log.root(), treeHash(leavesOf(*m_test->database)));
    }

    void after_a_rollback_reload_forgets_what_was_undone()
    {
        QVERIFY(test::growTo(*m_test, 5, 5));
        const std::string root = m_test->log.root();
        QVERIFY(m_test->database->begin());
        QVERIFY(m_test->log.append(test::draftNumber(5), {1}));
        QVERIFY(m_test->log.append(test::draftNumber(6), {1}));
        m_test->database->rollback();
        QCOMPARE(m_test->log.size(), 7u);
        QVERIFY(m_test->log.reload());
        QCOMPARE(m_test->log.size(), 5u);
        QCOMPARE(m_test->log.root(), root);
        QVERIFY(test::growTo(*m_test, 9, 2));
        QVERIFY(audit::checkLog(*m_test->database, test::expectation(), {}));
    }

    void the_leaves_of_a_grant_are_counted_and_chained()
    {
        const auto append = [&](const char* grant, LeafKind kind = LeafKind::ActionDenied) {
            const auto leaf = appendOne(*m_test, {.kind = kind, .grant = {grant}});
            return std::pair(leaf.value().leafHash, json::parseObject(leaf->bytes).value());
        };
        const auto [firstHash, first] = append("a");
        QCOMPARE(json::requiredInteger(first, "seq"), 0);
        QVERIFY(!first.contains("prev"));
        QCOMPARE(json::requiredInteger(append("b").second, "seq"), 0);
        QVERIFY(!append("").second.contains("seq"));
        const auto [secondHash, second] = append("a");
        QCOMPARE(json::requiredInteger(second, "seq"), 1);
        QCOMPARE(json::requiredString(second, "prev"), crypto::base64url(firstHash));
        QVERIFY(!second.contains("closing"));
        reopen();
        const auto third = append("a", LeafKind::GrantExpired).second;
        QCOMPARE(json::requiredInteger(third, "seq"), 2);
        QCOMPARE(json::requiredString(third, "prev"), crypto::base64url(secondHash));
        QCOMPARE(third.at("closing"), true);
    }

    void what_was_rolled_back_does_not_count_in_its_grant()
    {
        const LeafDraft draft{.kind = LeafKind::ActionDenied, .grant = {"a"}};
        QVERIFY(appendOne(*m_test, draft));
        QVERIFY(m_test->database->begin());
        QVERIFY(m_test->log.append(draft, {1}));
        m_test->database->rollback();
        QVERIFY(m_test->log.reload());
        const auto leaf = appendOne(*m_test, draft);
        QVERIFY(leaf && leaf->bytes.contains(R"("seq":1)"));
        QVERIFY(audit::checkLog(*m_test->database, test::expectation(), {}));
    }

    void old_leaves_without_a_number_count_by_their_place()
    {
        for (int i = 0; i < 3; ++i) {
            QVERIFY(Query(*m_test->database,
                "INSERT INTO log_leaves VALUES ((SELECT coalesce(max(idx) + 1, 0) FROM log_leaves), 2, 5, NULL, 'a', "
                "NULL, NULL, CAST('{\"iat\":5}' AS BLOB))")
                    .run());
        }
        reopen();
        const auto leaf = appendOne(*m_test, {.kind = LeafKind::ActionDenied, .grant = {"a"}});
        QVERIFY(leaf);
        const auto claims = json::parseObject(leaf->bytes).value();
        QCOMPARE(json::requiredInteger(claims, "seq"), 3);
        QCOMPARE(json::requiredString(claims, "prev"), crypto::base64url(crypto::leafHash("{\"iat\":5}")));
    }

    void a_checkpoint_is_a_signed_note_of_origin_size_and_root()
    {
        QVERIFY(test::growTo(*m_test, 11, 11));
        const auto checkpoint = audit::lastCheckpoint(*m_test->database).value().value();
        QCOMPARE(checkpoint.size, 11u);
        QCOMPARE(checkpoint.root, m_test->log.root());
        const auto text = crypto::openNote(checkpoint.note, m_test->log.origin(), test::logKey().publicKey());
        QVERIFY(text);
        QCOMPARE(*text, m_test->log.origin() + "\n11\n" + crypto::base64(m_test->log.root()) + "\n");
    }

    void nothing_is_signed_twice()
    {
        QVERIFY(test::growTo(*m_test, 3, 3));
        const auto first = m_test->log.writeCheckpoint();
        const auto second = m_test->log.writeCheckpoint();
        QVERIFY(first && second);
        QCOMPARE(*first, *second);
        QCOMPARE(*first, audit::lastCheckpoint(*m_test->database).value().value());
        reopen();
        QCOMPARE(m_test->log.writeCheckpoint().value(), *first);
        Query query(*m_test->database, "SELECT count(*) FROM log_checkpoints");
        QVERIFY(query.next().value());
        QCOMPARE(query.integer(0), 1);
    }

    void a_log_that_contradicts_itself_does_not_open_data()
    {
        QTest::addColumn<QString>("trigger");
        QTest::addColumn<QString>("sql");
        QTest::newRow("a leaf missing at the end")
            << QStringLiteral("log_leaves_are_kept") << QStringLiteral("DELETE FROM log_leaves WHERE idx = 519");
        QTest::newRow("all leaves missing")
            << QStringLiteral("log_leaves_are_kept") << QStringLiteral("DELETE FROM log_leaves");
        QTest::newRow("a leaf missing before the end")
            << QStringLiteral("log_leaves_are_kept") << QStringLiteral("DELETE FROM log_leaves WHERE idx = 517");
        QTest::newRow("the last node missing")
            << QStringLiteral("log_nodes_are_kept") << QStringLiteral("DELETE FROM log_nodes WHERE idx = 1");
        QTest::newRow("all nodes missing")
            << QStringLiteral("log_nodes_are_kept") << QStringLiteral("DELETE FROM log_nodes");
        QTest::newRow("a node missing") << QStringLiteral("log_nodes_are_kept")
                                        << QStringLiteral("DELETE FROM log_nodes WHERE idx = 0");
        QTest::newRow("a node more") << QString()
                                     << QStringLiteral("INSERT INTO log_nodes VALUES (1, 2, zeroblob(32))");
        QTest::newRow("a node of a level more")
            << QString() << QStringLiteral("INSERT INTO log_nodes VALUES (2, 0, zeroblob(32))");
        QTest::newRow("a node cut") << QStringLiteral("log_nodes_stay")
                                    << QStringLiteral("UPDATE log_nodes SET hash = substr(hash, 1, 31) WHERE idx = 1");
        QTest::newRow("a node of other leaves") << QStringLiteral(
            "log_nodes_stay") << QStringLiteral("UPDATE log_nodes SET hash = zeroblob(32) WHERE idx = 1");
        QTest::newRow("a checkpoint of more leaves")
            << QString() << QStringLiteral("UPDATE log_checkpoints SET size = 521 WHERE size = 520");
        QTest::newRow("a checkpoint with another root")
            << QString() << QStringLiteral("UPDATE log_checkpoints SET root = zeroblob(32) WHERE size = 520");
        QTest::newRow("a checkpoint without a signature")
            << QString() << QStringLiteral("UPDATE log_checkpoints SET note = 'x' WHERE size = 520");
    }
    void a_log_that_contradicts_itself_does_not_open()
    {
        QFETCH(QString, trigger);
        QFETCH(QString, sql);
        QVERIFY(test::growTo(*m_test, 520, 260));
        m_test.reset();
        {
            const test::RawDatabase raw(m_folder);
            QVERIFY(trigger.isEmpty() ? raw.execute(sql) : raw.executeAgainst(trigger, sql));
        }
        const auto opened = test::openLog(m_folder);
        QVERIFY(!opened);
        QCOMPARE(opened.error().code, ErrorCode::StorageCorrupt);
    }

    void another_devices_or_keys_log_does_not_open()
    {
        QVERIFY(test::growTo(*m_test, 3, 3));
        QVERIFY(!Log::open(*m_test->database, test::kOwner, test::logKey('x')));
        audit::LogOwner other = test::kOwner;
        other.device.value.front() = 'x';
        QVERIFY(!Log::open(*m_test->database, other, test::logKey()));
        QVERIFY(Log::open(*m_test->database, test::kOwner, test::logKey()));
    }

private:
    void reopen()
    {
        m_test.reset();
        auto opened = test::openLog(m_folder);
        QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
        m_test.emplace(std::move(*opened));
    }

    std::optional<QTemporaryDir> m_home;
    QString m_folder;
    std::optional<test::TestLog> m_test;
};

QTEST_GUILESS_MAIN(LogTest)
#include "tst_log.moc"
