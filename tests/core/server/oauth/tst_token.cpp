// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The token endpoint: both grant types, and proofs with one thing wrong.
#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/crypto/jws.h"
#include "core/grants/grant.h"
#include "core/permissions/permission_json.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;

namespace {
using Edit = std::function<void(json::Object& claims, json::Object& header)>;
const std::string kCiba = "urn:openid:params:grant-type:ciba";
} // namespace
Q_DECLARE_METATYPE(Edit)

class TokenTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void the_story_from_request_to_token();
    void pending_slow_down_and_expired_are_told_apart();
    void denied_and_withdrawn_are_told_apart();
    void without_a_nonce_nothing_is_used_up();
    void every_answer_hands_out_a_nonce();
    void a_restart_voids_nonces();
    void a_proof_with_one_thing_wrong_is_refused_data();
    void a_proof_with_one_thing_wrong_is_refused();
    void no_proof_and_two_proofs_are_refused();
    void a_proof_works_once();
    void another_agents_auth_req_id_is_unknown();
    void the_key_that_was_named_must_fetch();
    void a_refresh_gives_new_tokens_that_end_no_later();
    void a_refresh_token_of_another_agent_is_unknown();
    void a_refresh_can_not_choose_data();
    void a_refresh_can_not_choose();
    void a_form_that_is_not_one_of_ours_is_refused_data();
    void a_form_that_is_not_one_of_ours_is_refused();
};

void TokenTest::the_story_from_request_to_token()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer tokens = wire.granted(agent);
    QCOMPARE(tokens.status(), 200);
    QCOMPARE(tokens.text("token_type"), "DPoP");
    QCOMPARE(tokens.text("scope"), "openid");
    QVERIFY(!tokens.text("refresh_token").empty());
    QVERIFY(!tokens.field("dpop-nonce").empty());
    const auto seconds = json::requiredInteger(tokens.body, "expires_in").value();
    QVERIFY(seconds > 0 && seconds <= grants::kAccessTokenLife.count());

    const crypto::PublicKey device = wire.fixture().identity().device.publicKey();
    const auto claims = crypto::verifyJwt(tokens.text("access_token"), "at+jwt", device);
    QVERIFY(claims);
    QCOMPARE(json::requiredString(*claims, "iss"), wire.issuer());
    QCOMPARE(json::requiredString(claims->at("cnf").as_object(), "jkt"), agent.jkt().value);
    QCOMPARE(claims->at("authorization_details"), tokens.body.at("authorization_details"));
    QCOMPARE(json::requiredString(*claims, "grant_id"), tokens.text("grant_id"));
    QVERIFY(crypto::verifyJwt(tokens.text("id_token"), "", device));
    QVERIFY(permissions::parsePermission(json::serialize(tokens.body.at("authorization_details"))));
}

void TokenTest::pending_slow_down_and_expired_are_told_apart()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const std::string id = wire.ask(agent, {{"requested_expiry", "60"}}).text("auth_req_id");
    const WireAnswer pending = wire.poll(agent, id);
    QCOMPARE(pending.status(), 400);
    QCOMPARE(pending.error(), "authorization_pending");
    wire.fixture().clock().advance(std::chrono::seconds(4));
    QCOMPARE(wire.poll(agent, id).error(), "slow_down");
    wire.fixture().clock().advance(std::chrono::seconds(10));
    QCOMPARE(wire.poll(agent, id).error(), "authorization_pending");
    wire.fixture().clock().advance(std::chrono::seconds(60));
    QTRY_COMPARE(wire.poll(agent, id).error(), "expired_token");
}

void TokenTest::denied_and_withdrawn_are_told_apart()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const std::string denied = wire.ask(agent).text("auth_req_id");
    QVERIFY(wire.fixture().deny(wire.fixture().waiting().front().request.publicId));
    QCOMPARE(wire.poll(agent, denied).error(), "access_denied");

    const std::string withdrawn = wire.ask(agent).text("auth_req_id");
    QCOMPARE(wire.revoke(agent, withdrawn).status(), 200);
    QVERIFY(wire.fixture().waiting().empty());
    QCOMPARE(wire.poll(agent, withdrawn).error(), "invalid_grant");
    QCOMPARE(wire.poll(agent, "never-given-out").error(), "invalid_grant");
}

void TokenTest::without_a_nonce_nothing_is_used_up()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const std::string id = wire.ask(agent).text("auth_req_id");
    QVERIFY(wire.fixture().approve());

    const Parameters form = wire.signedBy(agent, {{"grant_type", kCiba}, {"auth_req_id", id}});
    const WireAnswer first = wire.post("/token", form, {{"dpop", wire.dpop(agent, std::nullopt)}});
    QCOMPARE(first.status(), 400);
    QCOMPARE(first.error(), "use_dpop_nonce");
    const WireAnswer stale = wire.post("/token", form, {{"dpop", wire.dpop(agent, "stale")}});
    QCOMPARE(stale.error(), "use_dpop_nonce");

    // The very same form, the very same assertion.
    const WireAnswer second = wire.post("/token", form, {{"dpop", wire.dpop(agent, first.field("dpop-nonce"))}});
    QVERIFY2(second.status() == 200, second.response.body.c_str());
}

void TokenTest::every_answer_hands_out_a_nonce()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    QVERIFY(!wire.post("/token", {}).field("dpop-nonce").empty());
    QVERIFY(!wire.poll(agent, "unknown").field("dpop-nonce").empty());
    QVERIFY(!wire.postJson("/token", "{}").field("dpop-nonce").empty());
}

void TokenTest::a_restart_voids_nonces()
{
    const std::string old = OAuthWire().nonce();
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer answer = wire.post("/token", wire.signedBy(agent, {{"grant_type", kCiba}, {"auth_req_id", "x"}}),
        {{"dpop", wire.dpop(agent, old)}});
    QCOMPARE(answer.error(), "use_dpop_nonce");
}

void TokenTest::a_proof_with_one_thing_wrong_is_refused_data()
{
    QTest::addColumn<Edit>("edit");
    const auto claim = [](const char* row, const char* name, json::Value value) {
        QTest::newRow(row) << Edit([name, value](json::Object& claims, json::Object&) {
            if (value.is_null())
                claims.erase(name);
            else
                claims[name] = value;
        });
    };
    const auto member = [](const char* row, const char* name, json::Value value) {
        QTest::newRow(row) << Edit([name, value](json::Object&, json::Object& header) {
            if (value.is_null())
                header.erase(name);
            else
                header[name] = value;
        });
    };
    const json::Object stranger = crypto::PrivateKey::generate(crypto::KeyType::P256)->publicKey().toJwk();
    json::Object withPrivate = stranger;
    withPrivate["d"] = "AQAB";
    claim("another method", "htm", "GET");
    claim("no method", "htm", nullptr);
    claim("another endpoint", "htu", "http://127.0.0.1:7317/bc-authorize");
    claim("another server", "htu", "https://elsewhere.example/token");
    claim("no endpoint", "htu", nullptr);
    claim("no jti", "jti", nullptr);
    claim("no iat", "iat", nullptr);
    claim("too old", "iat", kTestStart.value - 306);
    claim("in the future", "iat", kTestStart.value + 6);
    member("another typ", "typ", "JWT");
    member("no typ", "typ", nullptr);
    member("no key", "jwk", nullptr);
    member("another key", "jwk", stranger);
    member("a private key", "jwk", withPrivate);
    member("crit", "crit", json::Array{"htm"});
    member("a key by reference", "jku", "https://elsewhere.example/jwks");
}

void TokenTest::a_proof_with_one_thing_wrong_is_refused()
{
    QFETCH(Edit, edit);
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const std::string id = wire.ask(agent).text("auth_req_id");
    QVERIFY(wire.fixture().approve());
    json::Object claims{{"htm", "POST"}, {"htu", wire.url("/token")}, {"jti", crypto::randomToken(16)},
        {"iat", wire.now().value}, {"nonce", wire.nonce()}};
    json::Object header{{"typ", "dpop+jwt"}, {"jwk", agent.dpopKey.publicKey().toJwk()}};
    edit(claims, header);
    const std::string proof = crypto::signJwsWithHeader(header, json::serialize(claims), agent.dpopKey).value();
    const Parameters form{{"grant_type", kCiba}, {"auth_req_id", id}};
    const WireAnswer answer = wire.post("/token", wire.signedBy(agent, form), {{"dpop", proof}});
    QCOMPARE(answer.status(), 400);
    QCOMPARE(answer.error(), "invalid_dpop_proof");
    QCOMPARE(wire.poll(agent, id).status(), 200); // nothing was lost by it
}

void TokenTest::no_proof_and_two_proofs_are_refused()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const Parameters form{{"grant_type", kCiba}, {"auth_req_id", "x"}};
    QCOMPARE(wire.post("/token", wire.signedBy(agent, form)).error(), "invalid_dpop_proof");
    const std::string nonce = wire.nonce();
    const WireAnswer two = wire.post(
        "/token", wire.signedBy(agent, form), {{"dpop", wire.dpop(agent, nonce)}, {"dpop", wire.dpop(agent, nonce)}});
    QCOMPARE(two.error(), "invalid_dpop_proof");
}

void TokenTest::a_proof_works_once()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const std::string id = wire.ask(agent).text("auth_req_id");
    const std::string proof = wire.dpop(agent, wire.nonce());
    const Parameters form{{"grant_type", kCiba}, {"auth_req_id", id}};
    QCOMPARE(wire.post("/token", wire.signedBy(agent, form), {{"dpop", proof}}).error(), "authorization_pending");
    QCOMPARE(wire.post("/token", wire.signedBy(agent, form), {{"dpop", proof}}).error(), "invalid_dpop_proof");
}

void TokenTest::another_agents_auth_req_id_is_unknown()
{
    OAuthWire wire;
    const WireAgent owner = wire.registerAgent();
    const WireAgent thief = wire.registerAgent();
    const std::string id = wire.ask(owner).text("auth_req_id");
    QVERIFY(wire.fixture().approve());
    QCOMPARE(wire.poll(thief, id).error(), "invalid_grant");
    QCOMPARE(wire.revoke(thief, id).status(), 200); // tells nothing, does nothing
    QCOMPARE(wire.poll(owner, id).status(), 200);
}

void TokenTest::the_key_that_was_named_must_fetch()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const std::string id = wire.ask(agent).text("auth_req_id");
    QVERIFY(wire.fixture().approve());
    const WireAgent otherKey{agent.key, crypto::PrivateKey::generate(crypto::KeyType::P256).value(), agent.clientId};
    QCOMPARE(wire.poll(otherKey, id).error(), "invalid_dpop_proof");
    QCOMPARE(wire.poll(agent, id).status(), 200);
}

void TokenTest::a_refresh_gives_new_tokens_that_end_no_later()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const WireAnswer first = wire.granted(agent);
    wire.fixture().clock().advance(std::chrono::seconds(100));
    const WireAnswer second = wire.refresh(agent, first.text("refresh_token"));
    QVERIFY2(second.status() == 200, second.response.body.c_str());
    QCOMPARE(second.text("grant_id"), first.text("grant_id"));
    QVERIFY(second.text("refresh_token") != first.text("refresh_token"));
    QCOMPARE(second.body.at("authorization_details"), first.body.at("authorization_details"));
    QVERIFY(wire.introspect(agent, second.text("access_token")).isActive());
}

void TokenTest::a_refresh_token_of_another_agent_is_unknown()
{
    OAuthWire wire;
    const WireAgent owner = wire.registerAgent();
    const WireAgent thief = wire.registerAgent();
    const std::string token = wire.granted(owner).text("refresh_token");
    QCOMPARE(wire.refresh(thief, token).error(), "invalid_grant");
    const WireAgent ownKeyOnly{owner.key, thief.dpopKey, owner.clientId};
    QCOMPARE(wire.refresh(ownKeyOnly, token).error(), "invalid_dpop_proof");
    QCOMPARE(wire.refresh(owner, token).status(), 200);
}

void TokenTest::a_refresh_can_not_choose_data()
{
    QTest::addColumn<Parameters>("more");
    QTest::addColumn<std::string>("error");
    QTest::newRow("more scope") << Parameters{{"scope", "openid email"}} << std::string("invalid_scope");
    QTest::newRow("a resource") << Parameters{{"resource", "https://payments.example/"}}
                                << std::string("invalid_target");
    QTest::newRow("details") << Parameters{{"authorization_details", "[]"}}
                             << std::string("invalid_authorization_details");
}

void TokenTest::a_refresh_can_not_choose()
{
    QFETCH(Parameters, more);
    QFETCH(std::string, error);
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent();
    const std::string token = wire.granted(agent).text("refresh_token");
    const Parameters form{{"grant_type", "refresh_token"}, {"refresh_token", token}};
    QCOMPARE(wire.token(agent, changed(form, more)).error(), error);
    QCOMPARE(wire.token(agent, form).status(), 200);
}

void TokenTest::a_form_that_is_not_one_of_ours_is_refused_data()
{
    QTest::addColumn<Parameters>("form");
    QTest::addColumn<std::string>("error");
    const std::string unsupported = "unsupported_grant_type";
    const std::string invalid = "invalid_request";
    QTest::newRow("no grant type") << Parameters{{"auth_req_id", "x"}} << invalid;
    QTest::newRow("no auth_req_id") << Parameters{{"grant_type", kCiba}} << invalid;
    QTest::newRow("no refresh token") << Parameters{{"grant_type", "refresh_token"}} << invalid;
    QTest::newRow("authorization code") << Parameters{{"grant_type", "authorization_code"}, {"code", "c"}}
                                        << unsupported;
    QTest::newRow("client credentials") << Parameters{{"grant_type", "client_credentials"}} << unsupported;
    QTest::newRow("password") << Parameters{{"grant_type", "password"}, {"username", "u"}, {"password", "p"}}
                              << unsupported;
}

void TokenTest::a_form_that_is_not_one_of_ours_is_refused()
{
    QFETCH(Parameters, form);
    QFETCH(std::string, error);
    OAuthWire wire;
    const WireAnswer answer = wire.token(wire.registerAgent(), form);
    QCOMPARE(answer.status(), 400);
    QCOMPARE(answer.error(), error);
}

QTEST_GUILESS_MAIN(TokenTest)
#include "tst_token.moc"
