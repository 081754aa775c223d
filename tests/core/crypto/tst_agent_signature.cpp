// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/crypto/agent_signature.h"

#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "core/crypto/ecdsa_signature.h"

#include <QTest>

#include <map>
#include <string>

using namespace countersign;
using namespace countersign::crypto;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {
constexpr UnixSeconds kNow{1'800'000'000};
const std::string kAt = "https://payments.example/payments";
const std::string kBody = R"({"amount":"100.00"})";
const std::string kDigest = sha256(kBody);
const AgentSignedRequest kRequest{"POST", "https://payments.example/payments?note=a%20b", kDigest};
const std::string kNonce = "hQ5d-_0zPb";

using Members = std::map<std::string, std::string>;

std::string quoted(const std::string& text)
{
    return '"' + text + '"';
}

/// A field that can be read, but for these members; an empty one is not there.
std::string fieldWith(const Members& changes)
{
    Members members{{"keyid", quoted("k")}, {"alg", quoted("ES256")}, {"ts", "1"}, {"nonce", quoted("n")},
        {"sig", quoted(base64url(std::string(64, 'x')))}};
    for (const auto& [name, value] : changes)
        members[name] = value;
    std::string field;
    for (const auto& [name, value] : members) {
        if (!value.empty())
            field += (field.empty() ? "" : ", ") + name + '=' + value;
    }
    return field;
}

std::string whyNot(const Result<void>& result)
{
    return result ? std::string() : result.error().message;
}
} // namespace

class AgentSignatureTest : public QObject {
    Q_OBJECT

    const PrivateKey m_p256 = PrivateKey::generate(KeyType::P256).value();
    const PrivateKey m_ed25519 = PrivateKey::generate(KeyType::Ed25519).value();

    [[nodiscard]] AgentSignature signedBy(const PrivateKey& key, UnixSeconds at = kNow) const
    {
        return parseAgentSignature(signAgentRequest(kRequest, key, at, kNonce).value()).value();
    }

private Q_SLOTS:
    void the_text_is_joined_by_line_feeds()
    {
        const std::string digest = sha256("");
        // The digest of no bytes: FIPS 180-4's example of an empty message.
        QCOMPARE(agentSignatureText({"GET", "https://api.example/v1/charges", digest}, UnixSeconds{1712425200}, "xYz9")
                     .value(),
            "GET\n/v1/charges\n1712425200\nxYz9\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"s);
    }

    void the_path_is_signed_as_it_was_sent_data()
    {
        QTest::addColumn<std::string>("uri");
        QTest::addColumn<std::string>("target");
        QTest::newRow("a path") << "https://a.example/b/c"s << "/b/c"s;
        QTest::newRow("a query") << "https://a.example/b?c=d%20e&f"s << "/b?c=d%20e&f"s;
        QTest::newRow("an empty query") << "https://a.example/b?"s << "/b?"s;
        QTest::newRow("no path") << "https://a.example"s << "/"s;
        QTest::newRow("a query without a path") << "https://a.example?c"s << "/?c"s;
        QTest::newRow("capitals and a port") << "http://A.example:8080/B%2f"s << "/B%2f"s;
    }
    void the_path_is_signed_as_it_was_sent()
    {
        QFETCH(std::string, uri);
        QFETCH(std::string, target);
        const std::string text = agentSignatureText({"GET", uri, kDigest}, kNow, kNonce).value();
        QCOMPARE(text.substr(0, text.find('\n', 4)), "GET\n" + target);
    }

    void no_part_hides_another_data()
    {
        QTest::addColumn<std::string>("method");
        QTest::addColumn<std::string>("target");
        QTest::addColumn<std::string>("nonce");
        QTest::addColumn<std::string>("digest");
        const std::string at = "https://a.example/";
        QTest::newRow("a method of two lines") << "GET\n/x"s << at << kNonce << kDigest;
        QTest::newRow("no method") << ""s << at << kNonce << kDigest;
        QTest::newRow("a path of two lines") << "GET"s << at + "a\n1" << kNonce << kDigest;
        QTest::newRow("a space in the path") << "GET"s << at + "a b" << kNonce << kDigest;
        QTest::newRow("a letter that is not ASCII") << "GET"s << at + "\xc3\xa4" << kNonce << kDigest;
        QTest::newRow("only a path") << "GET"s << "/a"s << kNonce << kDigest;
        QTest::newRow("no address") << "GET"s << ""s << kNonce << kDigest;
        QTest::newRow("a nonce of two lines") << "GET"s << at << "a\nb"s << kDigest;
        QTest::newRow("no nonce") << "GET"s << at << ""s << kDigest;
        QTest::newRow("a digest of another length") << "GET"s << at << kNonce << std::string(31, 'x');
    }
    void no_part_hides_another()
    {
        QFETCH(std::string, method);
        QFETCH(std::string, target);
        QFETCH(std::string, nonce);
        QFETCH(std::string, digest);
        const AgentSignedRequest request{method, target, digest};
        QVERIFY(!agentSignatureText(request, kNow, nonce));
        QVERIFY(!signAgentRequest(request, m_p256, kNow, nonce));
    }

    void both_kinds_of_keys_sign()
    {
        for (const PrivateKey* key : {&m_p256, &m_ed25519}) {
            const AgentSignature signature = signedBy(*key);
            QCOMPARE(signature.keyId, key->publicKey().thumbprint());
            QCOMPARE(signature.at, kNow);
            QCOMPARE(signature.nonce, kNonce);
            QCOMPARE(whyNot(verifyAgentSignature(signature, kRequest, key->publicKey(), kNow)), ""s);
            QVERIFY(!verifyAgentSignature(
                signature, kRequest, PrivateKey::generate(key->publicKey().type())->publicKey(), kNow));
        }
    }

    void a_signature_is_taken_in_both_ways_of_writing()
    {
        const std::string text = agentSignatureText(kRequest, kNow, kNonce).value();
        const std::string jose = m_p256.sign(text).value();
        const auto field = [&](const std::string& signature) {
            return fieldWith({{"keyid", quoted(m_p256.publicKey().thumbprint().value)},
                {"ts", std::to_string(kNow.value)}, {"nonce", quoted(kNonce)}, {"sig", quoted(base64url(signature))}});
        };
        const auto plain = parseAgentSignature(field(jose));
        const auto der = parseAgentSignature(field(derFromJose(jose).value()));
        QVERIFY(plain && der);
        QCOMPARE(*plain, *der);
        QCOMPARE(whyNot(verifyAgentSignature(*plain, kRequest, m_p256.publicKey(), kNow)), ""s);
    }

    void ed25519_goes_by_both_names()
    {
        const std::string field = signAgentRequest(kRequest, m_ed25519, kNow, kNonce).value();
        for (const char* name : {"EdDSA", "Ed25519"}) {
            std::string renamed = field;
            renamed.replace(renamed.find("EdDSA"), 5, name);
            const auto signature = parseAgentSignature(renamed);
            QVERIFY(signature);
            QCOMPARE(whyNot(verifyAgentSignature(*signature, kRequest, m_ed25519.publicKey(), kNow)), ""s);
        }
    }

    void every_part_counts_data()
    {
        QTest::addColumn<std::string>("method");
        QTest::addColumn<std::string>("target");
        QTest::addColumn<std::string>("body");
        QTest::newRow("another method") << "PUT"s << kAt + "?note=a%20b" << kBody;
        QTest::newRow("the method in lower case") << "post"s << kAt + "?note=a%20b" << kBody;
        QTest::newRow("another path") << "POST"s << kAt + "s?note=a%20b" << kBody;
        QTest::newRow("another query") << "POST"s << kAt + "?note=a%20c" << kBody;
        QTest::newRow("no query") << "POST"s << kAt << kBody;
        QTest::newRow("a query written otherwise") << "POST"s << kAt + "?note=a+b" << kBody;
        QTest::newRow("another body") << "POST"s << kAt + "?note=a%20b" << R"({"amount":"900.00"})"s;
        QTest::newRow("no body") << "POST"s << kAt + "?note=a%20b" << ""s;
    }
    void every_part_counts()
    {
        QFETCH(std::string, method);
        QFETCH(std::string, target);
        QFETCH(std::string, body);
        const std::string digest = sha256(body);
        const auto result = verifyAgentSignature(signedBy(m_p256), {method, target, digest}, m_p256.publicKey(), kNow);
        QVERIFY(!result);
        QCOMPARE(result.error().code, ErrorCode::BadSignature);
    }

    void what_the_field_says_is_signed_or_compared()
    {
        const AgentSignature right = signedBy(m_p256);
        const auto refuses = [&](const AgentSignature& signature) {
            return !verifyAgentSignature(signature, kRequest, m_p256.publicKey(), kNow);
        };
        QVERIFY(!refuses(right));
        AgentSignature other = right;
        other.at = kNow - 1s;
        QVERIFY(refuses(other));
        other = right;
        other.nonce += 'a';
        QVERIFY(refuses(other));
        other = right;
        other.keyId = m_ed25519.publicKey().thumbprint();
        QVERIFY(refuses(other));
        other = right;
        other.algorithm = "EdDSA";
        QVERIFY(refuses(other));
        for (std::size_t i = 0; i < right.signature.size(); ++i) {
            other = right;
            other.signature[i] = static_cast<char>(other.signature[i] ^ 1);
            QVERIFY(refuses(other));
        }
    }

    void the_window_is_exact_data()
    {
        QTest::addColumn<int>("age");
        QTest::addColumn<bool>("accepted");
        QTest::newRow("too far ahead") << -6 << false;
        QTest::newRow("ahead") << -5 << true;
        QTest::newRow("old") << 300 << true;
        QTest::newRow("too old") << 301 << false;
    }
    void the_window_is_exact()
    {
        QFETCH(int, age);
        QFETCH(bool, accepted);
        const AgentSignature signature = signedBy(m_p256, kNow - std::chrono::seconds(age));
        QCOMPARE(verifyAgentSignature(signature, kRequest, m_p256.publicKey(), kNow).has_value(), accepted);
    }

    void a_field_that_is_not_the_form_is_refused_data()
    {
        QTest::addColumn<std::string>("field");
        const auto row = [](const char* name, const Members& changes) { QTest::newRow(name) << fieldWith(changes); };
        QVERIFY(parseAgentSignature(fieldWith({})));
        QTest::newRow("empty") << ""s;
        QTest::newRow("not a dictionary") << "("s;
        for (const char* name : {"keyid", "alg", "ts", "nonce", "sig"})
            QTest::addRow("without %s", name) << fieldWith({{name, ""}});
        row("a member more", {{"level", "\"L4\""}});
        row("a parameter", {{"keyid", "\"k\";a=1"}});
        row("an inner list", {{"keyid", "(\"k\")"}});
        row("a token for a string", {{"alg", "ES256"}});
        row("bytes for a string", {{"sig", ":" + base64(std::string(64, 'x')) + ":"}});
        row("a text for the time", {{"ts", "\"1\""}});
        row("a decimal time", {{"ts", "1.5"}});
        row("no algorithm", {{"alg", "\"none\""}});
        row("a shared secret", {{"alg", "\"HS256\""}});
        row("an empty nonce", {{"nonce", "\"\""}});
        row("a nonce that is not base64url", {{"nonce", "\"a b\""}});
        row("a signature with padding", {{"sig", quoted(base64url(std::string(64, 'x')) + "==")}});
        row("an empty signature", {{"sig", "\"\""}});
        row("a short signature", {{"sig", "\"AAAA\""}});
        row("DER for Ed25519", {{"alg", "\"EdDSA\""}, {"sig", quoted(base64url("\x30\x06\x02\x01\x01\x02\x01\x02"s))}});
        QTest::newRow("a member twice") << fieldWith({}) + ", ts=1";
    }
    void a_field_that_is_not_the_form_is_refused()
    {
        QFETCH(std::string, field);
        QVERIFY(!parseAgentSignature(field));
    }

    void a_nonce_is_as_long_as_it_may_be()
    {
        const auto reads = [](std::size_t length) {
            return parseAgentSignature(fieldWith({{"nonce", quoted(std::string(length, 'n'))}})).has_value();
        };
        QVERIFY(reads(kMaxAgentNonceBytes - 1));
        QVERIFY(reads(kMaxAgentNonceBytes));
        QVERIFY(!reads(kMaxAgentNonceBytes + 1));
    }

    void every_changed_byte_of_a_field_is_noticed()
    {
        const std::string field = signAgentRequest(kRequest, m_ed25519, kNow, kNonce).value();
        const AgentSignature right = parseAgentSignature(field).value();
        for (std::size_t i = 0; i < field.size(); ++i) {
            for (const char change : {'\x01', '\x10'}) {
                std::string changed = field;
                changed[i] = static_cast<char>(changed[i] ^ change);
                const auto read = parseAgentSignature(changed);
                const bool passes = read && verifyAgentSignature(*read, kRequest, m_ed25519.publicKey(), kNow);
                // Only white space between members may differ; and then the field says the very same.
                QVERIFY2(!passes || *read == right, changed.c_str());
            }
        }
    }
};

QTEST_GUILESS_MAIN(AgentSignatureTest)
#include "tst_agent_signature.moc"
