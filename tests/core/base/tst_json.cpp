// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/json.h"

#include <QTest>

#include <string>

using namespace countersign;
using namespace std::string_literals;

namespace {
std::string nested(std::size_t depth)
{
    return std::string(depth, '[') + std::string(depth, ']');
}

std::string objectOf(int members)
{
    std::string text = "{";
    for (int i = 0; i < members; ++i)
        text += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\":0";
    return text + "}";
}

json::Object object(std::string_view text)
{
    return json::parseObject(text).value();
}
} // namespace

class JsonTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void well_formed_text_is_read_data()
    {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<std::string>("again");
        QTest::newRow("empty object") << "{}"s << "{}"s;
        QTest::newRow("empty array") << " [ ] \n"s << "[]"s;
        QTest::newRow("string") << R"("a\u0062c")"s << R"("abc")"s;
        QTest::newRow("surrogate pair") << R"("\ud83d\ude00")"s << "\"\U0001F600\""s;
        QTest::newRow("literals") << "[true,false,null]"s << "[true,false,null]"s;
        QTest::newRow("integers") << "[0,-1,9223372036854775807,18446744073709551615]"s
                                  << "[0,-1,9223372036854775807,18446744073709551615]"s;
        QTest::newRow("one name in several objects")
            << R"({"a":{"a":1},"b":{"a":1}})"s << R"({"a":{"a":1},"b":{"a":1}})"s;
        QTest::newRow("one name in neighbours") << R"([{"a":1},{"a":1}])"s << R"([{"a":1},{"a":1}])"s;
        QTest::newRow("case matters") << R"({"a":1,"A":1})"s << R"({"a":1,"A":1})"s;
    }

    void well_formed_text_is_read()
    {
        QFETCH(std::string, text);
        QFETCH(std::string, again);
        const Result<json::Value> value = json::parse(text);
        QVERIFY2(value.has_value(), value ? "" : value.error().message.c_str());
        QCOMPARE(json::serialize(*value), again);
    }

    void hostile_text_is_refused_data()
    {
        QTest::addColumn<std::string>("text");
        const std::string longName(9000, 'n');

        QTest::newRow("nothing") << ""s;
        QTest::newRow("only white space") << " \n"s;
        QTest::newRow("name twice") << R"({"a":1,"a":2})"s;
        QTest::newRow("name twice, equal values") << R"({"a":1,"b":2,"a":1})"s;
        QTest::newRow("name twice, once escaped") << R"({"a":1,"\u0061":2})"s;
        QTest::newRow("name twice, escaped pair") << "{\"\U0001F600\":1,\"\\ud83d\\ude00\":2}"s;
        QTest::newRow("name twice, deep inside") << R"([{"x":{"y":[{"b":1,"b":1}]}}])"s;
        QTest::newRow("name twice, empty") << R"({"":1,"":2})"s;
        QTest::newRow("name twice, after an inner object") << R"({"a":{"b":1},"a":2})"s;
        QTest::newRow("name twice, long") << "{\"" + longName + "\":1,\"" + longName + "\":2}";
        QTest::newRow("name twice, long and escaped") << "{\"" + longName + "b\":1,\"" + longName + "\\u0062\":2}";
        QTest::newRow("name twice, with NUL") << R"({"a\u0000":1,"a\u0000":2})"s;
        QTest::newRow("infinity") << "1e400"s;
        QTest::newRow("negative infinity") << "[-1e400]"s;
        QTest::newRow("infinity, many digits") << std::string(400, '9');
        QTest::newRow("NaN") << "NaN"s;
        QTest::newRow("Infinity") << "Infinity"s;
        QTest::newRow("leading zero") << "01"s;
        QTest::newRow("plus") << "+1"s;
        QTest::newRow("no digit before the point") << ".5"s;
        QTest::newRow("no digit after the point") << "1."s;
        QTest::newRow("hexadecimal") << "0x10"s;
        QTest::newRow("comma at the end of an array") << "[1,]"s;
        QTest::newRow("comma at the end of an object") << R"({"a":1,})"s;
        QTest::newRow("line comment") << "// c\n1"s;
        QTest::newRow("block comment") << "/* c */1"s;
        QTest::newRow("two values") << "1 2"s;
        QTest::newRow("text after the value") << "{}x"s;
        QTest::newRow("NUL after the value") << "{}\0"s;
        QTest::newRow("byte order mark") << "\xEF\xBB\xBF{}"s;
        QTest::newRow("UTF-16") << "{\0}\0"s;
        QTest::newRow("single quotes") << "'a'"s;
        QTest::newRow("name without quotes") << "{a:1}"s;
        QTest::newRow("name not a string") << "{1:1}"s;
        QTest::newRow("control character in a string") << "\"a\x01\""s;
        QTest::newRow("line break in a string") << "\"a\nb\""s;
        QTest::newRow("unknown escape") << R"("\x41")"s;
        QTest::newRow("stray byte") << "\"\xFF\""s;
        QTest::newRow("overlong") << "\"\xC0\xAF\""s;
        QTest::newRow("surrogate in UTF-8") << "\"\xED\xA0\x80\""s;
        QTest::newRow("beyond Unicode") << "\"\xF4\x90\x80\x80\""s;
        QTest::newRow("cut UTF-8") << "\"\xE2\x82\""s;
        QTest::newRow("bad UTF-8 in a name") << "{\"\xFF\":1}"s;
        QTest::newRow("lone high surrogate") << R"("\ud800")"s;
        QTest::newRow("lone low surrogate") << R"("\udc00")"s;
        QTest::newRow("high surrogate, then a letter") << R"("\ud800\u0041")"s;
        QTest::newRow("cut object") << R"({"a":)"s;
        QTest::newRow("cut string") << "\"abc"s;
        QTest::newRow("cut literal") << "tru"s;
        QTest::newRow("wrong bracket") << "[1}"s;
        QTest::newRow("only an opening") << std::string(100'000, '[');
    }

    void hostile_text_is_refused()
    {
        QFETCH(std::string, text);
        const Result<json::Value> value = json::parse(text);
        QVERIFY(!value);
        QCOMPARE(value.error().code, ErrorCode::InvalidInput);
        QVERIFY(value.error().message.contains("offset"));
    }

    void depth_is_bounded()
    {
        QVERIFY(json::parse(nested(json::kMaxDepth - 1)));
        QVERIFY(json::parse(nested(json::kMaxDepth)));
        const auto deeper = json::parse(nested(json::kMaxDepth + 1));
        QVERIFY(!deeper);
        QCOMPARE(deeper.error().code, ErrorCode::InvalidInput);
        QVERIFY(deeper.error().message.contains("deeper than 32"));
        QVERIFY(json::parse(R"({"a":[{}]})", {.maxDepth = 3}));
        QVERIFY(!json::parse(R"({"a":[{}]})", {.maxDepth = 2}));
        // Beside each other is not inside each other.
        QVERIFY(json::parse("[[],[],[],{}]", {.maxDepth = 2}));
    }

    void size_is_bounded()
    {
        const auto stringOf = [](std::size_t bytes) { return '"' + std::string(bytes - 2, 'x') + '"'; };
        QVERIFY(json::parse(stringOf(json::kMaxBytes - 1)));
        QVERIFY(json::parse(stringOf(json::kMaxBytes)));
        const auto larger = json::parse(stringOf(json::kMaxBytes + 1));
        QVERIFY(!larger);
        QCOMPARE(larger.error().code, ErrorCode::TooLarge);
    }

    void members_are_bounded()
    {
        constexpr int kMembers = 16 * 1024;
        QVERIFY(json::parse(objectOf(kMembers - 1)));
        QVERIFY(json::parse(objectOf(kMembers)));
        QVERIFY(!json::parse(objectOf(kMembers + 1)));
    }

    void numbers_are_read_precisely()
    {
        QCOMPARE(json::parse("0.1")->as_double(), 0.1);
        QCOMPARE(json::parse("123456789.123456789")->as_double(), 123456789.123456789);
        QCOMPARE(json::parse("5e-324")->as_double(), 5e-324);
        QCOMPARE(json::parse("1.7976931348623157e308")->as_double(), 1.7976931348623157e308);
    }

    void long_strings_arrive_whole()
    {
        // Longer than the parser's buffers, with an escape at every place where they may meet.
        std::string text = "\"";
        std::string expected;
        for (int i = 0; i < 5000; ++i) {
            text += "\\u00e4x";
            expected += "\u00e4x";
        }
        const auto value = json::parse(text + '"');
        QVERIFY(value);
        QCOMPARE(std::string(value->as_string().c_str()), expected);
    }

    void an_error_names_the_member_in_printable_ascii()
    {
        const auto value = json::parse("{\"a\u202e\\\"\":1,\"a\u202e\\\"\":2}");
        QVERIFY(!value);
        for (const char c : value.error().message)
            QVERIFY(c >= 0x20 && c < 0x7f && c != '"' && c != '\\');
        QVERIFY(value.error().message.size() < 200);
    }

    void an_object_is_asked_for_and_nothing_else_taken()
    {
        QVERIFY(json::parseObject(R"({"a":1})"));
        QVERIFY(!json::parseObject("[]"));
        QVERIFY(!json::parseObject("null"));
    }

    void members_are_taken_by_type_data()
    {
        QTest::addColumn<std::string>("value");
        QTest::addColumn<bool>("isString");
        QTest::addColumn<bool>("isInteger");
        QTest::addColumn<bool>("isBool");
        QTest::addColumn<bool>("isStrings");
        QTest::newRow("string") << R"("x")"s << true << false << false << false;
        QTest::newRow("integer") << "-5"s << false << true << false << false;
        QTest::newRow("integral with a fraction part") << "5.0"s << false << true << false << false;
        QTest::newRow("integral with an exponent") << "1e3"s << false << true << false << false;
        QTest::newRow("fraction") << "5.5"s << false << false << false << false;
        QTest::newRow("largest integer") << "9223372036854775807"s << false << true << false << false;
        QTest::newRow("too large an integer") << "9223372036854775808"s << false << false << false << false;
        QTest::newRow("too large a double") << "1e300"s << false << false << false << false;
        QTest::newRow("true") << "true"s << false << false << true << false;
        QTest::newRow("null is not missing") << "null"s << false << false << false << false;
        QTest::newRow("strings") << R"(["a","b"])"s << false << false << false << true;
        QTest::newRow("no strings") << "[]"s << false << false << false << true;
        QTest::newRow("mixed array") << R"(["a",1])"s << false << false << false << false;
        QTest::newRow("object") << "{}"s << false << false << false << false;
    }

    void members_are_taken_by_type()
    {
        QFETCH(std::string, value);
        QFETCH(bool, isString);
        QFETCH(bool, isInteger);
        QFETCH(bool, isBool);
        QFETCH(bool, isStrings);
        const json::Object from = object("{\"m\":" + value + "}");
        QCOMPARE(json::requiredString(from, "m").has_value(), isString);
        QCOMPARE(json::optionalString(from, "m").has_value(), isString);
        QCOMPARE(json::requiredInteger(from, "m").has_value(), isInteger);
        QCOMPARE(json::optionalInteger(from, "m").has_value(), isInteger);
        QCOMPARE(json::optionalBool(from, "m").has_value(), isBool);
        QCOMPARE(json::requiredStrings(from, "m").has_value(), isStrings);
    }

    void a_missing_member_is_nothing_or_an_error()
    {
        const json::Object empty;
        QVERIFY(json::optionalString(empty, "m") && !*json::optionalString(empty, "m"));
        QVERIFY(json::optionalInteger(empty, "m") && !*json::optionalInteger(empty, "m"));
        QVERIFY(json::optionalBool(empty, "m") && !*json::optionalBool(empty, "m"));
        QVERIFY(!json::requiredString(empty, "m"));
        QVERIFY(!json::requiredStrings(empty, "m"));
        const auto integer = json::requiredInteger(empty, "m");
        QVERIFY(!integer);
        QCOMPARE(integer.error(), (Error{ErrorCode::InvalidInput, "The member 'm' is missing."}));
    }

    void members_give_their_values()
    {
        const json::Object from = object(R"({"s":"a\u0000b","i":1e3,"b":true,"l":["x","y"]})");
        QCOMPARE(json::requiredString(from, "s").value(), "a\0b"s);
        QCOMPARE(json::requiredInteger(from, "i").value(), 1000);
        QCOMPARE(json::optionalBool(from, "b").value().value(), true);
        QCOMPARE(json::requiredStrings(from, "l").value(), (std::vector<std::string>{"x", "y"}));
    }

    void an_unknown_member_is_named()
    {
        const json::Object from = object(R"({"a":1,"extra":2})");
        QVERIFY(json::onlyMembers(from, {"a", "extra", "more"}));
        const auto only = json::onlyMembers(from, {"a"});
        QVERIFY(!only);
        QCOMPARE(only.error().code, ErrorCode::InvalidInput);
        QVERIFY(only.error().message.contains("'extra'"));
    }
};

QTEST_GUILESS_MAIN(JsonTest)
#include "tst_json.moc"
