// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/grants/chain.h"

#include <QTest>

using namespace countersign;
using namespace countersign::grants;

namespace {

std::string listOf(int count, std::size_t bytes = 5)
{
    std::string value;
    for (int i = 0; i < count; ++i)
        value += (value.empty() ? "\"" : ", \"") + std::string(bytes, 'x') + '"';
    return value;
}

} // namespace

class TestChainHeader : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_chain_reads_back_as_it_was_written()
    {
        const ChainText chain{"a.b-_.c", {"d.e.f", "g.h.i"}};
        QCOMPARE(chainHeader(chain), std::string("\"a.b-_.c\", \"d.e.f\", \"g.h.i\""));
        const auto read = parseChainHeader(chainHeader(chain));
        QVERIFY(read);
        QCOMPARE(read->token, chain.token);
        QCOMPARE(read->links, chain.links);
        QVERIFY(parseChainHeader(chainHeader({"a.b.c", {}}))->links.empty());
    }

    void white_space_is_where_the_standard_has_it_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::newRow("none") << QByteArray("\"a\",\"b\"");
        QTest::newRow("around the list") << QByteArray("  \"a\", \"b\"  ");
        QTest::newRow("around the comma") << QByteArray("\"a\" \t , \t \"b\"");
        QTest::newRow("of joined lines") << QByteArray("\"a\",\t\"b\"");
        QTest::newRow("a tab after the last one") << QByteArray("\"a\", \"b\"\t"); // RFC 9651 section 4.2.1
    }
    void white_space_is_where_the_standard_has_it()
    {
        QFETCH(QByteArray, value);
        const auto read = parseChainHeader(value.toStdString());
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(read->token, std::string("a"));
        QCOMPARE(read->links, std::vector<std::string>{"b"});
    }

    void anything_else_is_refused_data()
    {
        QTest::addColumn<QByteArray>("value");
        for (const char* value : {"", " ", "a.b.c", "\"", "\"a", "a\"", "\"\"", "\"a\",", ",\"a\"", "\"a\",,\"b\"",
                 "\"a\" \"b\"", "\"a\"\"b\"", "\"a\";q=1", "\"a\", \"b\";q", "(\"a\" \"b\")", "\"a\", (\"b\")", "?1",
                 "1", ":YQ==:", "\"a\", b", "\"a\\\"b\"", "\"a\\\\b\"", "\"a b\"", "\"a\nb\"", "\"a\x80\"", "\"a%20\"",
                 "\t\"a\"", "\"a\"\n", "\"a\", \"b\" x", "'a'", "\"a\"=\"b\"", "a=\"b\""})
            QTest::newRow(value) << QByteArray(value);
        QTest::newRow("a zero byte") << QByteArray("\"a\0b\"", 5);
    }
    void anything_else_is_refused()
    {
        QFETCH(QByteArray, value);
        const auto read = parseChainHeader(value.toStdString());
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::InvalidInput);
    }

    void a_list_has_its_bounds()
    {
        QVERIFY(parseChainHeader(listOf(permissions::kMaxChain)));
        QCOMPARE(parseChainHeader(listOf(permissions::kMaxChain + 1)).error().code, ErrorCode::TooLarge);
        QVERIFY(parseChainHeader(listOf(1, kMaxChainHeaderBytes - 2)));
        QCOMPARE(parseChainHeader(listOf(1, kMaxChainHeaderBytes - 1)).error().code, ErrorCode::TooLarge);
        // The largest chain fits with its quotes and commas.
        const std::size_t each = kMaxChainBytes / permissions::kMaxChain;
        QVERIFY(parseChainHeader(listOf(permissions::kMaxChain, each)));
    }
};

QTEST_GUILESS_MAIN(TestChainHeader)
#include "tst_chain_header.moc"
