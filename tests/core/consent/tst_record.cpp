// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/consent/record.h"
#include "core/crypto/jws.h"
#include "core/permissions/permission_json.h"
#include "core/permissions/value.h"

#include <QTest>

using namespace countersign;
using namespace countersign::consent;

namespace {

ConsentRecord sample(const crypto::PrivateKey& person)
{
    ConsentRecord record;
    record.grant = {"g1"};
    record.requestId = "r1";
    record.person = person.publicKey().thumbprint();
    record.device = {"device"};
    record.agent = {"agent"};
    record.agentKey = {"key"};
    record.asked = *permissions::parsePermission(
        R"([{"type":"agent_delegation","locations":["https://a.example/"],"actions":["a.r","a.w"]}])");
    record.granted = *permissions::parsePermission(
        R"([{"type":"agent_delegation","locations":["https://a.example/"],"actions":["a.r"],"expires_at":200}])");
    record.screenDigest = "digest";
    record.locale = "en-GB";
    record.renderer = 1;
    record.decidedAt = {100};
    record.expiresAt = {200};
    record.presence = Presence::Passphrase;
    return record;
}

} // namespace

class RecordTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_signed_record_reads_back_as_it_was()
    {
        const auto person = *crypto::PrivateKey::generate(crypto::KeyType::P256);
        const ConsentRecord record = sample(person);
        const auto jws = signConsent(record, person);
        QVERIFY(jws);
        const auto read = verifyConsent(*jws, person.publicKey());
        QVERIFY(read);
        QCOMPARE(*read, record);
    }

    void a_record_of_each_purpose_reads_back_as_it_was()
    {
        const auto person = *crypto::PrivateKey::generate(crypto::KeyType::P256);
        ConsentRecord replacement = sample(person);
        replacement.purpose = Purpose::Replacement;
        replacement.replaces = GrantId{"g0"};
        ConsentRecord amendment = sample(person);
        amendment.purpose = Purpose::Amendment;
        amendment.requestId.clear();
        amendment.previous = "digest-of-the-one-before";
        ConsentRecord action = sample(person);
        action.purpose = Purpose::Action;
        action.asked = {};
        action.granted = {};
        action.actionDigest = "digest-of-the-action";
        for (const ConsentRecord& record : {replacement, amendment, action}) {
            const auto jws = signConsent(record, person);
            QVERIFY2(jws, jws ? "" : jws.error().message.c_str());
            const auto read = verifyConsent(*jws, person.publicKey());
            QVERIFY2(read, read ? "" : read.error().message.c_str());
            QCOMPARE(*read, record);
        }
    }

    void a_record_lacks_nothing_that_its_purpose_needs_and_has_nothing_of_another()
    {
        const auto person = *crypto::PrivateKey::generate(crypto::KeyType::P256);
        const auto refused = [&](auto change) {
            ConsentRecord record = sample(person);
            change(record);
            return !signConsent(record, person);
        };
        QVERIFY(!refused([](ConsentRecord&) { }));
        QVERIFY(refused([](ConsentRecord& record) { record.purpose = Purpose::Replacement; }));
        QVERIFY(refused([](ConsentRecord& record) { record.purpose = Purpose::Amendment; }));
        QVERIFY(refused([](ConsentRecord& record) { record.purpose = Purpose::Action; }));
        QVERIFY(refused([](ConsentRecord& record) { record.replaces = GrantId{"g0"}; }));
        QVERIFY(refused([](ConsentRecord& record) { record.previous = "x"; }));
        QVERIFY(refused([](ConsentRecord& record) { record.actionDigest = "x"; }));
        // What is signed for one purpose can't be read as another.
        json::Object claims = *json::parseObject(consentClaims(sample(person)));
        for (const char* purpose : {"grant", "action", "amendment", "replacement", "anything"}) {
            claims["purpose"] = purpose;
            QVERIFY2(!verifyConsent(*crypto::signJwt("consent+jwt", claims, person), person.publicKey()), purpose);
        }
    }

    void the_digest_of_an_action_is_of_every_byte_that_matters()
    {
        const auto action = [](const char* name, const char* arguments) {
            return permissions::ActionRequest{permissions::Action::parse(name).value(),
                permissions::Location::parse("https://a.example/").value(), permissions::parseValue(arguments).value()};
        };
        const std::string digest = actionDigest(action("a.pay", "{\"amount\":\"1.50\",\"to\":\"acme\"}"));
        QCOMPARE(digest.size(), 43U);
        QCOMPARE(actionDigest(action("a.pay", "{ \"to\":\"acme\", \"amount\":\"1.50\" }")), digest);
        QVERIFY(actionDigest(action("a.pay", "{\"amount\":1.50,\"to\":\"acme\"}")) != digest);
        QVERIFY(actionDigest(action("a.pay", "{\"amount\":\"1.50\",\"to\":\"acme2\"}")) != digest);
        QVERIFY(actionDigest(action("a.buy", "{\"amount\":\"1.50\",\"to\":\"acme\"}")) != digest);
        QCOMPARE(actionJson(action("a.pay", "{\"n\":12345678901234567890123}")),
            "{\"action\":\"a.pay\",\"arguments\":{\"n\":12345678901234567890123},\"location\":\"https://a.example/\"}");
    }

    void another_person_can_not_sign_for_this_one()
    {
        const auto person = *crypto::PrivateKey::generate(crypto::KeyType::P256);
        const auto other = *crypto::PrivateKey::generate(crypto::KeyType::P256);
        QVERIFY(!signConsent(sample(person), other));
        ConsentRecord record = sample(other);
        const auto jws = signConsent(record, other);
        QVERIFY(jws);
        QCOMPARE(verifyConsent(*jws, person.publicKey()).error().code, ErrorCode::BadSignature);
        // Claims that name the person, signed by the other's key.
        const auto forged = crypto::signJws("consent+jwt", consentClaims(sample(person)), other);
        QVERIFY(!verifyConsent(*forged, person.publicKey()));
        QVERIFY(!verifyConsent(*forged, other.publicKey()));
    }

    void something_signed_for_another_purpose_is_no_consent()
    {
        const auto person = *crypto::PrivateKey::generate(crypto::KeyType::P256);
        const auto jws = crypto::signJws("at+jwt", consentClaims(sample(person)), person);
        QVERIFY(!verifyConsent(*jws, person.publicKey()));
    }

    void a_record_with_more_less_or_other_than_it_should_have_is_refused()
    {
        const auto person = *crypto::PrivateKey::generate(crypto::KeyType::P256);
        auto claims = *json::parseObject(consentClaims(sample(person)));
        const auto verifies = [&](const json::Object& changed) {
            return verifyConsent(*crypto::signJwt("consent+jwt", changed, person), person.publicKey()).has_value();
        };
        QVERIFY(verifies(claims));
        for (const auto& member : json::Object(claims)) {
            json::Object less = claims;
            less.erase(member.key());
            QVERIFY2(!verifies(less), std::string(member.key()).c_str());
        }
        json::Object more = claims;
        more["unknown"] = 1;
        QVERIFY(!verifies(more));
        json::Object other = claims;
        other["presence"] = "telepathy";
        QVERIFY(!verifies(other));
    }
};

QTEST_GUILESS_MAIN(RecordTest)
#include "tst_record.moc"
