// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/audit/proofs.h"

#include "core/audit/log_nodes.h"
#include "core/audit/tiles.h"
#include "core/audit/tlog_proof.h"
#include "core/audit/witness_keys.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/signed_note.h"
#include "tests/core/audit/log_fixture.h"
#include "tests/core/audit/test_witness.h"
#include "tests/core/store/raw_database.h"

#include <QTemporaryDir>
#include <QTest>

#include <bit>
#include <span>

using namespace countersign;
using namespace countersign::audit;
using crypto::verifyConsistency;
using crypto::verifyInclusion;

namespace {

constexpr std::uint64_t kLarge = 70'000; // the example of C2SP tlog-tiles: two levels of nodes

using Hashes = std::vector<std::string>;

/// RFC 6962 section 2.1
std::string treeHash(std::span<const std::string> leaves)
{
    if (leaves.size() == 1)
        return leaves.front();
    const std::size_t k = std::bit_floor(leaves.size() - 1);
    return crypto::nodeHash(treeHash(leaves.first(k)), treeHash(leaves.subspan(k)));
}

std::string joined(std::span<const std::string> hashes)
{
    std::string all;
    for (const std::string& hash : hashes)
        all += hash;
    return all;
}

/// A log of small leaves as they were stored before they were packed, whose nodes are computed when it is opened.
Hashes makeLarge(const QString& folder)
{
    {
        const auto database = store::Database::open(folder, store::Access::ReadWrite).value();
        store::Query fill(*database,
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n LIMIT ?) INSERT INTO log_leaves SELECT i, "
            "2, "
            "0, NULL, NULL, NULL, NULL, CAST('{' || i || '}' AS BLOB) FROM n");
        fill.bind(static_cast<std::int64_t>(kLarge)).run().value();
        store::Query(*database, "INSERT INTO meta VALUES ('log_nodes', 'due')").run().value();
    }
    Hashes leaves;
    for (std::uint64_t i = 0; i < kLarge; ++i)
        leaves.push_back(crypto::leafHash('{' + std::to_string(i) + '}'));
    return leaves;
}

} // namespace

class ProofsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        m_large = makeLarge(m_largeHome.path());
        auto opened = test::openLog(m_largeHome.path());
        QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
        m_log.emplace(std::move(*opened));
        m_root = m_log->log.root();
        QCOMPARE(m_root, treeHash(m_large));
    }

    void the_nodes_of_an_older_database_are_computed_when_it_is_opened()
    {
        const QTemporaryDir home;
        const auto nodes = QStringLiteral("SELECT group_concat(level || ' ' || idx || hex(hash)) FROM log_nodes");
        std::string root;
        {
            auto test = test::openLog(home.path()).value();
            test::growTo(test, 600, 300).value();
            root = test.log.root();
        }
        const test::RawDatabase raw(home.path());
        const QString before = raw.value(nodes).toString();
        QVERIFY(raw.executeAgainst(QStringLiteral("log_nodes_are_kept"), QStringLiteral("DELETE FROM log_nodes")));
        QVERIFY(raw.execute(QStringLiteral("INSERT INTO meta VALUES ('log_nodes', 'due')")));
        QVERIFY(checkLog(*store::Database::open(home.path(), store::Access::ReadOnly).value(), test::expectation()));
        const auto opened = test::openLog(home.path()).value();
        QCOMPARE(opened.log.root(), root);
        QCOMPARE(raw.value(nodes).toString(), before);
        QVERIFY(raw.value(QStringLiteral("SELECT value FROM meta WHERE key = 'log_nodes'")).isNull());
        QVERIFY(checkLog(*opened.database, test::expectation()));
    }

    void every_entry_and_every_pair_of_sizes_up_to_130_is_proven()
    {
        store::Database& db = *m_log->database;
        Hashes roots{crypto::sha256("")};
        for (std::uint64_t size = 1; size <= 130; ++size) {
            roots.push_back(treeHash(std::span(m_large).first(size)));
            QCOMPARE(rootAt(db, size).value(), roots[size]);
            for (std::uint64_t earlier = 0; earlier <= size; ++earlier) {
                const auto proof = consistencyProof(db, earlier, size).value();
                QVERIFY(verifyConsistency(earlier, size, proof, roots[earlier], roots[size]));
            }
            for (const std::uint64_t index : {std::uint64_t{0}, size / 3, size / 2, size - 1}) {
                const auto proof = inclusionProof(db, index, size).value();
                QVERIFY(verifyInclusion(index, size, m_large[index], proof, roots[size]));
            }
        }
        QCOMPARE(rootAt(db, 0).value(), roots[0]);
    }

    void proofs_reach_through_the_stored_nodes()
    {
        store::Database& db = *m_log->database;
        const std::uint64_t sizes[] = {255, 256, 257, 511, 512, 4'096, 65'535, 65'536, 65'537, 69'999, kLarge};
        for (const std::uint64_t size : sizes) {
            const std::string root = treeHash(std::span(m_large).first(size));
            QCOMPARE(rootAt(db, size).value(), root);
            for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{1}, size / 2, size - 2, size - 1}) {
                const auto proof = inclusionProof(db, index, size).value();
                QVERIFY(verifyInclusion(index, size, m_large[index], proof, root));
            }
            const auto proof = consistencyProof(db, size, kLarge).value();
            QVERIFY(verifyConsistency(size, kLarge, proof, root, m_root));
        }
    }

    void what_is_not_in_the_log_is_not_proven()
    {
        store::Database& db = *m_log->database;
        QCOMPARE(inclusionProof(db, 5, 5).error().code, ErrorCode::InvalidInput);
        QCOMPARE(inclusionProof(db, 0, 0).error().code, ErrorCode::InvalidInput);
        QCOMPARE(consistencyProof(db, 6, 5).error().code, ErrorCode::InvalidInput);
        QVERIFY(!inclusionProof(db, 0, kLarge + 1));
        QVERIFY(!consistencyProof(db, 5, kLarge + 1));
        QVERIFY(!rootAt(db, kLarge + 1));
    }

    void tiles_hold_the_hashes_and_entries_of_the_tree()
    {
        store::Database& db = *m_log->database;
        const auto tile = [&](const char* path) { return readTile(db, parseTilePath(path).value(), kLarge).value(); };
        const std::span all(m_large);
        QCOMPARE(tile("0/000"), joined(all.first(256)));
        QCOMPARE(tile("0/272"), joined(all.subspan(272 * 256, 256)));
        QCOMPARE(tile("0/273.p/112"), joined(all.subspan(273 * 256)));
        QCOMPARE(tile("0/005.p/3"), joined(all.subspan(5 * 256, 3)));
        QCOMPARE(tile("1/000").size(), 8192u);
        QCOMPARE(tile("1/000").substr(0, 32), treeHash(all.first(256)));
        QCOMPARE(tile("1/001.p/17").substr(16 * 32), treeHash(all.subspan(272 * 256, 256)));
        QCOMPARE(tile("2/000.p/1"), treeHash(all.first(65536)));
        QCOMPARE(tile("entries/000.p/2"), std::string("\0\3{0}\0\3{1}", 10));
        const std::string bundle = tile("entries/272");
        QVERIFY(bundle.starts_with(std::string("\0\7{69632}", 9)) && bundle.size() == 256u * 9);
    }

    void what_a_tree_of_that_size_does_not_have_is_not_served()
    {
        store::Database& db = *m_log->database;
        for (const char* path : {"0/273", "0/273.p/113", "0/274.p/1", "0/x001/000", "1/001", "1/001.p/18", "2/000",
                 "2/000.p/2", "3/000.p/1", "7/000.p/1", "63/000", "entries/273", "entries/273.p/113",
                 "entries/x999/x999/x999/x999/999"}) {
            const auto tile = readTile(db, parseTilePath(path).value(), kLarge);
            QVERIFY2(!tile, path);
            QCOMPARE(tile.error().code, ErrorCode::NotFound);
        }
        // What is there but not signed yet is not served either.
        QVERIFY(!readTile(db, {.level = 0, .index = 0}, 255));
        QVERIFY(!readTile(db, {.level = TilePath::kEntries, .index = 0, .width = 101}, 100));
        QVERIFY(readTile(db, {.level = TilePath::kEntries, .index = 0, .width = 100}, 100));
    }

    /// What a client of tlog-tiles asks for that holds an earlier checkpoint: the log has gone on, and its tiles stay.
    void the_tiles_of_an_earlier_checkpoint_stay()
    {
        store::Database& db = *m_log->database;
        const std::span<const std::string> all(m_large);
        for (const std::uint64_t size : {1U, 3U, 255U, 256U, 257U, 511U, 512U, 65'535U, 65'536U, 65'537U, 69'999U}) {
            std::uint64_t nodes = size;
            for (int level = 0; nodes > 0; ++level, nodes /= kTileWidth) {
                const std::uint64_t width = nodes % kTileWidth;
                const TilePath rightmost{level, nodes / kTileWidth, width};
                if (width > 0)
                    QCOMPARE(readTile(db, rightmost, kLarge).value().size(), width * crypto::kSha256Bytes);
                if (width > 0 && level == 0)
                    QCOMPARE(readTile(db, rightmost, kLarge).value(), joined(all.subspan(size - width, width)));
                if (nodes >= kTileWidth)
                    QVERIFY(readTile(db, TilePath{level, nodes / kTileWidth - 1, kTileWidth}, kLarge));
            }
        }
    }

    void a_tile_has_one_path_data()
    {
        QTest::addColumn<std::string>("path");
        QTest::addColumn<int>("level");
        QTest::addColumn<quint64>("index");
        QTest::addColumn<quint64>("width");
        QTest::newRow("first") << std::string("0/000") << 0 << quint64(0) << quint64(256);
        QTest::newRow("of the specification")
            << std::string("63/x001/x234/067") << 63 << quint64(1234067) << quint64(256);
        QTest::newRow("partial") << std::string("1/x001/000.p/255") << 1 << quint64(1000) << quint64(255);
        QTest::newRow("entries") << std::string("entries/999.p/1") << TilePath::kEntries << quint64(999) << quint64(1);
        for (const char* bad : {"", "0", "0/", "/000", "64/000", "00/000", "-1/000", "+1/000", "data/000", "0/0",
                 "0/0000", "0/x000/001", "0/x001", "0/001/002", "0/x001/x002", "0/X001/002", "0/000.p/0", "0/000.p/256",
                 "0/000.p/01", "0/000.p/", "0/000.p", "0/000.p/1/", "0/000.p/1.p/1", "0/000/", "0/a00", "0/ 00",
                 "0/x999/x999/x999/x999/x999/999", "0//000", "entries/x000/000"})
            QTest::addRow("refused: %s", bad) << std::string(bad) << -2 << quint64(0) << quint64(0);
    }
    void a_tile_has_one_path()
    {
        QFETCH(std::string, path);
        QFETCH(int, level);
        QFETCH(quint64, index);
        QFETCH(quint64, width);
        const auto parsed = parseTilePath(path);
        if (level == -2) {
            QVERIFY(!parsed);
            return;
        }
        QVERIFY(parsed);
        QCOMPARE(*parsed, (TilePath{.level = level, .index = index, .width = width}));
    }

    void a_tree_head_is_read_as_it_is_written()
    {
        const TreeHead head{.origin = "example.com/log", .size = 20852163, .root = std::string(32, 'r')};
        QCOMPARE(parseTreeHead(treeHeadText(head)).value(), head);
        QCOMPARE(parseTreeHead(treeHeadText(head) + "an extension\nand another\n").value(), head);
        const std::string root = crypto::base64(head.root);
        for (const std::string& text : Hashes{std::string(), std::string("o\n1\n"), "\n1\n" + root + '\n',
                 "o\n01\n" + root + '\n', "o\n-1\n" + root + '\n', "o\n\n" + root + '\n',
                 "o\n9223372036854775808\n" + root + '\n', "o\n1 \n" + root + '\n', "o\n1\n" + root,
                 "o\n1\n" + root.substr(4) + '\n', "o\n1\n" + root + "\n\n", "o\n1\n" + root + "\nextension"})
            QVERIFY2(!parseTreeHead(text), text.c_str());
    }

    void a_proof_that_travels_alone_is_checked_with_the_logs_key()
    {
        const TlogProof proof = proofOf(5);
        const auto read = parseTlogProof(tlogProofText(proof));
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(*read, proof);
        const auto key = test::logKey().publicKey();
        const std::string origin = m_log->log.origin();
        const auto head = verifyTlogProof(*read, m_large[5], origin, key);
        QVERIFY2(head, head ? "" : head.error().message.c_str());
        QCOMPARE(head->size, kLarge);
        QCOMPARE(head->root, m_root);
        QVERIFY(!verifyTlogProof(*read, m_large[6], origin, key));
        QVERIFY(!verifyTlogProof(*read, m_large[5], origin + 'x', key));
        QVERIFY(!verifyTlogProof(*read, m_large[5], origin, test::logKey('x').publicKey()));
        TlogProof other = proof;
        other.index = 4;
        QVERIFY(!verifyTlogProof(other, m_large[5], origin, key));
    }

    void a_note_of_another_origin_under_the_same_key_is_of_another_log()
    {
        TlogProof proof = proofOf(5);
        const std::string origin = m_log->log.origin();
        const std::string text = treeHeadText({.origin = "another", .size = kLarge, .root = m_root});
        proof.checkpoint = crypto::signNote(text, origin, test::logKey()).value();
        QVERIFY(!verifyTlogProof(proof, m_large[5], origin, test::logKey().publicKey()));
    }

    void the_text_is_that_of_the_specification()
    {
        TlogProof proof{.extra = "extra", .index = 0, .hashes = {std::string(32, 'h')}, .checkpoint = "note\n"};
        QCOMPARE(tlogProofText(proof),
            "c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 0\naGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGhoaGg=\n\nnote\n");
        QCOMPARE(parseTlogProof(tlogProofText(proof)).value(), proof);
        proof.extra = std::nullopt;
        proof.hashes.clear();
        QCOMPARE(tlogProofText(proof), "c2sp.org/tlog-proof@v1\nindex 0\n\nnote\n");
        QCOMPARE(parseTlogProof(tlogProofText(proof)).value(), proof);
        proof.hashes.assign(kMaxTlogProofHashes, std::string(32, 'h'));
        QVERIFY(parseTlogProof(tlogProofText(proof)));
        proof.hashes.push_back(proof.hashes.front());
        QVERIFY(!parseTlogProof(tlogProofText(proof)));
    }

    void a_malformed_proof_is_refused()
    {
        const std::string first = "c2sp.org/tlog-proof@v1\n";
        const std::string hash = crypto::base64(std::string(32, 'h')) + '\n';
        for (const std::string& text : Hashes{std::string(), first, "c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n",
                 first + "index 0\n", first + "index 0\n\n", first + "index 0\n" + hash, first + "index 00\n\nnote\n",
                 first + "index -1\n\nnote\n", first + "index\n\nnote\n", first + "Index 0\n\nnote\n",
                 first + "index 9223372036854775808\n\nnote\n", first + "extra !\nindex 0\n\nnote\n",
                 first + "index 0\nextra AAAA\n\nnote\n", first + "index 0\n" + hash.substr(4) + "\nnote\n",
                 first + "extra AAAA\nextra AAAA\nindex 0\n\nnote\n"})
            QVERIFY2(!parseTlogProof(text), text.c_str());
        const std::string start = first + "index 0\n\n";
        QVERIFY(parseTlogProof(start + std::string(kMaxTlogProofBytes - start.size(), 'n')));
        QCOMPARE(parseTlogProof(start + std::string(kMaxTlogProofBytes - start.size() + 1, 'n')).error().code,
            ErrorCode::TooLarge);
    }

    void cosignatures_that_were_kept_stand_under_the_note()
    {
        store::Database& db = *m_log->database;
        const Checkpoint checkpoint = signedHead();
        QCOMPARE(cosignedNote(db, checkpoint).value(), checkpoint.note);
        const std::string a = test::TestWitness{"a"}.verifierKey();
        const std::string b = test::TestWitness{"b"}.verifierKey();
        QVERIFY(keepCosignature(db, checkpoint.size, b, "\u2014 b BBBBBBBBBBBB"));
        QVERIFY(keepCosignature(db, checkpoint.size, a, "\u2014 a AAAAAAAAAAAA"));
        QVERIFY(keepCosignature(db, checkpoint.size, a, "\u2014 a CCCCCCCCCCCC"));
        QVERIFY(keepCosignature(db, checkpoint.size - 1, a, "\u2014 a DDDDDDDDDDDD"));
        QCOMPARE(keepCosignature(db, checkpoint.size, "a", "line").error().code, ErrorCode::InvalidInput);
        const std::string note = cosignedNote(db, checkpoint).value();
        QCOMPARE(note, checkpoint.note + "\u2014 a CCCCCCCCCCCC\n\u2014 b BBBBBBBBBBBB\n");
        QVERIFY(openCheckpoint(note, m_log->log.origin(), test::logKey().publicKey()));
        const std::vector<WitnessKey> keys{{b, checkpoint.size}, {a, checkpoint.size}};
        QVERIFY(keptWitnessKeys(db).value() == keys);
    }

private:
    Checkpoint signedHead()
    {
        m_log->database->begin().value();
        const Checkpoint checkpoint = m_log->log.writeCheckpoint().value();
        m_log->database->commit().value();
        return checkpoint;
    }

    TlogProof proofOf(std::uint64_t index)
    {
        return {.index = index,
            .hashes = inclusionProof(*m_log->database, index, kLarge).value(),
            .checkpoint = signedHead().note};
    }

    QTemporaryDir m_largeHome;
    Hashes m_large; ///< hashes of its leaves
    std::optional<test::TestLog> m_log;
    std::string m_root;
};

QTEST_GUILESS_MAIN(ProofsTest)
#include "tst_proofs.moc"
