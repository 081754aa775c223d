// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What other servers decided, handed in through the control socket: their evidence files, and receipts alone.
#include "core/crypto/jws.h"
#include "core/server/control/control_api.h"
#include "tests/core/evidence/evidence_scene.h"
#include "tests/support/foreign_server.h"

#include <QTest>

#include <future>

using namespace countersign;
using namespace countersign::testing;

namespace {
struct Told {
    int status = 0;
    json::Object body;

    [[nodiscard]] std::int64_t number(std::string_view name) const
    {
        return json::requiredInteger(body, name).value_or(-1);
    }
};

struct Scene : EvidenceScene {
    server::Handler handler = server::makeControlApi(fixture.authority());

    Told post(const std::string& action, const std::string& body, const std::string& method = "POST",
        server::Door door = server::Door::ControlSocket)
    {
        server::HttpRequest request;
        request.door = door;
        request.method = method;
        request.path = "/actions/" + action + "/upstream";
        request.target = request.path;
        request.body = body;
        auto promise = std::make_shared<std::promise<server::HttpResponse>>();
        auto answer = promise->get_future();
        handler(
            std::move(request), [promise](server::HttpResponse response) { promise->set_value(std::move(response)); });
        if (answer.wait_for(kAnswerLimit) != std::future_status::ready)
            qFatal("no answer in time");
        const server::HttpResponse response = answer.get();
        return {response.status, json::parseObject(response.body).value_or(json::Object())};
    }
    [[nodiscard]] std::string entryOf(const authority::ActionAnswer& action)
    {
        return std::to_string(action.leaf.value());
    }
};

std::string signatureDigestOf(const authority::ActionAnswer& action)
{
    const auto parsed = must(crypto::parseJws(action.receipt->jws), "JWS");
    const auto claims = must(json::parseObject(parsed.payload), "claims");
    return must(json::requiredString(claims.at("request").as_object(), "signature_digest"), "digest");
}
} // namespace

class ControlUpstreamTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void receipts_are_taken_in_for_an_action_by_its_entry_or_its_receipt()
    {
        Scene scene;
        const auto action = scene.pay("10.00");
        const ForeignServer gateway;
        const UnixSeconds now = scene.fixture.clock().now();
        const auto about = gateway.receipt({.signatureDigest = signatureDigestOf(action), .at = now});
        const std::string list = json::serialize(
            json::Object{{"upstream", json::Array{toJson(about), toJson(gateway.receipt({.at = now}))}}});
        const Told told = scene.post(scene.entryOf(action), list);
        QCOMPARE(told.status, 200);
        QCOMPARE(told.number("taken"), 1);
        QCOMPARE(told.number("known"), 0);
        QCOMPARE(told.number("action"), static_cast<std::int64_t>(*action.leaf));
        QVERIFY(told.body.at("entry").is_int64() || told.body.at("entry").is_uint64());
        const Told again = scene.post(action.receipt->id, list);
        QCOMPARE(again.number("known"), 1);
        QVERIFY(again.body.at("entry").is_null());
    }

    void what_is_wrong_is_refused_and_takes_nothing_in()
    {
        Scene scene;
        const auto action = scene.pay("10.00");
        const std::string entry = scene.entryOf(action);
        const auto good =
            ForeignServer().receipt({.signatureDigest = signatureDigestOf(action), .at = scene.fixture.clock().now()});
        const std::string list = json::serialize(json::Object{{"upstream", json::Array{toJson(good)}}});
        QCOMPARE(scene.post("0", list).status, 404);
        QCOMPARE(scene.post("x", list).status, 404);
        QCOMPARE(scene.post(entry + ".x", list).status, 404);
        QCOMPARE(scene.post("../" + entry, list).status, 404);
        for (const char* body : {"", "[]", "{}", "{\"upstream\":1}", "{\"upstream\":[],\"more\":1}",
                 "{\"upstream\":[]}", "{\"format\":\"countersign-evidence/1\"}", "{\"format\":\"another/1\"}"})
            QCOMPARE(scene.post(entry, body).status, 400);
        QCOMPARE(scene.post(entry, list, "GET").status, 405);
        QCOMPARE(scene.post(entry, list, "POST", server::Door::Loopback).status, 404);
        QCOMPARE(scene.fixture.count(audit::LeafKind::ReceiptImported), 0);
        QCOMPARE(scene.post(entry, list).status, 200);
    }

    void the_evidence_of_another_countersign_is_taken_in_as_far_as_it_is_about_the_action()
    {
        Scene here;
        EvidenceScene there;
        const auto action = here.pay("10.00");
        const auto passedOn = there.pay("10.00"); // the same content, sent on by another agent
        there.pay("11.00");
        there.reportDone(passedOn);
        const auto file = must(there.evidenceOf(evidence::GrantWanted{there.tokens.grant}), "evidence");
        const Told told = here.post(here.entryOf(action), textOf(file));
        QCOMPARE(told.status, 200);
        QCOMPARE(told.number("taken"), 2); // the decision, and what came of it
        auto broken = file;
        broken.checkpoint += "x";
        QCOMPARE(here.post(here.entryOf(action), textOf(broken)).status, 400);
        const auto other = here.pay("12.00");
        QCOMPARE(here.post(here.entryOf(other), textOf(file)).status, 400);
        // What it shows goes on from hand to hand.
        const auto ours = here.evidenceOf(action);
        const evidence::Report report = evidence::verify(textOf(ours), here.trust());
        QVERIFY2(report.verdict == evidence::Verdict::Verified, countersign::testing::told(report).c_str());
        QVERIFY(stepOf(report, "upstream").state == evidence::StepState::Passed);
    }
};

QTEST_GUILESS_MAIN(ControlUpstreamTest)
#include "tst_control_upstream.moc"
