// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/audit/canonical_leaf.h"

#include "core/audit/check_leaf.h"
#include "core/base/json.h"
#include "core/crypto/bytes.h"
#include "core/crypto/canonical_json.h"

#include <QRandomGenerator>
#include <QTest>

#include <map>

using namespace countersign;
using audit::LeafClaims;
using audit::LeafKind;
using audit::readCanonicalLeaf;

namespace {

constexpr int kDocuments = 3'000;

/// To RFC 8785 every number is a double.
void makeDoubles(json::Value& value)
{
    if (value.is_number())
        value = value.to_number<double>();
    if (auto* array = value.if_array()) {
        for (json::Value& item : *array)
            makeDoubles(item);
    }
    if (auto* object = value.if_object()) {
        for (auto& member : *object)
            makeDoubles(member.value());
    }
}

/// The definition: what reads as JSON and is written the same again.
bool isCanonical(const std::string& text)
{
    auto read = json::parse(text);
    if (!read || !read->is_object())
        return false;
    makeDoubles(*read);
    const auto written = crypto::canonicalJson(*read);
    return written && *written == text;
}

std::string randomText(QRandomGenerator& random)
{
    static const std::vector<std::string> kPieces{"a", "b", "Z", "0", " ", "\"", "\\", "\n", "\t", "\b", "\f", "\r",
        std::string(1, '\0'), "\x1f", "\x7f", "/", "\u00e9", "\u20ac", "\U0001f600", "\ufb33"};
    std::string text;
    for (auto count = random.bounded(5); count > 0; --count)
        text += kPieces[static_cast<std::size_t>(random.bounded(static_cast<int>(kPieces.size())))];
    return text;
}

json::Value randomValue(QRandomGenerator& random, int depth)
{
    switch (random.bounded(depth > 3 ? 6 : 8)) {
    case 0:
        return nullptr;
    case 1:
        return random.bounded(2) == 1;
    case 2:
        return std::int64_t{random.bounded(-1000, 1000)};
    case 3:
        return static_cast<std::int64_t>(random.generate64() >> 11U);
    case 4:
        return (random.generateDouble() - 0.5) * std::pow(10.0, random.bounded(-30, 30));
    case 5:
        return json::Value(randomText(random));
    case 6: {
        json::Array array;
        for (auto count = random.bounded(4); count > 0; --count)
            array.push_back(randomValue(random, depth + 1));
        return array;
    }
    default: {
        json::Object object;
        for (auto count = random.bounded(4); count > 0; --count)
            object[randomText(random)] = randomValue(random, depth + 1);
        return object;
    }
    }
}

std::string nested(int depth)
{
    std::string text = "{\"a\":";
    for (int i = 1; i < depth; ++i)
        text += '[';
    text += "0";
    for (int i = 1; i < depth; ++i)
        text += ']';
    return text + '}';
}

} // namespace

class CanonicalLeafTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_is_canonical_is_read_and_nothing_else()
    {
        const quint32 seed = QRandomGenerator::global()->generate();
        qInfo("seed %u", seed);
        QRandomGenerator random(seed);
        int changedAndGood = 0;
        for (int i = 0; i < kDocuments; ++i) {
            json::Object object;
            for (auto count = random.bounded(5); count > 0; --count)
                object["x" + randomText(random)] = randomValue(random, 1);
            std::string text = crypto::canonicalJson(object).value();
            QVERIFY2(readCanonicalLeaf(text), text.c_str());
            for (int change = 0; change < 10; ++change) {
                std::string changed = text;
                const auto at = static_cast<std::size_t>(random.bounded(static_cast<int>(text.size())));
                switch (random.bounded(3)) {
                case 0:
                    changed[at] = static_cast<char>(random.bounded(256));
                    break;
                case 1:
                    changed.insert(at, 1, " 0e-.\"\\,:x"[random.bounded(11)]);
                    break;
                default:
                    changed.erase(at, 1);
                }
                const bool good = isCanonical(changed);
                QVERIFY2(readCanonicalLeaf(changed).has_value() == good, changed.c_str());
                changedAndGood += good ? 1 : 0;
            }
        }
        QVERIFY(changedAndGood > kDocuments / 10);
    }

    void the_forms_that_json_allows_and_the_canonical_one_does_not_are_refused()
    {
        for (const char* text : {"", "{", "}", "[]", "1", "\"a\"", " {}", "{} ", "{}{}", "{\"a\":1,}", "{\"a\" :1}",
                 "{\"a\": 1}", "{\"a\":1 }", "{\"b\":1,\"a\":1}", "{\"a\":1,\"a\":1}", "{\"a\":01}", "{\"a\":-0}",
                 "{\"a\":1.0}", "{\"a\":1e1}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":\"\\/\"}",
                 "{\"a\":\"\\u0041\"}", "{\"a\":\"\\u000a\"}", "{\"a\":\"\\u001F\"}", "{\"a\":\"\\u00\"}",
                 "{\"a\":\"\n\"}", "{\"a\":\"\xff\"}", "{\"a\":\"}", "{\"a\":tru}", "{\"a\":True}", "{\"a\":nan}",
                 "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1 ,2]}", "{a:1}", "{\"a\"}", "{\"a\":}",
                 "{\"a\":9007199254740993}", "{\"\\u0061\":1}", "{\"\xef\xac\xb3\":1,\"\xf0\x9f\x98\x80\":1}"}) {
            QVERIFY2(!readCanonicalLeaf(text), text);
            QVERIFY2(!isCanonical(text), text);
        }
        for (const char* text : {"{}", "{\"\":0}", "{\"a\":9007199254740992}", "{\"a\":-1}", "{\"a\":1.5e+300}",
                 "{\"a\":100000000000000000}", "{\"a\":1e+21}", "{\"a\":\"\\u001f\\n/\"}",
                 "{\"\xf0\x9f\x98\x80\":1,\"\xef\xac\xb3\":1}"}) {
            QVERIFY2(readCanonicalLeaf(text), text);
            QVERIFY2(isCanonical(text), text);
        }
    }

    void it_goes_32_deep_and_no_deeper()
    {
        for (const int depth : {31, 32, 33})
            QCOMPARE(readCanonicalLeaf(nested(depth)).has_value(), json::parseObject(nested(depth)).has_value());
        QVERIFY(readCanonicalLeaf(nested(32)));
        QVERIFY(!readCanonicalLeaf(nested(33)));
        QVERIFY(!readCanonicalLeaf("{\"a\":" + std::string(60'000, '[')));
    }

    void its_own_members_are_told_and_those_of_others_are_not()
    {
        const std::string leaf(
            "{\"a\":{\"client_id\":\"no\",\"seq\":9},\"client_id\":\"c\",\"closing\":true,\"device\":\"d\",\"grant_"
            "id\":\"g\","
            "\"iat\":-5,\"jti\":\"1.x\",\"prev\":\"p\",\"seq\":3,\"text_commitment\":\"t\",\"type\":\"k\"}");
        const auto claims = readCanonicalLeaf(leaf);
        QVERIFY(claims);
        QCOMPARE(claims->clientId, "c");
        QCOMPARE(claims->device, "d");
        QCOMPARE(claims->grantId, "g");
        QCOMPARE(claims->receiptId, "1.x");
        QCOMPARE(claims->prev, "p");
        QCOMPARE(claims->textCommitment, "t");
        QCOMPARE(claims->type, "k");
        QCOMPARE(claims->issuedAt, -5);
        QCOMPARE(claims->seq, 3);
        QVERIFY(claims->closing);
        for (const char* text : {"{\"client_id\":1}", "{\"prev\":null}", "{\"seq\":\"1\"}", "{\"seq\":1.5}",
                 "{\"iat\":1e+30}", "{\"closing\":false}", "{\"closing\":1}", "{\"type\":[]}", "{\"type\":\"\\n\"}"})
            QVERIFY2(!readCanonicalLeaf(text), text);
    }

    void the_leaves_of_a_grant_come_one_after_the_other_and_end()
    {
        const std::string first(32, '1');
        const std::string second(32, '2');
        const std::map<std::string, std::string> digests{
            {first, crypto::base64url(first)}, {second, crypto::base64url(second)}, {{}, {}}};
        const auto leaf = [&](const char* grant, int seq, const std::string& before, bool closing = false) {
            LeafClaims claims;
            claims.grantId = grant;
            claims.seq = seq;
            claims.prev = digests.at(before);
            claims.closing = closing;
            return claims;
        };
        const auto started = [&] {
            audit::GrantOrder order;
            order.take(leaf("a", 0, {}), LeafKind::ConsentGiven, first).value();
            return order;
        };
        using enum LeafKind;
        QVERIFY(started().take(leaf("a", 1, first), ActionPermitted, second));
        QVERIFY(started().take(leaf("b", 0, {}), ActionPermitted, second));
        QVERIFY(!started().take(leaf("a", 0, {}), ActionPermitted, second)); // the same number again
        QVERIFY(!started().take(leaf("a", 2, first), ActionPermitted, second)); // a gap
        QVERIFY(!started().take(leaf("a", 1, second), ActionPermitted, second)); // after another
        QVERIFY(!started().take(leaf("a", 1, {}), ActionPermitted, second)); // after none
        QVERIFY(!started().take(leaf("b", 0, first), ActionPermitted, second)); // the first, but after one
        QVERIFY(!started().take(leaf("b", 1, first), ActionPermitted, second));
        QVERIFY(!started().take(leaf("a", 1, first, true), ActionPermitted, second)); // ends by what can't end it
        QVERIFY(!started().take(leaf("a", 1, first), GrantRevoked, second)); // doesn't end by what ends it
        LeafClaims unnumbered = leaf("a", 1, first);
        unnumbered.seq.reset();
        QVERIFY(!started().take(unnumbered, ActionPermitted, second));

        audit::GrantOrder order = started();
        QVERIFY(order.take(leaf("a", 1, first, true), GrantRevoked, second));
        QVERIFY(order.take(leaf("a", 2, second), ActionDenied, first));
        for (const LeafKind kind :
            {ActionPermitted, TokenIssued, GrantResumed, GrantNarrowed, ConsentGiven, ActionApproved})
            QVERIFY(!audit::GrantOrder(order).take(leaf("a", 3, first), kind, first));
        QVERIFY(!audit::GrantOrder(order).take(leaf("a", 3, first, true), GrantExpired, first)); // ended twice
        for (const LeafKind kind : {ActionDenied, ActionOutcome, DetailsErased})
            QVERIFY(audit::GrantOrder(order).take(leaf("a", 3, first), kind, first));
    }

    void leaves_of_a_version_that_did_not_number_them_count_by_their_place()
    {
        LeafClaims old;
        old.grantId = "a";
        audit::GrantOrder order;
        QVERIFY(order.take(old, LeafKind::ConsentGiven, "1"));
        QVERIFY(order.take(old, LeafKind::TokenIssued, "2"));
        LeafClaims numbered = old;
        numbered.seq = 2;
        const std::string before = crypto::base64url("2");
        numbered.prev = before;
        QVERIFY(order.take(numbered, LeafKind::TokenIssued, "3"));
        QVERIFY(!order.take(old, LeafKind::TokenIssued, "4"));
    }
};

QTEST_GUILESS_MAIN(CanonicalLeafTest)
#include "tst_canonical_leaf.moc"
