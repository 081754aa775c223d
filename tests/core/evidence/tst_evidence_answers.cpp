// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a service signed of its response: it is taken only where it is right, and others can check it again.
#include "core/audit/receipt.h"
#include "core/audit/service_answer.h"
#include "core/authority/use_cases.h"
#include "core/crypto/bytes.h"
#include "core/crypto/content_digest.h"
#include "core/crypto/http_signature.h"
#include "core/crypto/merkle.h"
#include "tests/core/evidence/lies.h"

#include <QTest>

#include <algorithm>

using namespace countersign;
using namespace countersign::testing;
using authority::ReportOutcome;
using crypto::Component;
using crypto::ofRequest;

namespace {

/// How a service signs its response.
struct Answer {
    int status = 201;
    std::string digest = crypto::contentDigest("{}");
    std::vector<Component> covered{{"@status"}, {"content-digest"}, ofRequest("@method"), ofRequest("@target-uri"),
        ofRequest("signature"), ofRequest("signature-input")};
    std::optional<std::string> keyId; ///< nullopt: the key's
    std::string tag = std::string(audit::kServiceAnswerTag);
    std::chrono::seconds late{0}; ///< after the decision
    std::function<void(crypto::HttpRequest&)> request = [](crypto::HttpRequest&) { };
    std::function<void(json::Object&)> change = [](json::Object&) { };
};
using Spoil = std::function<void(Answer&)>;

struct Scene : EvidenceScene {
    crypto::PrivateKey key = must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key");
    SentRequest sent = sentPayment("7.00");
    authority::PerformAction command = passedOn(fixture, service, tokens.accessToken, agent, sent);
    authority::ActionAnswer decided = must(perform(fixture, command), "action");
    UnixSeconds at = fixture.clock().now();

    [[nodiscard]] crypto::HttpRequest request() const
    {
        const auto& received = command.received;
        return {.method = received.method,
            .targetUri = received.targetUri,
            .fields = {{"signature-input", received.signatureInput}, {"signature", received.signature}}};
    }
    [[nodiscard]] std::string responseOf(const Answer& answer) const
    {
        crypto::HttpRequest asked = request();
        answer.request(asked);
        crypto::HttpResponse message{
            .status = answer.status, .fields = {{"content-digest", answer.digest}}, .request = asked};
        const std::string id = answer.keyId.value_or(key.publicKey().thumbprint().value);
        const auto made = must(crypto::signMessage(message, "service", answer.covered,
                                   {.created = at + answer.late, .keyId = id, .tag = answer.tag}, key),
            "signature");
        json::Object response{{"jwk", key.publicKey().toJwk()}, {"signature_input", made.signatureInput},
            {"signature", made.signature}, {"fields", json::Object{{"content-digest", answer.digest}}}};
        answer.change(response);
        return json::serialize(response);
    }
    [[nodiscard]] json::Object outcomeOf(const Answer& answer) const
    {
        return {{"response_digest", answer.digest}, {"response", json::parse(responseOf(answer)).value()},
            {"status", answer.status}};
    }
    [[nodiscard]] Result<authority::OutcomeAnswer> report(const Answer& answer) { return send(responseOf(answer)); }
    [[nodiscard]] Result<authority::OutcomeAnswer> send(const std::string& response)
    {
        return AuthorityFixture::wait<authority::OutcomeAnswer>([&](auto reply) {
            fixture.authority().reportOutcome({.service = service,
                                                  .receipt = decided.receipt->id,
                                                  .executed = ReportOutcome::Executed::Yes,
                                                  .status = 201,
                                                  .responseDigest = crypto::contentDigest("{}"),
                                                  .signature = {},
                                                  .response = response,
                                                  .upstream = {}},
                std::move(reply));
        });
    }
};

} // namespace
Q_DECLARE_METATYPE(Spoil)

class EvidenceAnswersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_signed_response_is_evidence();
    void what_is_not_signed_so_is_refused_data();
    void what_is_not_signed_so_is_refused();
    void what_was_erased_can_not_be_answered();
    void the_status_is_the_very_number();
    void a_decision_may_say_any_time();
};

void EvidenceAnswersTest::a_signed_response_is_evidence()
{
    Scene scene;
    const std::string response = scene.responseOf({});
    const auto first = must(scene.send(response), "outcome");
    QCOMPARE(must(scene.send(response), "the same again").leaf, first.leaf);
    QCOMPARE(scene.report({}).error().code, ErrorCode::InvalidRequest); // another signature is another outcome
    const evidence::Evidence file = scene.evidenceOf(scene.decided);
    const auto report = evidence::verify(textOf(file), scene.trust());
    QVERIFY2(report.verdict == evidence::Verdict::Verified, told(report).c_str());
    const std::string key = scene.key.publicKey().thumbprint().value;
    QVERIFY(stepOf(report, "outcomes").sentence.contains("1 response is signed by the service, with the key " + key));
    const auto story = must(AuthorityFixture::wait<authority::Story>([&](auto reply) {
        scene.fixture.authority().story(*scene.decided.leaf, std::move(reply));
    }),
        "story");
    QCOMPARE(story.outcome->responseKey.value, key);
    // What was left out is no base to check it on, and no lie.
    const auto bare =
        must(scene.evidenceOf(evidence::EntryWanted{*scene.decided.leaf}, evidence::Details::LeftOut), "evidence");
    const auto less = evidence::verify(textOf(bare), scene.trust());
    QCOMPARE(failedStep(less), std::string());
    QVERIFY(stepOf(less, "outcomes").sentence.contains("1 signed response answers what was erased or left out"));
}

void EvidenceAnswersTest::what_is_not_signed_so_is_refused_data()
{
    QTest::addColumn<Spoil>("spoil");
    const auto row = [](const char* name, Spoil spoil) { QTest::newRow(name) << std::move(spoil); };
    const auto without = [](std::size_t place) {
        return [place](Answer& answer) { answer.covered.erase(answer.covered.begin() + static_cast<long>(place)); };
    };
    row("another status", [](Answer& answer) { answer.status = 202; });
    row("another content", [](Answer& answer) { answer.digest = crypto::contentDigest("{ }"); });
    row("no status covered", without(0));
    row("no content covered", without(1));
    row("no method covered", without(2));
    row("no target covered", without(3));
    row("no signature of the agent covered", without(4));
    row("no input of it covered", without(5));
    row("another method", [](Answer& answer) { answer.request = [](auto& request) { request.method = "PUT"; }; });
    row("another target", [](Answer& answer) { answer.request = [](auto& request) { request.targetUri += "/2"; }; });
    row("another request",
        [](Answer& answer) { answer.request = [](auto& request) { request.fields.back().value = "agent=:AAAA:"; }; });
    row("another key named", [](Answer& answer) { answer.keyId = "x"; });
    row("another tag", [](Answer& answer) { answer.tag = "fapi-2-request"; });
    row("before the decision", [](Answer& answer) { answer.late = std::chrono::seconds(-6); });
    row("in the future", [](Answer& answer) { answer.late = std::chrono::seconds(6); });
    row("another key", [](Answer& answer) {
        answer.change = [](json::Object& response) {
            response["jwk"] = must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key").publicKey().toJwk();
        };
    });
    row("a private key", [](Answer& answer) {
        answer.change = [](json::Object& response) { response.at("jwk").as_object()["d"] = "AAAA"; };
    });
    row("another member",
        [](Answer& answer) { answer.change = [](json::Object& response) { response["more"] = true; }; });
    row("no signature",
        [](Answer& answer) { answer.change = [](json::Object& response) { response.erase("signature"); }; });
    row("a field that is none", [](Answer& answer) {
        answer.change = [](json::Object& response) { response.at("fields").as_object()["x"] = 1; };
    });
}

void EvidenceAnswersTest::what_is_not_signed_so_is_refused()
{
    QFETCH(Spoil, spoil);
    Scene scene;
    Answer answer;
    spoil(answer);
    const int before = scene.fixture.count(audit::LeafKind::ActionOutcome);
    QCOMPARE(scene.report(answer).error().code, ErrorCode::InvalidRequest);
    QCOMPARE(scene.fixture.count(audit::LeafKind::ActionOutcome), before);
    must(scene.report({}), "the right one");
    // A device that logged it all the same is caught by who checks its evidence.
    const std::string text = scene.responseOf(answer);
    must(scene.fixture.run<void>([&](authority::Context& context) -> Result<void> {
        const auto grant = context.ledger.find(scene.tokens.grant);
        audit::LeafDraft leaf;
        leaf.kind = audit::LeafKind::ActionOutcome;
        leaf.agent = (*grant)->agent;
        leaf.grant = scene.tokens.grant;
        const auto stored = audit::findReceipt(context.database, scene.decided.receipt->id, context.log->origin());
        leaf.claims["receipt"] = {
            {"index", stored->leaf.index}, {"leaf_hash", crypto::base64url(crypto::leafHash(stored->leaf.bytes))}};
        leaf.claims["outcome"] = {{"executed", "yes"}, {"status", 201},
            {"response_digest", crypto::contentDigest("{}")}, {"response", json::parse(text).value()}};
        const auto appended = context.log->append(leaf, context.now());
        return appended ? Result<void>() : std::unexpected(appended.error());
    }),
        "lie");
    const auto file = must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "evidence");
    QCOMPARE(failedStep(evidence::verify(textOf(file), scene.trust())), std::string("outcomes"));
}

void EvidenceAnswersTest::what_was_erased_can_not_be_answered()
{
    Scene scene;
    scene.erase();
    QCOMPARE(scene.report({}).error().code, ErrorCode::InvalidRequest);
}

void EvidenceAnswersTest::the_status_is_the_very_number()
{
    const Scene scene;
    json::Object outcome = scene.outcomeOf({});
    QVERIFY(audit::verifyServiceAnswer(outcome, scene.request(), scene.at, scene.at));
    outcome["status"] = 201 + (std::int64_t{1} << 32);
    QVERIFY(!audit::verifyServiceAnswer(outcome, scene.request(), scene.at, scene.at));
}

void EvidenceAnswersTest::a_decision_may_say_any_time()
{
    const Scene scene;
    const UnixSeconds earliest{-9'223'372'036'854'775'000}; // that canonical JSON has
    QVERIFY(audit::verifyServiceAnswer(scene.outcomeOf({}), scene.request(), earliest, scene.at));
    QVERIFY(!audit::verifyServiceAnswer(scene.outcomeOf({}), scene.request(), earliest, earliest));
}

QTEST_GUILESS_MAIN(EvidenceAnswersTest)
#include "tst_evidence_answers.moc"
