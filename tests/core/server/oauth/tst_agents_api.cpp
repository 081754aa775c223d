// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Routing, metadata, and the shape of every refusal.
#include "core/server/oauth/agents_api.h"

#include "core/server/oauth/replies.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::string_literals;

class AgentsApiTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_metadata_lists_what_there_is();
    void every_endpoint_in_the_metadata_answers();
    void the_keys_are_public_and_those_that_we_sign_with();
    void unknown_paths_are_not_found_data();
    void unknown_paths_are_not_found();
    void other_methods_are_told_which_are_allowed();
    void descriptions_stay_within_the_characters_that_the_standard_allows();
    void retry_after_stands_where_a_caller_should_wait();

private:
    OAuthWire m_wire;
};

void AgentsApiTest::the_metadata_lists_what_there_is()
{
    const WireAnswer answer = m_wire.get("/.well-known/oauth-authorization-server");
    QCOMPARE(answer.status(), 200);
    QCOMPARE(answer.field("content-type"), "application/json");
    QCOMPARE(answer.text("issuer"), m_wire.issuer());
    QCOMPARE(answer.body.at("grant_types_supported"),
        json::Value(
            {"urn:openid:params:grant-type:ciba", "refresh_token", "urn:ietf:params:oauth:grant-type:token-exchange"}));
    QCOMPARE(answer.body.at("grant_management_actions_supported"), json::Value({"create", "replace"}));
    QCOMPARE(answer.body.at("introspection_signing_alg_values_supported"), json::Value(json::Array{"ES256"}));
    QCOMPARE(answer.body.at("backchannel_token_delivery_modes_supported"), json::Value(json::Array{"poll"}));
    QCOMPARE(answer.body.at("response_types_supported"), json::Value(json::Array()));
    QVERIFY(!answer.body.contains("authorization_endpoint"));
    QCOMPARE(m_wire.get("/.well-known/openid-configuration").body, answer.body);
}

void AgentsApiTest::every_endpoint_in_the_metadata_answers()
{
    const WireAnswer metadata = m_wire.get("/.well-known/oauth-authorization-server");
    int endpoints = 0;
    for (const auto& [name, value] : metadata.body) {
        if (!std::string_view(name).ends_with("_endpoint"))
            continue;
        ++endpoints;
        const std::string url(value.as_string());
        QVERIFY(url.starts_with(m_wire.issuer() + "/"));
        const WireAnswer answer = m_wire.post(url.substr(m_wire.issuer().size()), {});
        QVERIFY2(answer.status() == 400 || answer.status() == 401, url.c_str());
        QVERIFY(!answer.error().empty());
    }
    QCOMPARE(endpoints, 5);
}

void AgentsApiTest::the_keys_are_public_and_those_that_we_sign_with()
{
    const WireAnswer answer = m_wire.get("/jwks");
    const json::Array& keys = answer.body.at("keys").as_array();
    QCOMPARE(keys.size(), 1U);
    const auto key = crypto::PublicKey::fromJwk(keys.front().as_object());
    QVERIFY(key);
    QCOMPARE(key->thumbprint(), m_wire.fixture().identity().device.publicKey().thumbprint());
    QCOMPARE(std::string(keys.front().at("kid").as_string()), key->thumbprint().value);
    QVERIFY(!keys.front().as_object().contains("d"));
}

void AgentsApiTest::unknown_paths_are_not_found_data()
{
    QTest::addColumn<std::string>("path");
    for (const char* path :
        {"/", "", "/token/", "/Token", "//token", "/authorize", "/status", "/grants", "/approve", "/%74oken"})
        QTest::newRow(path) << std::string(path);
}

void AgentsApiTest::unknown_paths_are_not_found()
{
    QFETCH(std::string, path);
    QCOMPARE(m_wire.get(path).status(), 404);
    const WireAnswer answer = m_wire.post(path, {});
    QCOMPARE(answer.status(), 404);
    QCOMPARE(answer.error(), "not_found");
}

void AgentsApiTest::other_methods_are_told_which_are_allowed()
{
    for (const char* path : {"/register", "/bc-authorize", "/token", "/introspect", "/revoke"}) {
        const WireAnswer answer = m_wire.get(path);
        QCOMPARE(answer.status(), 405);
        QCOMPARE(answer.field("allow"), "POST");
    }
    for (const char* path : {"/jwks", "/.well-known/oauth-authorization-server"}) {
        const WireAnswer answer = m_wire.post(path, {});
        QCOMPARE(answer.status(), 405);
        QCOMPARE(answer.field("allow"), "GET, HEAD");
    }
}

void AgentsApiTest::descriptions_stay_within_the_characters_that_the_standard_allows()
{
    QCOMPARE(server::descriptionText("a \"b\" \\ ü\r\n\x7f"), "a 'b' ' %C3%BC%0D%0A%7F");
    QVERIFY(server::descriptionText(std::string(100'000, 'x')).size() <= server::kMaxDescriptionBytes + 2);
    const WireAnswer answer = m_wire.post("/token", {{"grant_type", "\"ü\n"}, {"a\"ü\x01", "%"}});
    for (const char c : answer.text("error_description"))
        QVERIFY(c >= 0x20 && c < 0x7f && c != '"' && c != '\\');
}

void AgentsApiTest::retry_after_stands_where_a_caller_should_wait()
{
    const auto retry = [](ErrorCode code) {
        WireAnswer answer;
        answer.response = server::refusal({code, "Not now."});
        return answer.field("retry-after");
    };
    QCOMPARE(retry(ErrorCode::TemporarilyUnavailable), "60");
    QCOMPARE(retry(ErrorCode::Held), "60");
    QCOMPARE(retry(ErrorCode::InvalidGrant), "");
}

QTEST_GUILESS_MAIN(AgentsApiTest)
#include "tst_agents_api.moc"
