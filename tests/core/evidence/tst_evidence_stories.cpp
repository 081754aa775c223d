// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Evidence of real stories, from the action to the verdict: everything of it is verified, with no database.
#include "core/audit/log_identity.h"
#include "core/crypto/content_digest.h"
#include "core/evidence/export.h"
#include "tests/core/evidence/evidence_scene.h"

#include <QFile>
#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using evidence::Kind;
using evidence::Report;
using evidence::StepState;
using evidence::Verdict;

namespace {
#define VERIFIED(report) QVERIFY2((report).verdict == Verdict::Verified, told(report).c_str())
} // namespace

class EvidenceStoriesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_payment_is_verified();
    void without_trust_it_is_consistent();
    void a_denial_is_verified_data();
    void a_denial_is_verified();
    void a_read_is_verified_by_its_proof();
    void agent_signature_stands_for_the_signature_data();
    void agent_signature_stands_for_the_signature();
    void three_hops_are_verified_data();
    void three_hops_are_verified();
    void an_amended_grant_is_verified_before_and_after();
    void an_approved_action_is_verified();
    void a_grant_is_verified_with_all_below_it();
    void a_span_is_verified_without_gaps();
    void erased_details_still_verify_and_say_so();
    void details_can_be_left_out();
    void a_body_can_go_with_it();
    void a_path_over_other_servers_is_verified();
    void what_is_not_there_has_no_evidence();
    void a_database_that_was_set_aside_still_gives_evidence();
    void where_no_database_can_be_opened_the_answer_says_so();
    void the_file_is_read_as_it_was_written();
};

void EvidenceStoriesTest::a_payment_is_verified()
{
    EvidenceScene scene;
    const auto answer = scene.pay("49.99");
    QVERIFY(isPermitted(answer));
    scene.reportDone(answer);
    const std::string file = textOf(scene.evidenceOf(answer));
    const Report report = evidence::verify(file, scene.trust());
    VERIFIED(report);
    for (const char* name : {"keys", "receipts", "checkpoint", "inclusion", "order", "details", "consents", "screens",
             "chain", "permissions", "requests", "outcomes", "origin"})
        QVERIFY2(stepOf(report, name).state == StepState::Passed, name);
}

void EvidenceStoriesTest::without_trust_it_is_consistent()
{
    EvidenceScene scene;
    const std::string file = textOf(scene.evidenceOf(scene.pay("49.99")));
    evidence::Trust trust = scene.trust();
    trust.keys.clear();
    QVERIFY(evidence::verify(file, trust).verdict == Verdict::Consistent);
    trust.keys = {scene.person()};
    QVERIFY(evidence::verify(file, trust).verdict == Verdict::Consistent);
    trust.keys = {scene.person(), scene.device()};
    QVERIFY(evidence::verify(file, trust).verdict == Verdict::Verified);
}

void EvidenceStoriesTest::a_denial_is_verified_data()
{
    QTest::addColumn<std::string>("amount");
    QTest::addColumn<std::string>("recipient");
    QTest::addColumn<bool>("repeatable");
    QTest::newRow("too much at once") << std::string("50.01") << std::string("acme") << true;
    QTest::newRow("to somebody else") << std::string("1.00") << std::string("initech") << true;
    QTest::newRow("no amount") << std::string("much") << std::string("acme") << true;
    QTest::newRow("too much in all") << std::string("50.00") << std::string("acme") << false;
}

void EvidenceStoriesTest::a_denial_is_verified()
{
    QFETCH(std::string, amount);
    QFETCH(std::string, recipient);
    QFETCH(bool, repeatable);
    EvidenceScene scene;
    QVERIFY(isPermitted(scene.pay("30.00")));
    QVERIFY(isPermitted(scene.pay("30.00")));
    const auto answer = scene.pay(amount, recipient);
    QVERIFY(!isPermitted(answer));
    const Report report = evidence::verify(textOf(scene.evidenceOf(answer)), scene.trust());
    VERIFIED(report);
    QCOMPARE(stepOf(report, "permissions").state == StepState::Passed, repeatable);
    QVERIFY(stepOf(report, "requests").state == StepState::Passed);
}

void EvidenceStoriesTest::a_read_is_verified_by_its_proof()
{
    EvidenceScene scene;
    const auto answer = scene.act({.action = "payments.read",
        .method = "GET",
        .query = "from=1&to=2",
        .body = R"({"amount":"1.00","recipient":"acme"})",
        .isSigned = SentRequest::Signed::No});
    QVERIFY(isPermitted(answer));
    const Report report = evidence::verify(textOf(scene.evidenceOf(answer)), scene.trust());
    VERIFIED(report);
    QVERIFY(stepOf(report, "requests").sentence.contains("DPoP proof alone"));
}

void EvidenceStoriesTest::agent_signature_stands_for_the_signature_data()
{
    QTest::addColumn<std::string>("query");
    QTest::addColumn<std::string>("amount");
    QTest::newRow("permitted") << std::string() << std::string("49.99");
    QTest::newRow("denied") << std::string() << std::string("50.01");
    QTest::newRow("with a query") << std::string("note=a%20b") << std::string("49.99");
}

void EvidenceStoriesTest::agent_signature_stands_for_the_signature()
{
    QFETCH(std::string, query);
    QFETCH(std::string, amount);
    EvidenceScene scene;
    demand(scene.fixture, scene.service, agentSignatureAsked());
    SentRequest sent = sentPayment(amount);
    sent.query = query;
    sent.isSigned = SentRequest::Signed::AsAgent;
    const auto answer = scene.act(sent);
    const std::string file = textOf(scene.evidenceOf(answer));
    const Report report = evidence::verify(file, scene.trust());
    VERIFIED(report);
    QVERIFY(stepOf(report, "requests").sentence.contains("1 request is signed"));
    for (const auto& change : std::vector<std::function<void(json::Object&)>>{
             [](json::Object& details) { details["fields"].as_object().erase("agent-signature"); },
             [](json::Object& details) { details["query"] = "note=other"; },
             [](json::Object& details) { details.erase("fields"); },
             [&](json::Object& details) {
                 details["fields"].as_object()["content-digest"] = crypto::contentDigest("another body");
             }}) {
        const auto lie = scene.lie(answer, [&](EvidenceScene::Lie& entry) {
            json::Object details = json::parseObject(entry.details).value();
            change(details);
            entry.details = json::serialize(details);
        });
        const Report broken = evidence::verify(textOf(must(scene.evidenceOf(lie), "evidence")), scene.trust());
        QCOMPARE(failedStep(broken), std::string("requests"));
    }
}

void EvidenceStoriesTest::three_hops_are_verified_data()
{
    QTest::addColumn<int>("exchanged"); // how many of the two links
    QTest::newRow("both links shown with the request") << 0;
    QTest::newRow("the first exchanged, the second shown") << 1;
    QTest::newRow("both exchanged") << 2;
}

void EvidenceStoriesTest::three_hops_are_verified()
{
    QFETCH(int, exchanged);
    EvidenceScene scene;
    const TestAgent second = scene.fixture.registerAgent("second");
    const TestAgent third = scene.fixture.registerAgent("third");
    const permissions::Permission below = handedOn(booksPermission());
    std::string token = scene.tokens.accessToken;
    std::vector<std::string> shown{scene.fixture.delegate(token, scene.agent.key, second, below)};
    if (exchanged >= 1)
        token = must(scene.fixture.exchange(second, token, std::exchange(shown, {})), "exchange").accessToken;
    shown.push_back(scene.fixture.delegate(shown.empty() ? token : shown.back(), second.key, third, handedOn(below)));
    if (exchanged == 2)
        token = must(scene.fixture.exchange(third, token, std::exchange(shown, {})), "exchange").accessToken;
    const auto answer = scene.act(sentPayment("12.50"), third, token, shown);
    QVERIFY(isPermitted(answer));
    const evidence::Evidence evidence = scene.evidenceOf(answer);
    QCOMPARE(evidence.links.size(), 2U);
    const Report report = evidence::verify(textOf(evidence), scene.trust());
    VERIFIED(report);
    VERIFIED(evidence::verify(
        textOf(must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "grant")), scene.trust()));
}

void EvidenceStoriesTest::an_amended_grant_is_verified_before_and_after()
{
    EvidenceScene scene;
    const auto before = scene.pay("45.00");
    must(narrow(scene.fixture, scene.tokens.grant,
             [](consent::Edit& edit) { edit.details.front().perAction = *Amount::parse("20.00"); }),
        "narrow");
    const auto renewed = must(scene.fixture.refresh(scene.agent, scene.tokens.refreshToken), "refresh");
    const auto refused = scene.act(sentPayment("20.01"), scene.agent, renewed.accessToken);
    const auto after = scene.act(sentPayment("20.00"), scene.agent, renewed.accessToken);
    QVERIFY(isPermitted(before) && !isPermitted(refused) && isPermitted(after));
    for (const auto& answer : {before, refused, after}) {
        const evidence::Evidence evidence = scene.evidenceOf(answer);
        QCOMPARE(evidence.consents.size(), 2U);
        VERIFIED(evidence::verify(textOf(evidence), scene.trust()));
    }
    VERIFIED(evidence::verify(
        textOf(must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "grant")), scene.trust()));
}

void EvidenceStoriesTest::an_approved_action_is_verified()
{
    EvidenceScene scene(",\"step_up\":{\"above\":\"20.00\"}");
    QVERIFY(isAsked(scene.pay("21.00")));
    scene.sayYes();
    const auto answer = scene.pay("21.00");
    QVERIFY(isPermitted(answer));
    const evidence::Evidence evidence = scene.evidenceOf(answer);
    QCOMPARE(evidence.consents.size(), 2U);
    const Report report = evidence::verify(textOf(evidence), scene.trust());
    VERIFIED(report);
    QVERIFY(stepOf(report, "approvals").state == StepState::Passed);
    QVERIFY(stepOf(evidence::verify(textOf(scene.evidenceOf(scene.pay("20.00"))), scene.trust()), "approvals").state
        == StepState::Skipped);
}

void EvidenceStoriesTest::a_grant_is_verified_with_all_below_it()
{
    EvidenceScene scene;
    const TestAgent second = scene.fixture.registerAgent("second");
    const std::string link =
        scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, second, handedOn(booksPermission()));
    scene.reportDone(scene.pay("10.00"));
    scene.act(sentPayment("11.00"), second, scene.tokens.accessToken, {link});
    scene.pay("51.00");
    must(scene.fixture.revoke(scene.tokens.grant), "revoke");
    const auto evidence = must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "grant");
    const Report report = evidence::verify(textOf(evidence), scene.trust());
    VERIFIED(report);
    QVERIFY2(stepOf(report, "order").sentence.contains("to its end"), told(report).c_str());
    QVERIFY(stepOf(report, "requests").sentence.starts_with("3 requests"));
}

void EvidenceStoriesTest::a_span_is_verified_without_gaps()
{
    EvidenceScene scene;
    scene.fixture.clock().advance(std::chrono::seconds(60));
    const UnixSeconds from = scene.fixture.clock().now();
    for (const char* amount : {"10.00", "60.00", "11.00"})
        scene.pay(amount);
    const TestAgent other = scene.fixture.registerAgent("other", "/usr/bin/other");
    grantTo(scene.fixture, other, payments(from));
    const auto evidence = must(scene.evidenceOf(evidence::SpanWanted{from, from + std::chrono::seconds(1)}), "span");
    QVERIFY(evidence.subject.kind == Kind::Span);
    QVERIFY(evidence.entries.front().index < evidence.subject.first); // what the first ones rest on
    VERIFIED(evidence::verify(textOf(evidence), scene.trust()));
}

void EvidenceStoriesTest::erased_details_still_verify_and_say_so()
{
    EvidenceScene scene;
    const auto answer = scene.pay("49.99");
    scene.erase();
    const Report report = evidence::verify(textOf(scene.evidenceOf(answer)), scene.trust());
    VERIFIED(report);
    QVERIFY(stepOf(report, "details").sentence.contains("erased"));
    QVERIFY(stepOf(report, "screens").sentence.contains("erased"));
    QVERIFY(stepOf(report, "chain").state == StepState::Passed);
    for (const char* name : {"details", "screens", "permissions", "requests"})
        QVERIFY2(stepOf(report, name).state == StepState::Skipped, name);
}

void EvidenceStoriesTest::details_can_be_left_out()
{
    EvidenceScene scene;
    const auto answer = scene.pay("49.99");
    const auto evidence =
        must(scene.evidenceOf(evidence::ReceiptWanted{answer.receipt->id}, evidence::Details::LeftOut), "evidence");
    const std::string file = textOf(evidence);
    QVERIFY(!file.contains("49.99\\") && !file.contains("disclosure") && !file.contains("screen\":{\"salt"));
    VERIFIED(evidence::verify(file, scene.trust()));
}

void EvidenceStoriesTest::a_body_can_go_with_it()
{
    EvidenceScene scene;
    const SentRequest sent = sentPayment("7.00");
    const evidence::EntryWanted wanted{*scene.act(sent).leaf};
    const auto bodyIn = [](const evidence::Evidence& evidence) {
        return std::ranges::find(evidence.entries, evidence.subject.first, &evidence::Entry::index)->body;
    };
    using enum evidence::Details;
    for (const evidence::Details details : {Included, LeftOut}) // never unless the person says so
        QVERIFY(!bodyIn(must(scene.evidenceOf(wanted, details), "evidence")));
    const auto evidence = must(scene.evidenceOf(wanted, WithBodies), "evidence");
    QCOMPARE(bodyIn(evidence), sent.body);
    const Report report = evidence::verify(textOf(evidence), scene.trust());
    VERIFIED(report);
    QVERIFY(stepOf(report, "bodies").state == StepState::Passed);
    scene.erase();
    QVERIFY(!bodyIn(must(scene.evidenceOf(wanted, WithBodies), "evidence"))); // nothing binds it any more
}

void EvidenceStoriesTest::a_path_over_other_servers_is_verified()
{
    EvidenceScene scene;
    const auto answer = scene.pay("7.00");
    const ForeignServer gateway;
    const UnixSeconds now = scene.fixture.clock().now();
    const GivenReceipt first = scene.alsoDecidedBy(gateway, answer);
    const GivenReceipt second =
        ForeignServer("https://bank.example").receipt({.upstream = {first.leafHash}, .at = now});
    scene.reportDone(answer, {first, second, gateway.outcome(first, now)});
    const evidence::Wanted wanted[] = {
        evidence::EntryWanted{*answer.leaf}, evidence::GrantWanted{scene.tokens.grant}, evidence::SpanWanted{now, now}};
    for (const evidence::Wanted& each : wanted) {
        const Report report = evidence::verify(textOf(must(scene.evidenceOf(each), "evidence")), scene.trust());
        VERIFIED(report);
        QVERIFY(stepOf(report, "upstream").state == StepState::Passed);
        QVERIFY2(stepOf(report, "upstream").sentence.starts_with("3 receipts"), told(report).c_str());
    }
}

void EvidenceStoriesTest::what_is_not_there_has_no_evidence()
{
    EvidenceScene scene;
    const auto answer = scene.pay("7.00");
    const auto codeOf = [&](evidence::Wanted wanted) {
        const auto evidence = scene.evidenceOf(std::move(wanted));
        return evidence ? ErrorCode::Internal : evidence.error().code;
    };
    QCOMPARE(codeOf(evidence::ReceiptWanted{answer.receipt->id + "x"}), ErrorCode::NotFound);
    QCOMPARE(codeOf(evidence::ReceiptWanted{"x"}), ErrorCode::NotFound);
    QCOMPARE(codeOf(evidence::EntryWanted{0}), ErrorCode::NotFound); // is no decision
    QCOMPARE(codeOf(evidence::EntryWanted{9'999}), ErrorCode::NotFound);
    QCOMPARE(codeOf(evidence::GrantWanted{GrantId{"x"}}), ErrorCode::NotFound);
    QCOMPARE(codeOf(evidence::SpanWanted{UnixSeconds{1}, UnixSeconds{2}}), ErrorCode::NotFound);
}

void EvidenceStoriesTest::a_database_that_was_set_aside_still_gives_evidence()
{
    EvidenceScene scene;
    const auto answer = scene.pay("7.00");
    must(scene.fixture.rotateDevice(), "rotation");
    const auto later = scene.pay("8.00");
    const evidence::Trust trust = scene.trust();
    const keychain::Identity keys = scene.fixture.identity();
    scene.fixture.stop();
    // From here on nobody has the keys.
    const auto database = must(store::Database::open(scene.fixture.folder(), store::Access::ReadOnly), "database");
    const auto owner = must(audit::keptLogIdentity(*database), "identity");
    QVERIFY(owner && owner->person == keys.person);
    for (const auto& each : {answer, later})
        VERIFIED(
            evidence::verify(textOf(must(evidence::assemble(*database, *owner,
                                             evidence::ReceiptWanted{each.receipt->id}, evidence::Details::Included),
                                 "evidence")),
                trust));
    // It says nothing that the keychain alone should know.
    store::Query query(*database, "SELECT value FROM meta WHERE key = 'log_identity'");
    QVERIFY(must(query.next(), "row"));
    QVERIFY(!query.text(0).contains("\"d\""));
}

void EvidenceStoriesTest::where_no_database_can_be_opened_the_answer_says_so()
{
    AuthorityFixture fixture(AuthorityFixture::PersonKey::Sealed); // and so nobody has read before
    const QString file = fixture.folder() + QStringLiteral("/countersign.sqlite");
    QVERIFY(QFile::rename(file, file + QStringLiteral(".away")));
    const auto text = AuthorityFixture::wait<std::string>([&](auto reply) {
        evidence::exportEvidence(fixture.authority(), evidence::EntryWanted{0}, {}, std::move(reply));
    });
    QVERIFY(QFile::rename(file + QStringLiteral(".away"), file));
    QVERIFY(!text);
    QVERIFY(text.error().code != ErrorCode::Internal && text.error().code != ErrorCode::NotFound);
}

void EvidenceStoriesTest::the_file_is_read_as_it_was_written()
{
    EvidenceScene scene;
    scene.reportDone(scene.pay("7.00"));
    const auto evidence = must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "grant");
    QVERIFY(must(evidence::fromJson(textOf(evidence)), "reading") == evidence);
}

QTEST_GUILESS_MAIN(EvidenceStoriesTest)
#include "tst_evidence_stories.moc"
