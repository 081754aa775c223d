// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// /openapi.json and the server say the same: endpoint by endpoint, both ways, and limit by limit. (That the answers
// are as it says is asked in tests/peers/openapi, of a running server.)
#include "core/agents/agent.h"
#include "core/consent/request.h"
#include "core/crypto/agent_signature.h"
#include "core/permissions/permission.h"
#include "core/server/authzen/evaluation.h"
#include "core/server/oauth/registration.h"
#include "core/server/oauth/routes.h"
#include "core/server/openapi/endpoints.h"
#include "core/server/receipts/endpoints.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <QTest>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace countersign;
using namespace countersign::testing;
using namespace std::string_literals;

namespace {
constexpr std::string_view kReference = "#/components/";

std::string lowered(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    return out;
}

/// "/receipts/{id}" as a real path.
std::string example(std::string_view path)
{
    std::string out;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '{') {
            i = path.find('}', i);
            out += '7';
        } else {
            out += path[i];
        }
    }
    return out;
}

std::set<std::string> namesIn(std::string_view path)
{
    std::set<std::string> names;
    for (std::size_t at = path.find('{'); at != std::string_view::npos; at = path.find('{', at + 1))
        names.emplace(path.substr(at + 1, path.find('}', at) - at - 1));
    return names;
}
} // namespace

class OpenApiDocumentTest : public QObject {
    Q_OBJECT

    OAuthWire m_wire;
    const json::Object m_document = m_wire.get(std::string(server::kOpenApiPath)).body;

    [[nodiscard]] const json::Object& paths() const { return m_document.at("paths").as_object(); }

private Q_SLOTS:
    void it_is_served_and_named();
    void every_route_is_described_and_nothing_else();
    void the_methods_are_the_servers();
    void every_operation_is_whole_data();
    void every_operation_is_whole();
    void every_reference_leads_somewhere();
    void the_limits_are_the_codes_data();
    void the_limits_are_the_codes();
    void the_reasons_to_authenticate_are_known();
    void the_extension_is_the_registered_form();
};

void OpenApiDocumentTest::it_is_served_and_named()
{
    const WireAnswer answer = m_wire.get("/openapi.json");
    QCOMPARE(answer.status(), 200);
    QCOMPARE(answer.field("content-type"), "application/json");
    QCOMPARE(answer.text("openapi"), "3.1.0");
    QCOMPARE(json::requiredString(m_document.at("info").as_object(), "version"), COUNTERSIGN_VERSION);
    const std::string link = m_wire.get("/.well-known/oauth-authorization-server").field("link");
    QCOMPARE(link, "<" + m_wire.url("/openapi.json") + R"(>; rel="service-desc"; type="application/json")");
}

void OpenApiDocumentTest::every_route_is_described_and_nothing_else()
{
    std::set<std::string> served;
    for (const server::Route& route : server::routes())
        served.insert(lowered(route.method) + ' ' + std::string(route.path));
    std::set<std::string> described;
    for (const auto& [path, item] : paths()) {
        for (const auto& [method, operation] : item.as_object())
            described.insert(std::string(method) + ' ' + std::string(path));
    }
    QVERIFY(served.size() > 15);
    QCOMPARE(served, described);
    QCOMPARE(served.size(), server::routes().size()); // none stands there twice
}

void OpenApiDocumentTest::the_methods_are_the_servers()
{
    for (const auto& [path, item] : paths()) {
        const std::string real = example(path);
        for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"}) {
            const bool isGet = std::string_view(method) == "GET" || std::string_view(method) == "HEAD";
            const bool known = item.as_object().contains(isGet ? "get" : lowered(method));
            server::HttpRequest request;
            request.method = method;
            request.target = request.path = real;
            const WireAnswer answer = m_wire.send(request);
            QVERIFY2((answer.status() == 405) != known, (std::string(method) + ' ' + real).c_str());
            if (!known)
                QCOMPARE(answer.field("allow"), item.as_object().contains("get") ? "GET, HEAD" : "POST");
        }
    }
}

void OpenApiDocumentTest::every_operation_is_whole_data()
{
    QTest::addColumn<std::string>("path");
    QTest::addColumn<std::string>("method");
    for (const server::Route& route : server::routes())
        QTest::addRow("%s %s", std::string(route.method).c_str(), std::string(route.path).c_str())
            << std::string(route.path) << lowered(route.method);
}

void OpenApiDocumentTest::every_operation_is_whole()
{
    QFETCH(std::string, path);
    QFETCH(std::string, method);
    const json::Object& operation = paths().at(path).as_object().at(method).as_object();
    for (const char* name : {"operationId", "summary", "description"})
        QVERIFY(!json::requiredString(operation, name).value_or(std::string()).empty());
    QVERIFY(operation.contains("security")); // be it that it needs none
    const json::Object& responses = operation.at("responses").as_object();
    QVERIFY(responses.contains("default"));
    QVERIFY(std::ranges::any_of(responses, [](const auto& each) { return each.key().starts_with('2'); }));
    QVERIFY(std::ranges::any_of(responses, [](const auto& each) { return each.key().starts_with('4'); }));
    QCOMPARE(operation.contains("requestBody"), method == "post");
    std::set<std::string> inPath;
    if (operation.contains("parameters")) {
        for (const json::Value& parameter : operation.at("parameters").as_array()) {
            QVERIFY(parameter.at("name") != "Agent-Signature"); // the registry: a security scheme, no parameter
            if (parameter.at("in") == "path")
                inPath.emplace(parameter.at("name").as_string());
        }
    }
    QCOMPARE(inPath, namesIn(path));
}

void OpenApiDocumentTest::every_reference_leads_somewhere()
{
    std::set<std::string> used;
    std::vector<const json::Value*> open;
    const json::Value whole(m_document);
    open.push_back(&whole);
    while (!open.empty()) {
        const json::Value& value = *open.back();
        open.pop_back();
        if (value.is_array()) {
            for (const json::Value& element : value.get_array())
                open.push_back(&element);
        }
        if (!value.is_object())
            continue;
        for (const auto& [name, member] : value.get_object()) {
            if (name == "$ref")
                used.emplace(member.as_string());
            open.push_back(&member);
        }
    }
    std::set<std::string> there;
    for (const auto& [kind, parts] : m_document.at("components").as_object()) {
        if (kind == "securitySchemes")
            continue;
        for (const auto& [name, part] : parts.as_object())
            there.insert(std::string(kReference) + std::string(kind) + '/' + std::string(name));
    }
    QCOMPARE(used, there); // what stands there is used, too
}

void OpenApiDocumentTest::the_limits_are_the_codes_data()
{
    QTest::addColumn<std::string>("pointer");
    QTest::addColumn<qint64>("limit");
    const auto row = [](const std::string& pointer, auto limit) {
        QTest::newRow(pointer.c_str()) << "/components/schemas/" + pointer << static_cast<qint64>(limit);
    };
    const std::string detail = "AgentDelegation/properties/";
    row("AuthorizationDetails/maxItems", permissions::kMaxDetails);
    row(detail + "locations/maxItems", permissions::kMaxLocations);
    row(detail + "locations/items/maxLength", permissions::kMaxLocationBytes);
    row(detail + "actions/maxItems", permissions::kMaxActions);
    row(detail + "actions/items/maxLength", permissions::kMaxActionBytes);
    row(detail + "uses/maximum", permissions::kMaxUses);
    row(detail + "rate/properties/count/maximum", permissions::kMaxRateCount);
    row(detail + "rate/properties/seconds/maximum", permissions::kMaxRateSpan.count());
    row(detail + "max_depth/maximum", permissions::kMaxChain - 1);
    row(detail + "step_up/properties/first_seen/maxItems", permissions::kMaxFirstSeen);
    row("Spend/properties/scale/maximum", permissions::kMaxScale);
    row("DelegationForm/properties/requested_expiry/maximum", consent::kMaxRequestLife.count());
    row("DelegationForm/properties/binding_message/maxLength", consent::kMaxBindingMessage);
    row("AcceptedRequest/properties/expires_in/maximum", consent::kMaxRequestLife.count());
    row("ClientRegistration/properties/client_name/maxLength", agents::kMaxClientNameBytes);
    row("ClientRegistration/properties/jwks/properties/keys/maxItems", server::kMaxJwksKeys);
    row("EvaluationsRequest/properties/evaluations/maxItems", server::kMaxEvaluations);
    row("Outcome/properties/response_digest/maxLength", server::kMaxResponseDigestBytes);
    row("Outcome/properties/signature/maxLength", server::kMaxOutcomeSignatureBytes);
}

void OpenApiDocumentTest::the_limits_are_the_codes()
{
    QFETCH(std::string, pointer);
    QFETCH(qint64, limit);
    const json::Value whole(m_document);
    boost::system::error_code error;
    const json::Value* found = whole.find_pointer(pointer, error);
    QVERIFY(found != nullptr);
    QCOMPARE(static_cast<qint64>(found->as_int64()), limit);
}

void OpenApiDocumentTest::the_reasons_to_authenticate_are_known()
{
    const json::Object& schemes = m_document.at("components").at("securitySchemes").as_object();
    std::set<std::string> used;
    for (const auto& [path, item] : paths()) {
        for (const auto& [method, operation] : item.as_object()) {
            for (const json::Value& alternative : operation.at("security").as_array()) {
                for (const auto& [scheme, scopes] : alternative.as_object())
                    used.emplace(scheme);
            }
        }
    }
    std::set<std::string> there;
    for (const auto& [name, scheme] : schemes)
        there.emplace(name);
    QCOMPARE(used, there);
}

void OpenApiDocumentTest::the_extension_is_the_registered_form()
{
    const json::Value& scheme = m_document.at("components").at("securitySchemes").at("agentSignature");
    QCOMPARE(scheme.at("type"), json::Value("apiKey"));
    QCOMPARE(scheme.at("in"), json::Value("header"));
    QCOMPARE(lowered(std::string_view(scheme.at("name").as_string())), std::string(crypto::kAgentSignatureField));
    const json::Value& extension = scheme.at("x-agent-trust");
    QCOMPARE(extension.at("algorithm"), json::Value("ES256"));
    QCOMPARE(extension.at("trustLevels"), json::Value({"L0", "L1", "L2", "L3", "L4"}));
    const std::string keys(extension.at("issuerKeysUrl").as_string());
    QVERIFY(paths().contains(keys));
    QCOMPARE(m_wire.get(keys).body, m_wire.get("/jwks").body);
}

QTEST_GUILESS_MAIN(OpenApiDocumentTest)
#include "tst_openapi_document.moc"
