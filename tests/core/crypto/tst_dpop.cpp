// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/dpop.h"

#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"

#include <QTest>

#include <limits>
#include <string>

using namespace countersign;
using namespace countersign::crypto;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {
constexpr UnixSeconds kNow{1'800'000'000};
constexpr std::string_view kUrl = "http://127.0.0.1:7317/token";
const std::string kToken = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

// RFC 9449 section 4.2, figure 2 and section 7.1, figure 13 (without the nonce that we demand).
const std::string kHeader =
    "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRj"
    "Qy"
    "VVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19";
const std::string kTokenRequestProof = kHeader
    + ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF"
      "0Ijox"
      "NTYyMjYyNjE2fQ"
      ".2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
const std::string kResourceProof = kHeader
    + ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWR"
      "yZXNv"
      "dXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9"
      ".2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";

std::string jsonOf(std::string_view name, std::string_view value)
{
    return json::serialize(json::Object{{name, value}});
}

/// `changes` over `object`; null takes a member away.
json::Object changed(json::Object object, const std::string& changes)
{
    const json::Object parsed = json::parseObject(changes).value();
    for (const auto& member : parsed) {
        if (member.value().is_null())
            object.erase(member.key());
        else
            object[member.key()] = member.value();
    }
    return object;
}
} // namespace

class DpopTest : public QObject {
    Q_OBJECT

    const PrivateKey m_key = PrivateKey::generate(KeyType::P256).value();
    const DpopNonces m_nonces;

    [[nodiscard]] std::string proofWith(const std::string& claims, const std::string& header = "{}") const
    {
        const json::Object rightHeader{{"typ", "dpop+jwt"}, {"jwk", m_key.publicKey().toJwk()}};
        const json::Object rightClaims{
            {"jti", "an-id"}, {"htm", "POST"}, {"htu", kUrl}, {"iat", kNow.value}, {"nonce", m_nonces.current(kNow)}};
        return signJwsWithHeader(changed(rightHeader, header), json::serialize(changed(rightClaims, claims)), m_key)
            .value();
    }

    [[nodiscard]] Result<DpopProof> verify(const std::string& proof, std::optional<std::string> token = {}) const
    {
        return verifyDpop(proof, {"POST", kUrl, std::move(token), kNow}, m_nonces);
    }

private Q_SLOTS:
    void the_standards_examples_lack_only_our_nonce()
    {
        const DpopExpectation atToken{"POST", "https://server.example.com/token", {}, UnixSeconds{1562262616}};
        const auto first = verifyDpop(kTokenRequestProof, atToken, m_nonces);
        QVERIFY(!first);
        QCOMPARE(first.error().code, ErrorCode::UseDpopNonce);

        const DpopExpectation atResource{
            "GET", "https://resource.example.org/protectedresource", kToken, UnixSeconds{1562262618}};
        const auto second = verifyDpop(kResourceProof, atResource, m_nonces);
        QVERIFY(!second);
        QCOMPARE(second.error().code, ErrorCode::UseDpopNonce);
        // With another token it is the proof that is wrong.
        const DpopExpectation otherToken{"GET", atResource.url, "another", atResource.now};
        QCOMPARE(verifyDpop(kResourceProof, otherToken, m_nonces).error().code, ErrorCode::InvalidDpopProof);
    }

    void a_clients_proof_is_accepted_data()
    {
        QTest::addColumn<KeyType>("type");
        QTest::newRow("P-256") << KeyType::P256;
        QTest::newRow("Ed25519") << KeyType::Ed25519;
    }

    void a_clients_proof_is_accepted()
    {
        QFETCH(KeyType, type);
        const auto key = PrivateKey::generate(type);
        const std::string nonce = m_nonces.current(kNow);
        const auto proof = signDpop(*key, "POST", std::string(kUrl) + "?q=1#f", kNow, nonce, kToken);
        QVERIFY(proof);
        const auto verified = verify(*proof, kToken);
        QVERIFY2(verified.has_value(), verified ? "" : verified.error().message.c_str());
        QVERIFY(verified->key == key->publicKey());
        QCOMPARE(verified->issuedAt.value, kNow.value);
        QVERIFY(verified->jti.size() >= 16);
        // A second proof has an id of its own.
        QVERIFY(verify(signDpop(*key, "POST", kUrl, kNow, nonce, {}).value())->jti != verified->jti);
    }

    void the_access_token_is_bound_where_one_is_expected()
    {
        const std::string nonce = m_nonces.current(kNow);
        const std::string bound = signDpop(m_key, "POST", kUrl, kNow, nonce, kToken).value();
        const std::string unbound = signDpop(m_key, "POST", kUrl, kNow, nonce, {}).value();
        QVERIFY(verify(bound, kToken));
        QCOMPARE(verify(bound, "another token").error().code, ErrorCode::InvalidDpopProof);
        QCOMPARE(verify(unbound, kToken).error().code, ErrorCode::InvalidDpopProof);
        QVERIFY(verify(bound));
        QVERIFY(verify(unbound));
    }

    void a_proof_is_judged_by_each_of_its_parts_data()
    {
        QTest::addColumn<std::string>("claims");
        QTest::addColumn<std::string>("header");
        QTest::addColumn<ErrorCode>("error");
        const auto wrong = [](const char* name, const std::string& claims, const std::string& header = "{}") {
            QTest::newRow(name) << claims << header << ErrorCode::InvalidDpopProof;
        };
        wrong("no typ", "{}", R"({"typ":null})");
        wrong("typ of a JWT", "{}", R"({"typ":"JWT"})");
        wrong("no key", "{}", R"({"jwk":null})");
        wrong("key not an object", "{}", R"({"jwk":"x"})");
        wrong("key of another kind", "{}", R"({"jwk":{"kty":"oct","k":"AAAA"}})");
        wrong("another key", "{}",
            R"({"jwk":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}})");
        wrong("crit", "{}", R"({"crit":["x"],"x":1})");
        wrong("jku", "{}", R"({"jku":"x"})");
        wrong("no jti", R"({"jti":null})");
        wrong("empty jti", R"({"jti":""})");
        wrong("jti a number", R"({"jti":5})");
        wrong("jti too long", jsonOf("jti", std::string(129, 'j')));
        wrong("no htm", R"({"htm":null})");
        wrong("another method", R"({"htm":"GET"})");
        wrong("method in lower case", R"({"htm":"post"})");
        wrong("no htu", R"({"htu":null})");
        wrong("another path", jsonOf("htu", "http://127.0.0.1:7317/tokens"));
        wrong("another host", jsonOf("htu", "http://localhost:7317/token"));
        wrong("another port", jsonOf("htu", "http://127.0.0.1:7318/token"));
        wrong("another scheme", jsonOf("htu", "https://127.0.0.1:7317/token"));
        wrong("only a path", R"({"htu":"/token"})");
        wrong("no iat", R"({"iat":null})");
        wrong("iat a string", R"({"iat":"1800000000"})");
        wrong("too old", R"({"iat":1799999699})");
        wrong("from the future", R"({"iat":1800000006})");
        wrong("from the beginning", R"({"iat":-9223372036854775808})");
        wrong("from the end", R"({"iat":9223372036854775807})");
        wrong("nonce a number", R"({"nonce":5})");
        wrong("wrong in two ways, also the nonce", R"({"nonce":null,"htm":"GET"})");
        QTest::newRow("no nonce") << R"({"nonce":null})"s << "{}"s << ErrorCode::UseDpopNonce;
        QTest::newRow("empty nonce") << R"({"nonce":""})"s << "{}"s << ErrorCode::UseDpopNonce;
        QTest::newRow("made-up nonce") << R"({"nonce":"AAAAAAAAAAAAAAAAAAAAAA"})"s << "{}"s << ErrorCode::UseDpopNonce;
    }

    void a_proof_is_judged_by_each_of_its_parts()
    {
        QFETCH(std::string, claims);
        QFETCH(std::string, header);
        QFETCH(ErrorCode, error);
        const auto verified = verify(proofWith(claims, header));
        QVERIFY(!verified);
        QCOMPARE(verified.error().code, error);
    }

    void a_proof_at_its_limits_is_accepted_data()
    {
        QTest::addColumn<std::string>("claims");
        QTest::newRow("as it should be") << "{}"s;
        QTest::newRow("oldest") << R"({"iat":1799999700})"s;
        QTest::newRow("newest") << R"({"iat":1800000005})"s;
        QTest::newRow("shortest jti") << R"({"jti":"j"})"s;
        QTest::newRow("longest jti") << jsonOf("jti", std::string(128, 'j'));
        QTest::newRow("query and fragment") << jsonOf("htu", "http://127.0.0.1:7317/token?a=b#c");
        QTest::newRow("other claims") << R"({"other":[1]})"s;
        QTest::newRow("ath where none is expected") << R"({"ath":"x"})"s;
    }

    void a_proof_at_its_limits_is_accepted()
    {
        QFETCH(std::string, claims);
        const auto verified = verify(proofWith(claims));
        QVERIFY2(verified.has_value(), verified ? "" : verified.error().message.c_str());
    }

    void the_private_key_must_not_be_sent()
    {
        json::Object jwk = m_key.publicKey().toJwk();
        jwk["d"] = "AAAA";
        QVERIFY(!verify(proofWith("{}", json::serialize(json::Object{{"jwk", jwk}}))));
    }

    void a_proof_signed_by_another_key_is_refused()
    {
        const json::Object header{{"typ", "dpop+jwt"}, {"jwk", m_key.publicKey().toJwk()}};
        const json::Object claims{
            {"jti", "j"}, {"htm", "POST"}, {"htu", kUrl}, {"iat", kNow.value}, {"nonce", m_nonces.current(kNow)}};
        const auto thief = PrivateKey::generate(KeyType::P256);
        const auto verified = verify(signJwsWithHeader(header, json::serialize(claims), *thief).value());
        QVERIFY(!verified);
        QCOMPARE(verified.error().code, ErrorCode::InvalidDpopProof);
    }

    void what_is_no_proof_is_refused()
    {
        for (const std::string& text :
            {""s, "x"s, ".."s, "a.b.c"s, kTokenRequestProof + "x", kTokenRequestProof + "." + kHeader}) {
            const auto verified = verify(text);
            QVERIFY(!verified);
            QCOMPARE(verified.error().code, ErrorCode::InvalidDpopProof);
        }
    }

    void claims_that_repeat_a_name_are_refused()
    {
        const json::Object header{{"typ", "dpop+jwt"}, {"jwk", m_key.publicKey().toJwk()}};
        const std::string claims = R"({"jti":"j","htm":"POST","htm":"POST"})";
        QCOMPARE(verify(signJwsWithHeader(header, claims, m_key).value()).error().code, ErrorCode::InvalidDpopProof);
    }

    void a_nonce_is_good_in_its_bucket_and_the_next()
    {
        const UnixSeconds start{kNow.value - kNow.value % kDpopNonceBucket.count()};
        const std::string nonce = m_nonces.current(start);
        QVERIFY(nonce.size() >= 22);
        QCOMPARE(m_nonces.current(start + kDpopNonceBucket - 1s), nonce);
        QVERIFY(m_nonces.current(start + kDpopNonceBucket) != nonce);
        QVERIFY(m_nonces.accepts(nonce, start));
        QVERIFY(m_nonces.accepts(nonce, start + kDpopNonceBucket * 2 - 1s));
        QVERIFY(!m_nonces.accepts(nonce, start + kDpopNonceBucket * 2));
        QVERIFY(!m_nonces.accepts(nonce, start - 1s));
        QVERIFY(!m_nonces.accepts("", start));
    }

    void a_restart_voids_all_nonces()
    {
        const DpopNonces restarted;
        QVERIFY(!restarted.accepts(m_nonces.current(kNow), kNow));
        QVERIFY(restarted.accepts(restarted.current(kNow), kNow));
    }
};

QTEST_GUILESS_MAIN(DpopTest)
#include "tst_dpop.moc"
