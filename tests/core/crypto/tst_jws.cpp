// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/jws.h"

#include "core/crypto/bytes.h"

#include <QTest>

#include <string>

using namespace countersign;
using namespace countersign::crypto;
using namespace std::string_literals;

namespace {
// RFC 7515 appendix A.3
const std::string kEs256 =
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const std::string kEs256Key = R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                              R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
// RFC 8037 appendix A.4
const std::string kEdDsa = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
                           ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
const std::string kEdKey = R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";

PublicKey keyFrom(const std::string& jwk)
{
    return PublicKey::fromJwk(json::parseObject(jwk).value()).value();
}

std::string compact(const std::string& header, const std::string& payload = "{}", const std::string& signature = "s")
{
    return base64url(header) + '.' + base64url(payload) + '.' + base64url(signature);
}

/// Signed rightly, with any header text at all.
std::string signedWith(const std::string& header, const std::string& payload, const PrivateKey& key)
{
    const std::string input = base64url(header) + '.' + base64url(payload);
    return input + '.' + base64url(key.sign(input).value());
}
} // namespace

class JwsTest : public QObject {
    Q_OBJECT

    const PrivateKey m_p256 = PrivateKey::generate(KeyType::P256).value();
    const PrivateKey m_ed25519 = PrivateKey::generate(KeyType::Ed25519).value();

private Q_SLOTS:
    void the_standards_examples_verify()
    {
        const auto es256 = parseJws(kEs256);
        QVERIFY(es256);
        QVERIFY(verifyJws(*es256, keyFrom(kEs256Key)));
        QCOMPARE(es256->payload, "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"s);
        QVERIFY(verifyJwt(kEs256, "", keyFrom(kEs256Key)));

        const auto edDsa = parseJws(kEdDsa);
        QVERIFY(edDsa);
        QVERIFY(verifyJws(*edDsa, keyFrom(kEdKey)));
        QCOMPARE(edDsa->payload, "Example of Ed25519 signing"s);
        // Not a JWT: its payload is no object.
        QVERIFY(!verifyJwt(kEdDsa, "", keyFrom(kEdKey)));
    }

    void what_is_signed_verifies()
    {
        for (const PrivateKey& key : {m_p256, m_ed25519}) {
            const std::string token = signJwt("at+jwt", {{"sub", "x"}, {"n", 1}}, key).value();
            const auto claims = verifyJwt(token, "at+jwt", key.publicKey());
            QVERIFY(claims);
            QCOMPARE(*claims, (json::Object{{"sub", "x"}, {"n", 1}}));
            const auto jws = parseJws(token);
            QCOMPARE(jws->algorithm(), key.publicKey().type() == KeyType::P256 ? "ES256"s : "Ed25519"s);
            QCOMPARE(jws->type(), "at+jwt"s);
            QCOMPARE(jws->keyId(), key.publicKey().thumbprint().value);
        }
    }

    void a_signature_of_another_key_or_algorithm_is_refused()
    {
        const std::string token = signJwt("t", {}, m_p256).value();
        const auto wrongKey = verifyJwt(token, "t", PrivateKey::generate(KeyType::P256)->publicKey());
        QVERIFY(!wrongKey);
        QCOMPARE(wrongKey.error().code, ErrorCode::BadSignature);
        QVERIFY(!verifyJwt(token, "t", m_ed25519.publicKey()));
        // The header says one algorithm, the signature is by a key of the other.
        QVERIFY(!verifyJwt(signedWith(R"({"alg":"ES256"})", "{}", m_ed25519), "", m_ed25519.publicKey()));
        QVERIFY(!verifyJwt(signedWith(R"({"alg":"EdDSA"})", "{}", m_p256), "", m_p256.publicKey()));
        QVERIFY(verifyJwt(signedWith(R"({"alg":"EdDSA"})", "{}", m_ed25519), "", m_ed25519.publicKey()));
    }

    void a_changed_part_is_refused()
    {
        const std::string token = signJwt("t", {{"a", 1}}, m_p256).value();
        const std::size_t first = token.find('.');
        const std::size_t second = token.rfind('.');
        const std::string other = signJwt("t", {{"a", 2}}, m_p256).value();
        const std::size_t otherSecond = other.rfind('.');
        QVERIFY(!verifyJwt(token.substr(0, first) + other.substr(first, otherSecond - first) + token.substr(second),
            "t", m_p256.publicKey()));
        QVERIFY(!verifyJwt(token.substr(0, second) + other.substr(otherSecond), "t", m_p256.publicKey()));
    }

    void a_hostile_form_is_refused_data()
    {
        QTest::addColumn<std::string>("text");
        const std::string right = R"({"alg":"ES256"})";
        QTest::newRow("empty") << ""s;
        QTest::newRow("one part") << "abc"s;
        QTest::newRow("two parts") << base64url(right) + ".e30";
        QTest::newRow("four parts") << compact(right) + ".e30";
        QTest::newRow("five parts, as of encryption") << compact(right) + ".e30.e30";
        QTest::newRow("no signature") << base64url(right) + ".e30.";
        QTest::newRow("no header") << ".e30.c2ln"s;
        QTest::newRow("padding") << base64url(right) + ".e30=.c2ln";
        QTest::newRow("trailing bits") << base64url(right) + ".e31.c2ln";
        QTest::newRow("plain base64") << base64url(right) + ".e30.+/+/";
        QTest::newRow("white space") << compact(right) + "\n";
        QTest::newRow("JSON form") << R"({"payload":"e30","signatures":[]})"s;
        QTest::newRow("header no object") << compact("[]");
        QTest::newRow("header no JSON") << compact("alg");
        QTest::newRow("header with a comment") << compact(R"({"alg":"ES256"}//)");
        QTest::newRow("header bad UTF-8") << compact("{\"alg\":\"ES256\",\"x\":\"\xFF\"}");
        QTest::newRow("header repeats alg") << compact(R"({"alg":"ES256","alg":"ES256"})");
        QTest::newRow("header repeats alg, escaped") << compact(R"({"alg":"ES256","\u0061lg":"none"})");
        QTest::newRow("no alg") << compact(R"({"typ":"JWT"})");
        QTest::newRow("alg no string") << compact(R"({"alg":["ES256"]})");
        QTest::newRow("none") << compact(R"({"alg":"none"})");
        QTest::newRow("NoNe") << compact(R"({"alg":"NoNe"})");
        QTest::newRow("HS256") << compact(R"({"alg":"HS256"})");
        QTest::newRow("RS256") << compact(R"({"alg":"RS256"})");
        QTest::newRow("ES384") << compact(R"({"alg":"ES384"})");
        QTest::newRow("Ed448") << compact(R"({"alg":"Ed448"})");
        QTest::newRow("lower case") << compact(R"({"alg":"es256"})");
        QTest::newRow("crit") << compact(R"({"alg":"ES256","crit":["exp"],"exp":1})");
        QTest::newRow("empty crit") << compact(R"({"alg":"ES256","crit":[]})");
        QTest::newRow("b64") << compact(R"({"alg":"ES256","b64":false})");
        QTest::newRow("b64 true") << compact(R"({"alg":"ES256","b64":true})");
        QTest::newRow("jku") << compact(R"({"alg":"ES256","jku":"x"})");
        QTest::newRow("x5u") << compact(R"({"alg":"ES256","x5u":"x"})");
        QTest::newRow("x5c") << compact(R"({"alg":"ES256","x5c":["AA"]})");
        QTest::newRow("typ no string") << compact(R"({"alg":"ES256","typ":1})");
        QTest::newRow("kid no string") << compact(R"({"alg":"ES256","kid":{}})");
        QTest::newRow("too deep") << compact(
            R"({"alg":"ES256","x":)" + std::string(40, '[') + std::string(40, ']') + "}");
    }

    void a_hostile_form_is_refused()
    {
        QFETCH(std::string, text);
        const auto jws = parseJws(text);
        QVERIFY(!jws);
        QCOMPARE(jws.error().code, ErrorCode::InvalidInput);
    }

    void a_right_form_is_read()
    {
        QVERIFY(parseJws(compact(R"({"alg":"ES256","kid":"k","typ":"x","other":[1]})")));
        QVERIFY(parseJws(compact(R"({"alg":"Ed25519"})", "")));
        const auto jws = parseJws(compact(R"({"alg":"EdDSA"})", "payload", "signature"));
        QVERIFY(jws);
        QCOMPARE(jws->payload, "payload"s);
        QCOMPARE(jws->signature, "signature"s);
        QCOMPARE(jws->signingInput, base64url(R"({"alg":"EdDSA"})") + ".cGF5bG9hZA");
        QCOMPARE(jws->type(), ""s);
        QCOMPARE(jws->keyId(), ""s);
    }

    void size_is_bounded()
    {
        const std::string start = base64url(R"({"alg":"ES256"})") + '.';
        const auto ofSize = [&](std::size_t size) {
            const std::size_t rest = size - start.size() - 1;
            const std::size_t signature = rest % 4 == 3 ? 87 : 86; // no base64url has a length of 1 modulo 4
            return start + std::string(rest - signature, 'A') + '.' + std::string(signature, 'A');
        };
        QVERIFY(parseJws(ofSize(kMaxJwsBytes - 1)));
        QVERIFY(parseJws(ofSize(kMaxJwsBytes)));
        const auto larger = parseJws(ofSize(kMaxJwsBytes + 1));
        QVERIFY(!larger);
        QVERIFY(larger.error().message.contains("too large"));
    }

    void the_type_must_be_the_expected_one_data()
    {
        QTest::addColumn<std::string>("header");
        QTest::addColumn<std::string>("expected");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("same") << R"({"alg":"ES256","typ":"at+jwt"})"s << "at+jwt"s << true;
        QTest::newRow("upper case") << R"({"alg":"ES256","typ":"AT+JWT"})"s << "at+jwt"s << true;
        QTest::newRow("with the prefix") << R"({"alg":"ES256","typ":"application/at+jwt"})"s << "at+jwt"s << true;
        QTest::newRow("another") << R"({"alg":"ES256","typ":"consent+jwt"})"s << "at+jwt"s << false;
        QTest::newRow("plain") << R"({"alg":"ES256","typ":"JWT"})"s << "at+jwt"s << false;
        QTest::newRow("none") << R"({"alg":"ES256"})"s << "at+jwt"s << false;
        QTest::newRow("any allowed, none") << R"({"alg":"ES256"})"s << ""s << true;
        QTest::newRow("any allowed, plain") << R"({"alg":"ES256","typ":"JWT"})"s << ""s << true;
        QTest::newRow("any allowed, another") << R"({"alg":"ES256","typ":"at+jwt"})"s << ""s << false;
    }

    void the_type_must_be_the_expected_one()
    {
        QFETCH(std::string, header);
        QFETCH(std::string, expected);
        QFETCH(bool, accepted);
        const auto claims = verifyJwt(signedWith(header, "{}", m_p256), expected, m_p256.publicKey());
        QCOMPARE(claims.has_value(), accepted);
    }

    void a_token_whose_claims_repeat_a_name_is_refused()
    {
        const std::string twice = signedWith(R"({"alg":"ES256"})", R"({"sub":"a","sub":"b"})", m_p256);
        const auto claims = verifyJwt(twice, "", m_p256.publicKey());
        QVERIFY(!claims);
        QCOMPARE(claims.error().code, ErrorCode::InvalidInput);
        QVERIFY(!verifyJwt(signedWith(R"({"alg":"ES256"})", "[]", m_p256), "", m_p256.publicKey()));
    }
};

QTEST_GUILESS_MAIN(JwsTest)
#include "tst_jws.moc"
