// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Receipts of other servers: what makes one right, and by what it hangs on a decision.
#include "core/audit/foreign_receipt.h"
#include "core/audit/foreign_receipt_json.h"
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "core/crypto/content_digest.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "tests/support/actions.h"
#include "tests/support/foreign_server.h"

#include <QTest>

#include <algorithm>

#include <functional>
#include <random>

using namespace countersign;
using namespace countersign::testing;
using audit::ForeignReceipt;
using audit::Place;
using audit::ReceiptNode;
using audit::Tie;

namespace {

constexpr UnixSeconds kNow{1767268800};
using Spoil = std::function<void(ForeignServer&, GivenReceipt&)>;

ReceiptNode ourDecision()
{
    ReceiptNode node;
    node.leafHash = crypto::sha256("decision");
    node.device = {"our device"};
    node.at = kNow;
    node.signatureDigest = "the agent's signature";
    node.contentDigest = crypto::sha256("content");
    return node;
}

ReceiptNode nodeOf(const GivenReceipt& given)
{
    return must(verified(given, kNow), "receipt").node;
}

std::string resigned(const std::string& jws, const crypto::PrivateKey& key, std::string_view type)
{
    const auto parsed = must(crypto::parseJws(jws), "JWS");
    return must(crypto::signJws(type, parsed.payload, key), "JWS");
}

} // namespace

class ForeignReceiptTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_right_one_is_verified_by_the_key_that_signed_it_among_all_of_the_server()
    {
        for (const auto type : {crypto::KeyType::P256, crypto::KeyType::Ed25519}) {
            ForeignServer server("https://gateway.example", type);
            const GivenReceipt old = server.receipt({.signatureDigest = "s", .at = kNow});
            server.rotate();
            GivenReceipt passedOn = old;
            passedOn.keys = server.keySet();
            const ForeignReceipt receipt = must(verified(passedOn, kNow), "receipt");
            QCOMPARE(receipt.node.leafHash, old.leafHash);
            QCOMPARE(receipt.node.signatureDigest, std::string("s"));
            QVERIFY(receipt.key.thumbprint() != server.key().publicKey().thumbprint());
        }
    }

    void what_is_wrong_is_refused_data()
    {
        QTest::addColumn<ErrorCode>("code");
        QTest::addColumn<Spoil>("spoil");
        const auto row = [](const char* name, ErrorCode code, Spoil spoil) {
            QTest::newRow(name) << code << std::move(spoil);
        };
        using enum ErrorCode;
        row("no JWS", InvalidInput, [](ForeignServer&, GivenReceipt& given) { given.jws = "a.b.c"; });
        row("a changed signature", BadSignature, [](ForeignServer&, GivenReceipt& given) {
            char& last = given.jws[given.jws.size() - 5];
            last = last == 'A' ? 'B' : 'A';
        });
        row("signed by somebody else under this name", BadSignature, [](ForeignServer& server, GivenReceipt& given) {
            const auto other = must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key");
            const auto parsed = must(crypto::parseJws(given.jws), "JWS");
            given.jws = must(crypto::signJwsWithHeader({{"kid", server.key().publicKey().thumbprint().value},
                                                           {"typ", std::string(audit::kReceiptType)}},
                                 parsed.payload, other),
                "JWS");
        });
        row("signed by another key of the set than it names", BadSignature,
            [](ForeignServer& server, GivenReceipt& given) {
                server.rotate();
                given.keys = server.keySet();
                given.jws = resigned(given.jws, server.key(), audit::kReceiptType);
            });
        row("a key that is not there", NotFound,
            [](ForeignServer&, GivenReceipt& given) { given.keys = ForeignServer().keySet(); });
        row("no keys", NotFound, [](ForeignServer&, GivenReceipt& given) { given.keys = {{"keys", json::Array()}}; });
        row("no key set", InvalidInput, [](ForeignServer&, GivenReceipt& given) { given.keys = {{"key", "x"}}; });
        row("too many keys", TooLarge, [](ForeignServer& server, GivenReceipt& given) {
            while (given.keys.at("keys").as_array().size() <= audit::kMaxForeignKeys)
                given.keys.at("keys").as_array().emplace_back(server.key().publicKey().toJwk());
        });
        row("another type", InvalidInput, [](ForeignServer& server, GivenReceipt& given) {
            given.jws = resigned(given.jws, server.key(), "at+jwt");
        });
        row("no algorithm", InvalidInput, [](ForeignServer&, GivenReceipt& given) {
            const std::string payload = given.jws.substr(given.jws.find('.'));
            given.jws = crypto::base64url(R"({"alg":"none","typ":"action-receipt+jwt"})")
                + payload.substr(0, payload.rfind('.') + 1);
        });
        row("another device", BadSignature, [](ForeignServer& server, GivenReceipt& given) {
            given = server.receipt({.at = kNow, .change = [](json::Object& claims) { claims["device"] = "another"; }});
        });
        row("another leaf hash", BadSignature, [](ForeignServer& server, GivenReceipt& given) {
            auto claims = must(json::parseObject(must(crypto::parseJws(given.jws), "JWS").payload), "claims");
            claims["decision"] = "deny";
            given.jws = must(crypto::signJwt(audit::kReceiptType, claims, server.key()), "JWS");
        });
        row("no time", InvalidInput, [](ForeignServer& server, GivenReceipt& given) {
            given = server.receipt({.at = kNow, .change = [](json::Object& claims) { claims.erase("iat"); }});
        });
        row("from the future", InvalidInput, [](ForeignServer& server, GivenReceipt& given) {
            given = server.receipt({.at = kNow + audit::kForeignClockAhead + std::chrono::seconds(1)});
        });
        row("details of another", BadSignature,
            [](ForeignServer&, GivenReceipt& given) { given.details = audit::ForeignDetails{"salt", "{}"}; });
        row("too long", TooLarge, [](ForeignServer& server, GivenReceipt& given) {
            given = server.receipt({.at = kNow, .change = [](json::Object& claims) {
                                        claims["more"] = std::string(audit::kMaxForeignReceiptBytes * 3 / 4, 'x');
                                    }});
        });
        row("details that are too long", TooLarge, [](ForeignServer& server, GivenReceipt& given) {
            given = server.receipt({.text = std::string(audit::kMaxForeignTextBytes + 1, ' '), .at = kNow});
        });
        row("too many names", TooLarge, [](ForeignServer& server, GivenReceipt& given) {
            given = server.receipt(
                {.upstream = std::vector<std::string>(audit::kMaxUpstreamNames + 1, crypto::sha256("x")), .at = kNow});
        });
    }
    void what_is_wrong_is_refused()
    {
        QFETCH(ErrorCode, code);
        QFETCH(Spoil, spoil);
        ForeignServer server;
        GivenReceipt given = server.receipt({.signatureDigest = "s", .text = "{}", .at = kNow});
        QVERIFY(verified(given, kNow));
        spoil(server, given);
        const auto result = verified(given, kNow);
        QVERIFY(!result);
        QVERIFY2(result.error().code == code, result.error().message.c_str());
    }

    void limits_hold_at_and_below()
    {
        const ForeignServer server;
        QVERIFY(verified(server.receipt({.text = std::string(audit::kMaxForeignTextBytes, ' '), .at = kNow}), kNow));
        QVERIFY(verified(server.receipt({.at = kNow + audit::kForeignClockAhead}), kNow));
        QVERIFY(verified(
            server.receipt(
                {.upstream = std::vector<std::string>(audit::kMaxUpstreamNames, crypto::sha256("x")), .at = kNow}),
            kNow));
    }

    void keys_of_other_kinds_are_passed_over()
    {
        const ForeignServer server;
        GivenReceipt given = server.receipt({.at = kNow});
        json::Array& keys = given.keys.at("keys").as_array();
        keys.emplace(keys.begin(), json::Object{{"kty", "RSA"}, {"n", "x"}, {"e", "AQAB"}});
        QVERIFY(verified(given, kNow));
    }

    void each_tie_is_found_data()
    {
        QTest::addColumn<ForeignClaims>("said");
        QTest::addColumn<std::optional<Tie>>("tie");
        const auto row = [](const char* name, ForeignClaims said, std::optional<Tie> tie) {
            said.at = said.at.value == 0 ? kNow : said.at;
            QTest::newRow(name) << std::move(said) << tie;
        };
        const std::string digest = crypto::contentDigest("content");
        const std::string details = "{\"arguments\":{},\"fields\":{\"content-digest\":\"" + digest + "\"}}";
        const ReceiptNode ours = ourDecision();
        row("names our receipt", {.upstream = {crypto::sha256("other"), ours.leafHash}}, Tie::Names);
        row("the same signed request", {.signatureDigest = ours.signatureDigest}, Tie::SameRequest);
        row("the same content, in the claims", {.contentDigest = digest}, Tie::SameContent);
        row("the same content, in the details", {.text = details}, Tie::SameContent);
        row("the same content, not signed",
            {.text = details, .change = [](json::Object& claims) { claims["binding"] = "dpop"; }}, std::nullopt);
        row("the same content, a little before", {.contentDigest = digest, .at = kNow - audit::kSameContentBefore},
            Tie::SameContent);
        row("the same content, long before",
            {.contentDigest = digest, .at = kNow - audit::kSameContentBefore - std::chrono::seconds(1)}, std::nullopt);
        row("nothing", {}, std::nullopt);
        row("another request", {.signatureDigest = "another", .contentDigest = crypto::contentDigest("Content")},
            std::nullopt);
        row("no content", {.contentDigest = crypto::contentDigest("")}, std::nullopt);
        row("a digest that is none", {.contentDigest = "sha-256=x"}, std::nullopt);
        row("names that are none",
            {.change = [](json::Object& claims) { claims["upstream"] = json::Array{"", "x", "!"}; }}, std::nullopt);
    }
    void each_tie_is_found()
    {
        QFETCH(ForeignClaims, said);
        QFETCH(std::optional<Tie>, tie);
        const auto places = audit::tie(ourDecision(), {nodeOf(ForeignServer().receipt(said))});
        QCOMPARE(places.front().has_value(), tie.has_value());
        if (tie)
            QVERIFY(*places.front() == (Place{0, *tie, 1}));
        QCOMPARE(audit::tieAll(ourDecision(), {nodeOf(ForeignServer().receipt(said))}).has_value(), tie.has_value());
    }

    void empty_content_ties_nothing_even_where_both_have_none()
    {
        ReceiptNode ours = ourDecision();
        ours.contentDigest.clear();
        ours.signatureDigest.clear();
        const ForeignServer server;
        for (const std::string& digest : {crypto::contentDigest(""), std::string()})
            QVERIFY(!audit::tie(ours, {nodeOf(server.receipt({.contentDigest = digest, .at = kNow}))}).front());
    }

    void a_path_over_several_servers_is_one_whatever_the_order()
    {
        const ReceiptNode ours = ourDecision();
        const ForeignServer gateway;
        const ForeignServer bank("https://bank.example");
        const ForeignServer clearing("https://clearing.example");
        const auto first = gateway.receipt({.signatureDigest = ours.signatureDigest, .at = kNow});
        const auto second =
            bank.receipt({.upstream = {ours.leafHash, first.leafHash}, .at = kNow + std::chrono::seconds(2)});
        const auto third = clearing.receipt({.upstream = {second.leafHash}, .at = kNow + std::chrono::seconds(1)});
        const auto done = bank.outcome(second, kNow + std::chrono::seconds(3));
        std::vector<ReceiptNode> nodes{nodeOf(first), nodeOf(second), nodeOf(third), nodeOf(done)};
        const auto places = must(audit::tieAll(ours, nodes), "tree");
        QVERIFY(places[0] == (Place{0, Tie::SameRequest, 1}));
        QVERIFY(places[1] == (Place{1, Tie::Names, 2}));
        QVERIFY(places[2] == (Place{2, Tie::Names, 3}));
        QVERIFY(places[3] == (Place{2, Tie::OutcomeOf, 3}));
        std::mt19937 random(42);
        for (int round = 0; round < 24; ++round) {
            std::ranges::shuffle(nodes, random);
            const auto again = must(audit::tieAll(ours, nodes), "tree");
            for (std::size_t i = 0; i < nodes.size(); ++i) {
                const auto same = [&](const GivenReceipt& each) { return nodes[i].leafHash == each.leafHash; };
                const std::size_t hops = same(first) ? 1 : same(second) ? 2 : 3;
                QCOMPARE(again[i].hops, hops);
            }
        }
    }

    void what_our_receipt_names_was_there_before()
    {
        const auto before = nodeOf(ForeignServer().receipt({.at = kNow}));
        ReceiptNode ours = ourDecision();
        ours.upstream = {before.leafHash};
        QVERIFY(must(audit::tieAll(ours, {before}), "tree").front() == (Place{0, Tie::IsNamed, 1}));
    }

    void an_outcome_of_another_server_than_the_one_that_decided_hangs_nowhere()
    {
        const ForeignServer gateway;
        const auto first = gateway.receipt({.signatureDigest = ourDecision().signatureDigest, .at = kNow});
        const auto done = ForeignServer("https://liar.example").outcome(first, kNow);
        const auto tied = audit::tieAll(ourDecision(), {nodeOf(first), nodeOf(done)});
        QVERIFY(!tied);
        QVERIFY2(tied.error().message.starts_with("upstream/1: "), tied.error().message.c_str());
    }

    void the_same_comes_once_whatever_its_signature()
    {
        const auto node =
            nodeOf(ForeignServer().receipt({.signatureDigest = ourDecision().signatureDigest, .at = kNow}));
        QCOMPARE(audit::tieAll(ourDecision(), {node, node}).error().code, ErrorCode::InvalidRequest);
    }

    void our_own_is_none_of_others()
    {
        auto node = nodeOf(ForeignServer().receipt({.signatureDigest = ourDecision().signatureDigest, .at = kNow}));
        node.device = ourDecision().device;
        QCOMPARE(audit::tieAll(ourDecision(), {node}).error().code, ErrorCode::InvalidRequest);
    }

    void as_many_and_as_far_as_the_limits_say()
    {
        const auto many = [](std::size_t count) {
            std::vector<ReceiptNode> nodes;
            while (nodes.size() < count)
                nodes.push_back(
                    nodeOf(ForeignServer().receipt({.signatureDigest = ourDecision().signatureDigest, .at = kNow})));
            return nodes;
        };
        QVERIFY(audit::tieAll(ourDecision(), many(audit::kMaxForeignReceipts)));
        QCOMPARE(audit::tieAll(ourDecision(), many(audit::kMaxForeignReceipts + 1)).error().code, ErrorCode::TooLarge);

        const auto far = [](std::size_t hops) {
            std::vector<ReceiptNode> nodes;
            std::string above = ourDecision().leafHash;
            while (nodes.size() < hops) {
                const auto given = ForeignServer().receipt({.upstream = {above}, .at = kNow});
                nodes.push_back(nodeOf(given));
                above = given.leafHash;
            }
            return nodes;
        };
        QVERIFY(audit::tieAll(ourDecision(), far(audit::kMaxForeignHops)));
        QCOMPARE(audit::tieAll(ourDecision(), far(audit::kMaxForeignHops + 1)).error().code, ErrorCode::TooLarge);
    }

    void what_comes_before_leaves_room_for_what_follows()
    {
        const auto sideBySide = [](std::size_t count) {
            std::vector<ReceiptNode> nodes;
            while (nodes.size() < count)
                nodes.push_back(nodeOf(ForeignServer().receipt({.at = kNow})));
            return nodes;
        };
        QVERIFY(audit::checkBefore({}));
        QVERIFY(audit::checkBefore(sideBySide(audit::kMaxReceiptsBefore - 1)));
        QVERIFY(audit::checkBefore(sideBySide(audit::kMaxReceiptsBefore)));
        QCOMPARE(audit::checkBefore(sideBySide(audit::kMaxReceiptsBefore + 1)).error().code, ErrorCode::TooLarge);

        const auto chain = [](std::size_t hops) {
            std::vector<ReceiptNode> nodes;
            for (std::size_t i = 0; i < hops; ++i) {
                ForeignClaims claims{.at = kNow + std::chrono::seconds(i)};
                if (i > 0)
                    claims.upstream = {nodes.back().leafHash};
                nodes.push_back(nodeOf(ForeignServer().receipt(claims)));
            }
            return nodes;
        };
        QVERIFY(audit::checkBefore(chain(audit::kMaxHopsBefore - 1)));
        QVERIFY(audit::checkBefore(chain(audit::kMaxHopsBefore)));
        QCOMPARE(audit::checkBefore(chain(audit::kMaxHopsBefore + 1)).error().code, ErrorCode::TooLarge);
        auto backwards = chain(audit::kMaxHopsBefore + 1);
        std::ranges::reverse(backwards);
        QCOMPARE(audit::checkBefore(backwards).error().code, ErrorCode::TooLarge);
    }

    void what_erased_details_would_show_is_not_shown_and_takes_nothing_new_in()
    {
        const std::string digest = crypto::contentDigest("content");
        const auto node = nodeOf(ForeignServer().receipt({.contentDigest = digest, .at = kNow}));
        ReceiptNode ours = ourDecision();
        ours.contentDigest.clear();
        ours.details = ReceiptNode::Details::Missing;
        QVERIFY(*audit::tie(ours, {node}).front() == (Place{0, Tie::NotShown, 1}));
        QVERIFY(audit::tieAll(ours, {node}, 1));
        QCOMPARE(audit::tieAll(ours, {node}).error().code, ErrorCode::InvalidRequest);
    }

    void what_is_passed_on_is_read_strictly_data()
    {
        QTest::addColumn<std::string>("json");
        const std::string good = json::serialize(toJson(ForeignServer().receipt({.at = kNow})));
        const auto row = [](const char* name, const std::string& text) { QTest::newRow(name) << text; };
        row("no array", "{}");
        row("no object", "[1]");
        row("no receipt", R"([{"keys":{"keys":[]}}])");
        row("keys as a text", R"([{"receipt":"x","keys":"{}"}])");
        row("an address of keys", "[" + good.substr(0, good.size() - 1) + ",\"jwks_uri\":\"urn:x\"}]");
        row("a disclosure with more",
            "[" + good.substr(0, good.size() - 1) + R"(,"disclosure":{"salt":"","text":"","x":1}}])");
        row("a salt that is none", "[" + good.substr(0, good.size() - 1) + R"(,"disclosure":{"salt":"!","text":""}}])");
        std::string many = "[";
        for (std::size_t i = 0; i <= audit::kMaxForeignReceipts; ++i)
            many += good + ",";
        many.back() = ']';
        row("too many", many);
    }
    void what_is_passed_on_is_read_strictly()
    {
        QFETCH(std::string, json);
        const auto read = audit::readUpstream(must(json::parse(json), "JSON"), kNow);
        QVERIFY(!read);
        QVERIFY2(read.error().message.starts_with("upstream"), read.error().message.c_str());
    }

    void what_is_passed_on_is_read()
    {
        const ForeignServer server;
        json::Array upstream;
        for (std::size_t i = 0; i < audit::kMaxForeignReceipts; ++i)
            upstream.emplace_back(toJson(server.receipt({.text = "{}", .at = kNow})));
        QCOMPARE(must(audit::readUpstream(upstream, kNow), "upstream").size(), audit::kMaxForeignReceipts);
    }
};

QTEST_GUILESS_MAIN(ForeignReceiptTest)
#include "tst_foreign_receipt.moc"
