// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/grants/chain.h"

#include "tests/core/grants/chain_maker.h"

#include <QTest>

using namespace countersign;
using namespace countersign::grants;
using test::ChainMaker;
using test::kChainNow;
using test::Unsigned;

class TestAccessToken : public QObject {
    Q_OBJECT

    [[nodiscard]] std::string changed(const std::function<void(Unsigned&)>& change) const
    {
        Unsigned form = m_maker.token();
        change(form);
        return ChainMaker::sign(0, std::move(form));
    }
    [[nodiscard]] Result<AccessToken> verify(const std::string& text, UnixSeconds now = kChainNow) const
    {
        return verifyAccessToken(text, std::vector{m_maker.key(0).publicKey(), m_maker.device().publicKey()}, now);
    }

private Q_SLOTS:
    void a_token_says_what_it_holds()
    {
        const std::string text = m_maker.make(0).token;
        const auto token = verify(text);
        QVERIFY2(token, token ? "" : token.error().message.c_str());
        QCOMPARE(token->issuer, std::string("http://127.0.0.1:7317"));
        QCOMPARE(token->person.value, std::string("person"));
        QCOMPARE(token->device, m_maker.device().publicKey().thumbprint());
        QCOMPARE(token->audience, (std::vector<std::string>{"https://payments.example", "http://127.0.0.1:7317"}));
        QCOMPARE(token->grant.value, std::string("grant"));
        QCOMPARE(token->agent.value, std::string("agent"));
        QCOMPARE(token->boundKey, m_maker.key(0).publicKey().thumbprint());
        QCOMPARE(token->permission.details.at(0).uses, std::optional<std::int64_t>(100));
        QCOMPARE(token->id.value, std::string("token"));
        QCOMPARE(token->issuedAt, kChainNow - std::chrono::seconds(10));
        QCOMPARE(token->expiresAt, kChainNow + std::chrono::seconds(590));
        QCOMPARE(token->depth, 0);
        QCOMPARE(token->maxDepth, test::kChainLinks);
        QVERIFY(token->actors.empty());
        QCOMPARE(token->statusIndex, std::optional<std::int64_t>(5));
        QCOMPARE(token->statusUri, std::string("http://127.0.0.1:7317/status/0"));
        QCOMPARE(token->hash, ChainMaker::hashOf(text));
        QCOMPARE(token->bytes, text.size());
    }

    void a_token_of_a_child_names_who_acted_before_it()
    {
        const auto token = verify(changed([](Unsigned& form) {
            form.claims["del_depth"] = 1;
            form.claims["act"] = json::Object{{"sub", "child"}, {"act", json::Object{{"sub", "parent"}}}};
            form.claims.erase("status");
            form.claims["aud"] = "http://127.0.0.1:7317";
        }));
        QVERIFY2(token, token ? "" : token.error().message.c_str());
        QCOMPARE(token->actors, (std::vector<std::string>{"child", "parent"}));
        QCOMPARE(token->audience, std::vector<std::string>{"http://127.0.0.1:7317"});
        QVERIFY(!token->statusIndex);
    }

    void a_token_has_its_time()
    {
        const std::string text = m_maker.make(0).token;
        QVERIFY(verify(text, kChainNow + std::chrono::seconds(589)));
        QCOMPARE(verify(text, kChainNow + std::chrono::seconds(590)).error().code, ErrorCode::ExpiredToken);
        QVERIFY(verify(text, kChainNow - std::chrono::seconds(15))); // within the skew of clocks
        QCOMPARE(verify(text, kChainNow - std::chrono::seconds(16)).error().code, ErrorCode::InvalidToken);
    }

    void a_token_of_somebody_else_is_refused()
    {
        const std::string text = m_maker.make(0).token;
        const auto by = [&](std::vector<crypto::PublicKey> keys) { return verifyAccessToken(text, keys, kChainNow); };
        QVERIFY(by({m_maker.device().publicKey()}));
        for (const auto& keys : {std::vector<crypto::PublicKey>(), std::vector{m_maker.key(0).publicKey()}}) {
            QVERIFY(!by(keys));
            QCOMPARE(by(keys).error().code, ErrorCode::InvalidToken);
        }
        // Signed by an agent, with its own key id and with ours.
        for (const bool ours : {false, true}) {
            const auto token = verifyAccessToken(changed([&](Unsigned& form) {
                form.signer = m_maker.key(2);
                if (!ours)
                    form.header["kid"] = m_maker.key(2).publicKey().thumbprint().value;
            }),
                std::vector{m_maker.device().publicKey()}, kChainNow);
            QVERIFY(!token);
            QCOMPARE(token.error().code, ErrorCode::InvalidToken);
        }
    }

    void a_claim_that_is_missing_or_wrong_is_refused_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value"); // JSON; empty: taken away
        const auto row = [](const char* name, const char* value) {
            QTest::addRow("%s: %.30s", name, *value ? value : "missing")
                << QString::fromLatin1(name) << QString::fromLatin1(value);
        };
        for (const char* name : {"iss", "sub", "aud", "client_id", "jti", "iat", "exp", "grant_id", "cnf",
                 "authorization_details", "device", "del_depth", "del_max_depth"}) {
            row(name, "");
            row(name, "null");
            row(name, "true");
        }
        row("sub", "\"somebody\"");
        row("cnf", "{\"jwk\":{}}");
        row("aud", "[1]");
        row("device", "\"another\"");
        row("del_depth", "-1");
        row("del_depth", "1"); // without act
        row("del_max_depth", "8");
        row("act", "{\"sub\":\"child\"}"); // at depth 0
        row("act", "[]");
        row("act", "{\"act\":{\"sub\":\"parent\"}}");
        row("status", "{}");
        row("status", "{\"status_list\":{\"idx\":\"5\",\"uri\":\"u\"}}");
        row("status", "{\"status_list\":{\"idx\":5}}");
    }
    void a_claim_that_is_missing_or_wrong_is_refused()
    {
        QFETCH(QString, name);
        QFETCH(QString, value);
        const auto token = verify(changed([&](Unsigned& form) {
            form.claims.erase(name.toStdString());
            if (!value.isEmpty())
                form.claims[name.toStdString()] = *json::parse(value.toStdString());
        }));
        QVERIFY(!token);
        QCOMPARE(token.error().code, ErrorCode::InvalidToken);
    }

    void actors_are_not_without_end()
    {
        const auto with = [&](int count) {
            json::Value act = json::Object{{"sub", "first"}};
            for (int i = 1; i < count; ++i)
                act = json::Object{{"sub", "next"}, {"act", std::move(act)}};
            return verify(changed([&](Unsigned& form) {
                form.claims["del_depth"] = 7;
                form.claims["act"] = act;
            })).has_value();
        };
        QVERIFY(with(permissions::kMaxChain));
        QVERIFY(!with(permissions::kMaxChain + 1));
        QVERIFY(!with(25));
    }

    void another_type_is_refused()
    {
        for (const char* type : {"JWT", "delegation+jwt", "consent+jwt", ""})
            QVERIFY(!verify(changed([&](Unsigned& form) { form.header["typ"] = type; })));
        QVERIFY(verify(changed([&](Unsigned& form) { form.header["typ"] = "application/at+jwt"; })));
        QVERIFY(!verify(changed([&](Unsigned& form) { form.header["crit"] = json::Array{"exp"}; })));
        QVERIFY(!verify(changed([&](Unsigned& form) { form.header.erase("kid"); })));
    }

private:
    ChainMaker m_maker;
};

QTEST_GUILESS_MAIN(TestAccessToken)
#include "tst_access_token.moc"
