// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/merkle.h"

#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "tests/core/crypto/vectors.h"

#include <QTest>

#include <bit>
#include <span>
#include <string>
#include <vector>

using namespace countersign;
using namespace countersign::crypto;
using namespace std::string_literals;

namespace {
using Hashes = std::vector<std::string>;

std::size_t splitOf(std::size_t count)
{
    return std::bit_floor(count - 1); // the largest power of two below `count`
}

// RFC 6962 section 2.1, as it is written there: what the fast code is held against.
std::string treeHash(std::span<const std::string> leaves)
{
    if (leaves.empty())
        return sha256("");
    if (leaves.size() == 1)
        return leaves[0];
    const std::size_t k = splitOf(leaves.size());
    return nodeHash(treeHash(leaves.first(k)), treeHash(leaves.subspan(k)));
}

// RFC 6962 section 2.1.1
Hashes auditPath(std::size_t m, std::span<const std::string> leaves)
{
    if (leaves.size() == 1)
        return {};
    const std::size_t k = splitOf(leaves.size());
    Hashes path = m < k ? auditPath(m, leaves.first(k)) : auditPath(m - k, leaves.subspan(k));
    path.push_back(m < k ? treeHash(leaves.subspan(k)) : treeHash(leaves.first(k)));
    return path;
}

// RFC 6962 section 2.1.2, SUBPROOF
Hashes subproof(std::size_t m, std::span<const std::string> leaves, bool isWhole)
{
    if (m == leaves.size())
        return isWhole ? Hashes() : Hashes{treeHash(leaves)};
    const std::size_t k = splitOf(leaves.size());
    Hashes proof = m <= k ? subproof(m, leaves.first(k), isWhole) : subproof(m - k, leaves.subspan(k), false);
    proof.push_back(m <= k ? treeHash(leaves.subspan(k)) : treeHash(leaves.first(k)));
    return proof;
}

Hashes leavesOf(int count)
{
    Hashes leaves;
    for (int i = 0; i < count; ++i)
        leaves.push_back(leafHash("leaf " + std::to_string(i)));
    return leaves;
}
} // namespace

class MerkleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_known_tree_has_the_known_roots()
    {
        // The tree that implementations of RFC 6962 are tested with.
        const Hashes leaves{""s, "\x00"s, "\x10"s, "\x20\x21"s, "\x30\x31"s, "\x40\x41\x42\x43"s,
            "\x50\x51\x52\x53\x54\x55\x56\x57"s, "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f"s};
        const Hashes roots{
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        };
        MerkleFrontier frontier;
        QCOMPARE(hex(frontier.root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"s);
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            frontier.append(leafHash(leaves[i]));
            QCOMPARE(hex(frontier.root()), roots[i]);
            QCOMPARE(frontier.size(), i + 1);
        }
    }

    void the_frontier_agrees_with_the_definition()
    {
        const Hashes leaves = leavesOf(200);
        MerkleFrontier frontier;
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            frontier.append(leaves[i]);
            QCOMPARE(frontier.root(), treeHash(std::span(leaves).first(i + 1)));
        }
    }

    void a_leaf_tells_every_subtree_that_it_completes()
    {
        const Hashes leaves = leavesOf(64);
        MerkleFrontier frontier;
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            const auto completed = frontier.append(leaves[i]);
            QCOMPARE(completed.size(), static_cast<std::size_t>(std::countr_zero(i + 1)) + 1);
            for (std::size_t height = 0; height < completed.size(); ++height) {
                const std::size_t width = std::size_t{1} << height;
                QCOMPARE(completed[height], treeHash(std::span(leaves).subspan(i + 1 - width, width)));
            }
        }
    }

    void a_frontier_of_subtrees_is_that_of_their_leaves()
    {
        const Hashes leaves = leavesOf(100);
        MerkleFrontier whole;
        for (const std::string& leaf : leaves)
            whole.append(leaf);
        MerkleFrontier joined;
        const std::span all(leaves);
        QVERIFY(joined.appendSubtree(6, treeHash(all.first(64))));
        QVERIFY(joined.appendSubtree(4, treeHash(all.subspan(64, 16))));
        QVERIFY(joined.appendSubtree(4, treeHash(all.subspan(80, 16))));
        QVERIFY(joined.appendSubtree(2, treeHash(all.subspan(96, 4))));
        QCOMPARE(joined, whole);
    }

    void a_subtree_that_does_not_fit_is_refused()
    {
        const std::string root(32, 'r');
        MerkleFrontier frontier;
        frontier.append(root);
        QVERIFY(frontier.appendSubtree(0, root));
        QVERIFY(!frontier.appendSubtree(2, root));
        QVERIFY(!frontier.appendSubtree(-1, root));
        QVERIFY(!frontier.appendSubtree(64, root));
        QVERIFY(!frontier.appendSubtree(1, root.substr(1)));
        QVERIFY(!frontier.appendSubtree(1, root + 'r'));
        QCOMPARE(frontier.size(), 2u);
        QVERIFY(frontier.appendSubtree(1, root));
    }

    void every_entry_is_proven_and_only_where_it_stands()
    {
        const Hashes leaves = leavesOf(40);
        for (std::size_t size = 1; size <= leaves.size(); ++size) {
            const auto tree = std::span(leaves).first(size);
            const std::string root = treeHash(tree);
            for (std::size_t i = 0; i < size; ++i) {
                Hashes proof = auditPath(i, tree);
                QVERIFY(verifyInclusion(i, size, leaves[i], proof, root));
                for (std::size_t other = 0; other < size; ++other)
                    QVERIFY(other == i || !verifyInclusion(other, size, leaves[i], proof, root));
                QVERIFY(!verifyInclusion(i, size, leafHash("another"), proof, root));
                QVERIFY(!verifyInclusion(i, size, leaves[i], proof, leafHash("another")));
                QVERIFY(!verifyInclusion(size, size, leaves[i], proof, root));
                proof.push_back(leaves[0]);
                QVERIFY(!verifyInclusion(i, size, leaves[i], proof, root));
                proof.resize(proof.size() - 1);
                if (!proof.empty()) {
                    proof.pop_back();
                    QVERIFY(!verifyInclusion(i, size, leaves[i], proof, root));
                }
            }
        }
    }

    void nothing_is_in_an_empty_tree()
    {
        const auto result = verifyInclusion(0, 0, leafHash(""), {}, sha256(""));
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::BadSignature);
    }

    void every_tree_is_proven_to_begin_with_every_smaller_one()
    {
        const Hashes leaves = leavesOf(130);
        Hashes roots;
        for (std::size_t size = 0; size <= leaves.size(); ++size)
            roots.push_back(treeHash(std::span(leaves).first(size)));
        for (std::size_t size = 1; size <= leaves.size(); ++size) {
            for (std::size_t earlier = 1; earlier <= size; ++earlier) {
                const Hashes proof = subproof(earlier, std::span(leaves).first(size), true);
                QVERIFY(verifyConsistency(earlier, size, proof, roots[earlier], roots[size]));
            }
            QVERIFY(verifyConsistency(0, size, {}, roots[0], roots[size]));
        }
    }

    void a_consistency_proof_proves_nothing_else()
    {
        const Hashes leaves = leavesOf(40);
        const auto root = [&](std::size_t size) { return treeHash(std::span(leaves).first(size)); };
        for (std::size_t size = 1; size <= leaves.size(); ++size) {
            for (std::size_t earlier = 1; earlier <= size; ++earlier) {
                Hashes proof = subproof(earlier, std::span(leaves).first(size), true);
                const std::string before = root(earlier);
                const std::string now = root(size);
                QVERIFY(!verifyConsistency(earlier, size, proof, leaves[0], now) || before == leaves[0]);
                QVERIFY(!verifyConsistency(earlier, size, proof, before, leaves[0]) || now == leaves[0]);
                QVERIFY(!verifyConsistency(earlier, size, proof, before, before + 'x'));
                QVERIFY(!verifyConsistency(earlier - 1, size, proof, before, now));
                for (std::string& hash : proof) {
                    hash[5] ^= 1;
                    QVERIFY(!verifyConsistency(earlier, size, proof, before, now));
                    hash[5] ^= 1;
                }
                proof.push_back(leaves[0]);
                QVERIFY(!verifyConsistency(earlier, size, proof, before, now));
                proof.resize(proof.size() - 1);
                if (!proof.empty()) {
                    proof.resize(proof.size() - 1);
                    QVERIFY(!verifyConsistency(earlier, size, proof, before, now));
                    QVERIFY(!verifyConsistency(earlier, size, {}, before, now));
                }
            }
        }
        QVERIFY(!verifyConsistency(0, 5, {}, root(1), root(5)));
        QVERIFY(!verifyConsistency(0, 5, Hashes{root(5)}, root(0), root(5)));
        QVERIFY(!verifyConsistency(6, 5, {}, root(5), root(5)));
    }

    void the_published_proofs_are_judged_as_published()
    {
        SKIP_WITHOUT_VECTORS(QStringLiteral("merkle/inclusion"));
        int good = 0;
        int broken = 0;
        const QStringList paths = test::jsonFilesBelow(test::vectorsPath(QStringLiteral("merkle/inclusion")));
        for (const QString& path : paths) {
            const json::Object vector = test::jsonFile(path);
            const auto bytes = [&](const char* name) {
                return fromBase64(json::requiredString(vector, name).value()).value();
            };
            Hashes proof;
            if (const json::Value* listed = vector.if_contains("proof"); listed && listed->is_array()) {
                for (const json::Value& hash : listed->get_array())
                    proof.push_back(fromBase64(std::string(hash.as_string().c_str())).value());
            }
            // A few vectors carry indexes that are out of an unsigned number's range.
            boost::system::error_code error;
            const auto index = vector.at("leafIdx").to_number<std::uint64_t>(error);
            const auto size = error ? 0 : vector.at("treeSize").to_number<std::uint64_t>(error);
            const bool accepted =
                !error && verifyInclusion(index, size, bytes("leafHash"), proof, bytes("root")).has_value();
            const bool wanted = !json::optionalBool(vector, "wantErr").value().value();
            QVERIFY2(accepted == wanted, qPrintable(path));
            ++(wanted ? good : broken);
        }
        qInfo("%d good, %d broken", good, broken);
        QVERIFY(good >= 5);
        QVERIFY(broken >= 50);
    }
};

QTEST_GUILESS_MAIN(MerkleTest)
#include "tst_merkle.moc"
