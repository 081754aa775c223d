// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who may speak for a client: assertions with one thing wrong, at an endpoint that needs them.
#include "core/server/oauth/client_auth.h"

#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/dpop.h"
#include "core/crypto/jws.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;

namespace {
using Edit = std::function<void(json::Object& claims, json::Object& header)>;

std::string signedWith(const crypto::PrivateKey& key, const json::Object& header, const json::Object& claims)
{
    return crypto::signJwsWithHeader(header, json::serialize(claims), key).value();
}

/// A compact JWS with a header that signJws() would never make.
std::string handMade(const json::Object& header, const json::Object& claims, const std::string& secret)
{
    const std::string input =
        crypto::base64url(json::serialize(header)) + '.' + crypto::base64url(json::serialize(claims));
    return input + '.' + (secret.empty() ? std::string() : crypto::base64url(crypto::hmacSha256(secret, input)));
}
} // namespace
Q_DECLARE_METATYPE(Edit)

class ClientAuthTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void an_assertion_as_the_standards_have_it_is_accepted_data();
    void an_assertion_as_the_standards_have_it_is_accepted();
    void an_assertion_with_one_thing_wrong_is_refused_data();
    void an_assertion_with_one_thing_wrong_is_refused();
    void unsigned_and_symmetric_assertions_are_refused();
    void an_assertion_by_another_key_is_refused();
    void an_assertion_works_once_at_all_endpoints_together();
    void the_times_are_checked_at_their_edges_data();
    void the_times_are_checked_at_their_edges();
    void an_edwards_key_authenticates_too();
    void other_ways_to_authenticate_are_refused_data();
    void other_ways_to_authenticate_are_refused();
    void a_refused_assertion_uses_nothing_up();

private:
    WireAnswer askWith(const std::string& assertion)
    {
        return m_wire.post("/bc-authorize",
            OAuthWire::withAssertion(
                changed(m_wire.delegation(m_agent), {{"x_run", crypto::randomToken(8)}}), assertion));
    }
    WireAnswer askWith(const Edit& edit)
    {
        json::Object claims = m_wire.assertionClaims(m_agent);
        json::Object header{{"typ", "JWT"}};
        edit(claims, header);
        return askWith(signedWith(m_agent.key, header, claims));
    }
    /// Waiting requests are capped: those that were accepted are taken back.
    void takeBack(const WireAnswer& answer)
    {
        if (answer.status() == 200)
            QCOMPARE(m_wire.revoke(m_agent, answer.text("auth_req_id")).status(), 200);
    }

    OAuthWire m_wire;
    WireAgent m_agent = m_wire.registerAgent();
};

void ClientAuthTest::an_assertion_as_the_standards_have_it_is_accepted_data()
{
    QTest::addColumn<Edit>("edit");
    const auto row = [](const char* name, Edit edit) { QTest::newRow(name) << std::move(edit); };
    row("plain", [](json::Object&, json::Object&) { });
    row("typ of RFC 7523bis", [](json::Object&, json::Object& header) { header["typ"] = "client-authentication+jwt"; });
    row("without typ", [](json::Object&, json::Object& header) { header.erase("typ"); });
    row("kid of the client's own", [](json::Object&, json::Object& header) { header["kid"] = "2026-1"; });
    row("aud: the token endpoint",
        [this](json::Object& claims, json::Object&) { claims["aud"] = m_wire.url("/token"); });
    row("aud: the backchannel endpoint",
        [this](json::Object& claims, json::Object&) { claims["aud"] = m_wire.url("/bc-authorize"); });
    row("aud: several, all ours", [this](json::Object& claims, json::Object&) {
        claims["aud"] = json::Array{m_wire.issuer(), m_wire.url("/token")};
    });
    row("exp with a fraction", [this](json::Object& claims, json::Object&) {
        claims["exp"] = static_cast<double>(m_wire.now().value) + 30.5;
    });
    row("without iat", [](json::Object& claims, json::Object&) { claims.erase("iat"); });
    row("other claims", [](json::Object& claims, json::Object&) { claims["x"] = "y"; });
}

void ClientAuthTest::an_assertion_as_the_standards_have_it_is_accepted()
{
    QFETCH(Edit, edit);
    const WireAnswer answer = askWith(edit);
    QVERIFY2(answer.status() == 200, answer.response.body.c_str());
    takeBack(answer);
}

void ClientAuthTest::an_assertion_with_one_thing_wrong_is_refused_data()
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
        QTest::newRow(row) << Edit([name, value](json::Object&, json::Object& header) { header[name] = value; });
    };
    claim("no iss", "iss", nullptr);
    claim("no sub", "sub", nullptr);
    claim("iss of somebody else", "iss", "another");
    claim("sub of somebody else", "sub", "another");
    claim("sub that is no string", "sub", 7);
    claim("no aud", "aud", nullptr);
    claim("aud of another server", "aud", "https://elsewhere.example/");
    claim("aud almost ours", "aud", json::Value(std::string_view(m_wire.issuer() + "/")));
    claim("aud: ours and another's", "aud", json::Array{m_wire.issuer(), "https://elsewhere.example/"});
    claim("aud: an empty list", "aud", json::Array());
    claim("aud: a number", "aud", 1);
    claim("no exp", "exp", nullptr);
    claim("exp that is no number", "exp", "tomorrow");
    claim("exp below zero", "exp", -1);
    claim("exp out of all bounds", "exp", 1e300);
    claim("iat that is no number", "iat", "now");
    claim("nbf in the future", "nbf", m_wire.now().value + 60);
    claim("no jti", "jti", nullptr);
    claim("an empty jti", "jti", "");
    claim("a jti that is too long", "jti", json::Value(std::string_view(std::string(server::kMaxJtiBytes + 1, 'j'))));
    member("typ of an access token", "typ", "at+jwt");
    member("typ of a DPoP proof", "typ", "dpop+jwt");
    member("crit", "crit", json::Array{"exp"});
    member("unencoded payload", "b64", false);
    member("key by reference", "jku", "https://elsewhere.example/jwks");
    member("certificate by reference", "x5u", "https://elsewhere.example/cert");
}

void ClientAuthTest::an_assertion_with_one_thing_wrong_is_refused()
{
    QFETCH(Edit, edit);
    const WireAnswer answer = askWith(edit);
    QCOMPARE(answer.status(), 401);
    QCOMPARE(answer.error(), "invalid_client");
    QCOMPARE(answer.field("www-authenticate"), "");
    QVERIFY(m_wire.fixture().waiting().empty());
}

void ClientAuthTest::unsigned_and_symmetric_assertions_are_refused()
{
    const json::Object claims = m_wire.assertionClaims(m_agent);
    const std::string publicKey = json::serialize(m_agent.key.publicKey().toJwk());
    for (const char* algorithm : {"none", "None", "NONE"})
        QCOMPARE(askWith(handMade({{"alg", algorithm}}, claims, {})).error(), "invalid_client");
    QCOMPARE(askWith(handMade({{"alg", "HS256"}}, claims, publicKey)).error(), "invalid_client");
    QCOMPARE(askWith(handMade({{"alg", "ES256"}}, claims, {})).error(), "invalid_client");
    QCOMPARE(askWith(std::string("no JWS at all")).error(), "invalid_client");
    QCOMPARE(askWith(std::string("..")).error(), "invalid_client");
    QCOMPARE(askWith(std::string(crypto::kMaxJwsBytes + 1, 'A')).error(), "invalid_client");
}

void ClientAuthTest::an_assertion_by_another_key_is_refused()
{
    const auto other = crypto::PrivateKey::generate(crypto::KeyType::P256).value();
    json::Object header{{"typ", "JWT"}, {"jwk", other.publicKey().toJwk()}};
    QCOMPARE(askWith(signedWith(other, header, m_wire.assertionClaims(m_agent))).error(), "invalid_client");
    header.erase("jwk");
    QCOMPARE(askWith(signedWith(other, header, m_wire.assertionClaims(m_agent))).error(), "invalid_client");
    const WireAgent stranger{other, other, "never-registered"};
    QCOMPARE(askWith(signedWith(other, header, m_wire.assertionClaims(stranger))).error(), "invalid_client");
}

void ClientAuthTest::an_assertion_works_once_at_all_endpoints_together()
{
    const std::string assertion = crypto::signJwt("JWT", m_wire.assertionClaims(m_agent), m_agent.key).value();
    const WireAnswer first = askWith(assertion);
    QCOMPARE(first.status(), 200);
    QCOMPARE(askWith(assertion).error(), "invalid_client");
    for (const char* path : {"/introspect", "/revoke"}) {
        const WireAnswer again = m_wire.post(path, OAuthWire::withAssertion({{"token", "t"}}, assertion));
        QCOMPARE(again.status(), 401);
        QCOMPARE(again.error(), "invalid_client");
    }
    const Parameters poll{
        {"grant_type", "urn:openid:params:grant-type:ciba"}, {"auth_req_id", first.text("auth_req_id")}};
    const WireAnswer polled = m_wire.post(
        "/token", OAuthWire::withAssertion(poll, assertion), {{"dpop", m_wire.dpop(m_agent, m_wire.nonce())}});
    QCOMPARE(polled.error(), "invalid_client");
    takeBack(first);
}

void ClientAuthTest::the_times_are_checked_at_their_edges_data()
{
    QTest::addColumn<std::string>("claim");
    QTest::addColumn<qint64>("seconds"); // from now
    QTest::addColumn<bool>("good");
    constexpr qint64 kSkew = crypto::kClockSkew.count();
    constexpr qint64 kLife = server::kMaxAssertionLife.count();
    QTest::newRow("just not expired") << std::string("exp") << -kSkew + 1 << true;
    QTest::newRow("just expired") << std::string("exp") << -kSkew << false;
    QTest::newRow("as long as may be") << std::string("exp") << kLife + kSkew << true;
    QTest::newRow("too long") << std::string("exp") << kLife + kSkew + 1 << false;
    QTest::newRow("issued a bit ahead") << std::string("iat") << kSkew << true;
    QTest::newRow("issued too far ahead") << std::string("iat") << kSkew + 1 << false;
    QTest::newRow("issued as early as may be") << std::string("iat") << -kLife - kSkew << true;
    QTest::newRow("issued too early") << std::string("iat") << -kLife - kSkew - 1 << false;
    QTest::newRow("begins a bit ahead") << std::string("nbf") << kSkew << true;
    QTest::newRow("begins too far ahead") << std::string("nbf") << kSkew + 1 << false;
}

void ClientAuthTest::the_times_are_checked_at_their_edges()
{
    QFETCH(std::string, claim);
    QFETCH(qint64, seconds);
    QFETCH(bool, good);
    const WireAnswer answer =
        askWith([&](json::Object& claims, json::Object&) { claims[claim] = m_wire.now().value + seconds; });
    QCOMPARE(answer.status(), good ? 200 : 401);
    takeBack(answer);
}

void ClientAuthTest::an_edwards_key_authenticates_too()
{
    OAuthWire wire;
    const WireAgent agent = wire.registerAgent(crypto::KeyType::Ed25519);
    QCOMPARE(wire.ask(agent).status(), 200);
}

void ClientAuthTest::other_ways_to_authenticate_are_refused_data()
{
    QTest::addColumn<Parameters>("changes");
    QTest::addColumn<std::string>("authorization");
    QTest::addColumn<std::string>("error");
    QTest::addColumn<bool>("challenged");
    const std::string client = "invalid_client";
    const std::string request = "invalid_request";
    const Parameters none{{"client_assertion", ""}, {"client_assertion_type", ""}};
    QTest::newRow("nothing") << none << std::string() << client << false;
    QTest::newRow("client_id alone") << changed(none, {}) << std::string() << client << false;
    QTest::newRow("no type") << Parameters{{"client_assertion_type", ""}} << std::string() << client << false;
    QTest::newRow("another type") << Parameters{{"client_assertion_type",
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}}
                                  << std::string() << client << false;
    QTest::newRow("a secret in the form")
        << changed(none, {{"client_secret", "s"}}) << std::string() << client << false;
    QTest::newRow("a secret beside it") << Parameters{{"client_secret", "s"}} << std::string() << client << false;
    QTest::newRow("basic") << none << std::string("Basic YTpi") << client << true;
    QTest::newRow("basic beside it") << Parameters() << std::string("Basic YTpi") << request << false;
    QTest::newRow("of another client") << Parameters{{"client_id", "another"}} << std::string() << client << false;
}

void ClientAuthTest::other_ways_to_authenticate_are_refused()
{
    QFETCH(Parameters, changes);
    QFETCH(std::string, authorization);
    QFETCH(std::string, error);
    QFETCH(bool, challenged);
    const Parameters form = changed(m_wire.signedBy(m_agent, m_wire.delegation(m_agent)), changes);
    std::vector<server::Field> fields;
    if (!authorization.empty())
        fields.push_back({"authorization", authorization});
    const WireAnswer answer = m_wire.post("/bc-authorize", form, fields);
    QCOMPARE(answer.error(), error);
    QCOMPARE(answer.status(), error == "invalid_client" ? 401 : 400);
    QCOMPARE(answer.field("www-authenticate").starts_with("Basic "), challenged);
}

void ClientAuthTest::a_refused_assertion_uses_nothing_up()
{
    const std::string assertion = crypto::signJwt("JWT", m_wire.assertionClaims(m_agent), m_agent.key).value();
    const Parameters bad = changed(m_wire.delegation(m_agent), {{"login_hint", "nobody"}});
    QCOMPARE(m_wire.post("/bc-authorize", OAuthWire::withAssertion(bad, assertion)).error(), "unknown_user_id");
    const WireAnswer answer = askWith(assertion);
    QCOMPARE(answer.status(), 200);
    takeBack(answer);
}

QTEST_GUILESS_MAIN(ClientAuthTest)
#include "tst_client_auth.moc"
