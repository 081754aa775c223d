// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/audit/leaf_codec.h"

#include "core/audit/leaf.h"
#include "core/audit/leaf_dictionary.h"
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"

#include <QTest>

#include <zstd.h>

#include <thread>
#include <vector>

using namespace countersign;
using audit::packLeaf;
using audit::unpackLeaf;

namespace {

constexpr std::size_t kMagicBytes = 4;

/// What a log of actions is full of.
std::string actionLeaf()
{
    const std::string grant = crypto::randomToken(16);
    return R"({"agent":{"client_id":")" + crypto::randomToken(16) + R"(","jkt":")" + crypto::randomToken()
        + R"("},"binding":"http-signature","chain":[")" + grant + R"("],"decision":"permit","device":")"
        + crypto::randomToken() + R"(","grant_id":")" + grant + R"(","iat":1767300000,"person":")"
        + crypto::randomToken() + R"(","prev":")" + crypto::randomToken()
        + R"(","request":{"action":"mails.send","method":"POST","target_uri":"https://mail.example/"},"seq":7,"type":"action_permitted"})";
}

/// A JSON object of so many bytes.
std::string leafOf(std::size_t bytes)
{
    return R"({"a":")" + std::string(bytes - 8, 'x') + R"("})";
}

/// Stored as ours are, from any frame.
std::string stored(const std::string& frame)
{
    return audit::kLeafDictionaryNumber + frame.substr(kMagicBytes);
}

std::string frameOf(const std::string& content, int contentSizeFlag = 1)
{
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, contentSizeFlag);
    std::string frame(ZSTD_compressBound(content.size()), '\0');
    frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), content.data(), content.size()));
    ZSTD_freeCCtx(context);
    return frame;
}

bool isCorrupt(const Result<std::string>& leaf)
{
    return !leaf && leaf.error().code == ErrorCode::StorageCorrupt;
}

} // namespace

class LeafCodecTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_leaf_comes_back_byte_for_byte_data()
    {
        QTest::addColumn<QByteArray>("leaf");
        QTest::newRow("smallest") << QByteArray("{}");
        QTest::newRow("an action") << QByteArray::fromStdString(actionLeaf());
        QTest::newRow("nothing in common with others")
            << QByteArray::fromStdString('{' + crypto::randomToken(3000) + '}');
        QTest::newRow("longest") << QByteArray::fromStdString(leafOf(audit::kMaxLeafBytes));
        QTest::newRow("whatever bytes") << QByteArray("{\0\xff\x01}", 5);
    }
    void a_leaf_comes_back_byte_for_byte()
    {
        QFETCH(QByteArray, leaf);
        const auto back = unpackLeaf(packLeaf(leaf.toStdString()));
        QVERIFY2(back, back ? "" : back.error().message.c_str());
        QCOMPARE(*back, leaf.toStdString());
    }

    void what_leaves_have_in_common_takes_no_room()
    {
        const std::string leaf = actionLeaf();
        QVERIFY(packLeaf(leaf).size() * 2 < leaf.size());
    }

    void a_leaf_never_takes_more_room_than_it_has()
    {
        QCOMPARE(packLeaf("{}"), std::string("{}"));
        for (const std::string& leaf : {crypto::randomBytes(200), crypto::randomBytes(5000)})
            QCOMPARE(packLeaf('{' + leaf), '{' + leaf);
    }

    void leaves_of_older_versions_lie_as_they_are()
    {
        QCOMPARE(unpackLeaf(R"({"type":"log_started"})").value(), std::string(R"({"type":"log_started"})"));
    }

    void what_was_packed_once_is_read_for_ever()
    {
        // The dictionary stands behind every row of every database: it must never change.
        QCOMPARE(crypto::sha256Base64url(audit::leafDictionary()),
            std::string("4790G5OkKE0T4_ZWXmX0ERNaQavVO1Cou_ZouBeI4ZQ"));
        const std::string packed = crypto::fromBase64url("ASBAlQAAGHszMATAMxMA3HIeqEWFnwgU").value();
        QCOMPARE(unpackLeaf(packed).value(),
            std::string(R"({"decision":"permit","iat":1767300000,"type":"action_permitted"})"));
    }

    void the_longest_leaf_is_taken_and_one_byte_more_refused()
    {
        QCOMPARE(unpackLeaf(stored(frameOf(leafOf(audit::kMaxLeafBytes)))).value().size(), audit::kMaxLeafBytes);
        QVERIFY(isCorrupt(unpackLeaf(stored(frameOf(leafOf(audit::kMaxLeafBytes + 1))))));
    }

    void what_is_no_packed_leaf_is_corrupt_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* name, const std::string& bytes) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes);
        };
        const std::string packed = packLeaf(actionLeaf());
        row("nothing", "");
        row("a zero", std::string(1, '\0'));
        row("another dictionary", '\x02' + packed.substr(1));
        row("the number alone", "\x01");
        row("a byte behind it", packed + 'x');
        row("a second frame behind it", packed + frameOf("{}"));
        row("an empty skippable frame behind it", packed + std::string("\x50\x2a\x4d\x18\0\0\0\0", 8));
        row("a bomb", stored(frameOf(std::string(100'000'000, '0'))));
        row("a bomb that doesn't say so", stored(frameOf(std::string(100'000'000, '0'), 0)));
        row("a small one that doesn't say how long it is", stored(frameOf("{}", 0)));
        row("a frame with its magic number", audit::kLeafDictionaryNumber + frameOf(actionLeaf()));
    }
    void what_is_no_packed_leaf_is_corrupt()
    {
        QFETCH(QByteArray, bytes);
        QVERIFY(isCorrupt(unpackLeaf(bytes.toStdString())));
    }

    void a_leaf_that_was_cut_off_anywhere_is_corrupt()
    {
        const std::string packed = packLeaf(actionLeaf());
        for (std::size_t length = 0; length < packed.size(); ++length)
            QVERIFY2(isCorrupt(unpackLeaf(packed.substr(0, length))), std::to_string(length).c_str());
    }

    void any_change_gives_an_error_or_a_leaf_within_the_limit()
    {
        const std::string packed = packLeaf(actionLeaf());
        for (std::size_t at = 0; at < packed.size(); ++at) {
            for (int value = 0; value < 256; ++value) {
                std::string changed = packed;
                changed[at] = static_cast<char>(value);
                const auto leaf = unpackLeaf(changed);
                QVERIFY(leaf ? leaf->size() <= audit::kMaxLeafBytes : isCorrupt(leaf));
            }
        }
    }

    void threads_do_not_disturb_each_other()
    {
        std::vector<std::jthread> threads;
        std::atomic<int> right = 0;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&right] {
                for (int j = 0; j < 200; ++j) {
                    const std::string leaf = actionLeaf();
                    right += unpackLeaf(packLeaf(leaf)) == leaf ? 1 : 0;
                }
            });
        }
        threads.clear();
        QCOMPARE(right.load(), 800);
    }
};

QTEST_GUILESS_MAIN(LeafCodecTest)
#include "tst_leaf_codec.moc"
