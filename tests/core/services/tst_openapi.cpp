// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/services/action_names.h"
#include "core/services/arguments.h"
#include "core/services/base_urls.h"
#include "core/services/openapi.h"
#include "tests/core/services/outline.h"

#include <QTest>

#include <format>

using namespace countersign;
using namespace countersign::services;

namespace {

Result<Catalogue> imported(const std::string& paths, const std::string& more = {})
{
    return importOpenApi(
        std::format("openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\n{}\npaths:\n{}\n", more, paths));
}

std::string message(const Result<Catalogue>& catalogue)
{
    return catalogue ? "imported" : catalogue.error().message;
}

/// Of the only operation.
std::string digestOf(const std::string& paths, const std::string& more = {})
{
    const Result<Catalogue> catalogue = imported(paths, more);
    return catalogue ? catalogue->operations.front().digest() : catalogue.error().message;
}

std::string get(const std::string& members)
{
    return "  /a/{id}:\n    get:\n" + members;
}

constexpr const char* kId = "      parameters: [{name: id, in: path, required: true}]\n";

std::string listOf(std::size_t count, auto element)
{
    std::string out;
    for (std::size_t i = 0; i < count; ++i)
        out += element(i) + ", ";
    return out;
}

} // namespace

class OpenApiTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void an_operation_that_takes_the_name_of_another_is_refused_with_its_place()
    {
        const auto names = actionNames({{"a.b", "GET", "/x"}, {"A.b", "PUT", "/x"}});
        const std::string imitated = names->front().name();
        const std::string refused = message(imported("  /x:\n    get: {operationId: a.b}\n    put: {operationId: A.b}\n"
                                                     "  /y:\n    post: {operationId: "
            + imitated + "}\n"));
        QVERIFY2(refused.starts_with("Line 9, column 11, at /paths/~1y/post: another operation would be called a.b-"),
            refused.c_str());
    }

    void public_documents_become_catalogues_data()
    {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<std::string>("expected");
        for (const test::NamedDocument& document : test::documents())
            QTest::newRow(document.name.c_str()) << document.text << document.outline;
        QCOMPARE(test::documents().size(), std::size_t{10});
    }
    void public_documents_become_catalogues()
    {
        QFETCH(std::string, text);
        QFETCH(std::string, expected);
        const Result<Catalogue> catalogue = importOpenApi(text);
        QVERIFY2(catalogue, message(catalogue).c_str());
        QCOMPARE(test::outline(*catalogue), expected);
        QVERIFY(std::ranges::is_sorted(catalogue->operations, {}, &Operation::action));
        for (const Operation& operation : catalogue->operations)
            QVERIFY(catalogue->find(operation.action) == &operation);
        QVERIFY(*importOpenApi(text) == *catalogue);
    }

    void a_document_is_refused_with_the_reason_and_the_place_data()
    {
        QTest::addColumn<std::string>("text");
        QTest::addColumn<std::string>("why");
        const auto row = [](const char* name, const std::string& text, const char* why) {
            QTest::newRow(name) << text << std::string(why);
        };
        const std::string head = "openapi: 3.0.0\ninfo: {title: T, version: '1'}\n";
        const auto withPaths = [&](const std::string& paths) { return head + "paths:\n" + paths; };
        row("no object", "[openapi]", "Line 1, column 1: this is no OpenAPI document.");
        row("another document", "name: x", "it has no text \"openapi\"");
        row("a version without quotes", "openapi: 3.1\n", "it has no text \"openapi\", like 3.1.0");
        row("Swagger", "swagger: '2.0'", "Swagger 2.0 is not supported");
        row("2.0", "openapi: 2.0.0", "Line 1, column 10, at /openapi: only OpenAPI 3.0 and 3.1");
        row("3.2", "openapi: 3.2.0", "only OpenAPI 3.0 and 3.1");
        row("30", "openapi: '30.1'", "only OpenAPI 3.0 and 3.1");
        row("no info", "openapi: 3.0.0\npaths: {}", "info is missing");
        row("no title", "openapi: 3.0.0\ninfo: {version: '1'}\n", "Line 2, column 7, at /info: title is missing");
        row("no version", "openapi: 3.0.0\ninfo: {title: T, version: [1]}\n", "/info: version is missing");
        row("no paths", head, "there are no paths");
        row("empty paths", withPaths("  {}\n"), "/paths: there are no operations");
        row("no operations", withPaths("  /a: {summary: nothing}\n"), "/paths: there are no operations");
        row("a path without its slash", withPaths("  a: {get: {}}\n"), "at /paths/a: a path must begin with '/'");
        row("an empty path", withPaths("  '': {get: {}}\n"), "a path must begin with '/'");
        row("a path with a query", withPaths("  /a?b=c: {get: {}}\n"), "no query and no fragment");
        row("a path with a fragment", withPaths("  '/a#b': {get: {}}\n"), "no query and no fragment");
        row("a path with dots", withPaths("  /a/../b: {get: {}}\n"), "/paths/~1a~1..~1b: this is no path");
        row("a path with a double slash", withPaths("  /a//b: {get: {}}\n"), "this is no path");
        row("a path with an encoded letter", withPaths("  /%61: {get: {}}\n"), "this is no path");
        row("a path with an encoded slash", withPaths("  /a%2Fb: {get: {}}\n"), "this is no path");
        row("a path with a space", withPaths("  /a b: {get: {}}\n"), "this is no path");
        row("a path with a line break", withPaths("  \"/a\\nb\": {get: {}}\n"), "this is no path");
        row("a path that is no object", withPaths("  /a: [get]\n"), "/paths/~1a: a path must be an object");
        row("an operation that is no object", withPaths("  /a: {get: yes}\n"), "/paths/~1a/get: an operation must be");
        row("the same path twice", withPaths("  /a/{b}: {}\n  /a/{c}: {}\n"),
            "Line 5, column 11, at /paths/~1a~1{c}: another path");
        row("an open brace", withPaths("  /a/{b: {get: {}}\n"), "the braces of the path don't fit");
        row("a closed brace", withPaths("  /a/b}: {get: {}}\n"), "the braces of the path don't fit");
        row("braces in braces", withPaths("  '/a/{{b}}': {get: {}}\n"), "the braces of the path don't fit");
        row("empty braces", withPaths("  '/a/{}': {get: {}}\n"), "the braces of the path don't fit");
        row("one name in two braces",
            withPaths("  '/{a}/{a}': {get: {parameters: [{name: a, in: path, required: true}]}}\n"),
            "the braces of the path don't fit");
        row("a brace without a parameter", withPaths("  '/a/{b}': {get: {}}\n"), "no path parameter has");
        row("a parameter without a brace",
            withPaths("  /a: {get: {parameters: [{name: a, in: path, required: true}]}}\n"),
            "/paths/~1a/get/parameters/0: the path has no place");
        row("a path parameter that may be missing", withPaths("  '/{a}': {get: {parameters: [{name: a, in: path}]}}\n"),
            "must say that it is required");
        row("a parameter nowhere", withPaths("  /a: {get: {parameters: [{name: a, in: body}]}}\n"), "in must be path");
        row("a parameter without a name", withPaths("  /a: {get: {parameters: [{in: query}]}}\n"), "name is missing");
        row("a parameter without its place", withPaths("  /a: {get: {parameters: [{name: a}]}}\n"), "in is missing");
        row("a parameter twice", withPaths("  /a: {get: {parameters: [{name: a, in: query}, {name: a, in: query}]}}\n"),
            "/parameters/1: two parameters have this name and place");
        row("parameters that are no list", withPaths("  /a: {get: {parameters: {}}}\n"), "parameters must be a list");
        row("a parameter that is a text", withPaths("  /a: {get: {parameters: [a]}}\n"),
            "a parameter must be an object");
        row("the signature as a parameter",
            withPaths("  /a: {get: {parameters: [{name: AGENT-Signature, in: header}]}}\n"),
            "Agent-Signature is declared as a security scheme");
        row("a parameter elsewhere", withPaths("  /a: {get: {parameters: [{$ref: 'b.yaml#/c'}]}}\n"),
            "Line 4, column 34, at /paths/~1a/get/parameters/0/$ref: only references inside");
        row("a circle of parameters",
            withPaths("  /a: {get: {parameters: [{$ref: '#/paths/~1a/get/parameters/0'}]}}\n"),
            "more than 15 references lead on from here, or in a circle");
        row("a circle of paths", withPaths("  /a: {$ref: '#/paths/~1b'}\n  /b: {$ref: '#/paths/~1a'}\n"),
            "in a circle");
        row("a reference with a method", withPaths("  /a: {$ref: '#/paths/~1b', get: {}}\n  /b: {get: {}}\n"),
            "/paths/~1a/get: beside a $ref nothing may change");
        row("a body without content", withPaths("  /a: {post: {requestBody: {}}}\n"),
            "a request body needs its content");
        row("a body that is a text", withPaths("  /a: {post: {requestBody: x}}\n"), "a request body needs its content");
        row("a schema that leads nowhere",
            withPaths("  /a: {post: {requestBody: {content: {application/json: {schema: {$ref: '#/x'}}}}}}\n"),
            "/requestBody/content/application~1json/schema/$ref: the reference leads nowhere");
        row("an answer's schema is not looked at, a parameter's is",
            withPaths("  /a: {get: {parameters: [{name: a, in: query, schema: {items: {$ref: '#/x'}}}]}}\n"),
            "/schema/items/$ref: the reference leads nowhere");
        row("an operationId twice", withPaths("  /a: {get: {operationId: x}, put: {operationId: x}}\n"),
            "/paths/~1a/put/operationId: two operations have this operationId");
        row("an operationId that is a number", withPaths("  /a: {get: {operationId: 5}}\n"),
            "operationId must be a text");
        row("a demand that is not understood", withPaths("  /a: {get: {x-agent-trust-required: lots}}\n"),
            "/paths/~1a/get/x-agent-trust-required: this must be one of the levels");
        row("a demand of the document that is not understood",
            head + "x-agent-auth: {level: 3}\npaths: {/a: {get: {}}}\n",
            "/x-agent-auth/level: this member of x-agent-auth is not known");
        row("security of the document that is not understood",
            head + "security: [{a: []}]\npaths: {/a: {get: {security: []}}}\n",
            "/security/0/a: components/securitySchemes has no scheme");
        row("servers that are no list", head + "servers: {url: /}\npaths: {/a: {get: {}}}\n", "servers must be a list");
        row("a server without a url", head + "servers: [{}]\npaths: {/a: {get: {}}}\n",
            "/servers/0: a server needs its url");
        row("a server with another scheme", head + "servers: [{url: 'ftp://a.example/'}]\npaths: {/a: {get: {}}}\n",
            "only http and https");
        row("a server that is a script", head + "servers: [{url: 'javascript:alert(1)'}]\npaths: {/a: {get: {}}}\n",
            "only http and https");
        row("a server with a space", head + "servers: [{url: 'https://a.example/ b'}]\npaths: {/a: {get: {}}}\n",
            "characters that a URL");
        row("an empty server", head + "servers: [{url: ''}]\npaths: {/a: {get: {}}}\n", "the url is empty");
        row("a variable without a default", head + "servers: [{url: 'https://{a}.example/'}]\npaths: {/a: {get: {}}}\n",
            "no variable with a default");
        row("a variable that never ends", head + "servers: [{url: 'https://{a'}]\npaths: {/a: {get: {}}}\n",
            "the braces of the url");
    }
    void a_document_is_refused_with_the_reason_and_the_place()
    {
        QFETCH(std::string, text);
        QFETCH(std::string, why);
        const Result<Catalogue> catalogue = importOpenApi(text);
        QVERIFY(!catalogue);
        QVERIFY2(catalogue.error().message.starts_with("Line "), catalogue.error().message.c_str());
        QVERIFY2(catalogue.error().message.contains(why), catalogue.error().message.c_str());
    }

    void the_digest_of_an_operation_changes_with_what_it_takes()
    {
        const std::string before = digestOf(get(kId));
        QCOMPARE(before.size(), std::size_t{43});
        const std::string parameter =
            "      parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n";
        QVERIFY(digestOf(get(parameter)) != before);
        QVERIFY(digestOf(get("      parameters: [{name: id, in: path, required: true}, {name: X-Trace, in: header}]\n"))
            != before);
        QVERIFY(digestOf(get(std::string(kId) + "      requestBody: {content: {application/json: {}}}\n")) != before);
        QVERIFY(digestOf(get(std::string(kId) + "      servers: [{url: 'https://elsewhere.example/'}]\n")) != before);
        QVERIFY(digestOf("  /b/{id}:\n    get:\n" + std::string(kId)) != before);
        QVERIFY(digestOf("  /a/{id}:\n    head:\n" + std::string(kId)) != before);
        QVERIFY(
            digestOf("  /a/{id}:\n    servers: [{url: 'https://elsewhere.example/'}]\n    get:\n" + std::string(kId))
            != before);
    }

    void the_digest_stays_with_what_only_explains()
    {
        const std::string before = digestOf(get(kId));
        QCOMPARE(digestOf(get(std::string(kId)
                     + "      summary: Other words\n      operationId: another\n      tags: [x]\n"
                       "      responses: {'200': {description: ok}}\n      security: []\n")),
            before);
        QCOMPARE(digestOf(get(kId), "servers: [{url: /v2}]\nx-agent-trust-required: L3"), before);
        QCOMPARE(digestOf(get(
                     "      parameters: [{required: true, description: which one, in: path, name: id, example: 5}]\n")),
            before);
        QCOMPARE(digestOf("  /a/{id}:\n    parameters: [{name: id, in: path, required: true}]\n    get: {}\n"), before);
        QCOMPARE(digestOf(get("      parameters: [{$ref: '#/components/parameters/Id'}]\n"),
                     "components: {parameters: {Id: {name: id, in: path, required: true}}}"),
            before);
    }

    void an_operation_takes_the_place_of_its_paths_parameters()
    {
        const auto catalogue = imported("  /a:\n    parameters: [{name: b, in: query}, {name: c, in: query}]\n"
                                        "    get: {parameters: [{name: b, in: query, required: true}]}\n");
        QVERIFY2(catalogue, message(catalogue).c_str());
        const auto& arguments = catalogue->operations.front().arguments;
        QCOMPARE(arguments.size(), std::size_t{2});
        QVERIFY((arguments[0] == Argument{"b", ArgumentPlace::Query, Argument::Presence::Required}));
        QVERIFY((arguments[1] == Argument{"c", ArgumentPlace::Query, Argument::Presence::Optional}));
    }

    void the_most_operations_are_taken_and_one_more_refused()
    {
        const auto paths = [](std::size_t count) {
            std::string text;
            for (std::size_t i = 0; i < count; ++i)
                text += std::format("  /p{}: {{get: {{}}}}\n", i);
            return text;
        };
        const auto most = imported(paths(kMaxOperations));
        QVERIFY2(most, message(most).c_str());
        QCOMPARE(most->operations.size(), kMaxOperations);
        const auto more = imported(paths(kMaxOperations + 1));
        QVERIFY(!more);
        QCOMPARE(more.error().code, ErrorCode::TooLarge);
    }

    void the_most_arguments_are_taken_and_one_more_refused()
    {
        const auto parameters = [](std::size_t count) {
            return imported(std::format("  /a: {{get: {{parameters: [{}]}}}}\n",
                listOf(count, [](std::size_t i) { return std::format("{{name: q{}, in: query}}", i); })));
        };
        QCOMPARE(parameters(kMaxArguments)->operations.front().arguments.size(), kMaxArguments);
        QVERIFY(message(parameters(kMaxArguments + 1)).contains("more than 256 parameters"));
        const auto body = [](std::size_t count, const char* extra = "") {
            return imported(std::format("  /a: {{post: {{{} requestBody: {{content: {{application/json: {{schema: "
                                        "{{properties: {{{}}}}}}}}}}}}}}}\n",
                extra, listOf(count, [](std::size_t i) { return std::format("m{}: {{}}", i); })));
        };
        QCOMPARE(body(kMaxArguments)->operations.front().arguments.size(), kMaxArguments);
        QVERIFY(message(body(kMaxArguments + 1)).contains("more than 256 arguments"));
        QVERIFY(
            message(body(kMaxArguments, "parameters: [{name: q, in: query}],")).contains("more than 256 arguments"));
    }

    void the_most_arguments_of_all_are_taken_and_one_more_refused()
    {
        constexpr std::size_t operations = kMaxCatalogueArguments / kMaxArguments;
        const auto document = [&](const char* last) {
            std::string text = "  /all:\n    parameters: &all [" + listOf(kMaxArguments, [](std::size_t i) {
                return std::format("{{name: q{}, in: query}}", i);
            }) + "]\n    get: {}\n";
            for (std::size_t i = 1; i < operations; ++i)
                text += std::format("  /p{}: {{parameters: *all, get: {{}}}}\n", i);
            return imported(text + last);
        };
        const auto most = document("");
        QVERIFY2(most, message(most).c_str());
        QVERIFY(message(document("  /last: {get: {parameters: [{name: q, in: query}]}}\n"))
                .contains("more than 65536 arguments"));
    }

    void names_and_texts_have_their_limits()
    {
        const auto query = [](std::size_t bytes) {
            return imported(
                std::format("  /a: {{get: {{parameters: [{{name: {}, in: query}}]}}}}\n", std::string(bytes, 'q')));
        };
        QVERIFY(query(kMaxArgumentNameBytes));
        QVERIFY(message(query(kMaxArgumentNameBytes + 1)).contains("longer than 256 bytes"));
        const auto member = [](std::size_t bytes) {
            return imported(std::format("  /a: {{post: {{requestBody: {{content: {{application/json: {{schema: "
                                        "{{properties: {{{}: {{}}}}}}}}}}}}}}}}\n",
                std::string(bytes, 'm')));
        };
        QVERIFY(member(kMaxArgumentNameBytes));
        QVERIFY(message(member(kMaxArgumentNameBytes + 1)).contains("longer than 256 bytes"));
        const auto info = [](std::size_t title, std::size_t version) {
            return importOpenApi(
                std::format("openapi: 3.0.0\ninfo: {{title: {}, version: {}}}\npaths: {{/a: {{get: {{}}}}}}\n",
                    std::string(title, 't'), std::string(version, 'v')));
        };
        QVERIFY(info(kMaxTitleBytes, kMaxVersionBytes));
        QVERIFY(message(info(kMaxTitleBytes + 1, 1)).contains("/info/title: longer than 200 bytes"));
        QVERIFY(message(info(1, kMaxVersionBytes + 1)).contains("/info/version: longer than 64 bytes"));
        const auto url = [](std::size_t bytes) {
            return imported("  /a: {get: {}}\n", "servers: [{url: /" + std::string(bytes - 1, 'u') + "}]");
        };
        QVERIFY(url(kMaxBaseUrlBytes));
        QVERIFY(message(url(kMaxBaseUrlBytes + 1)).contains("longer than 512 bytes"));
    }

    void a_long_summary_is_cut_between_characters()
    {
        const auto summary = [](const std::string& text) {
            return imported("  /a: {get: {summary: '" + text + "'}}\n")->operations.front().summary;
        };
        QCOMPARE(summary(std::string(kMaxSummaryBytes, 's')), std::string(kMaxSummaryBytes, 's'));
        QCOMPARE(summary(std::string(kMaxSummaryBytes + 1, 's')), std::string(kMaxSummaryBytes, 's') + "…");
        QCOMPARE(summary(std::string(kMaxSummaryBytes - 1, 's') + "ä"), std::string(kMaxSummaryBytes - 1, 's') + "…");
    }

    void servers_media_types_and_schemas_of_a_body_have_their_limits()
    {
        const auto servers = [](std::size_t count) {
            return imported("  /a: {get: {}}\n",
                "servers: [" + listOf(count, [](std::size_t i) { return std::format("{{url: /{}}}", i); }) + "]");
        };
        QCOMPARE(servers(kMaxBaseUrls)->baseUrls.size(), kMaxBaseUrls);
        QVERIFY(message(servers(kMaxBaseUrls + 1)).contains("more than 32 servers"));
        const auto types = [](std::size_t count) {
            return imported("  /a: {post: {requestBody: {content: {"
                + listOf(count, [](std::size_t i) { return std::format("application/t{}+json: {{}}", i); }) + "}}}}\n");
        };
        QVERIFY(types(kMaxMediaTypes));
        QVERIFY(message(types(kMaxMediaTypes + 1)).contains("more than 64 media types"));
        const auto schemas = [](std::size_t count) {
            return imported("  /a: {post: {requestBody: {content: {application/json: {schema: {allOf: ["
                + listOf(count, [](std::size_t) { return std::string("{}"); }) + "]}}}}}}\n");
        };
        QVERIFY(schemas(kMaxBodySchemas - 1)); // and the one that holds them
        QVERIFY(message(schemas(kMaxBodySchemas)).contains("more than 1024 schemas"));
    }

    void references_lead_so_far_and_no_further()
    {
        const auto chain = [](int hops) {
            std::string named;
            for (int i = 1; i < hops; ++i)
                named += std::format("P{}: {{$ref: '#/components/parameters/P{}'}}, ", i, i + 1);
            return imported("  /a: {get: {parameters: [{$ref: '#/components/parameters/P1'}]}}\n",
                std::format("components: {{parameters: {{{} P{}: {{name: q, in: query}}}}}}", named, hops));
        };
        QVERIFY2(chain(kMaxReferenceHops - 1), message(chain(kMaxReferenceHops - 1)).c_str());
        QVERIFY(!chain(kMaxReferenceHops));
    }

    void members_of_a_body_in_a_circle_are_found_once()
    {
        const auto catalogue = imported("  /a: {post: {requestBody: {required: true, content: {application/json: "
                                        "{schema: {$ref: '#/components/schemas/A'}}}}}}\n",
            "components: {schemas: {A: {allOf: [{$ref: '#/components/schemas/B'}], properties: {a: {}}, required: "
            "[a]}, "
            "B: {anyOf: [{$ref: '#/components/schemas/A'}], properties: {b: {}}, required: [b, absent]}}}");
        QVERIFY2(catalogue, message(catalogue).c_str());
        QCOMPARE(test::outline(*catalogue), "T 1\n/\na.post POST /a changes: body a!, body b!; nothing;\n");
    }
};

QTEST_GUILESS_MAIN(OpenApiTest)
#include "tst_openapi.moc"
