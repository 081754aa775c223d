// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/structured_fields.h"

#include <QTest>

#include <chrono>
#include <limits>
#include <random>
#include <string>

using namespace countersign;
using namespace countersign::crypto::sf;
using namespace std::string_literals;

namespace {

enum class Kind { Item, List, Dictionary };

template <typename Value> Result<std::string> rewritten(const Result<Value>& value)
{
    if (!value)
        return std::unexpected(value.error());
    return serialize(*value);
}

/// Read and written again: what the text says, in the one form that writing has.
Result<std::string> rewritten(Kind kind, const std::string& text, const ParseOptions& options = {})
{
    switch (kind) {
    case Kind::Item:
        return rewritten(parseItem(text, options));
    case Kind::List:
        return rewritten(parseList(text, options));
    case Kind::Dictionary:
        break;
    }
    return rewritten(parseDictionary(text, options));
}

BareItem bareItem(const std::string& text)
{
    return parseItem(text).value().value;
}

std::string repeated(const std::string& text, int count)
{
    std::string all;
    for (int i = 0; i < count; ++i)
        all += text;
    return all;
}

constexpr ParseOptions kNoRepeats{.repeatedKeys = RepeatedKeys::Refused};

} // namespace

class StructuredFieldsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void each_type_has_its_value()
    {
        QVERIFY(bareItem("42") == BareItem(std::int64_t{42}));
        QVERIFY(bareItem("-999999999999999") == BareItem(-kMaxInteger));
        QVERIFY(bareItem("4.5") == BareItem(Decimal{4500}));
        QVERIFY(bareItem("-0.07") == BareItem(Decimal{-70}));
        QVERIFY(bareItem("999999999999.999") == BareItem(Decimal{kMaxThousandths}));
        QVERIFY(bareItem("\"hello \\\"world\\\" \\\\\"") == BareItem("hello \"world\" \\"s));
        QVERIFY(bareItem("foo123/456") == BareItem(Token{"foo123/456"}));
        QVERIFY(bareItem("*a:b") == BareItem(Token{"*a:b"}));
        QVERIFY(bareItem(":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:")
            == BareItem(crypto::sf::ByteSequence{"pretend this is binary content."}));
        QVERIFY(bareItem("?1") == BareItem(true));
        QVERIFY(bareItem("?0") == BareItem(false));
        QVERIFY(bareItem("@1659578233") == BareItem(Date{1659578233}));
        QVERIFY(bareItem("@-62135596800") == BareItem(Date{-62135596800}));
        QVERIFY(bareItem("%\"This is intended for display to %c3%bcsers.\"")
            == BareItem(DisplayString{"This is intended for display to \xc3\xbcsers."}));
    }

    void a_text_reads_and_is_written_in_one_form_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<std::string>("text");
        QTest::addColumn<std::string>("form");
        const auto row = [](Kind kind, const std::string& text, const std::string& form) {
            QTest::addRow("%s", text.empty() ? "(empty)" : text.c_str()) << static_cast<int>(kind) << text << form;
        };
        const auto same = [&row](Kind kind, const std::string& text) { row(kind, text, text); };
        // The examples of RFC 9651 section 3
        same(Kind::List, "sugar, tea, rum");
        same(Kind::List, "(\"foo\" \"bar\"), (\"baz\"), (\"bat\" \"one\"), ()");
        same(Kind::List, "(\"foo\";a=1;b=2);lvl=5, (\"bar\" \"baz\");lvl=1");
        same(Kind::List, "abc;a=1;b=2;cde_456, (ghi;jk=4 l);q=\"9\";r=w");
        row(Kind::Item, "1; a; b=?0", "1;a;b=?0");
        same(Kind::Dictionary, "en=\"Applepie\", da=:w4ZibGV0w6ZydGU=:");
        row(Kind::Dictionary, "a=?0, b, c; foo=bar", "a=?0, b, c;foo=bar");
        same(Kind::Dictionary, "rating=1.5, feelings=(joy sadness)");
        row(Kind::Dictionary, "a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid", "a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid");
        same(Kind::Item, "5;foo=bar");
        same(Kind::Item, "@1659578233");
        // White space
        row(Kind::Item, "  1  ", "1");
        row(Kind::List, " a \t , \t b ", "a, b");
        row(Kind::List, "a\t", "a");
        row(Kind::List, "( 1   2 )", "(1 2)");
        row(Kind::List, "a;   b", "a;b");
        row(Kind::List, "", "");
        row(Kind::List, "   ", "");
        row(Kind::Dictionary, "", "");
        row(Kind::Dictionary, "a=1,b=2", "a=1, b=2");
        // Numbers
        row(Kind::Item, "00", "0");
        row(Kind::Item, "-0", "0");
        row(Kind::Item, "-042", "-42");
        row(Kind::Item, "1.500", "1.5");
        row(Kind::Item, "01.0", "1.0");
        row(Kind::Item, "-0.0", "0.0");
        same(Kind::Item, "-0.001");
        same(Kind::Item, "999999999999999");
        same(Kind::Item, "-999999999999.999");
        // The rest
        row(Kind::Item, "a;b=?1", "a;b");
        row(Kind::Dictionary, "a=?1;b=?1", "a;b");
        same(Kind::Item, "\"\"");
        same(Kind::Item, "::");
        same(Kind::Item, "%\"\"");
        row(Kind::Item, "%\"%41%25%22 \\\"", "%\"A%25%22 \\\"");
        same(Kind::Item, "a!#$%&'*+-.^_`|~:/");
        same(Kind::Dictionary, "*a_-.9=1");
        // The last value counts, at the first one's place (sections 4.2.2 and 4.2.3.2)
        row(Kind::Dictionary, "a=1, b=2, a=3;x", "a=3;x, b=2");
        row(Kind::Item, "1;a=1;b=2;a=3", "1;a=3;b=2");
    }
    void a_text_reads_and_is_written_in_one_form()
    {
        QFETCH(int, kind);
        QFETCH(std::string, text);
        QFETCH(std::string, form);
        const auto read = rewritten(static_cast<Kind>(kind), text);
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(*read, form);
        QCOMPARE(rewritten(static_cast<Kind>(kind), form).value(), form);
    }

    void anything_else_is_refused_where_it_goes_wrong_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<std::string>("text");
        QTest::addColumn<int>("offset");
        const auto row = [](Kind kind, const std::string& text, int offset) {
            QTest::addRow("%d: %s", static_cast<int>(kind), text.empty() ? "(empty)" : text.c_str())
                << static_cast<int>(kind) << text << offset;
        };
        for (const char* empty : {"", " ", "=", ";a", "\t1", "\x80", "\x7f", "#", "_a", "'a'"})
            row(Kind::Item, empty, std::string(empty) == " " ? 1 : 0);
        row(Kind::Item, "1 2", 2);
        row(Kind::Item, "1,2", 1);
        row(Kind::Item, "1\t", 1);
        row(Kind::Item, "(1 2)", 0);
        row(Kind::Item, "a\x80", 1);
        row(Kind::Item, "a=1", 1);
        // Numbers
        row(Kind::Item, "-", 1);
        row(Kind::Item, "--1", 1);
        row(Kind::Item, "+1", 0);
        row(Kind::Item, "-a", 1);
        row(Kind::Item, "1.", 2);
        row(Kind::Item, ".5", 0);
        row(Kind::Item, "1..4", 2);
        row(Kind::Item, "1.5.4", 3);
        row(Kind::Item, "1.2345", 5);
        row(Kind::Item, "1e3", 1);
        row(Kind::Item, "0x1", 1);
        row(Kind::Item, "1000000000000000", 15);
        row(Kind::Item, "0000000000000001", 15);
        row(Kind::Item, "1234567890123.0", 13);
        row(Kind::Item, repeated("9", 20000), 15);
        // Strings
        row(Kind::Item, "\"a", 2);
        row(Kind::Item, "\"a\\\"", 4);
        row(Kind::Item, "\"\\a\"", 2);
        row(Kind::Item, "\"\\", 2);
        row(Kind::Item, "\"a\tb\"", 2);
        row(Kind::Item, "\"a\nb\"", 2);
        row(Kind::Item, "\"\xc3\xbc\"", 1);
        row(Kind::Item, "\"\x7f\"", 1);
        row(Kind::Item, "\"a\0b\""s, 2);
        // Byte sequences
        row(Kind::Item, ":YQ==", 1);
        row(Kind::Item, ":YQ=:", 1);
        row(Kind::Item, ":YQ:", 1);
        row(Kind::Item, ":YR==:", 1);
        row(Kind::Item, ":Y-_=:", 1);
        row(Kind::Item, ":Y Q==:", 1);
        row(Kind::Item, ":=:", 1);
        // Booleans, dates, display strings
        row(Kind::Item, "?", 1);
        row(Kind::Item, "?2", 1);
        row(Kind::Item, "?true", 1);
        row(Kind::Item, "?10", 2);
        row(Kind::Item, "@", 1);
        row(Kind::Item, "@1.0", 0);
        row(Kind::Item, "@1000000000000000", 16);
        row(Kind::Item, "@@1", 1);
        row(Kind::Item, "%a", 1);
        row(Kind::Item, "%\"a", 3);
        row(Kind::Item, "%\"%C3%BC\"", 3);
        row(Kind::Item, "%\"%c\"", 4);
        row(Kind::Item, "%\"%", 3);
        row(Kind::Item, "%\"\xc3\xbc\"", 2);
        row(Kind::Item, "%\"%c3%28\"", 0);
        row(Kind::Item, "%\"%ed%a0%80\"", 0);
        row(Kind::Item, "%\"\t\"", 2);
        // Parameters
        row(Kind::Item, "1;", 2);
        row(Kind::Item, "1;A", 2);
        row(Kind::Item, "1;1", 2);
        row(Kind::Item, "1;a=", 4);
        row(Kind::Item, "1;a=(1)", 4);
        row(Kind::Item, "1;a =1", 4);
        row(Kind::Item, "1;a= 1", 4);
        row(Kind::Item, "1 ;a", 2);
        row(Kind::Item, "1;\ta", 2);
        // Lists
        row(Kind::List, "a,", 2);
        row(Kind::List, "a, ", 3);
        row(Kind::List, ",a", 0);
        row(Kind::List, "a,,b", 2);
        row(Kind::List, "a b", 2);
        row(Kind::List, "\ta", 0);
        row(Kind::List, "a\n,b", 1);
        row(Kind::List, "(a", 2);
        row(Kind::List, "(a,b)", 2);
        row(Kind::List, "(a\tb)", 2);
        row(Kind::List, "(\"a\"\"b\")", 4);
        row(Kind::List, "((a))", 1);
        row(Kind::List, ")", 0);
        row(Kind::List, repeated("(", 20000), 1);
        // Dictionaries
        row(Kind::Dictionary, "a=1,", 4);
        row(Kind::Dictionary, "a=1,,b=2", 4);
        row(Kind::Dictionary, "A=1", 0);
        row(Kind::Dictionary, "a=", 2);
        row(Kind::Dictionary, "a =1", 2);
        row(Kind::Dictionary, "a= 1", 2);
        row(Kind::Dictionary, "1=a", 0);
        row(Kind::Dictionary, "\xc3\xa4=1", 0);
        row(Kind::Dictionary, "a=1 b=2", 4);
    }
    void anything_else_is_refused_where_it_goes_wrong()
    {
        QFETCH(int, kind);
        QFETCH(std::string, text);
        QFETCH(int, offset);
        const auto read = rewritten(static_cast<Kind>(kind), text);
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::InvalidInput);
        const std::string place = "(at byte " + std::to_string(offset) + ").";
        QVERIFY2(read.error().message.ends_with(place), read.error().message.c_str());
        QVERIFY(read.error().message.size() < 200);
    }

    void a_repeated_key_can_be_refused_data()
    {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<int>("offset");
        QTest::newRow("of the dictionary") << "a=1, b=2, a=1"s << 10;
        QTest::newRow("without a value") << "a, a"s << 3;
        QTest::newRow("of parameters") << "a=1;x;x"s << 6;
        QTest::newRow("of an inner list") << "a=();x=1;y;x=2"s << 11;
        QTest::newRow("of an item in it") << "a=(1;x 2;y;y)"s << 11;
    }
    void a_repeated_key_can_be_refused()
    {
        QFETCH(std::string, text);
        QFETCH(int, offset);
        QVERIFY(parseDictionary(text));
        const auto read = parseDictionary(text, kNoRepeats);
        QVERIFY(!read);
        QCOMPARE(read.error().message,
            "Not a structured field: a key stands twice (at byte " + std::to_string(offset) + ").");
    }

    void the_same_key_may_stand_among_the_parameters_of_different_items()
    {
        QVERIFY(parseDictionary("a=(1;x 2;x);x, b;x", kNoRepeats));
    }

    void the_caller_bounds_the_size()
    {
        QVERIFY(parseItem("1234", {.maxBytes = 4}));
        QCOMPARE(parseItem("12345", {.maxBytes = 4}).error().code, ErrorCode::TooLarge);
        const std::string content(kMaxFieldBytes - 2, 'x');
        QVERIFY(parseList('"' + content + '"'));
        QCOMPARE(parseList('"' + content + "x\"").error().code, ErrorCode::TooLarge);
    }

    void a_megabyte_of_anything_takes_no_longer_than_its_size()
    {
        using namespace std::chrono;
        constexpr int kMany = 100'000;
        std::string manyKeys;
        for (int i = 0; i < kMany; ++i)
            manyKeys += ";k" + std::to_string(i);
        const auto start = steady_clock::now();
        const ParseOptions unbounded{.maxBytes = std::numeric_limits<std::size_t>::max()};
        QCOMPARE(parseItem("1" + manyKeys, unbounded)->parameters.size(), std::size_t{kMany});
        QCOMPARE(parseItem("1" + repeated(";a", kMany), unbounded)->parameters.size(), std::size_t{1});
        QCOMPARE(parseList("1" + repeated(", ()", kMany), unbounded)->size(), std::size_t{kMany + 1});
        QVERIFY(!parseList(repeated(":", 2 * kMany + 1), unbounded));
        QVERIFY(!parseList("(" + repeated(" ", 4 * kMany), unbounded));
        QVERIFY(!parseItem("\"" + repeated("\\\\", kMany), unbounded));
        // Were any of them quadratic, it would take minutes.
        QVERIFY(steady_clock::now() - start < 20s);
    }

    void whatever_reads_is_written_and_reads_as_the_same()
    {
        const unsigned int seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const std::vector<std::string> pieces{"a", "b", "*", "1", "0", "-", ".", ",", " ", "\t", ";", "=", "(", ")",
            "\"", "\\", ":", "YQ==", "?1", "?", "@", "%", "%\"", "c3%bc", "/", "A", "\x80", "a=", ", ", ";a=1",
            "(1 2)"};
        std::uniform_int_distribution<std::size_t> piece(0, pieces.size() - 1);
        std::uniform_int_distribution<int> length(1, 9);
        int readable = 0;
        for (int i = 0; i < 30'000; ++i) {
            std::string text;
            for (int left = length(random); left > 0; --left)
                text += pieces[piece(random)];
            const auto item = parseItem(text);
            const auto list = parseList(text);
            const auto dictionary = parseDictionary(text);
            readable += item || list || dictionary ? 1 : 0;
            const auto same = [](const auto& value, auto parse) {
                return !value || parse(serialize(*value).value()).value() == *value;
            };
            QVERIFY2(same(item, [](const std::string& t) { return parseItem(t); }), text.c_str());
            QVERIFY2(same(list, [](const std::string& t) { return parseList(t); }), text.c_str());
            QVERIFY2(same(dictionary, [](const std::string& t) { return parseDictionary(t); }), text.c_str());
        }
        QVERIFY2(readable > 1'500, std::to_string(readable).c_str());
    }

    void what_the_format_can_not_hold_is_not_written()
    {
        const auto refused = [](BareItem value) {
            const auto text = serialize(Item{std::move(value), {}});
            return !text && text.error().code == ErrorCode::InvalidInput;
        };
        QVERIFY(serialize(Item{kMaxInteger, {}}));
        QVERIFY(refused(kMaxInteger + 1));
        QVERIFY(refused(-kMaxInteger - 1));
        QVERIFY(refused(std::numeric_limits<std::int64_t>::min()));
        QVERIFY(serialize(Item{Decimal{-kMaxThousandths}, {}}));
        QVERIFY(refused(Decimal{kMaxThousandths + 1}));
        QVERIFY(refused(Decimal{std::numeric_limits<std::int64_t>::min()}));
        QVERIFY(serialize(Item{Date{kMaxInteger}, {}}));
        QVERIFY(refused(Date{kMaxInteger + 1}));
        for (const char* text : {"\n", "\x7f", "\xc3\xbc", "\t"})
            QVERIFY(refused(std::string(text)));
        for (const char* text : {"", "1a", "a b", "a\"", ":", "\xc3\xbc", "a,b"})
            QVERIFY(refused(Token{text}));
        QVERIFY(refused(DisplayString{"\xc3"}));
        for (const char* key : {"", "A", "1", "a b", "a=", "a\n"}) {
            QVERIFY(!serialize(Item{true, {{key, true}}}));
            QVERIFY(!serialize(Dictionary{{key, Item{}}}));
            QVERIFY(!serialize(InnerList{{}, {{key, true}}}));
        }
        QVERIFY(!serialize(InnerList{{Item{"\n"s, {}}}, {}}));
        QVERIFY(!serialize(List{Item{}, Item{"\n"s, {}}}));
    }

    void any_bytes_at_all_come_back_from_a_byte_sequence()
    {
        std::string all;
        for (int i = 0; i < 256; ++i)
            all += static_cast<char>(i);
        const std::string text = serialize(Item{ByteSequence{all}, {}}).value();
        QVERIFY(parseItem(text).value().value == BareItem(ByteSequence{all}));
    }
};

QTEST_GUILESS_MAIN(StructuredFieldsTest)
#include "tst_structured_fields.moc"
