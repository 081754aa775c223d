// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Receipts read again, outcomes reported, the log as strangers fetch it, and the signature under each such answer.
#include "core/audit/foreign_receipt_json.h"
#include "core/audit/receipt.h"
#include "core/audit/tlog_proof.h"
#include "core/crypto/jws.h"
#include "core/crypto/merkle.h"
#include "core/server/receipts/endpoints.h"
#include "tests/core/server/authzen/performed_scene.h"
#include "tests/support/actions.h"
#include "tests/support/foreign_server.h"

#include <QTest>

#include <array>
#include <functional>

using namespace countersign;
using namespace countersign::testing;

namespace {
struct Scene : PerformedScene {
    using PerformedScene::PerformedScene;

    [[nodiscard]] WireAnswer fetch(const std::string& path, std::vector<server::Field> fields = {})
    {
        server::HttpRequest request;
        request.method = "GET";
        request.path = path;
        request.fields = std::move(fields);
        return wire.send(std::move(request));
    }
    [[nodiscard]] WireAnswer report(const std::string& id, const std::string& body, const Credentials& by)
    {
        return wire.askFor("/receipts/" + id + "/outcome", body, {by.basic()});
    }
    void writeCheckpoint()
    {
        const auto written = wire.fixture().run<void>([](authority::Context& context) -> Result<void> {
            const auto checkpoint = context.log->writeCheckpoint();
            return checkpoint ? Result<void>() : std::unexpected(checkpoint.error());
        });
        QVERIFY(written);
    }
    [[nodiscard]] crypto::PublicKey device() { return wire.fixture().identity().device.publicKey(); }
    [[nodiscard]] std::string origin() { return audit::originOf(device().thumbprint()); }
};

/// Whether the answer's signature is the device's, over this answer to this request.
bool isSigned(Scene& scene, const WireAnswer& answer, const crypto::HttpRequest& request)
{
    crypto::HttpResponse message{.status = answer.status(), .request = request};
    for (const server::Field& field : answer.response.fields)
        message.fields.push_back({field.name, field.value});
    auto received = crypto::readSignature(message, "fapi-2-response");
    if (!received || !crypto::verifyContentDigest(answer.field("content-digest"), answer.response.body))
        return false;
    const crypto::SignatureExpectation expected{
        .components = {{"@status"}, {"content-digest"}, crypto::ofRequest("@method"), crypto::ofRequest("@target-uri")},
        .parameters = {"created", "keyid", "tag"},
        .keyId = scene.device().thumbprint().value,
        .now = scene.wire.now()};
    return crypto::verifySignature(message, *std::move(received), scene.device(), expected).has_value();
}
} // namespace

class ReceiptEndpointsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_receipt_is_read_again_by_its_id();
    void its_proof_is_there_once_a_checkpoint_covers_it();
    void an_outcome_is_reported_by_the_service_once();
    void a_wrong_report_is_refused_data();
    void a_wrong_report_is_refused();
    void receipts_of_other_servers_come_with_the_report();
    void wrong_receipts_of_other_servers_refuse_the_report_data();
    void wrong_receipts_of_other_servers_refuse_the_report();
    void a_report_is_as_long_as_it_may_be();
    void a_service_reads_the_log_but_not_its_entries();
    void answers_with_receipts_are_signed();
    void methods_are_held_to();
};

void ReceiptEndpointsTest::a_receipt_is_read_again_by_its_id()
{
    Scene scene;
    const WireAnswer decided = scene.pass(scene.sent());
    const std::string id = contextText(decided.body, "receipt_id");
    const WireAnswer read = scene.fetch("/receipts/" + id);
    QCOMPARE(read.status(), 200);
    QCOMPARE(read.text("receipt"), contextText(decided.body, "receipt"));
    QCOMPARE(read.body.at("disclosure"), decided.body.at("context").as_object().at("receipt_disclosure"));
    QVERIFY(!read.body.contains("proof")); // no checkpoint covers it yet
    for (const std::string& wrong : {id + "x", std::string("0.x"), std::string(), id.substr(0, id.find('.'))})
        QCOMPARE(scene.fetch("/receipts/" + wrong).status(), 404);
}

void ReceiptEndpointsTest::its_proof_is_there_once_a_checkpoint_covers_it()
{
    Scene scene;
    const WireAnswer decided = scene.pass(scene.sent());
    const std::string path = "/receipts/" + contextText(decided.body, "receipt_id");
    const WireAnswer early = scene.fetch(path, {{"accept", "text/plain"}});
    QCOMPARE(early.status(), 202);
    QCOMPARE(early.field("retry-after"), "10");
    scene.writeCheckpoint();
    const WireAnswer proven = scene.fetch(path, {{"accept", "text/plain"}});
    QCOMPARE(proven.status(), 200);
    QVERIFY(proven.response.body.starts_with("c2sp.org/tlog-proof@v1\n"));
    QCOMPARE(scene.fetch(path).text("proof"), proven.response.body);
    const std::array keys{scene.device()};
    const auto receipt = audit::verifyReceipt(contextText(decided.body, "receipt"), keys);
    const auto proof = audit::parseTlogProof(proven.response.body);
    QVERIFY(receipt && proof);
    QCOMPARE(proof->index, receipt->index);
    const auto head = audit::verifyTlogProof(
        *proof, receipt->leafHash, receipt->origin, scene.wire.fixture().identity().log.publicKey());
    QVERIFY2(head, head ? "" : head.error().message.c_str());
    QCOMPARE(head->origin, scene.origin());
}

void ReceiptEndpointsTest::an_outcome_is_reported_by_the_service_once()
{
    Scene scene;
    const std::string id = contextText(scene.pass(scene.sent()).body, "receipt_id");
    const std::string words = "{\"executed\":\"yes\",\"status\":201,\"response_digest\":\"sha-256=:x:\"}";
    const WireAnswer reported = scene.report(id, words, scene.service);
    QCOMPARE(reported.status(), 200);
    QVERIFY(!reported.field("action-receipt").empty());
    QCOMPARE(scene.fetch("/receipts/" + reported.text("receipt_id")).text("receipt"), reported.text("receipt"));
    QCOMPARE(scene.report(id, words, scene.service).text("receipt"), reported.text("receipt"));
    QCOMPARE(scene.report(id, "{\"executed\":\"no\"}", scene.service).status(), 400);
    const Credentials other = scene.wire.addService(QStringLiteral("https://payments.example/"));
    QCOMPARE(scene.report(id, words, other).status(), 404);
    QCOMPARE(scene.report(id, words, {other.id, "guessed"}).status(), 401);
    QCOMPARE(scene.count(audit::LeafKind::ActionOutcome), 1);
}

void ReceiptEndpointsTest::a_wrong_report_is_refused_data()
{
    QTest::addColumn<std::string>("body");
    const auto row = [](const std::string& body) { QTest::newRow(body.substr(0, 60).c_str()) << body; };
    row("{}");
    row("[]");
    row("{\"executed\":\"perhaps\"}");
    row("{\"executed\":true}");
    row("{\"executed\":\"yes\",\"status\":99}");
    row("{\"executed\":\"yes\",\"status\":600}");
    row("{\"executed\":\"yes\",\"status\":\"200\"}");
    row("{\"executed\":\"yes\",\"more\":1}");
    row("{\"executed\":\"yes\",\"executed\":\"no\"}");
    row("{\"executed\":\"yes\",\"response_digest\":\"" + std::string(257, 'x') + "\"}");
    row("{\"executed\":\"yes\",\"signature\":\"" + std::string(8193, 'x') + "\"}");
    row("{\"executed\":\"yes\",\"status\":201,\"response\":1}");
    row("{\"executed\":\"yes\",\"status\":201,\"response\":{}}");
    row("{\"executed\":\"yes\",\"response\":{\"signature\":\"" + std::string(8180, 'x') + "\"}}");
    row("{\"executed\":\"yes\",\"upstream\":{}}");
    row("{\"executed\":\"yes\",\"upstream\":[1]}");
}

void ReceiptEndpointsTest::a_wrong_report_is_refused()
{
    QFETCH(std::string, body);
    Scene scene;
    const std::string id = contextText(scene.pass(scene.sent()).body, "receipt_id");
    QCOMPARE(scene.report(id, body, scene.service).status(), 400);
    QCOMPARE(scene.count(audit::LeafKind::ActionOutcome), 0);
}

namespace {
/// What the agent signed, as the receipt says.
std::string signatureDigestIn(const std::string& jws)
{
    const auto claims = json::parseObject(must(crypto::parseJws(jws), "receipt").payload);
    return must(json::requiredString(claims->at("request").as_object(), "signature_digest"), "digest");
}

std::string reportWith(const json::Array& upstream)
{
    return json::serialize(json::Object{{"executed", "yes"}, {"upstream", upstream}});
}
} // namespace

void ReceiptEndpointsTest::receipts_of_other_servers_come_with_the_report()
{
    Scene scene;
    const WireAnswer decided = scene.pass(scene.sent());
    const std::string id = contextText(decided.body, "receipt_id");
    const std::string signature = signatureDigestIn(contextText(decided.body, "receipt"));
    const ForeignServer gateway;
    const auto first = gateway.receipt({.signatureDigest = signature, .text = "{}", .at = scene.wire.now()});
    const auto second =
        ForeignServer("https://bank.example").receipt({.upstream = {first.leafHash}, .at = scene.wire.now()});
    const std::string words = reportWith({toJson(second), toJson(first)});
    const WireAnswer reported = scene.report(id, words, scene.service);
    QCOMPARE(reported.status(), 200);
    const auto& log = reported.body.at("upstream").as_object().at("log").as_object();
    QCOMPARE(log.at("index").to_number<std::size_t>(), scene.wire.fixture().log().size() - 1);
    QCOMPARE(scene.count(audit::LeafKind::ReceiptImported), 1);
    const WireAnswer again = scene.report(id, words, scene.service);
    QCOMPARE(again.status(), 200);
    QVERIFY(!again.body.contains("upstream"));
    QCOMPARE(again.text("receipt"), reported.text("receipt"));
    const Credentials other = scene.wire.addService(QStringLiteral("https://payments.example/"));
    QCOMPARE(scene.report(id, words, other).status(), 404);
    QCOMPARE(scene.count(audit::LeafKind::ReceiptImported), 1);
}

void ReceiptEndpointsTest::wrong_receipts_of_other_servers_refuse_the_report_data()
{
    using Given = std::function<GivenReceipt(const ForeignServer&, const std::string& signature, UnixSeconds now)>;
    QTest::addColumn<Given>("given");
    const auto row = [](const char* name, Given given) { QTest::newRow(name) << std::move(given); };
    row("of another action", [](const ForeignServer& server, const std::string&, UnixSeconds now) {
        return server.receipt({.signatureDigest = "another", .at = now});
    });
    row("forged", [](const ForeignServer& server, const std::string& signature, UnixSeconds now) {
        GivenReceipt given = server.receipt({.signatureDigest = signature, .at = now});
        given.keys = ForeignServer().keySet();
        return given;
    });
    row("changed", [](const ForeignServer& server, const std::string& signature, UnixSeconds now) {
        GivenReceipt given = server.receipt({.signatureDigest = signature, .decision = "deny", .at = now});
        const std::string permit =
            must(crypto::parseJws(server.receipt({.signatureDigest = signature, .at = now}).jws), "JWS").signature;
        given.jws = given.jws.substr(0, given.jws.rfind('.') + 1) + crypto::base64url(permit);
        return given;
    });
    row("giant", [](const ForeignServer& server, const std::string& signature, UnixSeconds now) {
        return server.receipt({.signatureDigest = signature, .at = now, .change = [](json::Object& claims) {
                                   claims["more"] = std::string(audit::kMaxForeignReceiptBytes, 'x');
                               }});
    });
    row("from the future", [](const ForeignServer& server, const std::string& signature, UnixSeconds now) {
        return server.receipt({.signatureDigest = signature, .at = now + std::chrono::hours(1)});
    });
}

void ReceiptEndpointsTest::wrong_receipts_of_other_servers_refuse_the_report()
{
    using Given = std::function<GivenReceipt(const ForeignServer&, const std::string& signature, UnixSeconds now)>;
    QFETCH(Given, given);
    Scene scene;
    const WireAnswer decided = scene.pass(scene.sent());
    const std::string id = contextText(decided.body, "receipt_id");
    const std::string signature = signatureDigestIn(contextText(decided.body, "receipt"));
    const ForeignServer server;
    const json::Array upstream{toJson(server.receipt({.signatureDigest = signature, .at = scene.wire.now()})),
        toJson(given(server, signature, scene.wire.now()))};
    const WireAnswer refused = scene.report(id, reportWith(upstream), scene.service);
    QCOMPARE(refused.status(), 400);
    QVERIFY2(refused.text("error_description").starts_with("upstream/1: "), refused.response.body.c_str());
    QCOMPARE(scene.count(audit::LeafKind::ActionOutcome), 0);
    QCOMPARE(scene.count(audit::LeafKind::ReceiptImported), 0);
}

void ReceiptEndpointsTest::a_report_is_as_long_as_it_may_be()
{
    Scene scene;
    const std::string id = contextText(scene.pass(scene.sent()).body, "receipt_id");
    const auto filled = [](std::size_t size, const std::string& more) {
        std::string words = "{\"executed\":\"yes\"" + more + "}";
        return words.insert(1, size - words.size(), ' ');
    };
    QCOMPARE(scene.report(id, filled(server::kMaxOutcomeBytes + 1, ""), scene.service).status(), 400);
    QCOMPARE(scene.report(id, filled(audit::kMaxUpstreamBytes + 1, ",\"upstream\":[]"), scene.service).status(), 400);
    QCOMPARE(scene.count(audit::LeafKind::ActionOutcome), 0);
    QCOMPARE(scene.report(id, filled(audit::kMaxUpstreamBytes, ",\"upstream\":[]"), scene.service).status(), 200);
    QCOMPARE(scene.report(id, filled(server::kMaxOutcomeBytes, ""), scene.service).status(), 200);
}

void ReceiptEndpointsTest::a_service_reads_the_log_but_not_its_entries()
{
    AuthzenWire before; // nothing was done yet, but a service was added, which is signed at once
    server::HttpRequest early;
    early.method = "GET";
    early.path = "/log/checkpoint";
    early.fields = {before.addService(QStringLiteral("https://payments.example/")).basic()};
    QCOMPARE(before.send(std::move(early)).status(), 200);
    Scene scene;
    const std::vector<server::Field> asService{scene.service.basic()};
    scene.writeCheckpoint();
    const WireAnswer checkpoint = scene.fetch("/log/checkpoint", asService);
    QCOMPARE(checkpoint.status(), 200);
    QVERIFY(checkpoint.response.body.starts_with(scene.origin() + '\n'));
    const auto head = audit::openCheckpoint(
        checkpoint.response.body, scene.origin(), scene.wire.fixture().identity().log.publicKey());
    QVERIFY(head);
    const WireAnswer tile = scene.fetch("/log/tile/0/000.p/" + std::to_string(head->size), asService);
    QCOMPARE(tile.status(), 200);
    QCOMPARE(tile.response.body.size(), head->size * crypto::kSha256Bytes);
    QVERIFY(tile.field("cache-control").contains("immutable"));
    QCOMPARE(scene.fetch("/log/tile/0/001", asService).status(), 404);
    QCOMPARE(scene.fetch("/log/tile/0/0", asService).status(), 404);
    QCOMPARE(scene.fetch("/log/other", asService).status(), 404);
    QCOMPARE(scene.fetch("/log/tile/entries/000.p/1", asService).status(), 403);
    QCOMPARE(scene.fetch("/log/checkpoint").status(), 401);
    QCOMPARE(scene.fetch("/log/tile/0/000.p/1").status(), 401);
}

void ReceiptEndpointsTest::answers_with_receipts_are_signed()
{
    Scene scene;
    const WireAnswer decided = scene.pass(scene.sent());
    crypto::HttpRequest asked{.method = "POST", .targetUri = scene.wire.url(kOne)};
    QVERIFY(isSigned(scene, decided, asked));
    crypto::HttpRequest other = asked;
    other.method = "GET";
    QVERIFY(!isSigned(scene, decided, other));
    other = asked;
    other.targetUri += "?a";
    QVERIFY(!isSigned(scene, decided, other));
    WireAnswer changed = decided;
    changed.response.body += ' ';
    QVERIFY(!isSigned(scene, changed, asked));
    changed = decided;
    changed.response.status = 201;
    QVERIFY(!isSigned(scene, changed, asked));
    const std::string id = contextText(decided.body, "receipt_id");
    QVERIFY(isSigned(
        scene, scene.fetch("/receipts/" + id), {.method = "GET", .targetUri = scene.wire.url("/receipts/" + id)}));
    // What the request was signed with is signed back.
    const std::vector<server::Field> fields{scene.service.basic(), {"signature-input", "a=()"},
        {"signature", "a=:AA==:"}, {"content-digest", "sha-256=:x:"}};
    const WireAnswer bound = scene.wire.askFor(kOne, scene.sent().evaluation(), fields);
    for (const char* name : {"signature-input", "signature", "content-digest"})
        QVERIFY(bound.field("signature-input").contains('"' + std::string(name) + "\";req"));
    // A dry run has no receipt, and no signature.
    QVERIFY(scene.wire.askFor(kOne, "{}", {scene.service.basic()}).field("signature").empty());
}

void ReceiptEndpointsTest::methods_are_held_to()
{
    Scene scene;
    const std::string id = contextText(scene.pass(scene.sent()).body, "receipt_id");
    QCOMPARE(scene.wire.askFor("/receipts/" + id, "{}", {scene.service.basic()}).status(), 405);
    QCOMPARE(scene.wire.askFor("/log/checkpoint", "{}", {scene.service.basic()}).status(), 405);
}

QTEST_GUILESS_MAIN(ReceiptEndpointsTest)
#include "tst_receipt_endpoints.moc"
