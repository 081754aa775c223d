// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An agent must not be able to spoil the proof of what was decided about its request, by what the body says or when it
// was signed; and a device that lies must not get away with it.
#include "tests/core/evidence/evidence_scene.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using evidence::Report;
using evidence::StepState;

namespace {
#define VERIFIED(report) QVERIFY2((report).verdict == evidence::Verdict::Verified, told(report).c_str())
} // namespace

class EvidenceBodiesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void a_body_is_bound_by_its_digest_whatever_it_says_data();
    void a_body_is_bound_by_its_digest_whatever_it_says();
    void under_rules_a_body_says_what_was_decided_about();
    void a_signature_is_as_timely_as_it_was_when_it_was_decided_about_data();
    void a_signature_is_as_timely_as_it_was_when_it_was_decided_about();
};

void EvidenceBodiesTest::a_body_is_bound_by_its_digest_whatever_it_says_data()
{
    using authority::Objection;
    QTest::addColumn<SentRequest>("sent");
    QTest::addColumn<bool>("hasRules");
    const auto row = [](const char* name, bool hasRules, const SentRequest& sent) {
        QTest::newRow(name) << sent << hasRules;
    };
    // What no rule depends on need not be read: the arguments are none, or what the service states.
    row("a name twice", false, {.body = R"({"amount":"1.00","amount":"2.00"})", .arguments = "{}"});
    row("broken JSON", false, {.body = R"({"amount":)", .arguments = "{}"});
    row("encoded", false, {.body = "\x1f\x8b\x08", .arguments = "{}", .contentEncoding = "gzip"});
    row("a name of the query again", false,
        {.query = "amount=1.00", .body = R"({"amount":"2.00"})", .arguments = "{}"});
    row("unreadable, and stated", false,
        {.query = "amount=1.00", .body = R"({"amount":"2.00"})", .arguments = R"({"amount":"1.00"})"});
    // And what can't be read, or is stated otherwise, is refused under rules.
    row("unreadable under rules", true,
        {.body = R"({"amount":"1.00","amount":"2.00"})",
            .arguments = "{}",
            .objection = Objection{permissions::Reason::Arguments, "No.", Objection::Holds::WithRules}});
    row("stated otherwise", true,
        {.body = R"({"amount":"1.00","recipient":"acme"})",
            .arguments = R"({"amount":"2.00","recipient":"acme"})",
            .objection = Objection{permissions::Reason::Arguments, "No."}});
    row("refused for its receipts", true,
        {.body = R"({"amount":"1.00","amount":"2.00"})",
            .arguments = "{}",
            .objection = Objection{permissions::Reason::InvalidSignature, "No."}});
}

void EvidenceBodiesTest::a_body_is_bound_by_its_digest_whatever_it_says()
{
    QFETCH(SentRequest, sent);
    QFETCH(bool, hasRules);
    EvidenceScene scene(hasRules ? booksPermission() : paymentsWith({}));
    const auto answer = scene.act(sent);
    QCOMPARE(isPermitted(answer), !hasRules);
    auto evidence =
        must(scene.evidenceOf(evidence::EntryWanted{*answer.leaf}, evidence::Details::WithBodies), "evidence");
    const Report report = evidence::verify(textOf(evidence), scene.trust());
    VERIFIED(report);
    QVERIFY(stepOf(report, "bodies").state == StepState::Passed);
    std::ranges::find(evidence.entries, evidence.subject.first, &evidence::Entry::index)->body = sent.body + ' ';
    QCOMPARE(failedStep(evidence::verify(textOf(evidence), scene.trust())), std::string("bodies"));
}

void EvidenceBodiesTest::under_rules_a_body_says_what_was_decided_about()
{
    EvidenceScene scene;
    SentRequest sent = sentPayment("40.00");
    for (const char* amount : {"4.00", "70.00"}) {
        sent.arguments = sentPayment(amount).body; // as a device that lies would have it
        const auto answer = scene.act(sent);
        const auto evidence =
            must(scene.evidenceOf(evidence::EntryWanted{*answer.leaf}, evidence::Details::WithBodies), "evidence");
        QCOMPARE(failedStep(evidence::verify(textOf(evidence), scene.trust())), std::string("bodies"));
    }
}

void EvidenceBodiesTest::a_signature_is_as_timely_as_it_was_when_it_was_decided_about_data()
{
    QTest::addColumn<SentRequest::Signed>("how");
    QTest::addColumn<int>("later"); // seconds from the signature to the entry
    QTest::addColumn<bool>("isTimely");
    for (const auto how : {SentRequest::Signed::Yes, SentRequest::Signed::AsAgent}) {
        const std::string name = how == SentRequest::Signed::Yes ? "signed " : "signed by field ";
        for (const auto& [later, isTimely] :
            std::initializer_list<std::pair<int, bool>>{{0, true}, {299, true}, {301, true}, {360, true}, {361, false}})
            QTest::newRow((name + std::to_string(later)).c_str()) << how << later << isTimely;
    }
}

void EvidenceBodiesTest::a_signature_is_as_timely_as_it_was_when_it_was_decided_about()
{
    QFETCH(SentRequest::Signed, how);
    QFETCH(int, later);
    QFETCH(bool, isTimely);
    EvidenceScene scene;
    demand(scene.fixture, scene.service, agentSignatureAsked());
    SentRequest sent = sentPayment("7.00");
    sent.isSigned = how;
    auto command = passedOn(scene.fixture, scene.service, scene.tokens.accessToken, scene.agent, sent);
    scene.fixture.clock().advance(std::chrono::seconds(later));
    const auto answer = must(perform(scene.fixture, std::move(command)), "action");
    const Report report = evidence::verify(textOf(scene.evidenceOf(answer)), scene.trust());
    QCOMPARE(failedStep(report), std::string(isTimely ? "" : "requests"));
}

QTEST_GUILESS_MAIN(EvidenceBodiesTest)
#include "tst_evidence_bodies.moc"
