// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/services/schema_digests.h"

#include <QTest>

#include <format>

using namespace countersign;
using namespace countersign::services;

namespace {

/// Of the member "top" of the document, as a schema.
Result<std::string> digest(const std::string& text, Part part = Part::Schema)
{
    const Result<Document> document = Document::read(text);
    if (!document)
        return std::unexpected(document.error());
    References references(*document);
    SchemaDigests digests(references);
    return digests.of(*document->root().member("top"), part);
}

std::string digestOf(const std::string& text)
{
    const Result<std::string> result = digest(text);
    return result ? *result : result.error().message;
}

std::string schemas(const std::string& top, const std::string& named)
{
    return std::format("top: {}\ncomponents:\n  schemas:\n{}", top, named);
}

} // namespace

class SchemaDigestsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_same_meaning_has_the_same_digest_data()
    {
        QTest::addColumn<QByteArray>("one");
        QTest::addColumn<QByteArray>("other");
        const auto row = [](const char* name, const char* one, const char* other) {
            QTest::newRow(name) << QByteArray(one) << QByteArray(other);
        };
        row("order of members", "{type: object, minProperties: 1}", "{minProperties: 1, type: object}");
        row("order of properties", "{properties: {a: {}, b: {type: string}}}",
            "{properties: {b: {type: string}, a: {}}}");
        row("numbers", "{maximum: 1000, minimum: 0.50}", "{maximum: 1e3, minimum: .5}");
        row("title and description", "{type: string}", "{type: string, title: Name, description: of somebody}");
        row("examples", "{type: string}", "{type: string, example: {$ref: '#/nowhere'}, examples: [a]}");
        row("deprecated and comment", "{type: string}", "{type: string, deprecated: true, $comment: old}");
        row("extensions", "{type: string}", "{type: string, x-order: 3}");
        row("definitions that nobody uses", "{type: string}", "{type: string, $defs: {a: {type: integer}}}");
    }
    void the_same_meaning_has_the_same_digest()
    {
        QFETCH(QByteArray, one);
        QFETCH(QByteArray, other);
        QCOMPARE(digestOf("top: " + one.toStdString()).size(), std::size_t{43});
        QCOMPARE(digestOf("top: " + one.toStdString()), digestOf("top: " + other.toStdString()));
    }

    void another_meaning_has_another_digest_data()
    {
        QTest::addColumn<QByteArray>("one");
        QTest::addColumn<QByteArray>("other");
        const auto row = [](const char* name, const char* one, const char* other) {
            QTest::newRow(name) << QByteArray(one) << QByteArray(other);
        };
        row("a type", "{type: string}", "{type: integer}");
        row("a limit", "{maximum: 100}", "{maximum: 101}");
        row("a text for a number", "{const: 1}", "{const: '1'}");
        row("a text for nothing", "{const: null}", "{const: 'null'}");
        row("a text for a truth", "{const: true}", "{const: 'true'}");
        row("order of a list", "{enum: [a, b]}", "{enum: [b, a]}");
        row("one text for two", "{enum: [ab]}", "{enum: [a, b]}");
        row("a text that looks like two", "{enum: ['a', 'b']}", "{enum: ['at1:b']}");
        row("a property called like an explanation", "{properties: {title: {type: string}}}", "{properties: {}}");
        row("a property called like an extension", "{properties: {x-a: {type: string}}}", "{properties: {}}");
        row("a property called $ref", "{properties: {$ref: {type: string}}}", "{properties: {$ref: {type: integer}}}");
        row("description in a default", "{default: {description: a}}", "{default: {description: b}}");
        row("numbers beyond all limits", "{maximum: 1e400}", "{maximum: 1e401}");
        row("an empty list for an empty object", "{default: []}", "{default: {}}");
        row("where a member is", "{properties: {a: {properties: {b: {}}}}}",
            "{properties: {a: {properties: {}}, b: {}}}");
    }
    void another_meaning_has_another_digest()
    {
        QFETCH(QByteArray, one);
        QFETCH(QByteArray, other);
        const std::string first = digestOf("top: " + one.toStdString());
        QCOMPARE(first.size(), std::size_t{43});
        QVERIFY(first != digestOf("top: " + other.toStdString()));
    }

    void a_change_behind_references_changes_the_digest()
    {
        const auto chain = [](const char* end) {
            return schemas("{$ref: '#/components/schemas/A'}",
                std::format("    A: {{properties: {{b: {{$ref: '#/components/schemas/B'}}}}}}\n"
                            "    B: {{items: {{$ref: '#/components/schemas/C'}}}}\n"
                            "    C: {{type: {}}}\n    D: {{type: string}}\n",
                    end));
        };
        QVERIFY(digestOf(chain("string")) != digestOf(chain("integer")));
        QCOMPARE(digestOf(chain("string")), digestOf(chain("string") + "    E: {type: integer}\n"));
    }

    void what_a_schema_is_called_does_not_matter_where_it_is_no_circle()
    {
        QCOMPARE(digestOf(schemas("{$ref: '#/components/schemas/A'}", "    A: {type: string}\n")),
            digestOf(schemas("{$ref: '#/components/schemas/Other'}", "    Other: {type: string}\n")));
    }

    void a_discriminator_maps_to_schemas()
    {
        const auto mapped = [](const char* name, const char* type) {
            return schemas(std::format("{{discriminator: {{propertyName: k, mapping: {{a: {}}}}}}}", name),
                std::format("    A: {{type: {}}}\n", type));
        };
        QVERIFY(digestOf(mapped("A", "string")) != digestOf(mapped("A", "integer")));
        QCOMPARE(digestOf(mapped("A", "string")), digestOf(mapped("'#/components/schemas/A'", "string")));
        QVERIFY(digestOf(mapped("B", "string")).contains("the reference leads nowhere"));
        QVERIFY(digestOf(mapped("'https://a.example/A'", "string")).contains("only references inside the document"));
    }

    void circles_have_digests_too()
    {
        const auto circle = [](const char* inA, const char* inB) {
            return std::format("    A: {{type: {}, properties: {{b: {{$ref: '#/components/schemas/B'}}}}}}\n"
                               "    B: {{type: {}, items: {{$ref: '#/components/schemas/A'}}}}\n",
                inA, inB);
        };
        const char* top = "{$ref: '#/components/schemas/A'}";
        const std::string before = digestOf(schemas(top, circle("object", "array")));
        QCOMPARE(before.size(), std::size_t{43});
        QVERIFY(before != digestOf(schemas(top, circle("object", "string"))));
        QVERIFY(before != digestOf(schemas(top, circle("integer", "array"))));
        QVERIFY(before != digestOf(schemas("{$ref: '#/components/schemas/B'}", circle("object", "array"))));
        QCOMPARE(
            digestOf(schemas("{$ref: '#/components/schemas/S'}", "    S: {$ref: '#/components/schemas/S'}\n")).size(),
            std::size_t{43});
        QCOMPARE(digestOf("top: {properties: {me: {$ref: '#/top'}}}").size(), std::size_t{43});
        QCOMPARE(digestOf("top: {properties: {all: {$ref: '#'}}}").size(), std::size_t{43});
    }

    /// Whoever is asked first, and whatever else was asked before.
    void a_digest_depends_on_nothing_but_the_schema()
    {
        const std::string text = schemas("{}",
            "    A: {properties: {b: {$ref: '#/components/schemas/B'}, d: {$ref: '#/components/schemas/D'}}}\n"
            "    B: {properties: {c: {$ref: '#/components/schemas/C'}}}\n"
            "    C: {properties: {a: {$ref: '#/components/schemas/A'}, b: {$ref: '#/components/schemas/B'}}}\n"
            "    D: {properties: {e: {$ref: '#/components/schemas/E'}}}\n"
            "    E: {properties: {d: {$ref: '#/components/schemas/D'}, e: {$ref: '#/components/schemas/E'}}}\n");
        const Result<Document> document = Document::read(text);
        QVERIFY(document);
        const Node named = *document->root().member("components")->member("schemas");
        std::string names = "ABCDE";
        std::map<char, std::string> known;
        do {
            References references(*document);
            SchemaDigests digests(references);
            for (const char name : names) {
                const auto result = digests.of(*named.member(std::string_view(&name, 1)), Part::Schema);
                QVERIFY(result);
                QCOMPARE(known.emplace(name, *result).first->second, *result);
            }
        } while (std::ranges::next_permutation(names).found);
        QCOMPARE(
            std::set<std::string>({known['A'], known['B'], known['C'], known['D'], known['E']}).size(), std::size_t{5});
    }

    void references_that_double_at_each_step_cost_nothing()
    {
        std::string named = "    S0: {type: string}\n";
        for (int i = 1; i < 5'000; ++i)
            named += std::format(
                "    S{}: {{allOf: [{{$ref: '#/components/schemas/S{}'}}, {{$ref: '#/components/schemas/S{}'}}]}}\n", i,
                i - 1, i - 1);
        QCOMPARE(digestOf(schemas("{$ref: '#/components/schemas/S4999'}", named)).size(), std::size_t{43});
    }

    void a_long_way_of_references_needs_no_deep_stack()
    {
        std::string named;
        for (int i = 0; i < 16'000; ++i)
            named += std::format("    S{}: {{items: {{$ref: '#/components/schemas/S{}'}}}}\n", i, (i + 1) % 16'000);
        QCOMPARE(digestOf(schemas("{$ref: '#/components/schemas/S0'}", named)).size(), std::size_t{43});
    }

    void what_can_not_be_followed_is_refused_data()
    {
        QTest::addColumn<QByteArray>("schema");
        QTest::addColumn<QByteArray>("why");
        const auto row = [](const char* schema, const char* why) {
            QTest::newRow(schema) << QByteArray(schema) << QByteArray(why);
        };
        row("{$ref: '#/nowhere'}", "/top/$ref: the reference leads nowhere");
        row("{$ref: '#/top/items/0'}", "the reference leads nowhere");
        row("{$ref: '#/list/00'}", "the reference leads nowhere");
        row("{$ref: '#/list/-'}", "the reference leads nowhere");
        row("{$ref: '#/list/1'}", "the reference leads nowhere");
        row("{$ref: '#/list/18446744073709551616'}", "the reference leads nowhere");
        row("{$ref: '#/list/~2'}", "the reference leads nowhere");
        row("{$ref: '#/top~'}", "the reference leads nowhere");
        row("{$ref: '#anchor'}", "a reference must be '#' and a JSON pointer");
        row("{$ref: '#/%zz'}", "a reference must be '#' and a JSON pointer");
        row("{$ref: '#/%4'}", "a reference must be '#' and a JSON pointer");
        row("{$ref: 5}", "a $ref must be a text");
        row("{$ref: {type: string}}", "a $ref must be a text");
        row("{items: {$ref: other.yaml}}", "/top/items/$ref: only references inside the document are followed");
        row("{$ref: 'https://a.example/b.json#/c'}", "only references inside the document are followed");
        row("{$ref: ''}", "only references inside the document are followed");
        row("{$id: 'https://a.example/', $ref: '#/list'}", "this keyword of JSON Schema is not supported");
        row("{allOf: [{$dynamicRef: '#node'}]}", "/top/allOf/0/$dynamicRef: this keyword");
        row("{$recursiveRef: '#'}", "this keyword of JSON Schema is not supported");
    }
    void what_can_not_be_followed_is_refused()
    {
        QFETCH(QByteArray, schema);
        QFETCH(QByteArray, why);
        const auto result = digest("top: " + schema.toStdString() + "\nlist: [{}]\n");
        QVERIFY(!result);
        QVERIFY2(result.error().message.contains(why.toStdString()), result.error().message.c_str());
    }

    void what_overlaps_too_much_is_refused()
    {
        // Sixty schemas inside each other around one large one, and a reference to each of them.
        const auto nested = [](std::size_t bytes) {
            std::string text = "{\"top\":{\"allOf\":[";
            std::string pointer = "#/a";
            for (int i = 0; i < 50; ++i) {
                text += std::format("{{\"$ref\":\"{}\"}},", pointer);
                pointer += "/not";
            }
            text += "{}]},\"a\":";
            for (int i = 0; i < 50; ++i)
                text += "{\"not\":";
            return text + "{\"const\":\"" + std::string(bytes, 'x') + "\"}" + std::string(50, '}') + "}";
        };
        QVERIFY(digest(nested(kMaxSchemaBytes / 50 - 2'000)));
        const auto refused = digest(nested(kMaxSchemaBytes / 50));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::TooLarge);
    }
};

QTEST_GUILESS_MAIN(SchemaDigestsTest)
#include "tst_schema_digests.moc"
