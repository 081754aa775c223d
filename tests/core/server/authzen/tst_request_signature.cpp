// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What changes something must be signed by the agent's bound key, over this very request. Each refusal is a decision:
// it is logged, and has a receipt.
#include "core/audit/receipt.h"
#include "tests/core/server/authzen/performed_scene.h"

#include <QTest>

#include <array>
#include <functional>

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;

namespace {
using Scene = PerformedScene;
using Spoil = std::function<void(Scene&, Sent&)>;
using SigParams = crypto::SignatureParameters;

const std::string kUnbounded; // a grant without rules about arguments

/// Signed with other parameters than a good agent would give.
Spoil withParameters(std::function<void(SigParams&, UnixSeconds)> change)
{
    return [change = std::move(change)](Scene& scene, Sent& sent) {
        SigParams parameters = Sent::parameters(scene.agent.dpopKey, scene.wire.now());
        change(parameters, scene.wire.now());
        sent.sign(scene.agent.dpopKey, parameters, sent.covered());
    };
}

/// Signed without one of the components.
Spoil without(const std::string& name)
{
    return [name](Scene& scene, Sent& sent) {
        auto components = sent.covered();
        std::erase_if(components, [&](const crypto::Component& component) { return component.name == name; });
        sent.sign(scene.agent.dpopKey, Sent::parameters(scene.agent.dpopKey, scene.wire.now()), components);
    };
}

json::Object receiptOf(Scene& scene, const WireAnswer& answer)
{
    const std::array keys{scene.wire.fixture().identity().device.publicKey()};
    const auto receipt = audit::verifyReceipt(contextText(answer.body, "receipt"), keys);
    return receipt ? receipt->claims : json::Object();
}
} // namespace
Q_DECLARE_METATYPE(Spoil)

class RequestSignatureTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_wrong_signature_is_refused_and_receipted_data();
    void a_wrong_signature_is_refused_and_receipted();
    void a_read_needs_no_signature();
    void a_read_is_signed_where_the_grant_wants_it();
    void the_window_of_created_is_exact_data();
    void the_window_of_created_is_exact();
    void both_kinds_of_keys_sign();
    void arguments_come_from_the_request_data();
    void arguments_come_from_the_request();
    void arguments_that_cannot_be_told_matter_only_under_rules_data();
    void arguments_that_cannot_be_told_matter_only_under_rules();
    void the_same_signature_gets_the_same_answer();
    void a_lost_answer_is_there_after_a_restart();
    void the_same_nonce_with_another_signature_is_refused();
};

void RequestSignatureTest::a_wrong_signature_is_refused_and_receipted_data()
{
    QTest::addColumn<Spoil>("spoil");
    QTest::addColumn<std::string>("reason");
    const auto row = [](const char* name, Spoil spoil, const char* reason = "invalid_signature") {
        QTest::newRow(name) << std::move(spoil) << std::string(reason);
    };
    row(
        "no signature",
        [](Scene&, Sent& sent) {
            sent.signature.clear();
            sent.signatureInput.clear();
        },
        "signature_required");
    for (const char* name : {"@method", "@target-uri", "authorization", "dpop", "content-digest", "content-type"})
        row(qPrintable(QStringLiteral("does not cover %1").arg(QLatin1String(name))), without(name));
    for (const char* name : {"content-encoding", "idempotency-key"})
        row(qPrintable(QStringLiteral("does not cover %1").arg(QLatin1String(name))), [name](Scene& scene, Sent& sent) {
            sent.headers[name] = "x";
            without(name)(scene, sent);
        });
    row("another key", [](Scene& scene, Sent& sent) {
        sent.sign(scene.stranger.dpopKey, Sent::parameters(scene.agent.dpopKey, scene.wire.now()), sent.covered());
    });
    row("another keyid", withParameters([](SigParams& parameters, UnixSeconds) { parameters.keyId = "x"; }));
    row("no keyid", withParameters([](SigParams& parameters, UnixSeconds) { parameters.keyId.reset(); }));
    row("no nonce", withParameters([](SigParams& parameters, UnixSeconds) { parameters.nonce.reset(); }));
    row("an empty nonce", withParameters([](SigParams& parameters, UnixSeconds) { parameters.nonce = ""; }));
    row("a long nonce",
        withParameters([](SigParams& parameters, UnixSeconds) { parameters.nonce = std::string(257, 'n'); }));
    row("no created", withParameters([](SigParams& parameters, UnixSeconds) { parameters.created.reset(); }));
    row("another tag", withParameters([](SigParams& parameters, UnixSeconds) { parameters.tag = "x"; }));
    row("no tag", withParameters([](SigParams& parameters, UnixSeconds) { parameters.tag.reset(); }));
    row("it has expired", withParameters([](SigParams& parameters, UnixSeconds now) {
        parameters.expires = now - std::chrono::seconds(1);
    }));
    row("another query", [](Scene&, Sent& sent) { sent.uri += "?to=globex"; });
    row("another body", [](Scene&, Sent& sent) { sent.body = "{\"amount\":\"400.00\"}"; });
    row("another body with its digest", [](Scene&, Sent& sent) {
        sent.body = "{\"amount\":\"400.00\"}";
        sent.digest();
    });
    row("a body without a digest", [](Scene& scene, Sent& sent) {
        sent.headers.erase("content-digest");
        sent.sign(scene.agent.dpopKey, Sent::parameters(scene.agent.dpopKey, scene.wire.now()), sent.covered());
    });
    row("another content type", [](Scene&, Sent& sent) { sent.headers["content-type"] = "application/x+json"; });
    row("not a signature", [](Scene&, Sent& sent) { sent.signature = "sig=x"; });
    row("of another label", [](Scene&, Sent& sent) { sent.signatureInput.replace(0, 3, "gis"); });
}

void RequestSignatureTest::a_wrong_signature_is_refused_and_receipted()
{
    QFETCH(Spoil, spoil);
    QFETCH(std::string, reason);
    Scene scene;
    Sent sent = scene.sent();
    spoil(scene, sent);
    const WireAnswer answer = scene.pass(sent);
    QCOMPARE(answer.status(), 200);
    QVERIFY(!permits(answer));
    QVERIFY2(contextText(answer.body, "reason") == reason, answer.response.body.c_str());
    QCOMPARE(scene.count(LeafKind::ActionPermitted), 0);
    QCOMPARE(scene.count(LeafKind::ActionDenied), 1);
    const json::Object claims = receiptOf(scene, answer);
    QCOMPARE(json::requiredString(claims, "decision"), "deny");
    QCOMPARE(json::requiredString(claims, "reason"), reason);
    QCOMPARE(json::requiredString(claims, "binding"), "dpop");
    QVERIFY(permits(scene.pass(scene.sent()))); // what was refused used nothing up
}

void RequestSignatureTest::a_read_needs_no_signature()
{
    Scene scene(kUnbounded);
    for (const char* method : {"GET", "HEAD"}) {
        Sent sent = scene.sentBy(scene.agent, scene.token(), method);
        sent.action = "payments.read";
        sent.body.clear();
        const WireAnswer answer = scene.pass(sent);
        QVERIFY2(permits(answer), answer.response.body.c_str());
        QCOMPARE(json::requiredString(receiptOf(scene, answer), "binding"), "dpop");
    }
    Sent change = scene.sentBy(scene.agent, scene.token(), "get"); // methods are case-sensitive
    QCOMPARE(contextText(scene.pass(change).body, "reason"), "signature_required");
    // One that is signed all the same must be signed right.
    Sent wrong = scene.signedBy(scene.agent, scene.sentBy(scene.agent, scene.token(), "GET"));
    wrong.uri += "?all";
    QCOMPARE(contextText(scene.pass(wrong).body, "reason"), "invalid_signature");
}

void RequestSignatureTest::a_read_is_signed_where_the_grant_wants_it()
{
    Scene scene(",\"signed_reads\":true");
    Sent read = scene.sentBy(scene.agent, scene.token(), "GET");
    read.action = "payments.read";
    read.body.clear();
    const WireAnswer refused = scene.pass(read);
    QVERIFY(!permits(refused));
    QCOMPARE(contextText(refused.body, "reason"), "signature_required");
    Sent again = scene.sentBy(scene.agent, scene.token(), "GET");
    again.action = "payments.read";
    again.body.clear();
    const WireAnswer permitted = scene.pass(scene.signedBy(scene.agent, again));
    QVERIFY2(permits(permitted), permitted.response.body.c_str());
    QCOMPARE(json::requiredString(receiptOf(scene, permitted), "binding"), "http-signature");
}

void RequestSignatureTest::the_window_of_created_is_exact_data()
{
    QTest::addColumn<int>("age");
    QTest::addColumn<bool>("permitted");
    QTest::newRow("too far ahead") << -6 << false;
    QTest::newRow("ahead") << -5 << true;
    QTest::newRow("old") << 300 << true;
    QTest::newRow("too old") << 301 << false;
}

void RequestSignatureTest::the_window_of_created_is_exact()
{
    QFETCH(int, age);
    QFETCH(bool, permitted);
    Scene scene;
    Sent sent = scene.sent();
    withParameters([age](SigParams& parameters, UnixSeconds now) {
        parameters.created = now - std::chrono::seconds(age);
    })(scene, sent);
    const WireAnswer answer = scene.pass(sent);
    QCOMPARE(permits(answer), permitted);
    QCOMPARE(contextText(answer.body, "reason"), permitted ? "" : "invalid_signature");
}

void RequestSignatureTest::both_kinds_of_keys_sign()
{
    Scene scene;
    const WireAgent other = scene.wire.registerAgent(crypto::KeyType::Ed25519);
    const std::string token = scene.wire.grantedTo(other, delegableDetails(1, kSpend)).text("access_token");
    const WireAnswer answer = scene.pass(scene.signedBy(other, scene.sentBy(other, token)));
    QVERIFY2(permits(answer), answer.response.body.c_str());
    QCOMPARE(json::requiredString(receiptOf(scene, answer), "binding"), "http-signature");
}

void RequestSignatureTest::arguments_come_from_the_request_data()
{
    QTest::addColumn<std::string>("query");
    QTest::addColumn<std::string>("type");
    QTest::addColumn<std::string>("body");
    QTest::addColumn<std::string>("stated"); // empty: nothing
    QTest::addColumn<std::string>("arguments"); // empty: refused
    const std::string json = "application/json";
    const std::string form = "application/x-www-form-urlencoded";
    const auto row = [](const char* name, const std::string& query, const std::string& type, const std::string& body,
                         const char* stated, const char* arguments) {
        QTest::newRow(name) << query << type << body << std::string(stated) << std::string(arguments);
    };
    row("a body of JSON", "", json, "{\"amount\":100.10}", "", "{\"amount\":100.1}");
    row("a kind of JSON", "", "application/vnd.pay+json; charset=utf-8", "{\"amount\":1}", "", "{\"amount\":1}");
    row("a form", "", form, "amount=1&note=a%20b", "", "{\"amount\":\"1\",\"note\":\"a b\"}");
    row("a query and a body", "?note=a", json, "{\"amount\":1}", "", "{\"amount\":1,\"note\":\"a\"}");
    row("stated as it is", "?note=a", json, "{\"amount\":1}", "{\"amount\":1,\"note\":\"a\"}",
        "{\"amount\":1,\"note\":\"a\"}");
    row("a number in a query", "?amount=1.50", json, "", "{\"amount\":1.50}", ""); // 1.5 is another text than 1.50
    row("a plain number in a query", "?amount=15", json, "", "{\"amount\":15}", "{\"amount\":15}");
    row("a segment of the path", "", json, "{\"amount\":1}", "{\"amount\":1,\"what\":\"payments\"}",
        "{\"amount\":1,\"what\":\"payments\"}");
    row("no segment of the path", "", json, "{\"amount\":1}", "{\"amount\":1,\"what\":\"payment\"}", "");
    row("not a part of the host", "", json, "{\"amount\":1}", "{\"amount\":1,\"what\":\"payments.example\"}", "");
    row("stated otherwise", "", json, "{\"amount\":1}", "{\"amount\":2}", "");
    row("a text for a number", "", json, "{\"amount\":1}", "{\"amount\":\"1\"}", "");
    row("one is not stated", "?note=a", json, "{\"amount\":1}", "{\"amount\":1}", "");
    row("one too many is stated", "", json, "{\"amount\":1}", "{\"amount\":1,\"note\":\"a\"}", "");
}

void RequestSignatureTest::arguments_come_from_the_request()
{
    QFETCH(std::string, query);
    QFETCH(std::string, type);
    QFETCH(std::string, body);
    QFETCH(std::string, stated);
    QFETCH(std::string, arguments);
    Scene scene(kUnbounded);
    Sent sent = scene.sentBy(scene.agent, scene.token());
    sent.uri += query;
    sent.headers["content-type"] = type;
    sent.body = body;
    if (!stated.empty())
        sent.stated = stated;
    const WireAnswer answer = scene.pass(scene.signedBy(scene.agent, sent));
    QCOMPARE(permits(answer), !arguments.empty());
    QCOMPARE(contextText(answer.body, "reason"), arguments.empty() ? "arguments" : "");
    if (arguments.empty())
        return;
    const json::Object context = answer.body.at("context").as_object();
    const std::string text =
        json::requiredString(context.at("receipt_disclosure").as_object(), "text").value_or(std::string());
    QVERIFY2(text.starts_with("{\"arguments\":" + arguments + ','), text.c_str());
}

void RequestSignatureTest::arguments_that_cannot_be_told_matter_only_under_rules_data()
{
    QTest::addColumn<std::string>("query");
    QTest::addColumn<std::string>("type");
    QTest::addColumn<std::string>("body");
    const std::string json = "application/json";
    const std::string good = "{\"amount\":\"1.00\"}";
    QTest::newRow("a name in two places") << std::string("?amount=1.00") << json << good;
    QTest::newRow("a query key twice") << std::string("?amount=1.00&amount=2.00") << json << std::string();
    QTest::newRow("a member twice") << std::string() << json
                                    << std::string("{\"amount\":\"1.00\",\"amount\":\"2.00\"}");
    QTest::newRow("an escaped member twice")
        << std::string() << json << std::string("{\"amount\":\"1.00\",\"\\u0061mount\":\"2.00\"}");
    QTest::newRow("a broken escape") << std::string("?amount=%zz") << json << std::string();
    QTest::newRow("broken JSON") << std::string() << json << std::string("{\"amount\":");
    QTest::newRow("not an object") << std::string() << json << std::string("[1]");
    QTest::newRow("bytes") << std::string() << std::string("application/octet-stream") << std::string("\0\1\2", 3);
    QTest::newRow("no type") << std::string() << std::string() << good;
}

void RequestSignatureTest::arguments_that_cannot_be_told_matter_only_under_rules()
{
    QFETCH(std::string, query);
    QFETCH(std::string, type);
    QFETCH(std::string, body);
    for (const bool ruled : {true, false}) {
        Scene scene(ruled ? kSpend : kUnbounded);
        Sent sent = scene.sentBy(scene.agent, scene.token());
        sent.uri += query;
        sent.headers.clear();
        if (!type.empty())
            sent.headers["content-type"] = type;
        sent.body = body;
        sent.stated = "{\"amount\":\"1.00\"}"; // whatever the service says
        const WireAnswer answer = scene.pass(scene.signedBy(scene.agent, sent));
        QCOMPARE(permits(answer), !ruled);
        QCOMPARE(contextText(answer.body, "reason"), ruled ? "arguments" : "");
    }
}

void RequestSignatureTest::the_same_signature_gets_the_same_answer()
{
    Scene scene;
    const Sent sent = scene.sent();
    const WireAnswer first = scene.pass(sent);
    const WireAnswer again = scene.pass(sent);
    QVERIFY(permits(first));
    QCOMPARE(again.body, first.body);
    QCOMPARE(again.field("action-receipt"), first.field("action-receipt"));
    QCOMPARE(scene.count(LeafKind::ActionPermitted), 1);
    // The service may not pass it off as something else.
    Sent other = sent;
    other.action = "payments.read";
    QCOMPARE(contextText(scene.pass(other).body, "reason"), "invalid_dpop_proof");
    Sent stated = sent;
    stated.stated = "{\"amount\":\"100.00\",\"what\":\"payments\"}";
    QCOMPARE(contextText(scene.pass(stated).body, "reason"), "invalid_dpop_proof");
    const Credentials another = scene.wire.addService(QStringLiteral("https://payments.example/"));
    QCOMPARE(contextText(scene.wire.askFor(kOne, sent.evaluation(), {another.basic()}).body, "reason"),
        "invalid_dpop_proof");
    QCOMPARE(scene.count(LeafKind::ActionPermitted), 1);
}

void RequestSignatureTest::a_lost_answer_is_there_after_a_restart()
{
    Scene scene;
    const Sent sent = scene.sent();
    const WireAnswer first = scene.pass(sent);
    scene.wire.restart(); // voids the nonces of proofs
    const WireAnswer again = scene.pass(sent);
    QCOMPARE(again.body, first.body);
    Sent fresh = sent;
    fresh.sign(scene.agent.dpopKey, scene.wire.now());
    QCOMPARE(contextText(scene.pass(fresh).body, "reason"), "use_dpop_nonce");
    QCOMPARE(scene.count(LeafKind::ActionPermitted), 1);
}

void RequestSignatureTest::the_same_nonce_with_another_signature_is_refused()
{
    Scene scene;
    SigParams parameters = Sent::parameters(scene.agent.dpopKey, scene.wire.now());
    Sent first = scene.sentBy(scene.agent, scene.token());
    first.digest();
    first.sign(scene.agent.dpopKey, parameters, first.covered());
    QVERIFY(permits(scene.pass(first)));
    Sent second = scene.sentBy(scene.agent, scene.token());
    second.body = "{\"amount\":\"1.00\"}";
    second.digest();
    second.sign(scene.agent.dpopKey, parameters, second.covered());
    const WireAnswer refused = scene.pass(second);
    QCOMPARE(contextText(refused.body, "reason"), "invalid_signature");
    QCOMPARE(json::requiredString(receiptOf(scene, refused), "decision"), "deny");
    QVERIFY(permits(scene.pass(first))); // still the first one's answer
    QCOMPARE(scene.count(LeafKind::ActionPermitted), 1);
}

QTEST_GUILESS_MAIN(RequestSignatureTest)
#include "tst_request_signature.moc"
