// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: evidence_seeds FOLDER   writes real evidence of many forms there: what the fuzzer of evidence files starts
// from (tests/fuzz/corpus/evidence). They are kept, because keys differ each time; to be written anew when the format
// changes, which tst_evidence_form says.
#include "core/audit/service_answer.h"
#include "core/authority/use_cases.h"
#include "core/crypto/http_signature.h"
#include "tests/core/evidence/evidence_scene.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>

using namespace countersign;
using namespace countersign::testing;
using evidence::Details;

namespace {

/// The service's report of a response that it signed.
void reportSigned(EvidenceScene& scene, const authority::PerformAction& command, const authority::ActionAnswer& decided)
{
    const auto key = must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key");
    const authority::ReceivedRequest& received = command.received;
    const crypto::HttpRequest request{.method = received.method,
        .targetUri = received.targetUri,
        .fields = {{"signature-input", received.signatureInput}, {"signature", received.signature}}};
    const crypto::HttpResponse message{.status = 201, .fields = {}, .request = request};
    const auto made = must(crypto::signMessage(message, "service",
                               {{"@status"}, crypto::ofRequest("@method"), crypto::ofRequest("@target-uri"),
                                   crypto::ofRequest("signature"), crypto::ofRequest("signature-input")},
                               {.created = scene.fixture.clock().now(),
                                   .keyId = key.publicKey().thumbprint().value,
                                   .tag = std::string(audit::kServiceAnswerTag)},
                               key),
        "signature");
    const json::Object response{{"jwk", key.publicKey().toJwk()}, {"signature_input", made.signatureInput},
        {"signature", made.signature}, {"fields", json::Object{}}};
    must(AuthorityFixture::wait<authority::OutcomeAnswer>([&](auto reply) {
        scene.fixture.authority().reportOutcome({.service = scene.service,
                                                    .receipt = decided.receipt->id,
                                                    .executed = authority::ReportOutcome::Executed::Yes,
                                                    .status = 201,
                                                    .responseDigest = {},
                                                    .signature = {},
                                                    .response = json::serialize(response),
                                                    .upstream = {}},
            std::move(reply));
    }),
        "outcome");
}

evidence::Evidence answered()
{
    EvidenceScene scene;
    const auto command =
        passedOn(scene.fixture, scene.service, scene.tokens.accessToken, scene.agent, sentPayment("7.00"));
    const auto decided = must(perform(scene.fixture, command), "action");
    reportSigned(scene, command, decided);
    return must(scene.evidenceOf(evidence::ReceiptWanted{decided.receipt->id}, Details::WithBodies), "evidence");
}

evidence::Evidence denied()
{
    EvidenceScene scene;
    return scene.evidenceOf(scene.pay("50.01"));
}

evidence::Evidence detailsLeftOut()
{
    EvidenceScene scene;
    return must(scene.evidenceOf(evidence::EntryWanted{*scene.pay("1.00").leaf}, Details::LeftOut), "evidence");
}

evidence::Evidence signedAsAgent()
{
    EvidenceScene scene;
    demand(scene.fixture, scene.service, agentSignatureAsked());
    SentRequest sent = sentPayment("49.99");
    sent.query = "note=a%20b";
    sent.isSigned = SentRequest::Signed::AsAgent;
    return scene.evidenceOf(scene.act(sent));
}

evidence::Evidence readByProof()
{
    EvidenceScene scene;
    return scene.evidenceOf(
        scene.act({.action = "payments.read", .method = "GET", .isSigned = SentRequest::Signed::No}));
}

evidence::Evidence approved()
{
    EvidenceScene scene(",\"step_up\":{\"above\":\"20.00\"}");
    scene.pay("21.00");
    scene.sayYes();
    return scene.evidenceOf(scene.pay("21.00"));
}

evidence::Evidence narrowed()
{
    EvidenceScene scene;
    must(narrow(scene.fixture, scene.tokens.grant,
             [](consent::Edit& edit) { edit.details.front().perAction = *Amount::parse("20.00"); }),
        "narrow");
    const auto renewed = must(scene.fixture.refresh(scene.agent, scene.tokens.refreshToken), "refresh");
    return scene.evidenceOf(scene.act(sentPayment("20.00"), scene.agent, renewed.accessToken));
}

/// Two hops below the grant's own agent, one exchanged, the other shown.
evidence::Evidence handedOnTwice()
{
    EvidenceScene scene;
    const TestAgent second = scene.fixture.registerAgent("second");
    const TestAgent third = scene.fixture.registerAgent("third");
    const permissions::Permission below = handedOn(booksPermission());
    const std::string first = scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, second, below);
    const std::string token =
        must(scene.fixture.exchange(second, scene.tokens.accessToken, {first}), "exchange").accessToken;
    const std::string shown = scene.fixture.delegate(token, second.key, third, handedOn(below));
    return scene.evidenceOf(scene.act(sentPayment("12.50"), third, token, {shown}));
}

/// Receipts of other servers, and the device's key changed before and after.
evidence::Evidence upstream()
{
    EvidenceScene scene;
    must(scene.fixture.rotateDevice(), "rotation");
    const auto answer = scene.pay("12.50");
    must(scene.fixture.rotateDevice(), "rotation");
    const ForeignServer server;
    const UnixSeconds now = scene.fixture.clock().now();
    const GivenReceipt first = scene.alsoDecidedBy(server, answer);
    scene.reportDone(answer,
        {first, server.receipt({.text = "{\"a\":1}", .upstream = {first.leafHash}, .at = now}),
            server.outcome(first, now)});
    return scene.evidenceOf(answer);
}

evidence::Evidence revokedGrant()
{
    EvidenceScene scene;
    const TestAgent second = scene.fixture.registerAgent("second");
    const std::string link =
        scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, second, handedOn(booksPermission()));
    scene.act(sentPayment("7.25", "globex"), second, scene.tokens.accessToken, {link});
    must(scene.fixture.revoke(scene.tokens.grant), "revoke");
    return must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "evidence");
}

evidence::Evidence span()
{
    EvidenceScene scene;
    scene.fixture.clock().advance(std::chrono::seconds(60));
    const UnixSeconds from = scene.fixture.clock().now();
    scene.pay("10.00");
    scene.pay("60.00");
    return must(scene.evidenceOf(evidence::SpanWanted{from, from}, Details::LeftOut), "evidence");
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const QDir folder(QCoreApplication::arguments().value(1));
    const std::pair<const char*, evidence::Evidence (*)()> seeds[] = {{"answered", answered}, {"approved", approved},
        {"denied", denied}, {"handed_on_twice", handedOnTwice}, {"details_left_out", detailsLeftOut},
        {"narrowed", narrowed}, {"read_by_proof", readByProof}, {"revoked_grant", revokedGrant},
        {"signed_as_agent", signedAsAgent}, {"span", span}, {"upstream", upstream}};
    for (const auto& [name, make] : seeds) {
        QFile file(folder.filePath(QString::fromLatin1(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(QByteArray::fromStdString(textOf(make()))) < 0)
            qFatal("can't write %s", name);
    }
    return 0;
}
