// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An agent shows a trust token when it registers (RFC 7591 section 2.3), and answers our challenge.
#include "core/authority/context.h"
#include "core/authority/trust_cases.h"
#include "core/crypto/dpop.h"
#include "tests/core/agents/trust_samples.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using agents::ShownTrust;

namespace {

struct Scene {
    [[nodiscard]] std::string token()
    {
        return test::signToken(test::rightClaims("https://issuer.example", key.publicKey(), wire.now()), issuer);
    }

    [[nodiscard]] std::string metadata(const json::Value& statement) const
    {
        json::Object object = *json::parseObject(OAuthWire::registrationOf(key.publicKey()));
        object["software_statement"] = statement;
        return json::serialize(object);
    }

    [[nodiscard]] std::string proof(
        const crypto::PrivateKey& by, const std::string& nonce, const std::string& path = "/register")
    {
        return *crypto::signDpop(by, "POST", wire.url(path), wire.now(), nonce, std::nullopt);
    }

    [[nodiscard]] WireAnswer registered(const std::string& body, const std::vector<std::string>& proofs = {})
    {
        server::HttpRequest request;
        request.method = "POST";
        request.target = request.path = "/register";
        request.fields = {{"content-type", "application/json"}};
        for (const std::string& each : proofs)
            request.fields.push_back({"dpop", each});
        request.body = body;
        request.peer.uid = 1000;
        return wire.send(std::move(request));
    }

    [[nodiscard]] ShownTrust shown(const std::string& clientId)
    {
        return *wire.fixture().run<ShownTrust>(
            [&](authority::Context& context) { return context.trust.shown(ClientId{clientId}); });
    }

    OAuthWire wire;
    crypto::PrivateKey key = test::newKey();
    crypto::PrivateKey issuer = test::newKey();
};

} // namespace

class TestSoftwareStatement : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void it_is_kept_and_told_back_unchanged()
    {
        Scene scene;
        const std::string token = scene.token();
        const WireAnswer answer = scene.registered(scene.metadata(json::Value(token)));
        QCOMPARE(answer.status(), 201);
        QCOMPARE(answer.text("software_statement"), token);
        QVERIFY(!answer.field("dpop-nonce").empty());
        QCOMPARE(scene.shown(answer.text("client_id")), (ShownTrust{.token = token}));
    }

    void the_challenge_is_answered_by_a_proof_of_the_registered_key()
    {
        Scene scene;
        const std::string body = scene.metadata(json::Value(scene.token()));
        const WireAnswer first = scene.registered(body, {scene.proof(scene.key, "none")});
        QCOMPARE(first.error(), std::string("use_dpop_nonce"));
        const std::string nonce = first.field("dpop-nonce");
        const std::string right = scene.proof(scene.key, nonce);
        const WireAnswer answer = scene.registered(body, {right});
        QCOMPARE(answer.status(), 201);
        QVERIFY(scene.shown(answer.text("client_id")).provenAt == scene.wire.now());
        QCOMPARE(scene.registered(body, {right}).error(), std::string("invalid_dpop_proof")); // once
    }

    void proofs_by_others_and_for_others_are_refused()
    {
        Scene scene;
        const std::string body = scene.metadata(json::Value(scene.token()));
        const std::string nonce = scene.wire.nonce();
        const std::string right = scene.proof(scene.key, nonce);
        for (const auto& proofs : {std::vector<std::string>{scene.proof(test::newKey(), nonce)},
                 {scene.proof(scene.key, nonce, "/token")}, {right, right}, {"nonsense"}}) {
            const WireAnswer answer = scene.registered(body, proofs);
            QCOMPARE(answer.status(), 400);
            QCOMPARE(answer.error(), std::string("invalid_dpop_proof"));
        }
    }

    void what_is_no_token_is_refused()
    {
        Scene scene;
        for (const char* statement : {"x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."}) {
            const WireAnswer answer = scene.registered(scene.metadata(json::Value(statement)));
            QCOMPARE(answer.status(), 400);
            QCOMPARE(answer.error(), std::string("invalid_software_statement"));
        }
        QCOMPARE(scene.registered(scene.metadata(1)).error(), std::string("invalid_client_metadata"));
    }

    void a_second_registration_with_a_proof_brings_a_new_token_and_without_one_none()
    {
        Scene scene;
        const std::string first = scene.token();
        const std::string id = scene.registered(scene.metadata(json::Value(first))).text("client_id");
        scene.wire.fixture().clock().advance(std::chrono::seconds(10));
        const std::string second = scene.token();
        QVERIFY(first != second);
        QCOMPARE(scene.registered(scene.metadata(json::Value(second))).text("client_id"), id);
        QCOMPARE(scene.shown(id).token, first);
        const WireAnswer answer =
            scene.registered(scene.metadata(json::Value(second)), {scene.proof(scene.key, scene.wire.nonce())});
        QCOMPARE(answer.text("client_id"), id);
        QCOMPARE(scene.shown(id).token, second);
    }

    void an_assertion_proves_the_key_too()
    {
        Scene scene;
        const WireAgent agent = scene.wire.registerAgent();
        QVERIFY(!scene.shown(agent.clientId).provenAt);
        QCOMPARE(scene.wire.ask(agent).status(), 200);
        QVERIFY(scene.shown(agent.clientId).provenAt.has_value());
    }
};

QTEST_GUILESS_MAIN(TestSoftwareStatement)
#include "tst_software_statement.moc"
