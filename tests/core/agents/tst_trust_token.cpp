// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/agents/trust_token.h"

#include "core/crypto/bytes.h"

#include "tests/core/agents/trust_samples.h"

#include <QTest>

using namespace countersign;
using namespace countersign::agents;
using namespace countersign::test;

namespace {

const std::string kIssuer = "https://issuer.example";

struct Scene {
    explicit Scene(crypto::KeyType type = crypto::KeyType::P256) : issuer(newKey(type)) { }

    [[nodiscard]] json::Object claims() const { return rightClaims(kIssuer, agent.publicKey()); }

    [[nodiscard]] Distrust verify(const json::Object& said) const { return verifyText(signToken(said, issuer)); }

    [[nodiscard]] Distrust verifyText(const std::string& token) const
    {
        const Thumbprint thumbprint = agent.publicKey().thumbprint();
        const auto parsed = parseTrustToken(token);
        if (!parsed)
            return parsed.error();
        const auto verified = verifyTrustToken(*parsed, issuer.publicKey(), {kOurIssuer, thumbprint, kTrustNow});
        return verified ? Distrust::None : verified.error();
    }

    crypto::PrivateKey issuer;
    crypto::PrivateKey agent = newKey();
};

} // namespace

class TestTrustToken : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_right_token_says_what_was_signed_data()
    {
        QTest::addColumn<bool>("isEdwards");
        QTest::newRow("ES256") << false;
        QTest::newRow("Ed25519") << true;
    }
    void a_right_token_says_what_was_signed()
    {
        QFETCH(bool, isEdwards);
        const Scene scene(isEdwards ? crypto::KeyType::Ed25519 : crypto::KeyType::P256);
        const Thumbprint agent = scene.agent.publicKey().thumbprint();
        const auto parsed = parseTrustToken(signToken(scene.claims(), scene.issuer));
        QVERIFY(parsed);
        QCOMPARE(parsed->issuer, kIssuer);
        const auto token = verifyTrustToken(*parsed, scene.issuer.publicKey(), {kOurIssuer, agent, kTrustNow});
        QVERIFY(token);
        QCOMPARE(token->claims.level, TrustLevel::L3);
        QCOMPARE(token->claims.owner, std::string("did:web:acme.example"));
        QCOMPARE(token->claims.capabilities, (std::vector<std::string>{"payments.create", "payments.read"}));
        QCOMPARE(token->claims.sanctionsClear, std::optional(true));
        QCOMPARE(token->claims.sanctionsCheckedAt, std::optional(UnixSeconds{kTrustNow.value - 7200}));
        QCOMPARE(token->expiresAt, (UnixSeconds{kTrustNow.value + 6 * 3600}));
    }

    void it_counts_only_for_us()
    {
        const Scene scene;
        const json::Object claims = scene.claims();
        QCOMPARE(scene.verify(with(claims, "aud", json::Array{"https://other.example", kOurIssuer})), Distrust::None);
        for (const json::Value& audience : std::initializer_list<json::Value>{"https://other.example",
                 json::Array{"https://other.example"}, json::Array{}, json::Array{json::Array{kOurIssuer}}, 1,
                 json::Value(kOurIssuer + "/"), nullptr, json::Object{{"aud", kOurIssuer}}})
            QCOMPARE(scene.verify(with(claims, "aud", audience)), Distrust::WrongAudience);
        QCOMPARE(scene.verify(without(claims, "aud")), Distrust::WrongAudience);
    }

    void it_counts_only_for_the_key_that_it_names()
    {
        const Scene scene;
        const std::string key = scene.agent.publicKey().thumbprint().value;
        const std::string other = newKey().publicKey().thumbprint().value;
        const json::Object claims = scene.claims();
        const json::Object bySubject = without(claims, "cnf");
        QCOMPARE(scene.verify(with(bySubject, "sub", key)), Distrust::None);
        QCOMPARE(scene.verify(with(bySubject, "sub", crypto::thumbprintUrn({key}))), Distrust::None);
        QCOMPARE(scene.verify(bySubject), Distrust::OtherAgent);
        QCOMPARE(scene.verify(with(bySubject, "sub", other)), Distrust::OtherAgent);
        QCOMPARE(scene.verify(without(bySubject, "sub")), Distrust::OtherAgent);
        QCOMPARE(scene.verify(with(claims, "cnf", json::Object{{"jkt", other}})), Distrust::OtherAgent);
        // A cnf of another kind is not passed over in favour of a sub that fits.
        const json::Object fitting = with(claims, "sub", key);
        for (const json::Value& cnf : std::initializer_list<json::Value>{
                 json::Object{}, json::Object{{"kid", key}}, json::Object{{"jkt", 1}}, json::Value(key), nullptr})
            QCOMPARE(scene.verify(with(fitting, "cnf", cnf)), Distrust::OtherAgent);
    }

    void it_counts_only_in_its_time()
    {
        const Scene scene;
        const json::Object claims = scene.claims();
        const std::int64_t now = kTrustNow.value;
        QCOMPARE(scene.verify(with(claims, "exp", now)), Distrust::Expired);
        QCOMPARE(scene.verify(with(claims, "exp", now + 1)), Distrust::None);
        QCOMPARE(scene.verify(with(claims, "iat", now + 5)), Distrust::None);
        QCOMPARE(scene.verify(with(claims, "iat", now + 6)), Distrust::NotYetValid);
        QCOMPARE(scene.verify(with(claims, "nbf", now + 5)), Distrust::None);
        QCOMPARE(scene.verify(with(claims, "nbf", now + 6)), Distrust::NotYetValid);
        QCOMPARE(scene.verify(with(with(claims, "iat", INT64_MAX - 1), "exp", INT64_MAX)), Distrust::NotYetValid);
        QCOMPARE(scene.verify(with(with(claims, "iat", INT64_MIN), "exp", INT64_MIN + 1)), Distrust::Expired);
    }

    void what_is_not_of_the_form_counts_for_nothing_data()
    {
        QTest::addColumn<QString>("member");
        QTest::addColumn<QString>("value"); // JSON; empty: it is missing
        const auto row = [](const char* member, const char* value) {
            QTest::addRow("%s = %s", member, value) << QString::fromLatin1(member) << QString::fromLatin1(value);
        };
        for (const char* value : {"", "\"1\"", "1.5", "null", "true", "1790000000000000000000"}) {
            row("iat", value);
            row("exp", value);
        }
        row("exp", "1789999940"); // = iat
        row("nbf", "\"soon\"");
        for (const char* value :
            {"", "5", "-1", "\"L5\"", "\"3\"", "\"l3\"", "\"L3 \"", "\"\"", "2.5", "null", "true", "[3]"})
            row("agent_trust_level", value);
        for (const char* value : {"1", "\"acme\"", "\"did:key:z6Mk\"", "\"did:web:a\\u0000b\"", "[\"did:web:a\"]"})
            row("agent_owner", value);
        for (const char* value : {"\"x\"", "[1]", "[\"a\\u202eb\"]", "{}"})
            row("agent_capabilities", value);
        for (const char* value : {"\"true\"", "1", "null"})
            row("agent_sanctions_clear", value);
        for (const char* value : {"\"yesterday\"", "true", "1.5", "\"2026-03-26\"", "\"2026-03-26T15:00:00\"",
                 "\"2026-02-30T15:00:00Z\"", "\"2026-03-26T25:00:00Z\"", "\"2026-03-26T15:00:00.Z\"", "\"1790000000\""})
            row("agent_sanctions_checked_at", value);
        row("iss", "");
        row("iss", "1");
    }
    void what_is_not_of_the_form_counts_for_nothing()
    {
        QFETCH(QString, member);
        QFETCH(QString, value);
        const Scene scene;
        json::Object claims = without(scene.claims(), member.toStdString());
        if (!value.isEmpty())
            claims[member.toStdString()] = boost::json::parse(value.toStdString());
        QCOMPARE(scene.verify(claims), Distrust::Unreadable);
    }

    void levels_and_times_are_read_in_both_ways()
    {
        const Scene scene;
        for (int level = 0; level <= 4; ++level) {
            QCOMPARE(readTrustClaims(with(scene.claims(), "agent_trust_level", level))->level,
                static_cast<TrustLevel>(level));
            const std::string name = "L" + std::to_string(level);
            QCOMPARE(readTrustClaims(with(scene.claims(), "agent_trust_level", name))->level,
                static_cast<TrustLevel>(level));
        }
        QCOMPARE(parseTimestamp("2026-03-26T15:00:00Z")->value, 1'774'537'200);
        QCOMPARE(parseTimestamp("2026-03-26T15:00:00.999Z")->value, 1'774'537'200);
        QCOMPARE(parseTimestamp("2026-03-26T17:00:00+02:00")->value, 1'774'537'200);
    }

    void lists_are_bounded()
    {
        const Scene scene;
        const auto capabilities = [&](std::size_t count, std::size_t size) {
            return scene.verify(
                with(scene.claims(), "agent_capabilities", json::Array(count, json::Value(std::string(size, 'a')))));
        };
        QCOMPARE(capabilities(kMaxTrustCapabilities, kMaxCapabilityBytes), Distrust::None);
        QCOMPARE(capabilities(kMaxTrustCapabilities + 1, 1), Distrust::Unreadable);
        QCOMPARE(capabilities(1, kMaxCapabilityBytes + 1), Distrust::Unreadable);
        const auto owner = [&](std::size_t size) {
            return scene.verify(with(scene.claims(), "agent_owner", "did:web:" + std::string(size - 8, 'a')));
        };
        QCOMPARE(owner(kMaxOwnerBytes), Distrust::None);
        QCOMPARE(owner(kMaxOwnerBytes + 1), Distrust::Unreadable);
    }

    void a_token_is_bounded_in_size()
    {
        const Scene scene;
        json::Object claims = scene.claims();
        std::string token = signToken(claims, scene.issuer);
        // A claim that nobody reads makes it as long as is wished, in steps of four characters for three.
        claims["padding"] = std::string((kMaxTrustTokenBytes - token.size()) / 4 * 3 - 24, 'x');
        while (signToken(claims, scene.issuer).size() <= kMaxTrustTokenBytes) {
            token = signToken(claims, scene.issuer);
            claims["padding"] = std::string(claims["padding"].get_string()) + 'x';
        }
        QVERIFY(token.size() > kMaxTrustTokenBytes - 3);
        QCOMPARE(scene.verifyText(token), Distrust::None);
        QCOMPARE(scene.verify(claims), Distrust::Unreadable);
    }

    void signatures_of_others_and_other_algorithms_are_refused()
    {
        const Scene scene;
        const std::string right = signToken(scene.claims(), scene.issuer);
        QCOMPARE(scene.verifyText(signToken(scene.claims(), newKey())), Distrust::BadSignature);
        QCOMPARE(scene.verifyText(signToken(scene.claims(), newKey(crypto::KeyType::Ed25519))), Distrust::BadSignature);
        // The agent vouches for itself.
        QCOMPARE(scene.verifyText(signToken(scene.claims(), scene.agent)), Distrust::BadSignature);
        const std::string rest = right.substr(right.find('.'));
        const auto headed = [&](const char* header) { return crypto::base64url(header) + rest; };
        for (const char* header : {R"({"alg":"none"})", R"({"alg":"HS256"})", R"({"alg":"RS256"})", R"({"typ":"JWT"})",
                 R"({"alg":"ES256","crit":["exp"]})", R"({"alg":"ES256","jku":"https://issuer.example"})",
                 R"({"alg":"ES256","x5c":[]})", R"({"alg":"ES256","typ":"at+jwt"})",
                 R"({"alg":"ES256","typ":"dpop+jwt"})"})
            QCOMPARE(scene.verifyText(headed(header)), Distrust::Unreadable);
        QCOMPARE(scene.verifyText(headed(R"({"alg":"ES256"})")), Distrust::BadSignature); // the header is signed too
        QCOMPARE(scene.verifyText(headed(R"({"alg":"EdDSA"})")), Distrust::BadSignature);
        for (const char* text : {"", ".", "..", "a.b.c", "not a token"})
            QCOMPARE(scene.verifyText(text), Distrust::Unreadable);
    }

    void each_changed_character_of_what_is_signed_is_noticed()
    {
        const Scene scene;
        const std::string right = signToken(scene.claims(), scene.issuer);
        for (std::size_t i = 0; i < right.size(); ++i) {
            std::string changed = right;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            if (changed != right)
                QVERIFY2(scene.verifyText(changed) != Distrust::None, std::to_string(i).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestTrustToken)
#include "tst_trust_token.moc"
