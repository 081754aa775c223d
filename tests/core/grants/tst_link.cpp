// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/grants/link.h"

#include "core/grants/claims_json.h"
#include "core/permissions/permission_json.h"

#include "tests/core/grants/chain_maker.h"

#include <QTest>

using namespace countersign;
using namespace countersign::grants;
using test::ChainMaker;
using test::kChainNow;
using test::Unsigned;

namespace {

permissions::Permission permission(std::string_view more)
{
    return *permissions::parsePermission(
        "[{\"type\":\"agent_delegation\",\"locations\":[\"https://a.example/\"],\"actions\":[\"a.b\"],"
        + std::string(more) + "}]");
}

} // namespace

class TestLink : public QObject {
    Q_OBJECT

    /// The second link of a chain, changed before it is signed.
    [[nodiscard]] std::string changed(const std::function<void(Unsigned&)>& change) const
    {
        Unsigned form = m_maker.link(2, m_maker.make(1).links[0]);
        change(form);
        return ChainMaker::sign(2, std::move(form));
    }

private Q_SLOTS:
    void a_link_reads_back_as_it_was_signed_data()
    {
        QTest::addColumn<int>("parent");
        QTest::newRow("P-256") << 0;
        QTest::newRow("Ed25519") << 1;
    }
    void a_link_reads_back_as_it_was_signed()
    {
        QFETCH(int, parent);
        const crypto::PrivateKey& key = m_maker.key(parent);
        const Link link{key.publicKey().thumbprint(), "child", m_maker.key(2).publicKey(), "hash",
            permission("\"uses\":5,\"max_depth\":1"), {10}, {20}, "id", 3, 4};
        const auto jws = signLink(link, key);
        QVERIFY(jws);
        const auto read = readLink(*jws);
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(read->link.issuer, link.issuer);
        QCOMPARE(read->link.child, link.child);
        QCOMPARE(read->link.childKey, link.childKey);
        QCOMPARE(read->link.parentHash, link.parentHash);
        QCOMPARE(read->link.permission, link.permission);
        QCOMPARE(read->link.issuedAt, link.issuedAt);
        QCOMPARE(read->link.expiresAt, link.expiresAt);
        QCOMPARE(read->link.id, link.id);
        QCOMPARE(read->link.depth, link.depth);
        QCOMPARE(read->link.maxDepth, link.maxDepth);
        QCOMPARE(read->jws, *jws);
        QCOMPARE(read->hash, ChainMaker::hashOf(*jws));
        QCOMPARE(*hashOf(*jws), read->hash);
    }

    void its_hash_is_that_of_what_was_signed_and_not_of_the_signature()
    {
        const Unsigned form = m_maker.link(1, m_maker.make(0).token); // signed by ES256, which is different each time
        const std::string one = ChainMaker::sign(1, form);
        const std::string other = ChainMaker::sign(1, form);
        QVERIFY(one != other);
        QCOMPARE(readLink(one)->hash, readLink(other)->hash);
        QVERIFY(!hashOf("a.b"));
    }

    void numbers_stay_exact()
    {
        const permissions::Permission exact =
            permission("\"constraints\":{\"/a\":{\"range\":{\"max\":\"0.1000000000000000000001\"}}}");
        const auto text = claimsWithDetails({{"a", 1}}, exact);
        QCOMPARE(*detailsIn(text), exact);
        QCOMPARE(json::parseObject(text)->at("a"), json::Value(1));
        QCOMPARE(*detailsIn(claimsWithDetails({}, exact)), exact);
        QVERIFY(!detailsIn("{}"));
        QVERIFY(!detailsIn("{\"authorization_details\":[]}"));
        QVERIFY(!detailsIn("not json"));
    }

    void a_claim_that_is_missing_or_wrong_is_refused_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value"); // JSON; empty: taken away
        const auto row = [](const char* name, const char* value) {
            QTest::addRow("%s: %.20s", name, *value ? value : "missing")
                << QString::fromLatin1(name) << QString::fromLatin1(value);
        };
        for (const char* name : {"iss", "sub", "cnf", "par_hash", "authorization_details", "iat", "exp", "jti",
                 "del_depth", "del_max_depth"}) {
            row(name, "");
            row(name, "null");
            row(name, "true");
        }
        row("iss", "\"urn:ietf:params:oauth:jwk-thumbprint:sha-256:another\"");
        row("sub", "\"\"");
        row("sub", "\"child\\u0000\"");
        row("sub", "\"child\\u202e\"");
        row("cnf", "{}");
        row("cnf", "{\"jkt\":\"thumbprint\"}");
        row("cnf", "{\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}");
        row("authorization_details", "[]");
        row("authorization_details", "[{\"type\":\"other\"}]");
        row("iat", "-1");
        row("iat", "1767299995.5");
        row("exp", "1767299995"); // iat
        row("jti", "\"\"");
        row("del_depth", "0");
        row("del_depth", "8");
        row("del_depth", "\"2\"");
        row("del_max_depth", "1");
        row("del_max_depth", "8");
        row("nbf", "1767299995"); // what we don't know may narrow
        row("aud", "\"https://payments.example\"");
        row("scope", "\"openid\"");
    }
    void a_claim_that_is_missing_or_wrong_is_refused()
    {
        QFETCH(QString, name);
        QFETCH(QString, value);
        QVERIFY(readLink(changed([](Unsigned&) { })));
        QVERIFY(!readLink(changed([&](Unsigned& form) {
            form.claims.erase(name.toStdString());
            if (!value.isEmpty())
                form.claims[name.toStdString()] = *json::parse(value.toStdString());
        })));
    }

    void texts_have_their_bounds()
    {
        const auto with = [&](const char* name, std::size_t bytes) {
            return readLink(changed([&](Unsigned& form) { form.claims[name] = std::string(bytes, 'x'); })).has_value();
        };
        QVERIFY(with("jti", 128));
        QVERIFY(!with("jti", 129));
        QVERIFY(with("sub", 256));
        QVERIFY(!with("sub", 257));
    }

    void a_link_is_not_too_large()
    {
        const auto sized = [&](std::size_t bytes) {
            return changed([&](Unsigned& form) { form.claims["par_hash"] = std::string(bytes, 'x'); });
        };
        std::size_t bytes = 1000;
        while (sized(bytes + 1).size() <= kMaxLinkBytes)
            ++bytes;
        QVERIFY(readLink(sized(bytes)));
        QVERIFY(!readLink(sized(bytes + 1)));
    }

    void the_header_is_strict_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value"); // JSON; empty: taken away
        const auto row = [](const char* name, const char* value) {
            QTest::addRow("%s: %.30s", name, *value ? value : "missing")
                << QString::fromLatin1(name) << QString::fromLatin1(value);
        };
        row("typ", "");
        row("typ", "\"JWT\"");
        row("typ", "\"at+jwt\"");
        row("typ", "\"dpop+jwt\"");
        row("crit", "[\"exp\"]");
        row("jku", "\"https://evil.example/keys\"");
        row("x5c", "[\"AA\"]");
        row("x5u", "\"https://evil.example/\"");
        row("b64", "false");
        row("jwk", "");
        row("jwk", "\"https://evil.example/key\"");
        row("jwk", "{\"kty\":\"oct\",\"k\":\"AA\"}");
        row("cty", "\"JWT\"");
    }
    void the_header_is_strict()
    {
        QFETCH(QString, name);
        QFETCH(QString, value);
        QVERIFY(!readLink(changed([&](Unsigned& form) {
            form.header.erase(name.toStdString());
            if (!value.isEmpty())
                form.header[name.toStdString()] = *json::parse(value.toStdString());
        })));
    }

    void the_algorithm_is_one_that_fits_the_key()
    {
        const std::string right = changed([](Unsigned&) { });
        QVERIFY(readLink(right));
        const std::string rest = right.substr(right.find('.'));
        json::Object header = *json::parseObject(*crypto::fromBase64url(right.substr(0, right.find('.'))));
        for (const char* algorithm : {"none", "HS256", "RS256", "ES256", "ES384", ""}) {
            header["alg"] = algorithm;
            QVERIFY(!readLink(crypto::base64url(json::serialize(header)) + rest));
        }
        header["alg"] = "none";
        QVERIFY(!readLink(crypto::base64url(json::serialize(header)) + rest.substr(0, rest.rfind('.') + 1)));
    }

    void a_key_in_the_header_that_did_not_sign_is_refused()
    {
        const auto read =
            readLink(changed([&](Unsigned& form) { form.header["jwk"] = m_maker.key(3).publicKey().toJwk(); }));
        QVERIFY(!read);
        QCOMPARE(read.error().code, ErrorCode::BadSignature);
    }

    void a_private_key_is_never_taken_for_a_public_one()
    {
        for (const char* where : {"header", "cnf"}) {
            QVERIFY(!readLink(changed([&](Unsigned& form) {
                json::Object& holder = std::string_view(where) == "cnf" ? form.claims["cnf"].as_object() : form.header;
                holder["jwk"].as_object()["d"] = "AAAA";
            })));
        }
    }

    void what_is_no_link_is_refused()
    {
        for (const char* text : {"", ".", "..", "...", "a.b.c", "e30.e30.", "e30.e30.e30", "{}", "\"\""})
            QVERIFY(!readLink(text));
        QVERIFY(!readLink(m_maker.make(0).token));
    }

    void claims_that_are_no_object_or_name_one_twice_are_refused()
    {
        const crypto::PrivateKey& key = m_maker.key(1);
        const json::Object header{{"typ", kLinkType}, {"jwk", key.publicKey().toJwk()}};
        const std::string right = json::serialize(m_maker.link(2, m_maker.make(1).links[0]).claims);
        QVERIFY(readLink(*crypto::signJwsWithHeader(header, right, key)));
        const std::string twice = right.substr(0, right.size() - 1) + ",\"del_depth\":3}";
        for (const std::string& payload : {std::string(), std::string("[]"), std::string("null"), twice, right + "x"})
            QVERIFY(!readLink(*crypto::signJwsWithHeader(header, payload, key)));
    }

private:
    ChainMaker m_maker;
};

QTEST_GUILESS_MAIN(TestLink)
#include "tst_link.moc"
