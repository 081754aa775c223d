// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/server/oauth/registration.h"

#include "core/agents/agent.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;

namespace {
const crypto::PrivateKey& key()
{
    static const crypto::PrivateKey one = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    return one;
}

/// A good registration with members replaced; a null takes one out.
std::string with(const json::Object& changes)
{
    json::Object metadata = json::parseObject(OAuthWire::registrationOf(key().publicKey())).value();
    for (const auto& [name, value] : changes) {
        if (value.is_null())
            metadata.erase(name);
        else
            metadata[name] = value;
    }
    return json::serialize(metadata);
}

json::Object jwks(json::Array keys)
{
    return {{"jwks", json::Object{{"keys", std::move(keys)}}}};
}
} // namespace

class RegistrationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void an_agent_registers_and_is_told_what_it_got();
    void what_is_not_known_is_ignored();
    void defaults_are_filled_in_and_told();
    void the_one_usable_key_is_taken();
    void bad_metadata_is_refused_data();
    void bad_metadata_is_refused();
    void the_name_is_bounded();
    void the_content_type_must_be_json();
    void hostile_names_are_kept_as_they_are_and_shown_escaped();
    void a_key_that_is_known_stays_the_agent_that_it_was();

private:
    OAuthWire m_wire;
};

void RegistrationTest::an_agent_registers_and_is_told_what_it_got()
{
    OAuthWire wire;
    const WireAnswer answer = wire.postJson("/register", OAuthWire::registrationOf(key().publicKey()));
    QCOMPARE(answer.status(), 201);
    QCOMPARE(answer.text("client_name"), "reconcile-bot");
    QCOMPARE(answer.text("token_endpoint_auth_method"), "private_key_jwt");
    QCOMPARE(answer.text("backchannel_token_delivery_mode"), "poll");
    QCOMPARE(json::requiredInteger(answer.body, "client_id_issued_at"), wire.now().value);
    QVERIFY(!answer.body.contains("client_secret"));
    const auto client = wire.fixture().authority().findClient(ClientId{answer.text("client_id")});
    QVERIFY(client);
    QCOMPARE(client->key.thumbprint(), key().publicKey().thumbprint());
}

void RegistrationTest::what_is_not_known_is_ignored()
{
    QVERIFY(server::readRegistration(with({{"contacts", json::Array{"a@b.example"}},
        {"client_uri", "https://evil.example/"}, {"logo_uri", "https://evil.example/x.png"},
        {"application_type", "native"}, {"redirect_uris", json::Array{"http://127.0.0.1/"}},
        {"x_unheard_of", json::Object{{"a", 1}}}, {"client_name#de", "Abgleich"}})));
}

void RegistrationTest::defaults_are_filled_in_and_told()
{
    const auto registration = server::readRegistration(with({{"token_endpoint_auth_method", nullptr}}));
    QVERIFY(registration);
    const json::Object told = server::registeredMetadata(*registration);
    QCOMPARE(told.at("token_endpoint_auth_method"), json::Value("private_key_jwt"));
    QCOMPARE(told.at("dpop_bound_access_tokens"), json::Value(true));
    QCOMPARE(told.at("grant_types").as_array().size(), 3U);
}

void RegistrationTest::the_one_usable_key_is_taken()
{
    json::Object encryption = crypto::PrivateKey::generate(crypto::KeyType::P256)->publicKey().toJwk();
    encryption["use"] = "enc";
    const json::Object rsa{{"kty", "RSA"}, {"n", "AQAB"}, {"e", "AQAB"}};
    const auto registration = server::readRegistration(with(jwks({encryption, rsa, key().publicKey().toJwk()})));
    QVERIFY(registration);
    QCOMPARE(registration->key.thumbprint(), key().publicKey().thumbprint());
}

void RegistrationTest::bad_metadata_is_refused_data()
{
    QTest::addColumn<std::string>("body");
    const auto row = [](const char* name, std::string body) { QTest::newRow(name) << std::move(body); };
    const json::Object good = key().publicKey().toJwk();
    const auto changedKey = [&](std::string_view member, const json::Value& value) {
        json::Object changed = good;
        changed[member] = value;
        return with(jwks({std::move(changed)}));
    };
    row("not JSON", "{");
    row("no object", "[]");
    row("a member twice", R"({"client_name":"a","client_name":"b"})");
    row("a member twice, once escaped", R"({"client_name":"a","client_n\u0061me":"b"})");
    row("text after it", with({}) + "x");
    row("too large", with({{"x", std::string(server::kMaxRegistrationBytes, 'x')}}));
    row("deep", with({}).insert(1, R"("x":)" + std::string(100, '[') + std::string(100, ']') + ","));
    row("no name", with({{"client_name", nullptr}}));
    row("an empty name", with({{"client_name", ""}}));
    row("a name that is no string", with({{"client_name", 7}}));
    row("no keys at all", with({{"jwks", nullptr}}));
    row("keys by reference", with({{"jwks", nullptr}, {"jwks_uri", "http://127.0.0.1:1/keys"}}));
    row("keys both ways", with({{"jwks_uri", "http://127.0.0.1:1/keys"}}));
    row("no key", with(jwks({})));
    row("keys that are no array", with({{"jwks", json::Object{{"keys", good}}}}));
    row("a key that is no object", with(jwks({"x"})));
    row("two usable keys",
        with(jwks({good, crypto::PrivateKey::generate(crypto::KeyType::Ed25519)->publicKey().toJwk()})));
    row("the same key twice", with(jwks({good, good})));
    row("too many keys", with(jwks(json::Array(server::kMaxJwksKeys + 1, json::Value(json::Object{{"kty", "RSA"}})))));
    row("a private key", changedKey("d", "AQAB"));
    row("a private key beside a good one", with(jwks({json::Object{{"kty", "oct"}, {"k", "AQAB"}}, good})));
    row("a key for encryption", changedKey("use", "enc"));
    row("a key of another algorithm", changedKey("alg", "ES512"));
    row("a point that is not on the curve", changedKey("y", json::Value(std::string_view(std::string(43, 'A')))));
    row("another way to authenticate", with({{"token_endpoint_auth_method", "client_secret_basic"}}));
    row("no authentication", with({{"token_endpoint_auth_method", "none"}}));
    row("push", with({{"backchannel_token_delivery_mode", "push"}}));
    row("ping", with({{"backchannel_token_delivery_mode", "ping"}}));
    row("user codes", with({{"backchannel_user_code_parameter", true}}));
    row("signed requests", with({{"backchannel_authentication_request_signing_alg", "ES256"}}));
    row("bearer tokens", with({{"dpop_bound_access_tokens", false}}));
    row("another id_token algorithm", with({{"id_token_signed_response_alg", "none"}}));
    row("a browser flow", with({{"response_types", json::Array{"code"}}}));
    row("another grant type", with({{"grant_types", json::Array{"urn:openid:params:grant-type:ciba", "password"}}}));
    row("neither CIBA nor token exchange", with({{"grant_types", json::Array{"refresh_token"}}}));
    row("grant types that are none", with({{"grant_types", "urn:openid:params:grant-type:ciba"}}));
    row("an algorithm of another key", with({{"token_endpoint_auth_signing_alg", "EdDSA"}}));
    row("a symmetric algorithm", with({{"token_endpoint_auth_signing_alg", "HS256"}}));
}

void RegistrationTest::bad_metadata_is_refused()
{
    QFETCH(std::string, body);
    const WireAnswer answer = m_wire.postJson("/register", body);
    QCOMPARE(answer.status(), 400);
    QCOMPARE(answer.error(), "invalid_client_metadata");
    QVERIFY(!answer.text("error_description").empty());
}

void RegistrationTest::the_name_is_bounded()
{
    QVERIFY(server::readRegistration(with({{"client_name", std::string(agents::kMaxClientNameBytes, 'n')}})));
    QVERIFY(!server::readRegistration(with({{"client_name", std::string(agents::kMaxClientNameBytes + 1, 'n')}})));
}

void RegistrationTest::the_content_type_must_be_json()
{
    OAuthWire wire;
    server::HttpRequest request;
    request.method = "POST";
    request.path = "/register";
    request.body = with({});
    for (const char* type : {"text/plain", "application/x-www-form-urlencoded", "application/jsonp"}) {
        request.fields = {{"content-type", type}};
        const WireAnswer answer = wire.send(request);
        QCOMPARE(answer.status(), 400);
        QCOMPARE(answer.error(), "invalid_request");
    }
}

void RegistrationTest::hostile_names_are_kept_as_they_are_and_shown_escaped()
{
    OAuthWire wire;
    const std::string name = "Bank\u202e\u200b\x1b[2J<b>ok</b>";
    const WireAnswer answer = wire.postJson("/register", OAuthWire::registrationOf(key().publicKey(), name));
    QCOMPARE(answer.status(), 201);
    QCOMPARE(answer.text("client_name"), name);

    const WireAgent agent{key(), key(), answer.text("client_id")};
    QCOMPARE(wire.ask(agent).status(), 200);
    const QString shown = wire.fixture().waiting().front().facts.agentName.text;
    QVERIFY(!shown.contains(QChar(0x202e)));
    QVERIFY(!shown.contains(QChar(0x200b)));
    QVERIFY(!shown.contains(QChar(0x1b)));
    QVERIFY(shown.contains(QStringLiteral("U+202E")));
}

void RegistrationTest::a_key_that_is_known_stays_the_agent_that_it_was()
{
    OAuthWire wire;
    const WireAnswer first = wire.postJson("/register", OAuthWire::registrationOf(key().publicKey(), "first name"));
    const WireAnswer second = wire.postJson("/register", OAuthWire::registrationOf(key().publicKey(), "another name"));
    QCOMPARE(second.status(), 201);
    QCOMPARE(second.text("client_id"), first.text("client_id"));
    QCOMPARE(second.text("client_name"), "first name");
}

QTEST_GUILESS_MAIN(RegistrationTest)
#include "tst_registration.moc"
