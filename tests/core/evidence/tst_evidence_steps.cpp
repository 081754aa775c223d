// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Each step of the verification fails for what it is there for, and only that one: the steps before it pass.
#include "core/audit/receipt.h"
#include "core/crypto/bytes.h"
#include "core/crypto/jws.h"
#include "tests/core/audit/test_witness.h"
#include "tests/core/evidence/lies.h"

#include <QTest>

#include <functional>

using namespace countersign;
using namespace countersign::testing;
using evidence::Evidence;
using evidence::Report;
using evidence::StepState;
using evidence::Verdict;

namespace {
using Spoil = std::function<void(EvidenceScene&, Evidence&)>;
using Lie = EvidenceScene::Lie;
using Tell = EvidenceScene::Tell;

evidence::Entry& subjectOf(Evidence& evidence)
{
    return *std::ranges::find(evidence.entries, evidence.subject.first, &evidence::Entry::index);
}
} // namespace
Q_DECLARE_METATYPE(Spoil)
Q_DECLARE_METATYPE(Tell)

class EvidenceStepsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void what_is_spoiled_fails_at_its_step_data();
    void what_is_spoiled_fails_at_its_step();
    void a_device_that_lies_is_caught_data();
    void a_device_that_lies_is_caught();
    void what_is_spoiled_of_other_servers_is_caught_data();
    void what_is_spoiled_of_other_servers_is_caught();
    void whose_other_servers_keys_are_is_the_checkers_to_know();
    void an_action_without_the_needed_yes_is_caught();
    void an_entry_left_out_of_a_grant_is_caught();
    void an_entry_left_out_of_a_span_is_caught();
    void a_witness_that_did_not_sign_is_caught();
    void a_witness_says_by_when_the_entries_were_there();
    void what_is_from_the_future_is_caught();
    void trust_in_another_device_is_none();
    void after_a_failure_nothing_is_asked();
};

void EvidenceStepsTest::what_is_spoiled_fails_at_its_step_data()
{
    QTest::addColumn<std::string>("step");
    QTest::addColumn<Spoil>("spoil");
    const auto row = [](const char* name, const char* step, Spoil spoil) {
        QTest::newRow(name) << std::string(step) << std::move(spoil);
    };
    row("no device", "keys", [](EvidenceScene&, Evidence& file) { file.devices.clear(); });
    row("no person", "keys", [](EvidenceScene&, Evidence& file) { file.persons.clear(); });
    row("another device", "keys",
        [](EvidenceScene& scene, Evidence& file) { file.devices = {scene.agent.key.publicKey()}; });
    row("another log key", "keys", [](EvidenceScene&, Evidence& file) {
        EvidenceScene other;
        file.logKey = other.evidenceOf(other.pay("1.00")).logKey;
    });
    row("the log key vouched for by somebody else", "keys", [](EvidenceScene& scene, Evidence& file) {
        file.devices.push_back(scene.agent.key.publicKey());
        file.logKeyStatement = resigned(file.logKeyStatement, scene.agent.key, [](json::Object&) { });
    });
    row("a receipt signed by somebody else", "receipts", [](EvidenceScene& scene, Evidence& file) {
        auto& receipt = *subjectOf(file).receipt;
        receipt = resigned(receipt, scene.agent.key, [](json::Object&) { });
    });
    row("the receipt of another entry", "receipts",
        [](EvidenceScene&, Evidence& file) { subjectOf(file).receipt = file.entries.back().receipt; });
    row("no receipt", "receipts", [](EvidenceScene&, Evidence& file) { std::erase(file.entries, subjectOf(file)); });
    row("a leaf that is not canonical", "receipts",
        [](EvidenceScene&, Evidence& file) { file.entries.front().leaf->append(" "); });
    row("an old checkpoint of another log", "checkpoint", [](EvidenceScene&, Evidence& file) {
        EvidenceScene other;
        file.checkpoint = other.evidenceOf(other.pay("1.00")).checkpoint;
    });
    row("a changed checkpoint", "checkpoint",
        [](EvidenceScene&, Evidence& file) { replaceIn(file.checkpoint, "\n", "\n0"); });
    row("a changed entry", "inclusion",
        [](EvidenceScene&, Evidence& file) { replaceIn(*file.entries.front().leaf, "\"seq\":0", "\"seq\":1"); });
    row("another path", "inclusion", [](EvidenceScene&, Evidence& file) { file.entries.front().inclusion.pop_back(); });
    row("other private details", "details",
        [](EvidenceScene&, Evidence& file) { subjectOf(file).disclosure->text += " "; });
    row("another salt", "details", [](EvidenceScene&, Evidence& file) { subjectOf(file).disclosure->salt += "x"; });
    row("details of what has none", "details",
        [](EvidenceScene&, Evidence& file) { file.entries.front().disclosure = subjectOf(file).disclosure; });
    row("no consent", "consents", [](EvidenceScene&, Evidence& file) { file.consents.clear(); });
    row("a consent by somebody else", "consents", [](EvidenceScene& scene, Evidence& file) {
        auto& record = file.consents.front().record;
        record = resigned(record, scene.agent.key, [](json::Object&) { });
    });
    row("a consent that the log does not know", "consents",
        [](EvidenceScene&, Evidence& file) { file.entries.erase(file.entries.begin()); });
    row("another screen", "screens", [](EvidenceScene&, Evidence& file) { file.consents.front().screen->text += "!"; });
    row("no token", "chain", [](EvidenceScene&, Evidence& file) { file.tokens.clear(); });
    row("another token", "chain", [](EvidenceScene& scene, Evidence& file) {
        file.tokens = {grantTo(scene.fixture, scene.agent, booksPermission()).accessToken};
    });
    row("no key of the agent", "requests", [](EvidenceScene&, Evidence& file) { file.agents.clear(); });
    row("another key of the agent", "requests",
        [](EvidenceScene& scene, Evidence& file) { file.agents = {scene.fixture.identity().person}; });
    row("another body", "bodies", [](EvidenceScene&, Evidence& file) { subjectOf(file).body = "{}"; });
    row("a body of what is no action", "bodies",
        [](EvidenceScene&, Evidence& file) { file.entries.front().body = "{}"; });
    row("an outcome without its decision", "outcomes", [](EvidenceScene& scene, Evidence& file) {
        const auto other = scene.pay("2.00");
        scene.reportDone(other);
        const Evidence more = scene.evidenceOf(other);
        file = must(scene.evidenceOf(evidence::EntryWanted{file.subject.first}), "evidence");
        file.entries.push_back(more.entries.back());
    });
    row("a receipt of another server that is not named", "upstream", [](EvidenceScene& scene, Evidence& file) {
        const GivenReceipt given = ForeignServer().receipt({.at = scene.fixture.clock().now()});
        subjectOf(file).upstream = {{given.jws, json::serialize(given.keys), std::nullopt}};
    });
}

void EvidenceStepsTest::what_is_spoiled_fails_at_its_step()
{
    QFETCH(std::string, step);
    QFETCH(Spoil, spoil);
    EvidenceScene scene;
    const auto answer = scene.pay("49.99");
    scene.reportDone(answer);
    Evidence file = scene.evidenceOf(answer);
    spoil(scene, file);
    const Report report = evidence::verify(textOf(file), scene.trust());
    QVERIFY(report.verdict == Verdict::Broken);
    QVERIFY2(failedStep(report) == step, told(report).c_str());
}

void EvidenceStepsTest::a_device_that_lies_is_caught_data()
{
    QTest::addColumn<std::string>("step");
    QTest::addColumn<Tell>("tell");
    for (const NamedLie& lie : namedLies())
        QTest::newRow(lie.name.c_str()) << lie.step << lie.tell;
}

void EvidenceStepsTest::a_device_that_lies_is_caught()
{
    QFETCH(std::string, step);
    QFETCH(Tell, tell);
    EvidenceScene scene;
    const auto wanted = scene.lie(scene.pay("49.99"), tell);
    const Report report = evidence::verify(textOf(must(scene.evidenceOf(wanted), "evidence")), scene.trust());
    QVERIFY2(failedStep(report) == step, told(report).c_str());
}

namespace {
/// The entry that took the receipts of other servers in.
evidence::Entry& takingIn(Evidence& file)
{
    return *std::ranges::find_if(file.entries, [](const evidence::Entry& each) { return !each.upstream.empty(); });
}
} // namespace

void EvidenceStepsTest::what_is_spoiled_of_other_servers_is_caught_data()
{
    QTest::addColumn<std::string>("step");
    QTest::addColumn<Spoil>("spoil");
    const auto row = [](const char* name, const char* step, Spoil spoil) {
        QTest::newRow(name) << std::string(step) << std::move(spoil);
    };
    row("nothing", "", [](EvidenceScene&, Evidence&) { });
    row("one left out", "", [](EvidenceScene&, Evidence& file) { takingIn(file).upstream.clear(); });
    row("a forged one", "upstream", [](EvidenceScene& scene, Evidence& file) {
        auto& receipt = takingIn(file).upstream[0].receipt;
        receipt = resigned(receipt, scene.agent.key, [](json::Object&) { });
    });
    row("the keys of another", "upstream", [](EvidenceScene&, Evidence& file) {
        takingIn(file).upstream[0].keys = json::serialize(ForeignServer().keySet());
    });
    row("keys that are none", "upstream",
        [](EvidenceScene&, Evidence& file) { takingIn(file).upstream[0].keys = "{"; });
    row("details of another", "upstream", [](EvidenceScene&, Evidence& file) {
        takingIn(file).upstream[0].disclosure = evidence::Opening{"salt", "{}"};
    });
    row("one twice", "upstream", [](EvidenceScene&, Evidence& file) {
        auto& upstream = takingIn(file).upstream;
        upstream.push_back(upstream[0]);
    });
    row("the step between left out", "upstream", [](EvidenceScene&, Evidence& file) {
        std::erase_if(takingIn(file).upstream, [](const evidence::ForeignReceipt& each) { // it names no other
            return !must(json::parseObject(must(crypto::parseJws(each.receipt), "JWS").payload), "claims")
                        .contains("upstream");
        });
    });
    row("at another entry", "upstream", [](EvidenceScene&, Evidence& file) {
        auto upstream = std::exchange(takingIn(file).upstream, {});
        subjectOf(file).upstream = upstream;
    });
    row("without the decision", "receipts", [](EvidenceScene&, Evidence& file) {
        std::erase_if(file.entries, [&](const auto& each) { return each.index == file.subject.first; });
    });
}

void EvidenceStepsTest::what_is_spoiled_of_other_servers_is_caught()
{
    QFETCH(std::string, step);
    QFETCH(Spoil, spoil);
    EvidenceScene scene;
    const auto answer = scene.pay("49.99");
    const GivenReceipt passedOn = scene.alsoDecidedBy(ForeignServer(), answer);
    scene.reportDone(answer,
        {passedOn,
            ForeignServer("https://bank.example")
                .receipt({.upstream = {passedOn.leafHash}, .at = scene.fixture.clock().now()})});
    Evidence file = scene.evidenceOf(answer);
    spoil(scene, file);
    const Report report = evidence::verify(textOf(file), scene.trust());
    QVERIFY2(failedStep(report) == step, told(report).c_str());
}

void EvidenceStepsTest::whose_other_servers_keys_are_is_the_checkers_to_know()
{
    EvidenceScene scene;
    const auto answer = scene.pay("49.99");
    const ForeignServer gateway;
    const ForeignServer bank;
    scene.reportDone(answer, {scene.alsoDecidedBy(gateway, answer), scene.alsoDecidedBy(bank, answer)});
    const std::string file = textOf(scene.evidenceOf(answer));
    const std::string known = gateway.key().publicKey().thumbprint().value;
    const std::string unknown = bank.key().publicKey().thumbprint().value;
    evidence::Trust trust = scene.trust();
    const auto sentence = [&] { return stepOf(evidence::verify(file, trust), "upstream").sentence; };
    QVERIFY(sentence().contains(known) && sentence().contains(unknown));
    trust.keys.push_back(Thumbprint{known});
    QVERIFY(!sentence().contains(known) && sentence().contains(unknown));
    QVERIFY(evidence::verify(file, trust).verdict == Verdict::Verified); // the device's own word is established
    // What was erased can't be shown, and is no lie.
    scene.erase();
    QVERIFY(failedStep(evidence::verify(textOf(scene.evidenceOf(answer)), trust)).empty());
}

void EvidenceStepsTest::an_action_without_the_needed_yes_is_caught()
{
    EvidenceScene scene(",\"step_up\":{\"above\":\"20.00\"}");
    const auto small = scene.pay("20.00");
    QVERIFY(isAsked(scene.pay("21.00")));
    scene.sayYes();
    const auto large = scene.pay("21.00");
    const auto verdictOn = [&](const authority::ActionAnswer& answer, const Tell& tell) {
        const auto wanted = scene.lie(answer, tell);
        return failedStep(evidence::verify(textOf(must(scene.evidenceOf(wanted), "evidence")), scene.trust()));
    };
    QCOMPARE(verdictOn(large, [](Lie&) { }), std::string());
    QCOMPARE(verdictOn(large, [](Lie& lie) { lie.claims.erase("approval"); }), std::string("approvals"));
    QCOMPARE(verdictOn(large, [](Lie& lie) { replaceIn(lie.details, "21.00", "22.00"); }), std::string("approvals"));
    QCOMPARE(verdictOn(small, [](Lie& lie) { replaceIn(lie.details, "20.00", "20.01"); }), std::string("approvals"));
    scene.fixture.clock().advance(std::chrono::minutes(30)); // the yes has run out, and so has the token
    QVERIFY(!verdictOn(large, [](Lie&) { }).empty());
}

void EvidenceStepsTest::an_entry_left_out_of_a_grant_is_caught()
{
    EvidenceScene scene;
    for (const char* amount : {"1.00", "60.00", "2.00"})
        scene.pay(amount);
    const Evidence whole = must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "grant");
    QVERIFY(whole.entries.size() >= 6);
    for (std::size_t i = 0; i + 1 < whole.entries.size(); ++i) {
        Evidence cut = whole;
        cut.entries.erase(cut.entries.begin() + static_cast<std::ptrdiff_t>(i));
        QCOMPARE(failedStep(evidence::verify(textOf(cut), scene.trust())), std::string("order"));
    }
    Evidence without = whole; // the newest can't be missed in a grant that goes on, and the file says so
    without.entries.pop_back();
    QVERIFY(stepOf(evidence::verify(textOf(without), scene.trust()), "order").sentence.contains("can't be missed"));
}

void EvidenceStepsTest::an_entry_left_out_of_a_span_is_caught()
{
    EvidenceScene scene;
    for (const char* amount : {"1.00", "60.00", "2.00"})
        scene.pay(amount);
    const UnixSeconds now = scene.fixture.clock().now();
    const Evidence whole = must(scene.evidenceOf(evidence::SpanWanted{UnixSeconds{0}, now}), "span");
    for (std::size_t i = 0; i < whole.entries.size(); ++i) {
        Evidence cut = whole;
        cut.entries.erase(cut.entries.begin() + static_cast<std::ptrdiff_t>(i));
        QVERIFY(failedStep(evidence::verify(textOf(cut), scene.trust())) == "order");
    }
}

void EvidenceStepsTest::a_witness_that_did_not_sign_is_caught()
{
    EvidenceScene scene;
    const Evidence file = scene.evidenceOf(scene.pay("1.00"));
    evidence::Trust trust = scene.trust();
    trust.witnesses = {file.logKey};
    QCOMPARE(failedStep(evidence::verify(textOf(file), trust)), std::string("witnesses"));
    trust.witnesses = {"no key"};
    QCOMPARE(failedStep(evidence::verify(textOf(file), trust)), std::string("witnesses"));
}

void EvidenceStepsTest::a_witness_says_by_when_the_entries_were_there()
{
    EvidenceScene scene;
    Evidence file = scene.evidenceOf(scene.pay("1.00"));
    evidence::Trust trust = scene.trust();
    const test::TestWitness early{"early.example"};
    const test::TestWitness late{"late.example"};
    const auto now = static_cast<std::uint64_t>(trust.now.value);
    const std::string checkpoint = file.checkpoint;
    file.checkpoint += late.line(checkpoint, now) + '\n' + early.line(checkpoint, 1'767'300'000) + '\n';
    trust.witnesses = {late.verifierKey(), early.verifierKey()};
    const evidence::Report report = evidence::verify(textOf(file), trust);
    QVERIFY(failedStep(report).empty());
    QVERIFY2(stepOf(report, "witnesses").sentence.contains("by 2026-01-01 20:40:00 UTC"), told(report).c_str());

    const auto ahead = static_cast<std::uint64_t>(evidence::kAllowedAhead.count());
    for (const std::uint64_t time : {now + ahead, now + ahead + 1}) {
        file.checkpoint = checkpoint + late.line(checkpoint, time) + '\n';
        trust.witnesses = {late.verifierKey()};
        QCOMPARE(failedStep(evidence::verify(textOf(file), trust)).empty(), time == now + ahead);
    }
}

void EvidenceStepsTest::what_is_from_the_future_is_caught()
{
    EvidenceScene scene;
    const std::string file = textOf(scene.evidenceOf(scene.pay("1.00")));
    evidence::Trust trust = scene.trust();
    trust.now = scene.fixture.clock().now() - evidence::kAllowedAhead;
    QCOMPARE(failedStep(evidence::verify(file, trust)), std::string());
    trust.now = trust.now - std::chrono::seconds(1);
    QCOMPARE(failedStep(evidence::verify(file, trust)), std::string("times"));
}

void EvidenceStepsTest::trust_in_another_device_is_none()
{
    EvidenceScene scene;
    const std::string file = textOf(scene.evidenceOf(scene.pay("1.00")));
    evidence::Trust trust = scene.trust();
    trust.keys = {scene.agent.jkt(), Thumbprint{}};
    const Report report = evidence::verify(file, trust);
    QVERIFY(report.verdict == Verdict::Consistent);
    QVERIFY(stepOf(report, "origin").sentence.contains(scene.device().value));
}

void EvidenceStepsTest::after_a_failure_nothing_is_asked()
{
    EvidenceScene scene;
    Evidence file = scene.evidenceOf(scene.pay("1.00"));
    const std::size_t steps = evidence::verify(textOf(file), scene.trust()).steps.size();
    file.entries.front().inclusion.clear();
    const Report report = evidence::verify(textOf(file), scene.trust());
    QCOMPARE(report.steps.size(), steps);
    const auto failed = std::ranges::find(report.steps, "inclusion", &evidence::Step::name);
    for (auto step = report.steps.begin(); step != report.steps.end(); ++step)
        QVERIFY(step == failed  ? step->state == StepState::Failed
                : step < failed ? step->state != StepState::Failed
                                : step->state == StepState::Skipped);
    QCOMPARE(evidence::verify("{}", scene.trust()).steps.size(), steps);
}

QTEST_GUILESS_MAIN(EvidenceStepsTest)
#include "tst_evidence_steps.moc"
