// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/services/document.h"

#include <QTest>

#include <format>

using namespace countersign;
using namespace countersign::services;
using namespace std::string_literals;

namespace {

/// As JSON with its types to be seen: texts in quotes, the rest bare.
std::string shown(const Node& node)
{
    std::string out;
    switch (node.kind()) {
    case ValueKind::Null:
        return "null";
    case ValueKind::Bool:
    case ValueKind::Number:
        return std::string(node.text());
    case ValueKind::Text:
        return std::format("\"{}\"", node.text());
    case ValueKind::List:
        for (const Node element : node.children())
            out += (out.empty() ? "" : ",") + shown(element);
        return '[' + out + ']';
    case ValueKind::Object:
        for (const Node member : node.children())
            out += std::format("{}{}:{}", out.empty() ? "" : ",", member.name(), shown(member));
        return '{' + out + '}';
    }
    return out;
}

std::string read(const std::string& text)
{
    const Result<Document> document = Document::read(text);
    return document ? shown(document->root()) : document.error().message;
}

ErrorCode code(const std::string& text)
{
    const Result<Document> document = Document::read(text);
    return document ? ErrorCode::Internal : document.error().code;
}

std::string repeated(const std::string& text, std::size_t times)
{
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

} // namespace

class DocumentTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void json_and_yaml_of_the_same_are_the_same()
    {
        const std::string expected = R"({a:[1,-2.50,"x",true,null],b:{},c:[],d:{e:"f"}})";
        QCOMPARE(read(R"({"a": [1, -2.50, "x", true, null], "b": {}, "c": [], "d": {"e": "f"}})"), expected);
        QCOMPARE(read("a: [1, -2.50, x, true, null]\nb: {}\nc: []\nd:\n  e: f\n"), expected);
        QCOMPARE(read("\xef\xbb\xbf{\"a\":1}"), "{a:1}");
        QCOMPARE(read("\xef\xbb\xbf"
                      "a: 1"),
            "{a:1}");
        QCOMPARE(read("%YAML 1.2\n---\na: 1\n...\n# the end\n"), "{a:1}");
        QCOMPARE(read("a: 1\r\nb: 2\r\n"), "{a:1,b:2}");
        QCOMPARE(read("just a text"), "\"just a text\"");
    }

    void plain_scalars_are_what_the_core_schema_says_data()
    {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<QByteArray>("value");
        const auto rows = std::to_array<std::pair<const char*, const char*>>({{"no", "\"no\""}, {"yes", "\"yes\""},
            {"on", "\"on\""}, {"Off", "\"Off\""}, {"y", "\"y\""}, {"true", "true"}, {"True", "true"}, {"TRUE", "true"},
            {"tRUE", "\"tRUE\""}, {"False", "false"}, {"null", "null"}, {"Null", "null"}, {"~", "null"}, {"", "null"},
            {"nULL", "\"nULL\""}, {"0o17", "15"}, {"0O17", "\"0O17\""}, {"0o18", "\"0o18\""}, {"-0o7", "\"-0o7\""},
            {"017", "17"}, {"0x1F", "31"}, {"0xg", "\"0xg\""}, {"0b1", "\"0b1\""}, {"1_000", "\"1_000\""},
            {"12:30", "\"12:30\""}, {"12:30:45", "\"12:30:45\""}, {"1e3", "1e3"}, {"1E+3", "1e3"}, {"1e-03", "1e-03"},
            {"1e", "\"1e\""}, {".5", "0.5"}, {"5.", "5"}, {"+5", "5"}, {"-.5e1", "-0.5e1"}, {".", "\".\""},
            {"-", "[null]"}, {"+", "\"+\""}, {"00", "0"}, {"-0", "-0"}, {"007.10", "7.10"},
            {"2026-03-01", "\"2026-03-01\""}, {"2026-03-01T10:00:00Z", "\"2026-03-01T10:00:00Z\""},
            {"1.2.3", "\"1.2.3\""}, {"3.1", "3.1"}, {"'1'", "\"1\""}, {"\"no\"", "\"no\""}, {"\"\"", "\"\""},
            {"! 12", "\"12\""}, {"!!str 12", "\"12\""}, {"!!str", "\"\""}, {"!!int 12", "12"}, {"!!float 12", "12"},
            {"!!float 1.5", "1.5"}, {"!!bool true", "true"}, {"!!null null", "null"}, {"!!seq [1]", "[1]"},
            {"!!map {a: 1}", "{a:1}"}, {"!<tag:yaml.org,2002:str> no", "\"no\""},
            {"0xFFFFFFFFFFFFFFFF", "18446744073709551615"}, {"|\n  two\n  lines\n", "\"two\nlines\n\""},
            {">-\n  one\n  line\n", "\"one line\""}, {"\"\\x41\"", "\"A\""}});
        for (const auto& [yaml, value] : rows)
            QTest::newRow(yaml) << QByteArray(yaml) << QByteArray(value);
    }
    void plain_scalars_are_what_the_core_schema_says()
    {
        QFETCH(QByteArray, yaml);
        QFETCH(QByteArray, value);
        QCOMPARE(read("a: " + yaml.toStdString()).substr(0),
            value == "[null]" ? read("a: -") : "{a:" + value.toStdString() + "}");
    }

    void what_json_can_not_say_is_refused_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("why");
        const auto row = [](const char* name, const std::string& text, const char* why) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << QByteArray(why);
        };
        row("infinity", "a: .inf", "Line 1, column 4: JSON has no infinity and no NaN.");
        row("minus infinity", "a: -.INF", "no infinity");
        row("NaN", "a: .nan", "no infinity");
        row("hexadecimal of 65 bits", "a: 0x10000000000000000", "does not fit");
        row("octal of 66 bits", "a: 0o7777777777777777777777", "does not fit");
        row("an own tag", "a: !money 12", "the tag is not of the core schema");
        row("a tag for binary", "a: !!binary aGVsbG8=", "the tag is not of the core schema");
        row("a tag for a set", "a: !!set {b}", "the tag is not of the core schema");
        row("a timestamp by its tag", "a: !!timestamp 2026-03-01", "the tag is not of the core schema");
        row("an int that is none", "a: !!int x", "not what its tag says");
        row("an int that is a float", "a: !!int 1.5", "not what its tag says");
        row("a list that is an object", "a: !!seq {b: 1}", "not what its tag says");
        row("a tag on a name", "!!str a: 1", "a name can't be given a tag");
        row("a merge key", "a: &x {b: 1}\nc: {<<: *x}", "Line 2, column 5, at /c: merge keys are not of YAML 1.2.");
        row("a merge key of the document", "<<: {b: 1}", "merge keys");
        row("a name that is a list", "? [a, b]\n: 1", "a name must be a text");
        row("a name that is an object", "? {a: b}\n: 1", "a name must be a text");
        row("a name that is nothing", "~: 1", "a name must be a text");
        row("an empty name", "a: {: 1}", "a name must be a text");
        row("a name that is an alias", "a: &x b\n*x : 1", "a name must be a text");
        row("an anchor on a name", "&x a: 1\nb: *x", "a name can't be given an anchor");
        row("a name twice", "a: 1\nb:\n  c: 1\n  c: 2\n", "Line 4, column 6, at /b/c: the name stands twice");
        row("a name twice, once in quotes", "a: 1\n'a': 2\n", "twice");
        row("a name twice, once escaped", "a: 1\n\"\\x61\": 2\n", "twice");
        row(
            "a name twice among many",
            "{" +
                [] {
                    std::string members;
                    for (int i = 0; i < 40; ++i)
                        members += std::format("\"m{}\": 0,\n", i % 39);
                    return members + "\"last\": 0}";
                }(),
            "twice");
        row("an alias inside of itself", "a: &x [1, *x]", "Line 1, column 11, at /a: the alias stands inside");
        row("an alias to nothing", "a: *x", "Line 1, column 4");
        row("two documents", "a: 1\n---\nb: 2\n", "Line 2, column 1: the text holds more than one YAML document");
        row("an empty second document", "a: 1\n---\n", "Line 2, column 1: the text holds more than one YAML document");
        row("a document behind the end", "a: 1\n...\nb: 2\n",
            "Line 3, column 1: the text holds more than one YAML document");
        row("YAML 1.1", "%YAML 1.1\n---\na: no\n", "Line 1, column 1: of directives only %YAML 1.2 is known.");
        row("a tag directive", "# first\n%TAG ! tag:example.com,2026:\n---\na: !b c\n", "Line 2, column 1");
        row("nothing", "", "Line 1, column 1: the document is empty.");
        row("white space", " \n\t\n", "Line 1, column 1: the document is empty.");
        row("only comments", "# nothing\n", "Line 1, column 1: the document is empty.");
        row("only a mark", "\xef\xbb\xbf", "Line 1, column 1: the document is empty.");
        row("a lone carriage return", "a: 1\r\nb: 2\rc: 3\n", "Line 2, column 5: a carriage return stands there");
        row("a comment that ends in two ways", "# c\ra: 1\n%YAML 1.1\n---\nb: no\n", "Line 1, column 4");
        row("a directive behind a comment", "# c\r%YAML 1.1\n---\na: no\n", "Line 1, column 4");
        row("a NUL", "a: b\nc: \0d"s, "Line 2, column 4: a control character stands there.");
        row("the end of a file for yaml-cpp", "a: 1\n\x04\nb: 2\n", "Line 2, column 1: a control character");
        row("DEL", "a: \x7f", "control character");
        row("UTF-16",
            "\xff\xfe"
            "a\0:\0 \0"
            "1\0"s,
            "not UTF-8");
        row("UTF-16 without a mark",
            "a\0:\0 \0"
            "1\0"s,
            "control character");
        row("UTF-32", "\xff\xfe\0\0a\0\0\0"s, "not UTF-8");
        row("a lone byte of UTF-8", "a: ü\nb: \u20ac\xc3", "Line 2, column 5: the document is not UTF-8 text.");
        row("half a character at the end", "a: \xf0\x9f\x92", "Line 1, column 4: the document is not UTF-8 text.");
        row("an overlong slash", "a: \xc0\xaf", "not UTF-8");
        row("a surrogate", "a: \xed\xa0\x80", "not UTF-8");
        row("a surrogate by escape", "a: \"\\uD800\"", "Line 1");
        row("a surrogate by escape in JSON", R"({"a": "\ud800"})", "Line 1");
        row("a brace too few", "{\"a\": {\"b\": [1, 2}", "Line 1, column 18, at /a/b:");
        row("a comma too much", "{\n  \"a\": 1,\n}", "Line 3, column 1");
        row("a name twice in JSON", "{\"a\": 1,\n \"a\": 2}", "Line 2, column");
        row("YAML after JSON's start", "{a: 1}", "Line 1, column 2");
        row("text behind JSON", "{}\n{}", "Line 2, column 1");
        row("bad indentation", "a:\n  b: 1\n c: 2\n", "not valid YAML");
        row("a tab as indentation", "a:\n\tb: 1\n", "not valid YAML");
        row("a list that never ends", "a: [1, 2", "not valid YAML");
        row("a quote that never ends", "a: \"1, 2", "not valid YAML");
    }
    void what_json_can_not_say_is_refused()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, why);
        const Result<Document> document =
            Document::read(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
        QVERIFY(!document);
        QVERIFY2(document.error().message.contains(why.toStdString()), document.error().message.c_str());
        QVERIFY2(document.error().message.starts_with("Line "), document.error().message.c_str());
    }

    void an_alias_counts_as_what_it_stands_for()
    {
        QCOMPARE(read("a: &x {b: [1, 2]}\nc: *x\nd: [*x, *x]\n"), "{a:{b:[1,2]},c:{b:[1,2]},d:[{b:[1,2]},{b:[1,2]}]}");
        QCOMPARE(read("a: &x 1\nb: &x 2\nc: *x\n"), "{a:1,b:2,c:2}");
        QCOMPARE(read("a: &x\nb: *x\n"), "{a:null,b:null}");
    }

    void a_document_of_the_largest_size_is_read_and_a_larger_one_refused()
    {
        std::string text = "{\"a\": \"\"}";
        text.insert(7, std::string(kMaxDocumentBytes - text.size(), 'x'));
        QVERIFY(Document::read(text));
        QCOMPARE(code(text + ' '), ErrorCode::TooLarge);
        QVERIFY(read(text + ' ').starts_with("Line 1, column 8388609: the document is larger than"));
        QVERIFY(Document::read("a: " + std::string(kMaxDocumentBytes - 3, 'x')));
        QCOMPARE(code("a: " + std::string(kMaxDocumentBytes - 2, 'x')), ErrorCode::TooLarge);
    }

    void the_deepest_nesting_is_read_and_a_deeper_one_refused()
    {
        const auto json = [](std::size_t depth) {
            return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + '}';
        };
        const auto yaml = [](std::size_t depth) {
            return "a: " + std::string(depth - 1, '[') + std::string(depth - 1, ']');
        };
        for (const auto& nested :
            {std::function<std::string(std::size_t)>(json), std::function<std::string(std::size_t)>(yaml)}) {
            QVERIFY(Document::read(nested(kMaxDocumentDepth - 1)));
            QVERIFY(Document::read(nested(kMaxDocumentDepth)));
            QVERIFY2(read(nested(kMaxDocumentDepth + 1)).contains("nested deeper than 64"),
                read(nested(kMaxDocumentDepth + 1)).c_str());
            QVERIFY(!Document::read(nested(100'000)));
        }
        std::string indented;
        for (std::size_t i = 0; i <= kMaxDocumentDepth; ++i)
            indented += std::string(i, ' ') + "a:\n";
        QVERIFY(read(indented).contains("nested deeper"));
        QVERIFY(!Document::read(repeated("- ", 100'000)));
        QVERIFY(!Document::read(repeated("? ", 100'000)));
    }

    void an_alias_can_not_nest_deeper()
    {
        // Each names the one before inside of one list more.
        const auto chain = [](std::size_t depth) {
            std::string text = "a0: &a0 [1]\n"; // depth 2 with the document
            for (std::size_t i = 1; i + 1 < depth; ++i)
                text += std::format("a{}: &a{} [*a{}]\n", i, i, i - 1);
            return text;
        };
        QVERIFY(Document::read(chain(kMaxDocumentDepth)));
        QVERIFY(read(chain(kMaxDocumentDepth + 1)).contains("nested deeper than 64"));
    }

    void the_most_values_are_read_and_one_more_refused()
    {
        const auto json = [](std::size_t values) { return "{\"a\":[" + repeated("0,", values - 3) + "0]}"; };
        QVERIFY(Document::read(json(kMaxDocumentValues)));
        QCOMPARE(code(json(kMaxDocumentValues + 1)), ErrorCode::TooLarge);
        // Also where what follows could not be read.
        QCOMPARE(read("{\"a\":[" + repeated("0,", kMaxDocumentValues - 2) + "\"one, too many\",\""),
            "Line 1, column 2000003, at /a: the document has more than 1000000 values.");
        const auto yaml = [](std::size_t zeros) { // the document, two lists, 99 in the first, 100 for each alias
            return "a: &a [" + repeated("0,", 99) + "]\nb: [" + repeated("*a,", 9'998) + repeated("0,", zeros) + "]";
        };
        static_assert(1 + 2 + 99 + 9'998 * 100 + 98 == kMaxDocumentValues);
        QVERIFY(Document::read(yaml(98)));
        const Result<Document> larger = Document::read(yaml(99));
        QVERIFY(!larger);
        QCOMPARE(larger.error().code, ErrorCode::TooLarge);
        const std::string& message = larger.error().message;
        QVERIFY2(message.starts_with("Line 2, column "), message.c_str());
        QVERIFY2(message.ends_with(", at /b: the document has more than 1000000 values."), message.c_str());
    }

    void a_bomb_of_aliases_is_refused_at_once()
    {
        std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
        for (int i = 1; i < 30; ++i)
            bomb += std::format("a{}: &a{} [{}*a{}]\n", i, i, repeated(std::format("*a{},", i - 1), 8), i - 1);
        const Result<Document> document = Document::read(bomb);
        QVERIFY(!document);
        QCOMPARE(document.error().code, ErrorCode::TooLarge);
        QVERIFY2(document.error().message.starts_with("Line "), document.error().message.c_str());
    }

    void the_most_aliases_are_read_and_one_more_refused()
    {
        const auto text = [](std::size_t aliases) { return "a: &a 0\nb: [" + repeated("*a,", aliases) + "]\n"; };
        QVERIFY(Document::read(text(kMaxDocumentAliases)));
        QVERIFY(read(text(kMaxDocumentAliases + 1)).contains("more than 10000 aliases"));
    }

    void the_most_members_are_read_and_one_more_refused()
    {
        const auto yaml = [](std::size_t members) {
            std::string text;
            for (std::size_t i = 0; i < members; ++i)
                text += std::format("m{}: 0\n", i);
            return text;
        };
        QVERIFY(Document::read(yaml(kMaxDocumentMembers)));
        QCOMPARE(code(yaml(kMaxDocumentMembers + 1)), ErrorCode::TooLarge);
    }

    void members_are_found_in_small_and_large_objects()
    {
        std::string text = "small: {a: 1, b: 2}\nlarge:\n";
        for (int i = 0; i < 100; ++i)
            text += std::format("  m{}: {}\n", i, i);
        const Result<Document> document = Document::read(text);
        QVERIFY(document);
        const Node large = *document->root().member("large");
        QCOMPARE(large.size(), std::size_t{100});
        for (int i = 0; i < 100; ++i)
            QCOMPARE(large.member(std::format("m{}", i))->text(), std::to_string(i));
        QVERIFY(!large.member("m100"));
        QVERIFY(!large.member(""));
        QCOMPARE(document->root().member("small")->member("b")->text(), "2");
        QVERIFY(!document->root().member("small")->member("c"));
        QVERIFY(!document->root().member("small")->member("a")->member("a"));
    }

    void each_value_knows_where_it_stands()
    {
        const std::string json = "{\n \"a\" : [1, \"x\\\"]\", {\"b\\n\": true}],\n \"ä/~\":\t{\"c\" : null}}";
        const std::string yaml = "a: [1, 'x\"]', {\"b\\n\": true}]\nä/~: {c: null}\n";
        const Result<Document> fromJson = Document::read(json);
        const Result<Document> fromYaml = Document::read(yaml);
        QVERIFY(fromJson);
        QVERIFY(fromYaml);
        const auto messages = [](const Document& document) {
            std::vector<std::string> out;
            std::function<void(Node)> walk = [&](Node node) {
                out.push_back(node.refuse("why").error().message);
                for (const Node child : node.children())
                    walk(child);
            };
            walk(document.root());
            return out;
        };
        const std::vector<std::string> inJson = {"Line 1, column 1: why.", "Line 2, column 8, at /a: why.",
            "Line 2, column 9, at /a/0: why.", "Line 2, column 12, at /a/1: why.", "Line 2, column 20, at /a/2: why.",
            "Line 2, column 28, at /a/2/b?: why.", "Line 3, column 9, at /??~1~0: why.",
            "Line 3, column 16, at /??~1~0/c: why."};
        QCOMPARE(messages(*fromJson), inJson);
        const std::vector<std::string> inYaml = messages(*fromYaml);
        QCOMPARE(inYaml.size(), inJson.size());
        QCOMPARE(inYaml[1], "Line 1, column 4, at /a: why.");
        QCOMPARE(inYaml[2], "Line 1, column 5, at /a/0: why.");
        QVERIFY(inYaml[7].starts_with("Line 2, column "));
    }
};

QTEST_GUILESS_MAIN(DocumentTest)
#include "tst_document.moc"
