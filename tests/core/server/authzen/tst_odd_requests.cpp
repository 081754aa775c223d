// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// However oddly an agent signs what it sends: what was decided about it can be proven. One entry whose proof were
// broken would spoil the evidence of a whole grant, and the agent could see to that.
#include "tests/core/server/authzen/evidence_of.h"
#include "tests/support/actions.h"

#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;

namespace {
using Change = std::function<void(PerformedScene&, Sent&)>;

void signCovering(PerformedScene& scene, Sent& sent, const std::vector<crypto::Component>& more)
{
    sent.digest();
    auto covered = sent.covered();
    covered.insert(covered.end(), more.begin(), more.end());
    sent.sign(scene.agent.dpopKey, Sent::parameters(scene.agent.dpopKey, scene.wire.now()), covered);
}

/// Not as it stands, but in the form that the parameter says.
void signField(PerformedScene& scene, Sent& sent, const std::string& value, const crypto::sf::Parameters& parameters)
{
    signCovering(scene, sent, {});
    sent.headers["x-note"] = value;
    auto covered = sent.covered();
    for (crypto::Component& component : covered) {
        if (component.name == "x-note")
            component.parameters = parameters;
    }
    sent.sign(scene.agent.dpopKey, Sent::parameters(scene.agent.dpopKey, scene.wire.now()), covered);
}

void replace(std::string& text, const std::string& what, const std::string& by)
{
    const std::size_t at = text.find(what);
    if (at == std::string::npos)
        qFatal("%s has no %s", text.c_str(), what.c_str());
    text.replace(at, what.size(), by);
}
} // namespace

class OddRequestsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_is_signed_oddly_is_proven_all_the_same_data()
    {
        QTest::addColumn<Change>("change");
        const auto row = [](const char* name, Change change) { QTest::newRow(name) << std::move(change); };
        row("as all do", [](PerformedScene& scene, Sent& sent) { signCovering(scene, sent, {}); });
        row("a field as bytes",
            [](PerformedScene& scene, Sent& sent) { signField(scene, sent, "a, b", {{"bs", true}}); });
        row("one member of a field",
            [](PerformedScene& scene, Sent& sent) { signField(scene, sent, "a=1, b=2", {{"key", std::string("b")}}); });
        row("parts of the address", [](PerformedScene& scene, Sent& sent) {
            sent.uri += "?note=x";
            signCovering(scene, sent, {{"@authority"}, {"@path"}, {"@query"}, {"@scheme"}});
        });
        row("an empty query's twin", [](PerformedScene& scene, Sent& sent) {
            sent.uri += "??";
            signCovering(scene, sent, {});
        });
        row("spaces in the field", [](PerformedScene& scene, Sent& sent) {
            signCovering(scene, sent, {});
            replace(sent.signatureInput, "=(", "=(  ");
            replace(sent.signatureInput, ";created", ";  created");
        });
        row("a field with spaces around it", [](PerformedScene& scene, Sent& sent) {
            sent.headers["x-note"] = "  a ";
            signCovering(scene, sent, {});
        });
        row("another signature before it", [](PerformedScene& scene, Sent& sent) {
            signCovering(scene, sent, {});
            sent.signatureInput = R"(proxy=("@method");tag="other", )" + sent.signatureInput;
            sent.signature = "proxy=:AAAA:, " + sent.signature;
        });
        for (const auto& [name, depth] : {std::pair{"a body nested as deep as may be", json::kMaxDepth - 1},
                 {"a body nested deeper", json::kMaxDepth}, {"a body that can't be read", json::kMaxDepth + 1}}) {
            row(name, [depth](PerformedScene& scene, Sent& sent) {
                sent.body =
                    "{\"amount\":\"100.00\",\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + '}';
                signCovering(scene, sent, {});
            });
        }
        row("a body of odd members", [](PerformedScene& scene, Sent& sent) {
            sent.body = "{\"amount\":\"100.00\",\"\":1e40,\"__proto__\":-0.0,\"\\u0000\\u202e\\ud83d\\ude00\":1E-40,\"/"
                        "\":\"\\u0000\"}";
            signCovering(scene, sent, {});
        });
        row("a query that says a thing twice", [](PerformedScene& scene, Sent& sent) {
            sent.uri += "?a=b&a=c&%00=%20";
            signCovering(scene, sent, {});
        });
        for (const char* type : {"Application/JSON; charset=utf-8", "application/json-seq", "application/jsonl",
                 "application/json+x", "text/plain", "application/x-www-form-urlencoded"}) {
            row(type, [type](PerformedScene& scene, Sent& sent) {
                sent.headers["content-type"] = type;
                signCovering(scene, sent, {});
            });
        }
        row("a body that is no object", [](PerformedScene& scene, Sent& sent) {
            sent.body = "[1,1e39]";
            signCovering(scene, sent, {});
        });
        row("a body that is no JSON", [](PerformedScene& scene, Sent& sent) {
            sent.body = "{\"amount\":";
            signCovering(scene, sent, {});
        });
        row("what looks like another digest", [](PerformedScene& scene, Sent& sent) {
            signCovering(scene, sent, {});
            std::string& digest = sent.headers["content-digest"];
            digest = "a=\" sha-256=:AAAA:\", " + digest;
            sent.sign(scene.agent.dpopKey, Sent::parameters(scene.agent.dpopKey, scene.wire.now()), sent.covered());
        });
        row("what looks like another signature", [](PerformedScene& scene, Sent& sent) {
            signCovering(scene, sent, {});
            sent.signatureInput = "x=(1 @5);a=%\"b, sig=(\", " + sent.signatureInput;
            sent.signature = "y=:AA==:;z=\", sig=:AAAA:\", " + sent.signature;
        });
        row("Agent-Signature with tabs", [](PerformedScene& scene, Sent& sent) {
            demand(scene.wire.fixture(), ServiceId{scene.service.id}, agentSignatureAsked());
            sent.signAsAgent(scene.agent.dpopKey, scene.wire.now());
            replace(sent.agentSignature, ",", "\t,\t");
        });
    }
    void what_is_signed_oddly_is_proven_all_the_same()
    {
        QFETCH(Change, change);
        PerformedScene scene("");
        Sent sent = scene.sentBy(scene.agent, scene.token());
        change(scene, sent);
        const WireAnswer answer = scene.pass(sent);
        QVERIFY2(answer.status() == 200 && answer.body.at("decision").as_bool(), answer.response.body.c_str());
        const auto report = evidenceOf(scene, answer);
        QVERIFY2(report.verdict == evidence::Verdict::Verified, told(report).c_str());
        const auto checked = scene.wire.fixture().checkLog();
        QVERIFY2(checked, checked ? "" : checked.error().message.c_str());
    }

    void an_address_that_no_record_tells_from_another_is_not_decided_about()
    {
        PerformedScene scene;
        Sent sent = scene.sentBy(scene.agent, scene.token());
        sent.uri += '?';
        const WireAnswer answer = scene.pass(scene.signedBy(scene.agent, sent));
        QCOMPARE(answer.status(), 400);
        QVERIFY2(answer.response.body.contains("context.uri"), answer.response.body.c_str());
        QCOMPARE(scene.count(audit::LeafKind::ActionPermitted), 0);
    }
};

QTEST_GUILESS_MAIN(OddRequestsTest)
#include "tst_odd_requests.moc"
