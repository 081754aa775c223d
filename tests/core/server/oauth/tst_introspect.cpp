// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Introspection and revocation: who is told what, and what ends.
#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "core/crypto/bytes.h"
#include "core/crypto/keys.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;

namespace {
struct Credentials {
    std::string id;
    std::string secret;
};

Credentials addService(OAuthWire& wire, const QString& location)
{
    const auto added = wire.fixture().run<authority::ServiceSecret>([location](authority::Context& context) {
        return authority::addService(context, QStringLiteral("shop"), location);
    });
    return {added.value().id.value, added.value().secret.toStdString()};
}

server::Field basic(const Credentials& service)
{
    return {"authorization", "Basic " + crypto::base64(service.id + ':' + service.secret)};
}
} // namespace

class IntrospectTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void an_agent_is_told_of_its_own_token();
    void an_agent_is_told_nothing_of_anothers_token();
    void a_service_is_told_of_tokens_for_its_place_data();
    void a_service_is_told_of_tokens_for_its_place();
    void a_service_sees_its_own_part_only();
    void a_service_is_told_nothing_of_refresh_tokens();
    void wrong_credentials_are_challenged_data();
    void wrong_credentials_are_challenged();
    void both_ways_at_once_are_refused();
    void what_is_no_token_is_inactive();
    void a_token_is_inactive_once_it_has_ended();
    void revoking_an_access_token_ends_that_token_alone();
    void revoking_a_refresh_token_ends_the_grant();
    void revoking_what_is_unknown_succeeds_and_does_nothing();
    void revocation_needs_the_agent_itself();
};

void IntrospectTest::an_agent_is_told_of_its_own_token()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer tokens = wire.granted(agent);
    const WireAnswer answer = wire.introspect(agent, tokens.text("access_token"));
    QCOMPARE(answer.status(), 200);
    QVERIFY(answer.isActive());
    QCOMPARE(answer.text("client_id"), agent.clientId);
    QCOMPARE(answer.text("token_type"), "DPoP");
    QCOMPARE(answer.text("sub"), crypto::thumbprintUrn(wire.fixture().authority().person()));
    QCOMPARE(answer.text("grant_id"), tokens.text("grant_id"));
    QCOMPARE(json::requiredString(answer.body.at("cnf").as_object(), "jkt"), agent.jkt().value);
    QCOMPARE(answer.body.at("authorization_details"), tokens.body.at("authorization_details"));
    QVERIFY(json::requiredInteger(answer.body, "exp").value() > wire.now().value);
    QVERIFY(answer.body.at("aud").is_array());

    const WireAnswer refresh = wire.introspect(agent, tokens.text("refresh_token"));
    QVERIFY(refresh.isActive());
    QVERIFY(!refresh.body.contains("token_type"));
}

void IntrospectTest::an_agent_is_told_nothing_of_anothers_token()
{
    OAuthWire wire;
    const WireAnswer tokens = wire.granted(wire.registerAgent());
    const WireAnswer answer = wire.introspect(wire.registerAgent(), tokens.text("access_token"));
    QCOMPARE(answer.status(), 200);
    QCOMPARE(answer.response.body, R"({"active":false})");
}

void IntrospectTest::a_service_is_told_of_tokens_for_its_place_data()
{
    QTest::addColumn<QString>("location");
    QTest::addColumn<bool>("active");
    QTest::newRow("its origin") << QStringLiteral("https://payments.example/") << true;
    QTest::newRow("a part of it, which the grant is wider than")
        << QStringLiteral("https://payments.example/api") << false;
    QTest::newRow("another host") << QStringLiteral("https://payments.example.org/") << false;
    QTest::newRow("another port") << QStringLiteral("https://payments.example:8443/") << false;
}

void IntrospectTest::a_service_is_told_of_tokens_for_its_place()
{
    QFETCH(QString, location);
    QFETCH(bool, active);
    OAuthWire wire;
    const WireAnswer tokens = wire.granted(wire.registerAgent());
    const Credentials service = addService(wire, location);
    const WireAnswer answer = wire.post("/introspect", {{"token", tokens.text("access_token")}}, {basic(service)});
    QCOMPARE(answer.status(), 200);
    QCOMPARE(answer.isActive(), active);
    if (!active)
        QCOMPARE(answer.response.body, R"({"active":false})");
}

void IntrospectTest::a_service_sees_its_own_part_only()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const std::string details =
        R"([{"type":"agent_delegation","locations":["https://payments.example/","https://other.example/"],)"
        R"("actions":["payments.read"]},{"type":"agent_delegation",)"
        R"("locations":["https://other.example/"],"actions":["files.read"]}])";
    const WireAnswer asked = wire.ask(agent, {{"authorization_details", details}});
    QVERIFY(wire.fixture().approve());
    const WireAnswer tokens = wire.poll(agent, asked.text("auth_req_id"));
    const Credentials service = addService(wire, QStringLiteral("https://payments.example/"));
    const WireAnswer answer = wire.post("/introspect", {{"token", tokens.text("access_token")}}, {basic(service)});
    QVERIFY(answer.isActive());
    const json::Array& seen = answer.body.at("authorization_details").as_array();
    QCOMPARE(seen.size(), 1U);
    QCOMPARE(seen.front().at("locations"), json::Value(json::Array{"https://payments.example/"}));
}

void IntrospectTest::a_service_is_told_nothing_of_refresh_tokens()
{
    OAuthWire wire;
    const WireAnswer tokens = wire.granted(wire.registerAgent());
    const Credentials service = addService(wire, QStringLiteral("https://payments.example/"));
    QVERIFY(!wire.post("/introspect", {{"token", tokens.text("refresh_token")}}, {basic(service)}).isActive());
}

void IntrospectTest::wrong_credentials_are_challenged_data()
{
    QTest::addColumn<std::string>("authorization");
    const auto row = [](const char* name, std::string value) { QTest::newRow(name) << std::move(value); };
    row("none", "");
    row("another secret", "Basic " + crypto::base64("SERVICE:wrong"));
    row("another service", "Basic " + crypto::base64("nobody:SECRET"));
    row("no secret", "Basic " + crypto::base64("SERVICE:"));
    row("no colon", "Basic " + crypto::base64("SERVICE"));
    row("not base64", "Basic %%%");
    row("broken percent-encoding", "Basic " + crypto::base64("SERVICE:%zz"));
    row("bearer", "Bearer x");
    row("the scheme alone", "Basic");
}

void IntrospectTest::wrong_credentials_are_challenged()
{
    QFETCH(std::string, authorization);
    OAuthWire wire;
    const Credentials service = addService(wire, QStringLiteral("https://payments.example/"));
    std::vector<server::Field> fields;
    if (!authorization.empty())
        fields.push_back({"authorization", authorization});
    const WireAnswer answer = wire.post("/introspect", {{"token", "t"}}, fields);
    QCOMPARE(answer.status(), 401);
    QCOMPARE(answer.error(), "invalid_client");
    QVERIFY(answer.field("www-authenticate").starts_with("Basic "));
    // Right ones work, also with the scheme in other letters.
    server::Field right = basic(service);
    right.value.replace(0, 5, "bAsIc");
    QCOMPARE(wire.post("/introspect", {{"token", "t"}}, {right}).status(), 200);
    QCOMPARE(wire.post("/introspect", {{"token", "t"}}, {right, right}).status(), 401);
}

void IntrospectTest::both_ways_at_once_are_refused()
{
    OAuthWire wire;
    const Credentials service = addService(wire, QStringLiteral("https://payments.example/"));
    const WireAgent agent = wire.registerAgent();
    const WireAnswer answer = wire.post("/introspect", wire.signedBy(agent, {{"token", "t"}}), {basic(service)});
    QCOMPARE(answer.status(), 400);
    QCOMPARE(answer.error(), "invalid_request");
}

void IntrospectTest::what_is_no_token_is_inactive()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const std::string good = wire.granted(agent).text("access_token");
    for (const std::string& token :
        {std::string("x"), good + "x", good.substr(0, good.size() - 1), std::string(100'000, 'a'), std::string("ü")})
        QVERIFY(!wire.introspect(agent, token).isActive());
    QCOMPARE(wire.introspect(agent, "").error(), "invalid_request");
}

void IntrospectTest::a_token_is_inactive_once_it_has_ended()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer tokens = wire.granted(agent);
    const auto life = std::chrono::seconds(json::requiredInteger(tokens.body, "expires_in").value());
    wire.fixture().clock().advance(life - std::chrono::seconds(1));
    QVERIFY(wire.introspect(agent, tokens.text("access_token")).isActive());
    wire.fixture().clock().advance(std::chrono::seconds(1));
    QVERIFY(!wire.introspect(agent, tokens.text("access_token")).isActive());
}

void IntrospectTest::revoking_an_access_token_ends_that_token_alone()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer tokens = wire.granted(agent);
    const WireAnswer answer = wire.revoke(agent, tokens.text("access_token"));
    QCOMPARE(answer.status(), 200);
    QCOMPARE(answer.response.body, "");
    QVERIFY(!wire.introspect(agent, tokens.text("access_token")).isActive());
    QVERIFY(wire.introspect(agent, tokens.text("refresh_token")).isActive());
    QCOMPARE(wire.refresh(agent, tokens.text("refresh_token")).status(), 200);
}

void IntrospectTest::revoking_a_refresh_token_ends_the_grant()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer tokens = wire.granted(agent);
    QCOMPARE(wire.post("/revoke",
                     wire.signedBy(agent, {{"token", tokens.text("refresh_token")}, {"token_type_hint", "unheard_of"}}))
                 .status(),
        200);
    QVERIFY(!wire.introspect(agent, tokens.text("access_token")).isActive());
    QVERIFY(!wire.introspect(agent, tokens.text("refresh_token")).isActive());
    QCOMPARE(wire.refresh(agent, tokens.text("refresh_token")).error(), "invalid_grant");
    QCOMPARE(wire.fixture().grant(GrantId{tokens.text("grant_id")}).state, grants::GrantState::Revoked);
}

void IntrospectTest::revoking_what_is_unknown_succeeds_and_does_nothing()
{
    OAuthWire wire;
    const WireAgent owner = wire.registerAgent();
    const WireAgent thief = wire.registerAgent();
    const WireAnswer tokens = wire.granted(owner);
    QCOMPARE(wire.revoke(thief, tokens.text("refresh_token")).status(), 200);
    QCOMPARE(wire.revoke(thief, tokens.text("access_token")).status(), 200);
    QCOMPARE(wire.revoke(owner, "unknown").status(), 200);
    QVERIFY(wire.introspect(owner, tokens.text("access_token")).isActive());
}

void IntrospectTest::revocation_needs_the_agent_itself()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer tokens = wire.granted(agent);
    const Credentials service = addService(wire, QStringLiteral("https://payments.example/"));
    QCOMPARE(wire.post("/revoke", {{"token", tokens.text("access_token")}}).status(), 401);
    QCOMPARE(wire.post("/revoke", {{"token", tokens.text("access_token")}}, {basic(service)}).status(), 401);
    QCOMPARE(wire.revoke(agent, "").error(), "invalid_request");
    QVERIFY(wire.introspect(agent, tokens.text("access_token")).isActive());
}

QTEST_GUILESS_MAIN(IntrospectTest)
#include "tst_introspect.moc"
