// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/keys.h"

#include "core/crypto/bytes.h"
#include "tests/core/crypto/vectors.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <QTest>

#include <array>
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

using namespace countersign;
using namespace countersign::crypto;
using namespace std::string_literals;

namespace {
// RFC 9449 section 4.2 and its thumbprint in section 6.1
const std::string kX = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs";
const std::string kY = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA";
const std::string kP256Thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
// RFC 8037 appendix A
const std::string kEdSeed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const std::string kEdX = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const std::string kEdThumbprint = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

std::string fromHex(const char* digits)
{
    return QByteArray::fromHex(digits).toStdString();
}

std::string jwkText(json::Object required, const std::string& more)
{
    const json::Object members = json::parseObject(more).value();
    for (const auto& member : members)
        required[member.key()] = member.value();
    return json::serialize(required);
}

std::string ecJwk(const std::string& x, const std::string& y, const std::string& more = "{}")
{
    return jwkText({{"kty", "EC"}, {"crv", "P-256"}, {"x", x}, {"y", y}}, more);
}

std::string p256Jwk(const std::string& more = "{}")
{
    return ecJwk(kX, kY, more);
}

std::string edJwk(const std::string& x, const std::string& more = "{}")
{
    return jwkText({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", x}}, more);
}

Result<PublicKey> fromText(const std::string& jwk)
{
    return PublicKey::fromJwk(json::parseObject(jwk).value());
}

SecretBytes edPkcs8(std::string_view seed)
{
    return SecretBytes(fromHex("302e020100300506032b657004220420") + std::string(seed)); // RFC 8410 section 7
}

SecretBytes pkcs8Of(EVP_PKEY* key)
{
    PKCS8_PRIV_KEY_INFO* info = EVP_PKEY2PKCS8(key);
    unsigned char* der = nullptr;
    const int length = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
    SecretBytes bytes(std::string_view(reinterpret_cast<const char*>(der), static_cast<std::size_t>(length)));
    OPENSSL_free(der);
    PKCS8_PRIV_KEY_INFO_free(info);
    EVP_PKEY_free(key);
    return bytes;
}
} // namespace

class KeysTest : public QObject {
    Q_OBJECT

    void addKeyTypes()
    {
        QTest::addColumn<KeyType>("type");
        QTest::newRow("P-256") << KeyType::P256;
        QTest::newRow("Ed25519") << KeyType::Ed25519;
    }

private Q_SLOTS:
    void thumbprints_are_those_of_the_standards()
    {
        QCOMPARE(fromText(p256Jwk())->thumbprint().value, kP256Thumbprint);
        QCOMPARE(fromText(edJwk(kEdX))->thumbprint().value, kEdThumbprint);
        // Only the required members count.
        QCOMPARE(fromText(p256Jwk(R"({"use":"sig","alg":"ES256","kid":"k"})"))->thumbprint().value, kP256Thumbprint);
        QCOMPARE(thumbprintUrn({kEdThumbprint}), "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" + kEdThumbprint);
    }

    void a_key_that_was_seen_before_is_read_as_at_first()
    {
        // More than are remembered, each signing for itself only.
        constexpr int kKeys = 1100;
        std::vector<PrivateKey> keys;
        for (int i = 0; i < kKeys; ++i)
            keys.push_back(PrivateKey::generate(KeyType::P256).value());
        for (int round = 0; round < 2; ++round) {
            for (int i = 0; i < kKeys; i += 50) {
                const auto read = PublicKey::fromJwk(keys[static_cast<std::size_t>(i)].publicKey().toJwk());
                QCOMPARE(read->thumbprint(), keys[static_cast<std::size_t>(i)].publicKey().thumbprint());
                QVERIFY(read->verify("x", keys[static_cast<std::size_t>(i)].sign("x").value()));
                QVERIFY(!read->verify("x", keys[static_cast<std::size_t>(i + 1)].sign("x").value()));
            }
            QVERIFY(!fromText(ecJwk(kY, kX)));
            QVERIFY(!fromText(p256Jwk(R"({"use":"enc"})")));
        }
    }

    void a_jwk_is_taken_or_refused_data()
    {
        QTest::addColumn<std::string>("jwk");
        QTest::addColumn<bool>("accepted");
        const auto row = [](const char* name, const std::string& jwk, bool accepted) {
            QTest::newRow(name) << jwk << accepted;
        };
        row("P-256", p256Jwk(), true);
        row("for signatures", p256Jwk(R"({"use":"sig","alg":"ES256","key_ops":["verify"]})"), true);
        row("unknown member", p256Jwk(R"({"x-more":{}})"), true);
        row("private", p256Jwk(R"({"d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})"), false);
        row("private, null", p256Jwk(R"({"d":null})"), false);
        row("symmetric member", p256Jwk(R"({"k":"AAAA"})"), false);
        row("for encryption", p256Jwk(R"({"use":"enc"})"), false);
        row("for key agreement", p256Jwk(R"({"alg":"ECDH-ES"})"), false);
        row("for the other curve's algorithm", p256Jwk(R"({"alg":"Ed25519"})"), false);
        row("not for verifying", p256Jwk(R"({"key_ops":["deriveKey"]})"), false);
        row("use not a string", p256Jwk(R"({"use":["sig"]})"), false);
        row("not on the curve", ecJwk(kY, kX), false);
        row("point at infinity", ecJwk(std::string(43, 'A'), std::string(43, 'A')), false);
        row("x beyond the field", ecJwk(base64url(std::string(32, '\xFF')), kY), false);
        row("no y", R"({"kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"})", false);
        row("x of 31 bytes", ecJwk(base64url(std::string(31, 'x')), kY), false);
        row("x of 33 bytes", ecJwk(base64url('\0' + fromBase64url(kX).value()), kY), false);
        row("padded base64", ecJwk(kX + "=", kY), false);
        row("another curve", p256Jwk(R"({"crv":"P-384"})"), false);
        row("another kind", R"({"kty":"RSA","n":"AQAB","e":"AQAB"})", false);
        row("symmetric", R"({"kty":"oct","k":"AAAA"})", false);
        row("nothing", "{}", false);
        row("Ed25519", edJwk(kEdX), true);
        row("Ed25519, by either name", edJwk(kEdX, R"({"alg":"EdDSA"})"), true);
        row("Ed25519, by its new name", edJwk(kEdX, R"({"alg":"Ed25519"})"), true);
        row("Ed25519 with the other's algorithm", edJwk(kEdX, R"({"alg":"ES256"})"), false);
        row("Ed25519, private", edJwk(kEdX, R"({"d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"})"), false);
        row("X25519", edJwk(kEdX, R"({"crv":"X25519"})"), false);
    }

    void a_jwk_is_taken_or_refused()
    {
        QFETCH(std::string, jwk);
        QFETCH(bool, accepted);
        const auto key = fromText(jwk);
        QCOMPARE(key.has_value(), accepted);
        if (!key)
            QVERIFY(key.error().code == ErrorCode::InvalidInput || key.error().code == ErrorCode::NotSupported);
    }

    void an_ed25519_key_is_a_point_data()
    {
        QTest::addColumn<std::string>("raw");
        QTest::addColumn<bool>("accepted");
        const auto row = [](const char* name, const std::string& raw, bool accepted) {
            QTest::newRow(name) << raw << accepted;
        };
        row("a key", fromBase64url(kEdX).value(), true);
        row("the base point", fromHex("5866666666666666666666666666666666666666666666666666666666666666"), true);
        row("its negative", fromHex("58666666666666666666666666666666666666666666666666666666666666e6"), true);
        row("31 bytes", std::string(31, 'x'), false);
        row("33 bytes", std::string(33, 'x'), false);
        row("y = 2, not on the curve", fromHex("0200000000000000000000000000000000000000000000000000000000000000"),
            false);
        row("y = 3", fromHex("0300000000000000000000000000000000000000000000000000000000000000"), true);
        row("y = 3 + p, not canonical", fromHex("f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
            false);
        row("y = p", fromHex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), false);
        row("order 1", fromHex("0100000000000000000000000000000000000000000000000000000000000000"), false);
        row("order 1, sign set", fromHex("0100000000000000000000000000000000000000000000000000000000000080"), false);
        row("order 2", fromHex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), false);
        row("order 4", std::string(32, '\0'), false);
        row("order 8", fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), false);
        row("order 8, negative", fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"), false);
        row("order 8, other y", fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), false);
        row("order 8, other y, negative", fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
            false);
    }

    void an_ed25519_key_is_a_point()
    {
        QFETCH(std::string, raw);
        QFETCH(bool, accepted);
        QCOMPARE(PublicKey::fromEd25519(raw).has_value(), accepted);
    }

    void every_made_key_is_a_key()
    {
        for (int i = 0; i < 50; ++i)
            QVERIFY(PrivateKey::generate(KeyType::Ed25519));
    }

    void the_jwk_reads_back_as_the_same_key_data() { addKeyTypes(); }
    void the_jwk_reads_back_as_the_same_key()
    {
        QFETCH(KeyType, type);
        const PublicKey key = PrivateKey::generate(type)->publicKey();
        const json::Object jwk = key.toJwk();
        QVERIFY(!jwk.contains("d"));
        QCOMPARE(jwk.size(), type == KeyType::P256 ? 4U : 3U);
        const auto again = PublicKey::fromJwk(jwk);
        QVERIFY(again);
        QVERIFY(*again == key);
        QCOMPARE(again->type(), type);
    }

    void a_signature_fits_its_data_and_key_only_data() { addKeyTypes(); }
    void a_signature_fits_its_data_and_key_only()
    {
        QFETCH(KeyType, type);
        const auto key = PrivateKey::generate(type);
        const std::string signature = key->sign("data").value();
        QCOMPARE(signature.size(), 64U);
        const PublicKey& publicKey = key->publicKey();
        QVERIFY(publicKey.verify("data", signature));
        QVERIFY(!publicKey.verify("Data", signature));
        QVERIFY(!publicKey.verify("", signature));
        QVERIFY(!PrivateKey::generate(type)->publicKey().verify("data", signature));
        for (std::size_t i = 0; i < signature.size(); ++i) {
            std::string changed = signature;
            changed[i] = static_cast<char>(changed[i] ^ 1);
            QVERIFY(!publicKey.verify("data", changed));
        }
        QVERIFY(!publicKey.verify("data", ""));
        QVERIFY(!publicKey.verify("data", signature.substr(0, 63)));
        QVERIFY(!publicKey.verify("data", signature + '\0'));
        QVERIFY(!publicKey.verify("data", std::string(64, '\0')));
        QVERIFY(!publicKey.verify("data", std::string(64, '\xFF')));
    }

    void short_numbers_in_a_signature_are_padded()
    {
        // One in 128 signatures has an r or s with a leading zero byte.
        const auto key = PrivateKey::generate(KeyType::P256);
        bool sawLeadingZero = false;
        for (int i = 0; i < 5000 && !sawLeadingZero; ++i) {
            const std::string signature = key->sign(std::to_string(i)).value();
            QCOMPARE(signature.size(), 64U);
            sawLeadingZero = signature[0] == '\0' || signature[32] == '\0';
            if (sawLeadingZero)
                QVERIFY(key->publicKey().verify(std::to_string(i), signature));
        }
        QVERIFY(sawLeadingZero);
    }

    void the_standards_key_signs_the_standards_signature()
    {
        // RFC 8037 A.4; Ed25519 signatures are deterministic.
        const auto key = PrivateKey::fromPkcs8(edPkcs8(fromBase64url(kEdSeed).value()));
        QVERIFY(key);
        QCOMPARE(base64url(key->publicKey().rawEd25519()), kEdX);
        QCOMPARE(base64url(key->sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc").value()),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"s);
    }

    void a_private_key_is_written_and_read_data() { addKeyTypes(); }
    void a_private_key_is_written_and_read()
    {
        QFETCH(KeyType, type);
        const auto key = PrivateKey::generate(type);
        const auto der = key->toPkcs8();
        QVERIFY(der);
        const auto again = PrivateKey::fromPkcs8(*der);
        QVERIFY(again);
        QVERIFY(again->publicKey() == key->publicKey());
        QVERIFY(key->publicKey().verify("data", again->sign("data").value()));

        QVERIFY(!PrivateKey::fromPkcs8(SecretBytes(std::string(der->view()) + "x")));
        QVERIFY(!PrivateKey::fromPkcs8(SecretBytes(der->view().substr(0, der->size() - 1))));
    }

    void other_private_keys_are_refused()
    {
        QVERIFY(!PrivateKey::fromPkcs8(SecretBytes()));
        QVERIFY(!PrivateKey::fromPkcs8(SecretBytes("not a key")));
        const auto p384 = PrivateKey::fromPkcs8(pkcs8Of(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384")));
        QVERIFY(!p384);
        QCOMPARE(p384.error().code, ErrorCode::NotSupported);
        QVERIFY(!PrivateKey::fromPkcs8(pkcs8Of(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"))));
        QVERIFY(!PrivateKey::fromPkcs8(pkcs8Of(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"))));
    }

    void a_private_key_with_anothers_public_part_is_refused()
    {
        // A P-256 key's PKCS #8 ends in the 64 bytes of its public point.
        const std::string first(PrivateKey::generate(KeyType::P256)->toPkcs8()->view());
        const std::string second(PrivateKey::generate(KeyType::P256)->toPkcs8()->view());
        QCOMPARE(first.size(), second.size());
        const std::string mixed = first.substr(0, first.size() - 64) + second.substr(second.size() - 64);
        QVERIFY(!PrivateKey::fromPkcs8(SecretBytes(mixed)));
    }

    void one_key_may_be_used_by_many_threads_data() { addKeyTypes(); }
    void one_key_may_be_used_by_many_threads()
    {
        QFETCH(KeyType, type);
        const auto key = PrivateKey::generate(type);
        std::atomic<int> right = 0;
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < 4; ++t) {
                threads.emplace_back([&key, &right, t] {
                    const PublicKey publicKey = key->publicKey();
                    for (int i = 0; i < 100; ++i) {
                        const std::string data = std::to_string(t) + ' ' + std::to_string(i);
                        right += publicKey.verify(data, key->sign(data).value()) ? 1 : 0;
                    }
                });
            }
        }
        QCOMPARE(right.load(), 400);
    }

    void published_ed25519_signatures_are_judged_as_published()
    {
        SKIP_WITHOUT_VECTORS(QStringLiteral("wycheproof/ed25519_test.json"));
        const json::Object file = test::jsonFile(test::vectorsPath(QStringLiteral("wycheproof/ed25519_test.json")));
        std::map<std::string, int> seen;
        for (const json::Value& group : file.at("testGroups").as_array()) {
            const auto key = PublicKey::fromEd25519(fromHex(group.at("publicKey").at("pk").as_string().c_str()));
            for (const json::Value& test : group.at("tests").as_array()) {
                const std::string wanted = test.at("result").as_string().c_str();
                const bool accepted = key
                    && key->verify(
                        fromHex(test.at("msg").as_string().c_str()), fromHex(test.at("sig").as_string().c_str()));
                QVERIFY2(accepted == (wanted == "valid"), test.at("comment").as_string().c_str());
                ++seen[wanted];
            }
        }
        qInfo("%d valid, %d invalid", seen["valid"], seen["invalid"]);
        QVERIFY(seen["valid"] > 30);
        QVERIFY(seen["invalid"] > 30);
    }
};

QTEST_GUILESS_MAIN(KeysTest)
#include "tst_keys.moc"
