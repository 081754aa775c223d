// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Chains of 1 to 8 hops (the token and up to seven links) as a verifier that asks nobody sees them.

#include "core/grants/chain.h"

#include "tests/core/grants/chain_maker.h"

#include <QTest>

using namespace countersign;
using namespace countersign::grants;
using test::ChainMaker;
using test::kChainLinks;
using test::kChainNow;
using test::Unsigned;

namespace {

/// Changes one claim of the link on one level.
test::Change claim(int level, const char* name, json::Value value)
{
    return [=](int at, Unsigned& form) {
        if (at == level)
            form.claims[name] = value;
    };
}

/// Whether the chain is refused with this code, and the message begins so.
bool isRefused(const Result<VerifiedChain>& chain, ErrorCode code, const std::string& message)
{
    if (!chain && chain.error().code == code && chain.error().message.starts_with(message))
        return true;
    qWarning("%s", chain ? "it was accepted" : chain.error().message.c_str());
    return false;
}

} // namespace

class TestChain : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void chains_of_every_length_hold_data()
    {
        QTest::addColumn<int>("links");
        for (int links = 1; links <= kChainLinks; ++links)
            QTest::addRow("%d links", links) << links;
    }
    void chains_of_every_length_hold()
    {
        QFETCH(int, links);
        const auto chain = m_maker.verify(m_maker.make(links));
        QVERIFY2(chain, chain ? "" : chain.error().message.c_str());
        QCOMPARE(chain->token.grant.value, std::string("grant"));
        QCOMPARE(chain->hops.size(), static_cast<std::size_t>(links));
        for (int level = 1; level <= links; ++level) {
            const VerifiedHop& hop = chain->hops.at(static_cast<std::size_t>(level - 1));
            QCOMPARE(hop.signedLink.link.depth, level);
            QCOMPARE(hop.pairing, std::vector<int>{0});
            QCOMPARE(hop.end, kChainNow + std::chrono::seconds(3000 - level));
        }
        QCOMPARE(chain->lastKey(), m_maker.key(links).publicKey());
        QCOMPARE(chain->lastPermission().details.at(0).uses, std::optional<std::int64_t>(100 - links));
    }

    void a_link_that_the_product_signs_hangs_on_what_others_made()
    {
        const ChainText above = m_maker.make(1);
        const auto first = readLink(above.links[0]);
        Link link{{}, "child", m_maker.key(2).publicKey(), *hashOf(above.links[0]), first->link.permission, kChainNow,
            kChainNow + std::chrono::seconds(60), "id", 2, 2};
        link.permission.details[0].maxDepth = 0;
        const auto jws = signLink(link, m_maker.key(1));
        QVERIFY(jws);
        const auto chain = m_maker.verify({above.token, {above.links[0], *jws}});
        QVERIFY2(chain, chain ? "" : chain.error().message.c_str());
        QCOMPARE(chain->hops[1].end, link.expiresAt);
    }

    void the_earliest_end_above_counts()
    {
        const auto chain = m_maker.verify(m_maker.make(3, claim(2, "exp", kChainNow.value + 7)));
        QVERIFY(chain);
        QCOMPARE(chain->hops[0].end, kChainNow + std::chrono::seconds(2999));
        QCOMPARE(chain->hops[2].end, kChainNow + std::chrono::seconds(7));
        json::Array details = ChainMaker::details(3);
        details[0].as_object()["expires_at"] = kChainNow.value + 5;
        const auto shorter = m_maker.verify(m_maker.make(3, claim(3, "authorization_details", details)));
        QVERIFY(shorter);
        QCOMPARE(shorter->hops[2].end, kChainNow + std::chrono::seconds(5));
    }

    void debits_follow_the_detail_that_each_fits_into()
    {
        json::Array two = ChainMaker::details(1);
        two.push_back(two[0]);
        two[0].as_object()["actions"] = {"payments.read"};
        two[0].as_object()["max_depth"] = 0;
        json::Array token = ChainMaker::details(0);
        token[0].as_object()["actions"] = {"payments.create", "payments.read"};
        const auto chain = m_maker.verify(m_maker.make(2, [&](int level, Unsigned& form) {
            if (level < 2)
                form.claims["authorization_details"] = level == 0 ? token : two;
        }));
        QVERIFY2(chain, chain ? "" : chain.error().message.c_str());
        QCOMPARE(chain->hops[0].pairing, (std::vector<int>{0, 0}));
        QCOMPARE(chain->hops[1].pairing, std::vector<int>{1});
    }

    void each_hop_is_held_to_the_one_above_data()
    {
        QTest::addColumn<int>("links");
        QTest::addColumn<int>("level");
        for (int links = 1; links <= kChainLinks; ++links) {
            for (int level = 1; level <= links; ++level)
                QTest::addRow("link %d of %d", level, links) << links << level;
        }
    }
    void each_hop_is_held_to_the_one_above()
    {
        QFETCH(int, links);
        QFETCH(int, level);
        const std::string here = "link " + std::to_string(level) + ": ";
        const auto refused = [&](const test::Change& change, ErrorCode code, const char* why) {
            return isRefused(m_maker.verify(m_maker.make(links, change)), code, here + why);
        };
        QVERIFY(refused(claim(level, "authorization_details", ChainMaker::details(level - 2)),
            ErrorCode::InvalidAuthorizationDetails, ""));
        json::Array asDeep = ChainMaker::details(level);
        asDeep[0].as_object()["max_depth"] = kChainLinks - level + 1; // as the one above has it
        QVERIFY(refused(
            claim(level, "authorization_details", asDeep), ErrorCode::InvalidAuthorizationDetails, "/0/max_depth"));
        QVERIFY(refused(claim(level, "par_hash", json::Value(ChainMaker::hashOf("a.b.c"))), ErrorCode::InvalidGrant,
            "it belongs under another parent"));
        QVERIFY(refused(claim(level, "del_depth", level == 1 ? 2 : 1), ErrorCode::InvalidGrant,
            "it says another depth than it has"));
        QVERIFY(refused(claim(level, "exp", kChainNow.value), ErrorCode::InvalidGrant, "it has expired"));
        QVERIFY(refused(claim(level, "iat", kChainNow.value + 6), ErrorCode::InvalidGrant, "it is from the future"));
        const crypto::PrivateKey& thief = m_maker.key(links + 1);
        QVERIFY(refused(
            [&](int at, Unsigned& form) {
                if (at != level)
                    return;
                form.signer = thief;
                form.header["jwk"] = thief.publicKey().toJwk();
                form.claims["iss"] = crypto::thumbprintUrn(thief.publicKey().thumbprint());
            },
            ErrorCode::InvalidGrant, "it is not signed by the key that the one above is bound to"));
    }

    void hops_that_changed_places_are_refused()
    {
        for (std::size_t at = 0; at + 1 < static_cast<std::size_t>(kChainLinks); ++at) {
            ChainText chain = m_maker.make(kChainLinks);
            std::swap(chain.links[at], chain.links[at + 1]);
            QVERIFY(isRefused(m_maker.verify(chain), ErrorCode::InvalidGrant,
                "link " + std::to_string(at + 1) + ": it is not signed"));
        }
    }

    void a_hop_that_is_left_out_or_comes_twice_is_refused()
    {
        for (int at = 0; at + 1 < kChainLinks; ++at) {
            ChainText chain = m_maker.make(kChainLinks);
            chain.links.erase(chain.links.begin() + at);
            QVERIFY(isRefused(m_maker.verify(chain), ErrorCode::InvalidGrant,
                "link " + std::to_string(at + 1) + ": it is not signed"));
            chain = m_maker.make(kChainLinks - 1);
            chain.links.insert(chain.links.begin() + at, chain.links[static_cast<std::size_t>(at)]);
            QVERIFY(isRefused(m_maker.verify(chain), ErrorCode::InvalidGrant,
                "link " + std::to_string(at + 2) + ": it is not signed"));
        }
    }

    void a_link_does_not_move_to_another_token_of_the_same_agent()
    {
        const ChainText chain = m_maker.make(2);
        const ChainText renewed = m_maker.make(0, claim(0, "jti", "renewed"));
        QVERIFY(isRefused(m_maker.verify({renewed.token, chain.links}), ErrorCode::InvalidGrant,
            "link 1: it belongs under another parent"));
    }

    void a_stolen_chain_names_the_key_that_must_be_shown()
    {
        const auto chain = m_maker.verify(m_maker.make(3));
        QVERIFY(chain);
        QVERIFY(chain->lastKey() != m_maker.key(4).publicKey());
        QVERIFY(chain->lastKey() == m_maker.key(3).publicKey());
    }

    void no_chain_is_deeper_than_allowed_data()
    {
        QTest::addColumn<int>("links");
        QTest::addColumn<int>("maxDepth");
        QTest::addColumn<bool>("holds");
        QTest::newRow("as deep as the default") << 3 << kDefaultDelegationDepth << true;
        QTest::newRow("deeper than the default") << 4 << kDefaultDelegationDepth << false;
        QTest::newRow("as deep as ever") << kChainLinks << kChainLinks << true;
        QTest::newRow("none allowed") << 1 << 0 << false;
        QTest::newRow("as deep as set") << 1 << 1 << true;
    }
    void no_chain_is_deeper_than_allowed()
    {
        QFETCH(int, links);
        QFETCH(int, maxDepth);
        QFETCH(bool, holds);
        const auto chain = m_maker.verify(m_maker.make(links), kChainNow, maxDepth);
        if (holds)
            QVERIFY2(chain, chain ? "" : chain.error().message.c_str());
        else
            QVERIFY(isRefused(
                chain, ErrorCode::InvalidGrant, "link " + std::to_string(links) + ": it is deeper than allowed"));
    }

    void the_depth_of_the_token_counts()
    {
        const auto exchanged = [&](int maxDepth) {
            const test::Change change = [&](int level, Unsigned& form) {
                form.claims["del_depth"] = level + 2;
                form.claims["del_max_depth"] = maxDepth;
                if (level == 0)
                    form.claims["act"] = json::Object{{"sub", "child"}, {"act", json::Object{{"sub", "agent"}}}};
            };
            return m_maker.verify(m_maker.make(1, change), kChainNow, kDefaultDelegationDepth);
        };
        QVERIFY(exchanged(3));
        QVERIFY(isRefused(exchanged(2), ErrorCode::InvalidGrant, "link 1: del_max_depth is less"));
        QVERIFY(isRefused(m_maker.verify(m_maker.make(2, claim(0, "del_max_depth", 1))), ErrorCode::InvalidGrant,
            "link 1: it says another depth for those below"));
    }

    void a_link_says_how_deep_those_below_may_be()
    {
        json::Array details = ChainMaker::details(2);
        details[0].as_object()["max_depth"] = 1;
        const auto with = [&](int maxDepth) {
            return m_maker.verify(m_maker.make(2, [&](int level, Unsigned& form) {
                if (level == 2) {
                    form.claims["authorization_details"] = details;
                    form.claims["del_max_depth"] = maxDepth;
                }
            }));
        };
        QVERIFY(with(3));
        QVERIFY(isRefused(with(2), ErrorCode::InvalidGrant, "link 2: it says another depth for those below"));
        QVERIFY(isRefused(with(4), ErrorCode::InvalidGrant, "link 2: it says another depth for those below"));
    }

    void a_link_under_a_detail_that_may_not_be_delegated_is_refused()
    {
        json::Array details = ChainMaker::details(1);
        details[0].as_object()["max_depth"] = 0;
        QVERIFY(isRefused(m_maker.verify(m_maker.make(2,
                              [&](int level, Unsigned& form) {
                                  if (level > 0)
                                      form.claims["authorization_details"] = details;
                                  if (level == 1)
                                      form.claims["del_max_depth"] = 1;
                              })),
            ErrorCode::InvalidGrant, "link 2: it is deeper than allowed"));
    }

    void a_chain_dies_with_its_token()
    {
        const ChainText chain = m_maker.make(2);
        auto token = verifyAccessToken(chain.token, std::vector{m_maker.device().publicKey()}, kChainNow);
        QVERIFY(token);
        QVERIFY(verifyChain(*token, chain.links, token->expiresAt - std::chrono::seconds(1)));
        QVERIFY(isRefused(
            verifyChain(*token, chain.links, token->expiresAt), ErrorCode::InvalidGrant, "The chain's access token"));
    }

    void a_chain_without_links_is_none()
    {
        QVERIFY(isRefused(m_maker.verify(m_maker.make(0)), ErrorCode::InvalidGrant, "The chain has no link"));
    }

    void a_chain_is_not_too_large()
    {
        // Its links are as large as a link may be.
        const auto padded = [&](int links, std::size_t bytes) {
            return m_maker.make(links, [&](int level, Unsigned& form) {
                json::Array locations{"https://payments.example/"};
                const std::size_t rest = level == 0 ? 0 : bytes;
                for (std::size_t used = 0; used < rest; used += 300)
                    locations.emplace_back("https://payments.example/" + std::string(250, 'x') + std::to_string(used));
                form.claims["authorization_details"].as_array()[0].as_object()["locations"] = locations;
            });
        };
        const ChainText fits = padded(2, 2400);
        QVERIFY(fits.token.size() + fits.links[0].size() + fits.links[1].size() <= kMaxChainBytes);
        QVERIFY(m_maker.verify(fits));
        const ChainText large = padded(3, 2400);
        QVERIFY(large.links[2].size() <= kMaxLinkBytes);
        QVERIFY(isRefused(m_maker.verify(large), ErrorCode::InvalidGrant, "The chain is too large"));
        const ChainText oneLarge = padded(1, 4500);
        QVERIFY(oneLarge.links[0].size() > kMaxLinkBytes);
        QVERIFY(isRefused(m_maker.verify(oneLarge), ErrorCode::InvalidGrant, "link 1: it is too large"));
    }

    void no_byte_of_a_chain_can_be_changed()
    {
        const ChainText chain = m_maker.make(3);
        QVERIFY(m_maker.verify(chain));
        const auto accepts = [&](std::size_t link, const std::string& jws) {
            ChainText changed = chain;
            (link == 0 ? changed.token : changed.links[link - 1]) = jws;
            return m_maker.verify(changed).has_value();
        };
        constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (std::size_t link = 0; link <= chain.links.size(); ++link) {
            const std::string& whole = link == 0 ? chain.token : chain.links[link - 1];
            for (std::size_t at = 0; at < whole.size(); ++at) {
                std::string changed = whole;
                changed[at] = kAlphabet[(kAlphabet.find(whole[at]) + 1) % kAlphabet.size()];
                QVERIFY2(!accepts(link, changed), qPrintable(QStringLiteral("link %1, byte %2").arg(link).arg(at)));
                QVERIFY(!accepts(link, whole.substr(0, at)));
            }
            for (const char* more : {"=", "A", ".", " ", "\n"})
                QVERIFY(!accepts(link, whole + more));
        }
    }

private:
    ChainMaker m_maker;
};

QTEST_GUILESS_MAIN(TestChain)
#include "tst_chain.moc"
