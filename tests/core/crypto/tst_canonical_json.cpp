// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/canonical_json.h"

#include "tests/core/crypto/vectors.h"

#include <QTest>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>

using namespace countersign;
using namespace countersign::crypto;
using namespace std::string_literals;

namespace {
std::string canonical(std::string_view text)
{
    return canonicalJson(json::parse(text).value()).value();
}
} // namespace

class CanonicalJsonTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbers_are_written_as_the_standard_lists_them_data()
    {
        QTest::addColumn<quint64>("bits");
        QTest::addColumn<std::string>("text");
        const auto row = [](const char* name, quint64 bits, const char* text) {
            QTest::newRow(name) << bits << std::string(text);
        };
        // RFC 8785 appendix B
        row("zero", 0x0000000000000000, "0");
        row("minus zero", 0x8000000000000000, "0");
        row("smallest positive", 0x0000000000000001, "5e-324");
        row("smallest negative", 0x8000000000000001, "-5e-324");
        row("largest positive", 0x7fefffffffffffff, "1.7976931348623157e+308");
        row("largest negative", 0xffefffffffffffff, "-1.7976931348623157e+308");
        row("largest integer", 0x4340000000000000, "9007199254740992");
        row("its negative", 0xc340000000000000, "-9007199254740992");
        row("2^68", 0x4430000000000000, "295147905179352830000");
        row("below 1e23", 0x44b52d02c7e14af5, "9.999999999999997e+22");
        row("1e23", 0x44b52d02c7e14af6, "1e+23");
        row("above 1e23", 0x44b52d02c7e14af7, "1.0000000000000001e+23");
        row("far below 1e21", 0x444b1ae4d6e2ef4e, "999999999999999700000");
        row("below 1e21", 0x444b1ae4d6e2ef4f, "999999999999999900000");
        row("1e21", 0x444b1ae4d6e2ef50, "1e+21");
        row("below 1e-6", 0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7");
        row("1e-6", 0x3eb0c6f7a0b5ed8d, "0.000001");
        row("ninths 1", 0x41b3de4355555553, "333333333.3333332");
        row("ninths 2", 0x41b3de4355555554, "333333333.33333325");
        row("ninths 3", 0x41b3de4355555555, "333333333.3333333");
        row("ninths 4", 0x41b3de4355555556, "333333333.3333334");
        row("ninths 5", 0x41b3de4355555557, "333333333.33333343");
        row("small negative", 0xbecbf647612f3696, "-0.0000033333333333333333");
        row("round to even", 0x43143ff3c1cb0959, "1424953923781206.2");
    }

    void numbers_are_written_as_the_standard_lists_them()
    {
        QFETCH(quint64, bits);
        QFETCH(std::string, text);
        QCOMPARE(canonicalJson(json::Value(std::bit_cast<double>(bits))).value(), text);
    }

    void any_number_reads_back_as_itself()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        for (int i = 0; i < 100'000; ++i) {
            const auto number = std::bit_cast<double>(random());
            if (!std::isfinite(number))
                continue;
            const std::string text = canonicalJson(json::Value(number)).value();
            double again = 0;
            std::from_chars(text.data(), text.data() + text.size(), again);
            QCOMPARE(again, number);
        }
    }

    void the_published_documents_come_out_byte_by_byte()
    {
        SKIP_WITHOUT_VECTORS(QStringLiteral("jcs"));
        const QStringList inputs = test::jsonFilesBelow(test::vectorsPath(QStringLiteral("jcs/input")));
        QVERIFY(inputs.size() >= 6);
        for (const QString& input : inputs) {
            QString output = input;
            output.replace(QStringLiteral("/input/"), QStringLiteral("/output/"));
            QCOMPARE(canonical(test::contentsOf(input)), test::contentsOf(output));
        }
    }

    void canonical_text_is_its_own_canonical_form_data()
    {
        QTest::addColumn<std::string>("given");
        QTest::addColumn<std::string>("text");
        QTest::newRow("empty") << "{ }"s << "{}"s;
        QTest::newRow("nested") << R"({"b":[{"z":1,"a":[]}],"a":null})"s << R"({"a":null,"b":[{"a":[],"z":1}]})"s;
        QTest::newRow("numbers") << "[1.0,10e0,1e2,-0,0.10,1E-7,100000000000000000000]"s
                                 << "[1,10,100,0,0.1,1e-7,100000000000000000000]"s;
        QTest::newRow("escapes") << R"(["\u0008\u0009\u000a\u000c\u000d\u0022\u005c\u002f\u0001\u001F\u007f"])"s
                                 << "[\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0001\\u001f\x7f\"]"s;
        // By UTF-16 code units a surrogate pair comes before U+FB33; by bytes of UTF-8 after it.
        QTest::newRow("order of names") << "{\"\uFB33\":1,\"\U0001F600\":2,\"a\":3,\"\":4}"s
                                        << "{\"\":4,\"a\":3,\"\U0001F600\":2,\"\uFB33\":1}"s;
        QTest::newRow("no normalisation") << "{\"A\u030a\":\"A\u030a\"}"s << "{\"A\u030a\":\"A\u030a\"}"s;
        QTest::newRow("prefixes") << R"({"aa":1,"a":2,"A":3})"s << R"({"A":3,"a":2,"aa":1})"s;
    }

    void canonical_text_is_its_own_canonical_form()
    {
        QFETCH(std::string, given);
        QFETCH(std::string, text);
        QCOMPARE(canonical(given), text);
        QCOMPARE(canonical(text), text);
    }

    void integers_are_bounded_by_what_a_double_holds_data()
    {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("below") << "9007199254740991"s << true;
        QTest::newRow("at") << "9007199254740992"s << true;
        QTest::newRow("above") << "9007199254740993"s << false;
        QTest::newRow("a double above") << "9007199254740994"s << true;
        QTest::newRow("as a double is written") << "1567890123456712400"s << true;
        QTest::newRow("as it is not") << "1567890123456712448"s << false;
        QTest::newRow("negative at") << "-9007199254740992"s << true;
        QTest::newRow("negative above") << "-9007199254740993"s << false;
        QTest::newRow("largest int64") << "9223372036854775807"s << false;
        QTest::newRow("largest uint64") << "18446744073709551615"s << false;
    }

    void integers_are_bounded_by_what_a_double_holds()
    {
        QFETCH(std::string, text);
        QFETCH(bool, accepted);
        const auto out = canonicalJson(json::parse("{\"n\":[" + text + "]}").value());
        QCOMPARE(out.has_value(), accepted);
        if (accepted)
            QCOMPARE(*out, "{\"n\":[" + text + "]}");
        else
            QCOMPARE(out.error().code, ErrorCode::InvalidInput);
    }

    void what_json_can_not_say_is_refused()
    {
        QVERIFY(!canonicalJson(json::Value(std::numeric_limits<double>::quiet_NaN())));
        QVERIFY(!canonicalJson(json::Value(std::numeric_limits<double>::infinity())));
        QVERIFY(!canonicalJson(json::Value("\xFF")));
        QVERIFY(!canonicalJson(json::Object{{"\xED\xA0\x80", 1}}));
    }
};

QTEST_GUILESS_MAIN(CanonicalJsonTest)
#include "tst_canonical_json.moc"
