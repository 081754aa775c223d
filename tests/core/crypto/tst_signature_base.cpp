// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/signature_base.h"

#include "signature_examples.h"

#include <QTest>

#include <string>

using namespace countersign;
using namespace countersign::crypto;
using namespace countersign::crypto::test;
using namespace std::string_literals;

namespace {

/// A component as it stands in Signature-Input.
Component component(const std::string& identifier)
{
    const sf::Item item = sf::parseItem(identifier).value();
    return {std::get<std::string>(item.value), item.parameters};
}

HttpRequest requestTo(const std::string& uri)
{
    return {.method = "GET", .targetUri = uri};
}

HttpRequest requestWith(std::vector<FieldLine> fields)
{
    return {.method = "GET", .targetUri = "https://www.example.com/", .fields = std::move(fields)};
}

/// Section 2.1
HttpRequest requestWithFields()
{
    return requestWith({{"Host", "www.example.com"}, {"X-OWS-Header", "  Leading and trailing whitespace.\t "},
        {"Cache-Control", "max-age=60"}, {"X-Empty-Header", ""}, {"cache-control", "    must-revalidate"},
        {"Example-Dict", " a=1,    b=2;x=1;y=2,   c=(a   b   c), d"}, {"Example-Header", "value, with, lots"},
        {"Example-Header", "of, commas"}, {"Priority", "u=1 ,  i"}, {"Cache-Status", "  cache;hit ,  \"b\""},
        {"Client-Cert", " :YQ==: "}});
}

} // namespace

class SignatureBaseTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_component_has_its_value_data()
    {
        QTest::addColumn<std::string>("uri");
        QTest::addColumn<std::string>("identifier");
        QTest::addColumn<std::string>("value");
        const auto row = [](const std::string& uri, const std::string& identifier, const std::string& value) {
            QTest::addRow("%s of %s", identifier.c_str(), uri.c_str()) << uri << identifier << value;
        };
        const std::string path = "https://www.example.com/path?param=value";
        row(path, "\"@method\"", "GET");
        row(path, "\"@target-uri\"", path);
        row("HTTPS://WWW.Example.com:443", "\"@target-uri\"", "HTTPS://WWW.Example.com:443");
        row(path, "\"@authority\"", "www.example.com");
        row("HTTPS://WWW.Example.com:443", "\"@authority\"", "www.example.com");
        row("http://example.com:80/", "\"@authority\"", "example.com");
        row("http://example.com:443/", "\"@authority\"", "example.com:443");
        row("https://example.com:80/", "\"@authority\"", "example.com:80");
        row("http://[::1]:8080/", "\"@authority\"", "[::1]:8080");
        row("http://[2001:db8::80]/", "\"@authority\"", "[2001:db8::80]");
        row("http://[2001:db8::1]:80/", "\"@authority\"", "[2001:db8::1]");
        row("HTTP://a/", "\"@scheme\"", "http");
        row(path, "\"@scheme\"", "https");
        row(path, "\"@path\"", "/path");
        row("https://a", "\"@path\"", "/");
        row("https://a?b=/c", "\"@path\"", "/");
        row("https://a/%41/../b;c", "\"@path\"", "/%41/../b;c");
        row("https://a/b?c?d", "\"@path\"", "/b");
        row(path, "\"@query\"", "?param=value");
        row("https://a/b?c?d", "\"@query\"", "?c?d");
        row("https://a/b?", "\"@query\"", "?");
        row("https://a/b", "\"@query\"", "?");
        row("https://a?queryString", "\"@query\"", "?queryString");
        // Section 2.2.8
        const std::string query = "https://www.example.com/path?param=value&foo=bar&baz=batman&qux=";
        row(query, "\"@query-param\";name=\"baz\"", "batman");
        row(query, "\"@query-param\";name=\"qux\"", "");
        row(query, "\"@query-param\";name=\"param\"", "value");
        const std::string encoded = "https://www.example.com/parameters?var=this%20is%20a%20big%0Amultiline%20value"
                                    "&bar=with+plus+whitespace&fa%C3%A7ade%22%3A%20=something";
        row(encoded, "\"@query-param\";name=\"var\"", "this%20is%20a%20big%0Amultiline%20value");
        row(encoded, "\"@query-param\";name=\"bar\"", "with%20plus%20whitespace");
        row(encoded, "\"@query-param\";name=\"fa%C3%A7ade%22%3A%20\"", "something");
        row("https://a/?x=%41~!'()*-._", "\"@query-param\";name=\"x\"", "A%7E%21%27%28%29*-._");
        row("https://a/?&&x&=y&", "\"@query-param\";name=\"x\"", "");
        row("https://a/?x=a=b", "\"@query-param\";name=\"x\"", "a%3Db");
        row("https://a/?=y", "\"@query-param\";name=\"\"", "y");
        row("https://a/?x=%c3%bc", "\"@query-param\";name=\"x\"", "%C3%BC");
    }
    void a_component_has_its_value()
    {
        QFETCH(std::string, uri);
        QFETCH(std::string, identifier);
        QFETCH(std::string, value);
        const auto found = componentValue(requestTo(uri), component(identifier));
        QVERIFY2(found, found ? "" : found.error().message.c_str());
        QCOMPARE(*found, value);
    }

    void a_field_has_its_value_data()
    {
        QTest::addColumn<std::string>("identifier");
        QTest::addColumn<std::string>("value");
        const auto row = [](const char* identifier, const char* value) {
            QTest::newRow(identifier) << std::string(identifier) << std::string(value);
        };
        // Sections 2.1, 2.1.1, 2.1.2, 2.1.3
        row("\"host\"", "www.example.com");
        row("\"x-ows-header\"", "Leading and trailing whitespace.");
        row("\"x-empty-header\"", "");
        row("\"cache-control\"", "max-age=60, must-revalidate");
        row("\"example-dict\"", "a=1,    b=2;x=1;y=2,   c=(a   b   c), d");
        row("\"example-dict\";key=\"a\"", "1");
        row("\"example-dict\";key=\"b\"", "2;x=1;y=2");
        row("\"example-dict\";key=\"c\"", "(a b c)");
        row("\"example-dict\";key=\"d\"", "?1");
        row("\"example-dict\";sf;key=\"b\"", "2;x=1;y=2");
        row("\"example-header\"", "value, with, lots, of, commas");
        row("\"example-header\";bs", ":dmFsdWUsIHdpdGgsIGxvdHM=:, :b2YsIGNvbW1hcw==:");
        row("\"x-empty-header\";bs", "::");
        row("\"priority\";sf", "u=1, i");
        row("\"cache-status\";sf", "cache;hit, \"b\"");
        row("\"client-cert\";sf", ":YQ==:");
    }
    void a_field_has_its_value()
    {
        QFETCH(std::string, identifier);
        QFETCH(std::string, value);
        const auto found = componentValue(requestWithFields(), component(identifier));
        QVERIFY2(found, found ? "" : found.error().message.c_str());
        QCOMPARE(*found, value);
    }

    void what_is_not_there_or_not_known_is_refused_by_name_data()
    {
        QTest::addColumn<std::string>("identifier");
        QTest::addColumn<int>("code");
        const auto row = [](const char* identifier, ErrorCode code) {
            QTest::newRow(identifier) << std::string(identifier) << static_cast<int>(code);
        };
        for (const char* identifier : {"\"x-missing\"", "\"@status\"", "\"@request-target\"",
                 "\"@query-param\";name=\"a\"", "\"example-dict\";key=\"e\""})
            row(identifier, ErrorCode::NotFound);
        for (const char* identifier : {"\"@foo\"", "\"@signature-params\"", "\"@\"", "\"@Method\"", "\"host\";tr",
                 "\"host\";tr=?0", "\"@method\";tr", "\"host\";sf"})
            row(identifier, ErrorCode::NotSupported);
        for (const char* identifier : {"\"Host\"", "\"\"", "\"ho st\"", "\"host:\"", "\"host\";foo",
                 "\"host\";name=\"a\"", "\"host\";req", "\"@method\";req", "\"host\";sf=1", "\"host\";sf=?0",
                 "\"host\";bs=\"\"", "\"example-dict\";key", "\"example-dict\";key=a", "\"x-ows-header\";key=\"a\"",
                 "\"host\";bs;sf", "\"host\";key=\"a\";bs", "\"@method\";sf", "\"@method\";bs", "\"@path\";key=\"a\"",
                 "\"@path\";name=\"a\"", "\"@query-param\"", "\"@query-param\";name", "\"@query-param\";name=a"})
            row(identifier, ErrorCode::InvalidInput);
    }
    void what_is_not_there_or_not_known_is_refused_by_name()
    {
        QFETCH(std::string, identifier);
        QFETCH(int, code);
        const auto found = componentValue(requestWithFields(), component(identifier));
        QVERIFY(!found);
        QCOMPARE(static_cast<int>(found.error().code), code);
        QVERIFY2(
            found.error().message.starts_with("Signed component " + identifier + ": "), found.error().message.c_str());
    }

    void an_address_that_could_be_read_in_two_ways_is_refused_data()
    {
        QTest::addColumn<std::string>("uri");
        QTest::addColumn<std::string>("identifier");
        for (const char* uri : {"", "/path", "a/b", "ftp://a/", "https:/a", "https:///a", "https://", "https://?a",
                 "https://:443/", "https://user@a/", "https://a#b", "https://a/b c", "https://a/\n", "https://a/\x7f",
                 "https://a/\xc3\xbc", "https://a/\t", "https://a\\b/", "https://a/{b}", "https://a/\"",
                 "https://a/|"}) {
            for (const char* identifier : {"@target-uri", "@authority", "@scheme", "@path", "@query"})
                QTest::addRow("%s of %s", identifier, uri) << std::string(uri) << '"' + std::string(identifier) + '"';
        }
        const std::string parameter = "\"@query-param\";name=\"x\"";
        for (const char* query : {"x=1&x=1", "x=1&x=2", "x&%78", "x=%", "x=%4", "x=%zz", "x=%4g", "x=%ff", "%ff=1&x=1",
                 "x=%c3", "x=%ed%a0%80"})
            QTest::newRow(query) << "https://a/?"s + query << parameter;
    }
    void an_address_that_could_be_read_in_two_ways_is_refused()
    {
        QFETCH(std::string, uri);
        QFETCH(std::string, identifier);
        const auto found = componentValue(requestTo(uri), component(identifier));
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::InvalidInput);
    }

    void nothing_can_add_a_line_to_the_base()
    {
        const std::string forged = "x\n\"@method\": DELETE";
        const std::vector<Component> value{{"x"}};
        QVERIFY(!signatureBase(requestWith({{"x", forged}}), value, {}));
        QVERIFY(!signatureBase(requestWith({{"x", "a\rb"}}), value, {}));
        QVERIFY(!signatureBase(requestWith({{"x", "a\0b"s}}), value, {}));
        QVERIFY(!signatureBase(requestWith({{"x", "\xc3\xbc"}}), value, {}));
        QVERIFY(signatureBase(requestWith({{"x", "a\tb"}}), value, {}));
        QCOMPARE(componentValue(requestWith({{"x", "\n\xc3\xbc"}}), {"x", {{"bs", true}}}).value(), ":CsO8:"s);
        QVERIFY(!signatureBase(requestWith({{forged, "x"}}), {{forged}}, {}));
        QVERIFY(!signatureBase(requestWith({}), {}, {{"keyid", forged}}));
        HttpRequest request = exampleRequest();
        request.method = forged;
        QVERIFY(!signatureBase(request, {{"@method"}}, {}));
        request.method.clear();
        QVERIFY(!signatureBase(request, {{"@method"}}, {}));
        request.requestTarget = forged;
        QVERIFY(!signatureBase(request, {{"@request-target"}}, {}));
    }

    void a_component_stands_once()
    {
        const HttpRequest request = requestWithFields();
        const auto base = [&request](const std::vector<std::string>& identifiers) {
            std::vector<Component> components;
            for (const std::string& identifier : identifiers)
                components.push_back(component(identifier));
            return signatureBase(request, components, {});
        };
        QVERIFY(base({"\"host\"", "\"host\";bs", "\"example-dict\"", "\"example-dict\";key=\"a\"",
            "\"example-dict\";key=\"b\""}));
        for (const char* other : {"\"example-dict\";sf;key=\"a\"", "\"example-dict\";key=\"a\";sf"}) {
            const auto twice = base({"\"host\"", "\"example-dict\";sf;key=\"a\"", other});
            QVERIFY(!twice);
            QVERIFY(twice.error().message.contains("twice"));
        }
    }

    void a_response_refers_to_its_request()
    {
        HttpResponse response = exampleAnswer();
        QCOMPARE(componentValue(response, {"@status"}).value(), "503"s);
        QCOMPARE(componentValue(response, ofRequest("@method")).value(), "POST"s);
        QCOMPARE(componentValue(response, ofRequest("@request-target")).value(), "/foo?param=Value&Pet=dog"s);
        QCOMPARE(componentValue(response, ofRequest("content-length")).value(), "18"s);
        QCOMPARE(componentValue(response, {"content-length"}).value(), "62"s);
        QCOMPARE(componentValue(response, {"@query-param", {{"name", "Pet"}, {"req", true}}}).value(), "dog"s);
        QCOMPARE(componentValue(response, {"@method"}).error().code, ErrorCode::NotFound);
        QCOMPARE(componentValue(response, ofRequest("@status")).error().code, ErrorCode::NotFound);
        QCOMPARE(componentValue(response, ofRequest("x-missing")).error().code, ErrorCode::NotFound);
        QCOMPARE(componentValue(response, ofRequest("@unknown")).error().code, ErrorCode::NotSupported);
        response.request.reset();
        QCOMPARE(componentValue(response, ofRequest("@method")).error().code, ErrorCode::NotFound);
        for (const int status : {0, 99, 1000, -200}) {
            response.status = status;
            QVERIFY(!componentValue(response, {"@status"}));
        }
    }

    void a_field_that_must_be_parsed_is_bounded()
    {
        const auto read = [](std::size_t bytes, const Component& component) {
            return componentValue(requestWith({{"priority", "a=\"" + std::string(bytes - 4, 'x') + '"'}}), component);
        };
        for (const Component& parsed : {Component{"priority", {{"sf", true}}}, Component{"priority", {{"key", "a"}}}}) {
            QVERIFY(read(sf::kMaxFieldBytes, parsed));
            QCOMPARE(read(sf::kMaxFieldBytes + 1, parsed).error().code, ErrorCode::TooLarge);
        }
        QVERIFY(read(sf::kMaxFieldBytes + 1, {"priority"}));
    }

    void a_field_with_two_readings_is_refused()
    {
        const HttpRequest request = requestWith({{"priority", "u=1"}, {"priority", "u=2"}});
        QVERIFY(componentValue(request, {"priority"}));
        QVERIFY(!componentValue(request, {"priority", {{"sf", true}}}));
        QVERIFY(!componentValue(request, {"priority", {{"key", "u"}}}));
    }

    void a_refusal_is_short_whatever_is_refused()
    {
        const auto found = componentValue(requestTo("https://a/"), {std::string(100'000, 'x')});
        QVERIFY(!found);
        QVERIFY(found.error().message.size() < 200);
    }
};

QTEST_GUILESS_MAIN(SignatureBaseTest)
#include "tst_signature_base.moc"
