// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/grants/verified_tokens.h"

#include "tests/core/grants/chain_maker.h"

#include <QTest>

using namespace countersign;
using namespace countersign::grants;
using test::ChainMaker;
using test::kChainNow;
using test::Unsigned;

class TestVerifiedTokens : public QObject {
    Q_OBJECT

    [[nodiscard]] std::string tokenNamed(const std::string& id) const
    {
        Unsigned form = m_maker.token();
        form.claims["jti"] = id;
        return ChainMaker::sign(0, std::move(form));
    }
    [[nodiscard]] std::vector<crypto::PublicKey> devices() const { return {m_maker.device().publicKey()}; }

private Q_SLOTS:
    void a_token_says_the_same_the_second_time()
    {
        VerifiedTokens tokens;
        const std::string text = tokenNamed("one");
        const auto first = tokens.verify(text, devices(), kChainNow);
        QVERIFY2(first, first ? "" : first.error().message.c_str());
        QCOMPARE(tokens.size(), 1U);
        const auto second = tokens.verify(text, devices(), kChainNow);
        QVERIFY(second);
        QCOMPARE(tokens.size(), 1U);
        const auto anew = verifyAccessToken(text, devices(), kChainNow);
        QVERIFY(anew);
        QCOMPARE(second->id, anew->id);
        QCOMPARE(second->hash, anew->hash);
        QCOMPARE(second->boundKey, anew->boundKey);
        QCOMPARE(second->expiresAt, anew->expiresAt);
    }

    void what_was_verified_expires_all_the_same()
    {
        VerifiedTokens tokens;
        const std::string text = tokenNamed("one");
        QVERIFY(tokens.verify(text, devices(), kChainNow + std::chrono::seconds(589)));
        QCOMPARE(tokens.verify(text, devices(), kChainNow + std::chrono::seconds(590)).error().code,
            ErrorCode::ExpiredToken);
        QCOMPARE(
            tokens.verify(text, devices(), kChainNow - std::chrono::seconds(16)).error().code, ErrorCode::InvalidToken);
    }

    void a_key_that_is_no_longer_ours_vouches_for_nothing()
    {
        VerifiedTokens tokens;
        const std::string text = tokenNamed("one");
        QVERIFY(tokens.verify(text, devices(), kChainNow));
        QCOMPARE(tokens.verify(text, std::vector{m_maker.key(0).publicKey()}, kChainNow).error().code,
            ErrorCode::InvalidToken);
        QCOMPARE(tokens.verify(text, {}, kChainNow).error().code, ErrorCode::InvalidToken);
    }

    void every_other_text_is_verified_by_itself()
    {
        VerifiedTokens tokens;
        const std::string text = tokenNamed("one");
        QVERIFY(tokens.verify(text, devices(), kChainNow));
        for (std::size_t at = 0; at < text.size(); at += 7) {
            std::string changed = text;
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            QVERIFY2(!tokens.verify(changed, devices(), kChainNow), std::to_string(at).c_str());
        }
        QCOMPARE(tokens.size(), 1U); // and what was refused is not kept
    }

    void they_are_bounded()
    {
        VerifiedTokens tokens;
        for (std::size_t i = 0; i < kMaxVerifiedTokens; ++i)
            QVERIFY(tokens.verify(tokenNamed(std::to_string(i)), devices(), kChainNow));
        QCOMPARE(tokens.size(), kMaxVerifiedTokens);
        QVERIFY(tokens.verify(tokenNamed("0"), devices(), kChainNow));
        QVERIFY(tokens.verify(tokenNamed("one more"), devices(), kChainNow));
        QVERIFY(tokens.size() < kMaxVerifiedTokens);
        QVERIFY(tokens.verify(tokenNamed("0"), devices(), kChainNow));
    }

private:
    ChainMaker m_maker;
};

QTEST_GUILESS_MAIN(TestVerifiedTokens)
#include "tst_verified_tokens.moc"
