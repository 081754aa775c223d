// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agent-Signature in the place of RFC 9421: as much counts, and what it does not cover can't be used against the agent.
#include "core/audit/receipt.h"
#include "tests/core/server/authzen/performed_scene.h"
#include "tests/support/actions.h"

#include <QTest>

#include <array>
#include <functional>

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;
using namespace std::chrono_literals;

namespace {
/// At a service that asks for Agent-Signature.
struct Scene : PerformedScene {
    explicit Scene(const std::string& more = kSpend) : PerformedScene(more)
    {
        demand(wire.fixture(), ServiceId{service.id}, agentSignatureAsked());
    }
};
using Spoil = std::function<void(Scene&, Sent&)>;

Sent agentSigned(Scene& scene, const WireAgent& by, Sent sent)
{
    sent.signAsAgent(by.dpopKey, scene.wire.now());
    return sent;
}

Sent agentSigned(Scene& scene)
{
    return agentSigned(scene, scene.agent, scene.sentBy(scene.agent, scene.token()));
}

json::Object receiptOf(Scene& scene, const WireAnswer& answer)
{
    const std::array keys{scene.wire.fixture().identity().device.publicKey()};
    const auto receipt = audit::verifyReceipt(contextText(answer.body, "receipt"), keys);
    return receipt ? receipt->claims : json::Object();
}

/// Signed all the same: what is wrong is nothing that the signature covers.
Spoil andSign(std::function<void(Sent&)> change)
{
    return [change = std::move(change)](Scene& scene, Sent& sent) {
        change(sent);
        sent.signAsAgent(scene.agent.dpopKey, scene.wire.now());
    };
}
} // namespace
Q_DECLARE_METATYPE(Spoil)

class AgentSignedRequestsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void both_kinds_of_keys_sign_and_the_receipt_says_how();
    void a_read_may_be_signed_so_too();
    void a_wrong_one_is_refused_and_receipted_data();
    void a_wrong_one_is_refused_and_receipted();
    void the_window_is_exact_data();
    void the_window_is_exact();
    void a_chain_needs_the_other_signature();
    void where_it_is_not_asked_for_it_is_none();
    void the_same_signature_gets_the_same_answer();
    void a_lost_answer_is_there_after_a_restart();
    void a_nonce_is_remembered_over_a_restart_for_as_long_as_it_could_be_used();
    void a_nonce_is_used_up_in_both_forms();
};

void AgentSignedRequestsTest::both_kinds_of_keys_sign_and_the_receipt_says_how()
{
    Scene scene;
    const WireAgent other = scene.wire.registerAgent(crypto::KeyType::Ed25519);
    const std::string token = scene.wire.grantedTo(other, delegableDetails(1, kSpend)).text("access_token");
    for (const Sent& sent : {agentSigned(scene), agentSigned(scene, other, scene.sentBy(other, token))}) {
        const WireAnswer answer = scene.pass(sent);
        QVERIFY2(permits(answer), answer.response.body.c_str());
        const json::Object claims = receiptOf(scene, answer);
        QCOMPARE(json::requiredString(claims, "binding"), "agent-signature");
        const auto signature = crypto::parseAgentSignature(sent.agentSignature).value().signature;
        QCOMPARE(json::requiredString(claims.at("request").as_object(), "signature_digest"),
            crypto::sha256Base64url(signature));
        const json::Object context = answer.body.at("context").as_object();
        const std::string text = json::requiredString(context.at("receipt_disclosure").as_object(), "text").value();
        const json::Object details = json::parseObject(text).value();
        const json::Object fields = details.at("fields").as_object();
        QCOMPARE(json::requiredString(fields, "agent-signature"), sent.agentSignature);
        QCOMPARE(json::requiredString(fields, "content-digest"), crypto::contentDigest(sent.body));
    }
}

void AgentSignedRequestsTest::a_read_may_be_signed_so_too()
{
    Scene scene{std::string()};
    const auto read = [&] {
        Sent sent = scene.sentBy(scene.agent, scene.token(), "GET");
        sent.action = "payments.read";
        sent.body.clear();
        sent.headers.clear();
        sent.uri += "?from=1";
        return agentSigned(scene, scene.agent, sent);
    };
    const WireAnswer answer = scene.pass(read());
    QVERIFY2(permits(answer), answer.response.body.c_str());
    QCOMPARE(json::requiredString(receiptOf(scene, answer), "binding"), "agent-signature");
    Sent wrong = read();
    wrong.uri += "2";
    QCOMPARE(contextText(scene.pass(wrong).body, "reason"), "invalid_signature");
}

void AgentSignedRequestsTest::a_wrong_one_is_refused_and_receipted_data()
{
    QTest::addColumn<Spoil>("spoil");
    const auto row = [](const char* name, Spoil spoil) { QTest::newRow(name) << std::move(spoil); };
    row("not the form", [](Scene&, Sent& sent) { sent.agentSignature = "x"; });
    row("another key", [](Scene& scene, Sent& sent) { sent.signAsAgent(scene.stranger.dpopKey, scene.wire.now()); });
    row("another body", [](Scene&, Sent& sent) { sent.body = "{\"amount\":\"400.00\"}"; });
    row("no body", [](Scene&, Sent& sent) { sent.body.clear(); });
    row("another query", [](Scene&, Sent& sent) { sent.uri += "?to=globex"; });
    row("another time", [](Scene& scene, Sent& sent) {
        const std::string ts = std::to_string(scene.wire.now().value);
        sent.agentSignature.replace(
            sent.agentSignature.find(ts), ts.size(), std::to_string(scene.wire.now().value - 1));
    });
    row("a digest of another body",
        andSign([](Sent& sent) { sent.headers["content-digest"] = crypto::contentDigest("x"); }));
    row("no type", andSign([](Sent& sent) { sent.headers.clear(); }));
    row("a form", andSign([](Sent& sent) {
        sent.headers["content-type"] = "application/x-www-form-urlencoded";
        sent.body = "amount=1.00";
    }));
    row("JSON that is said to be a form",
        andSign([](Sent& sent) { sent.headers["content-type"] = "application/x-www-form-urlencoded"; }));
    row("an encoded body", andSign([](Sent& sent) { sent.headers["content-encoding"] = "gzip"; }));
}

void AgentSignedRequestsTest::a_wrong_one_is_refused_and_receipted()
{
    QFETCH(Spoil, spoil);
    Scene scene;
    Sent sent = agentSigned(scene);
    spoil(scene, sent);
    const WireAnswer answer = scene.pass(sent);
    QCOMPARE(answer.status(), 200);
    QVERIFY(!permits(answer));
    QVERIFY2(contextText(answer.body, "reason") == "invalid_signature", answer.response.body.c_str());
    QCOMPARE(scene.count(LeafKind::ActionPermitted), 0);
    QCOMPARE(scene.count(LeafKind::ActionDenied), 1);
    QCOMPARE(json::requiredString(receiptOf(scene, answer), "binding"), "dpop");
    QVERIFY(permits(scene.pass(agentSigned(scene)))); // what was refused used nothing up
}

void AgentSignedRequestsTest::the_window_is_exact_data()
{
    QTest::addColumn<int>("age");
    QTest::addColumn<bool>("permitted");
    QTest::newRow("too far ahead") << -6 << false;
    QTest::newRow("ahead") << -5 << true;
    QTest::newRow("old") << 300 << true;
    QTest::newRow("too old") << 301 << false;
}

void AgentSignedRequestsTest::the_window_is_exact()
{
    QFETCH(int, age);
    QFETCH(bool, permitted);
    Scene scene;
    Sent sent = scene.sentBy(scene.agent, scene.token());
    sent.signAsAgent(scene.agent.dpopKey, scene.wire.now() - std::chrono::seconds(age));
    const WireAnswer answer = scene.pass(sent);
    QCOMPARE(permits(answer), permitted);
    QCOMPARE(contextText(answer.body, "reason"), permitted ? "" : "invalid_signature");
}

void AgentSignedRequestsTest::a_chain_needs_the_other_signature()
{
    Scene scene;
    const std::string link = scene.wire.link(scene.token(), scene.agent, scene.child);
    Sent sent = scene.sentBy(scene.child, scene.token());
    sent.links = {link};
    QCOMPARE(contextText(scene.pass(agentSigned(scene, scene.child, sent)).body, "reason"), "invalid_signature");
    Sent covered = scene.sentBy(scene.child, scene.token());
    covered.links = {link};
    const WireAnswer answer = scene.pass(scene.signedBy(scene.child, covered));
    QVERIFY2(permits(answer), answer.response.body.c_str());
}

void AgentSignedRequestsTest::where_it_is_not_asked_for_it_is_none()
{
    Scene scene;
    const Sent before = agentSigned(scene);
    demand(scene.wire.fixture(), ServiceId{scene.service.id}, {});
    QCOMPARE(contextText(scene.pass(before).body, "reason"), "invalid_signature");
    QVERIFY(permits(scene.pass(scene.sent()))); // by RFC 9421
}

void AgentSignedRequestsTest::the_same_signature_gets_the_same_answer()
{
    Scene scene;
    const Sent sent = agentSigned(scene);
    const WireAnswer first = scene.pass(sent);
    QVERIFY(permits(first));
    QCOMPARE(scene.pass(sent).body, first.body);
    // Written as r and s side by side it is the same signature.
    const auto read = crypto::parseAgentSignature(sent.agentSignature).value();
    Sent plain = sent;
    const std::size_t start = sent.agentSignature.find("sig=\"") + 5;
    plain.agentSignature.replace(start, sent.agentSignature.size() - 1 - start, crypto::base64url(read.signature));
    QVERIFY(plain.agentSignature != sent.agentSignature);
    QCOMPARE(scene.pass(plain).body, first.body);
    Sent other = sent;
    other.action = "payments.read"; // the service may not pass it off as something else
    QCOMPARE(contextText(scene.pass(other).body, "reason"), "invalid_dpop_proof");
    QCOMPARE(scene.count(LeafKind::ActionPermitted), 1);
}

void AgentSignedRequestsTest::a_lost_answer_is_there_after_a_restart()
{
    Scene scene;
    Sent sent = scene.sentBy(scene.agent, scene.token());
    const std::string nonce = crypto::randomToken();
    sent.signAsAgent(scene.agent.dpopKey, scene.wire.now(), nonce);
    const WireAnswer first = scene.pass(sent);
    QVERIFY(permits(first));
    scene.wire.restart(); // voids the nonces of proofs, not those of signatures
    QCOMPARE(scene.pass(sent).body, first.body);
    Sent again = scene.sentBy(scene.agent, scene.token());
    again.body = "{\"amount\":\"1.00\"}";
    again.signAsAgent(scene.agent.dpopKey, scene.wire.now(), nonce);
    QCOMPARE(contextText(scene.pass(again).body, "reason"), "invalid_signature");
    QCOMPARE(scene.count(LeafKind::ActionPermitted), 1);
}

void AgentSignedRequestsTest::a_nonce_is_remembered_over_a_restart_for_as_long_as_it_could_be_used()
{
    Scene scene;
    const UnixSeconds signedAt = scene.wire.now();
    const std::string nonce = crypto::randomToken();
    Sent sent = scene.sentBy(scene.agent, scene.token());
    sent.signAsAgent(scene.agent.dpopKey, signedAt, nonce);
    QVERIFY(permits(scene.pass(sent)));
    for (const auto passed : {0s, 299s, 1s}) {
        scene.wire.fixture().clock().advance(passed);
        scene.wire.restart();
        const auto again = [&](const std::string& with) {
            Sent other = scene.sentBy(scene.agent, scene.token());
            other.body = "{\"amount\":\"1.00\"}";
            other.signAsAgent(scene.agent.dpopKey, signedAt, with);
            return scene.pass(other);
        };
        QCOMPARE(contextText(again(nonce).body, "reason"), "invalid_signature");
        const WireAnswer fresh = again(crypto::randomToken()); // as old, and with a nonce of its own
        QVERIFY2(permits(fresh), fresh.response.body.c_str());
    }
    scene.wire.fixture().clock().advance(1s); // out of the window
    Sent late = scene.sentBy(scene.agent, scene.token());
    late.signAsAgent(scene.agent.dpopKey, signedAt, crypto::randomToken());
    QCOMPARE(contextText(scene.pass(late).body, "reason"), "invalid_signature");
}

void AgentSignedRequestsTest::a_nonce_is_used_up_in_both_forms()
{
    Scene scene;
    const std::string nonce = crypto::randomToken();
    Sent first = scene.sentBy(scene.agent, scene.token());
    first.signAsAgent(scene.agent.dpopKey, scene.wire.now(), nonce);
    QVERIFY(permits(scene.pass(first)));
    Sent second = scene.sentBy(scene.agent, scene.token());
    second.digest();
    auto parameters = Sent::parameters(scene.agent.dpopKey, scene.wire.now());
    parameters.nonce = nonce;
    second.sign(scene.agent.dpopKey, parameters, second.covered());
    QCOMPARE(contextText(scene.pass(second).body, "reason"), "invalid_signature");
    QCOMPARE(scene.count(LeafKind::ActionPermitted), 1);
}

QTEST_GUILESS_MAIN(AgentSignedRequestsTest)
#include "tst_agent_signed_requests.moc"
