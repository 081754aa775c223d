// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files that somebody made who holds real ones, an old key of the device, or agents of their own, and no more: none may
// be verified and tell something else than the device logged.
#include "core/audit/checkpoint.h"
#include "core/audit/log.h"
#include "core/audit/log_key.h"
#include "core/audit/receipt.h"
#include "core/crypto/bytes.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/merkle.h"
#include "core/crypto/signed_note.h"
#include "tests/core/evidence/evidence_scene.h"

#include <QTest>

#include <algorithm>
#include <functional>
#include <span>

using namespace countersign;
using namespace countersign::testing;
using evidence::Entry;
using evidence::Evidence;
using evidence::Opening;
using evidence::Report;
using evidence::StepState;
using evidence::Verdict;

namespace {

crypto::PrivateKey newKey(crypto::KeyType type = crypto::KeyType::P256)
{
    return must(crypto::PrivateKey::generate(type), "key");
}

using Hashes = std::span<const std::string>;

std::size_t leftSize(Hashes leaves)
{
    std::size_t left = 1;
    while (left * 2 < leaves.size())
        left *= 2;
    return left;
}

/// RFC 6962 section 2.1
std::string rootOf(Hashes leaves)
{
    if (leaves.size() == 1)
        return leaves.front();
    const std::size_t left = leftSize(leaves);
    return crypto::nodeHash(rootOf(leaves.first(left)), rootOf(leaves.subspan(left)));
}

std::vector<std::string> pathTo(std::size_t index, Hashes leaves)
{
    if (leaves.size() == 1)
        return {};
    const std::size_t left = leftSize(leaves);
    const bool isLeft = index < left;
    auto path = isLeft ? pathTo(index, leaves.first(left)) : pathTo(index - left, leaves.subspan(left));
    path.push_back(isLeft ? rootOf(leaves.subspan(left)) : rootOf(leaves.first(left)));
    return path;
}

std::string leafOf(const Entry& entry, const Evidence& file)
{
    return entry.leaf ? *entry.leaf : must(audit::verifyReceipt(*entry.receipt, file.devices), "receipt").leaf;
}

/// The entries in a tree of somebody else's own, signed with a key of their own that `device` vouches for.
void moveToOtherTree(Evidence& file, const std::string& origin, const crypto::PrivateKey& device, UnixSeconds now)
{
    const crypto::PrivateKey logKey = newKey(crypto::KeyType::Ed25519);
    std::vector<std::string> hashes;
    for (std::uint64_t i = 0; i <= file.entries.back().index; ++i)
        hashes.push_back(crypto::leafHash(std::to_string(i)));
    for (const Entry& entry : file.entries)
        hashes[entry.index] = crypto::leafHash(leafOf(entry, file));
    for (Entry& entry : file.entries)
        entry.inclusion = pathTo(entry.index, hashes);
    file.logKey = crypto::noteVerifierKey(origin, logKey.publicKey());
    file.logKeyStatement = must(audit::signLogKeyStatement(origin, logKey.publicKey(), device, now), "statement");
    file.checkpoint = must(
        crypto::signNote(audit::treeHeadText({origin, hashes.size(), rootOf(hashes)}), origin, logKey), "checkpoint");
}

/// What would have come of a decision: it was not done.
Entry madeUpOutcome(const Evidence& file, const Entry& decision)
{
    const json::Object claims = must(json::parseObject(leafOf(decision, file)), "leaf");
    const json::Object lie{{"type", "action_outcome"}, {"device", claims.at("device")}, {"person", claims.at("person")},
        {"iat", claims.at("iat")}, {"outcome", {{"executed", "no"}}},
        {"receipt",
            {{"index", decision.index}, {"leaf_hash", crypto::base64url(crypto::leafHash(leafOf(decision, file)))}}}};
    Entry entry;
    entry.index = file.entries.back().index + 1;
    entry.leaf = must(crypto::canonicalJson(json::Value(lie)), "leaf");
    return entry;
}

/// Some of what is hidden now passes for the salt: together both are what they were.
void hideBeginning(Opening& opening, std::size_t bytes)
{
    opening.salt += opening.text.substr(0, bytes);
    opening.text.erase(0, bytes);
}

using Spoil = std::function<void(EvidenceScene&, Evidence&)>;

} // namespace
Q_DECLARE_METATYPE(Spoil)

class EvidenceAttacksTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_key_that_was_replaced_vouches_for_no_other_log();
    void what_a_salt_hides_is_caught_data();
    void what_a_salt_hides_is_caught();
    void what_nothing_needs_is_caught_data();
    void what_nothing_needs_is_caught();
    void a_grant_that_was_handed_on_and_left_out_is_spoken_of();
    void what_the_agent_brought_along_is_its_own_word();
    void a_request_that_was_permitted_twice_is_caught();
    void a_link_that_is_dated_back_is_refused_and_spoils_nothing();
};

void EvidenceAttacksTest::a_key_that_was_replaced_vouches_for_no_other_log()
{
    EvidenceScene scene;
    const crypto::PrivateKey leaked = scene.fixture.identity().device;
    must(scene.fixture.rotateDevice(), "rotation");
    scene.tokens = grantTo(scene.fixture, scene.agent, booksPermission());
    const auto answer = scene.pay("4.00");
    Evidence file = scene.evidenceOf(answer);
    evidence::Trust trust = scene.trust();
    trust.keys = {scene.device()}; // the newest
    const Report real = evidence::verify(textOf(file), trust);
    QVERIFY2(real.verdict == Verdict::Verified, told(real).c_str());

    const auto decision = std::ranges::find(file.entries, file.subject.first, &Entry::index);
    file.entries.push_back(madeUpOutcome(file, *decision));
    moveToOtherTree(file, audit::originOf(leaked.publicKey().thumbprint()), leaked, scene.fixture.clock().now());
    const Report report = evidence::verify(textOf(file), trust);
    QVERIFY2(report.verdict != Verdict::Verified, told(report).c_str());
    QVERIFY2(stepOf(report, "origin").sentence.contains(leaked.publicKey().thumbprint().value), told(report).c_str());
}

void EvidenceAttacksTest::what_a_salt_hides_is_caught_data()
{
    QTest::addColumn<std::string>("step");
    QTest::addColumn<Spoil>("spoil");
    const auto row = [](const char* name, const char* step, Spoil spoil) {
        QTest::newRow(name) << std::string(step) << std::move(spoil);
    };
    row("nothing", "", [](EvidenceScene&, Evidence&) { });
    row("of a screen", "screens",
        [](EvidenceScene&, Evidence& file) { hideBeginning(*file.consents.front().screen, 30); });
    row("of an agent's name", "details", [](EvidenceScene&, Evidence& file) {
        const auto named = std::ranges::find_if(file.entries,
            [](const Entry& each) { return each.disclosure && each.disclosure->text == "reconcile-bot"; });
        hideBeginning(*named->disclosure, 10);
    });
    row("of another server's details", "upstream", [](EvidenceScene&, Evidence& file) {
        const auto taking =
            std::ranges::find_if(file.entries, [](const Entry& each) { return !each.upstream.empty(); });
        hideBeginning(*taking->upstream.front().disclosure, 5);
    });
}

void EvidenceAttacksTest::what_a_salt_hides_is_caught()
{
    QFETCH(std::string, step);
    QFETCH(Spoil, spoil);
    EvidenceScene scene;
    const auto answer = scene.pay("49.99");
    const json::Object claims = must(
        json::parseObject(
            must(audit::verifyReceipt(answer.receipt->jws, std::vector{scene.fixture.identity().device.publicKey()}),
                "receipt")
                .leaf),
        "leaf");
    const std::string digest =
        must(json::requiredString(claims.at("request").as_object(), "signature_digest"), "digest");
    scene.reportDone(answer,
        {ForeignServer().receipt(
            {.signatureDigest = digest, .text = "{\"a\":{\"b\":1}}", .at = scene.fixture.clock().now()})});
    const UnixSeconds now = scene.fixture.clock().now();
    Evidence file = must(scene.evidenceOf(evidence::SpanWanted{now - std::chrono::hours(1), now}), "evidence");
    spoil(scene, file);
    const Report report = evidence::verify(textOf(file), scene.trust());
    QVERIFY2(failedStep(report) == step, told(report).c_str());
}

void EvidenceAttacksTest::what_nothing_needs_is_caught_data()
{
    QTest::addColumn<std::string>("step");
    QTest::addColumn<Spoil>("spoil");
    const auto row = [](const char* name, const char* step, Spoil spoil) {
        QTest::newRow(name) << std::string(step) << std::move(spoil);
    };
    row("another person's key", "devices",
        [](EvidenceScene&, Evidence& file) { file.persons.push_back(newKey().publicKey()); });
    row("an agent's key that did nothing", "requests",
        [](EvidenceScene&, Evidence& file) { file.agents.push_back(newKey().publicKey()); });
    row("a consent twice", "consents",
        [](EvidenceScene&, Evidence& file) { file.consents.push_back(file.consents.front()); });
    row("a text among the tokens", "chain",
        [](EvidenceScene&, Evidence& file) { file.tokens.emplace_back("Paid to acme."); });
    row("another token", "chain", [](EvidenceScene& scene, Evidence& file) {
        file.tokens.push_back(grantTo(scene.fixture, scene.agent, booksPermission()).accessToken);
    });
    row("a link that the log does not know", "chain", [](EvidenceScene& scene, Evidence& file) {
        file.links.push_back(scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key,
            scene.fixture.registerAgent("helper"), handedOn(scene.tokens.granted)));
    });
}

void EvidenceAttacksTest::what_nothing_needs_is_caught()
{
    QFETCH(std::string, step);
    QFETCH(Spoil, spoil);
    EvidenceScene scene;
    Evidence file = scene.evidenceOf(scene.pay("49.99"));
    QVERIFY(evidence::verify(textOf(file), scene.trust()).verdict == Verdict::Verified);
    spoil(scene, file);
    const Report report = evidence::verify(textOf(file), scene.trust());
    QVERIFY2(failedStep(report) == step, told(report).c_str());
}

void EvidenceAttacksTest::a_grant_that_was_handed_on_and_left_out_is_spoken_of()
{
    EvidenceScene scene;
    const TestAgent child = scene.fixture.registerAgent("helper");
    const std::string link =
        scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, child, handedOn(scene.tokens.granted));
    const auto below = must(scene.fixture.exchange(child, scene.tokens.accessToken, {link}), "exchange");
    scene.pay("1.00");
    scene.act(sentPayment("40.00"), child, below.accessToken);
    Evidence file = must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "evidence");
    std::erase_if(file.entries, [&](const Entry& each) { return leafOf(each, file).contains(below.grant.value); });
    file.links.clear();
    std::erase(file.tokens, below.accessToken);
    std::erase(file.agents, child.key.publicKey());
    const Report report = evidence::verify(textOf(file), scene.trust());
    QVERIFY2(report.verdict == Verdict::Verified, told(report).c_str()); // all that is there is right
    QVERIFY2(!report.about.contains("all that was done"), report.about.c_str());
    QVERIFY2(stepOf(report, "order").sentence.contains("handed on"), told(report).c_str());
}

void EvidenceAttacksTest::what_the_agent_brought_along_is_its_own_word()
{
    EvidenceScene scene;
    const GivenReceipt other = ForeignServer("https://bank.example").receipt({.at = scene.fixture.clock().now()});
    auto command = passedOn(
        scene.fixture, scene.service, scene.tokens.accessToken, scene.agent, sentPayment("1.00")); // that it signed
    command.upstream = {must(verified(other, scene.fixture.clock().now()), "foreign receipt")};
    const auto answer = must(perform(scene.fixture, command), "perform");
    const Report report = evidence::verify(textOf(scene.evidenceOf(answer)), scene.trust());
    QVERIFY2(report.verdict == Verdict::Verified, told(report).c_str());
    const std::string& sentence = stepOf(report, "upstream").sentence;
    QVERIFY2(!sentence.contains("about the same action."), sentence.c_str());
    QVERIFY2(sentence.contains("agent's word"), sentence.c_str());
}

void EvidenceAttacksTest::a_request_that_was_permitted_twice_is_caught()
{
    EvidenceScene scene;
    static_cast<void>(scene.lie(scene.pay("1.00"), [](EvidenceScene::Lie&) { }));
    const Evidence file = must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "evidence");
    const Report report = evidence::verify(textOf(file), scene.trust());
    QVERIFY2(failedStep(report) == "requests", told(report).c_str());
    QVERIFY2(stepOf(report, "requests").sentence.contains("permitted before"), told(report).c_str());
}

/// The agent between signs it; what is done by the one below must be provable all the same.
void EvidenceAttacksTest::a_link_that_is_dated_back_is_refused_and_spoils_nothing()
{
    EvidenceScene scene;
    const TestAgent between = scene.fixture.registerAgent("between");
    const TestAgent last = scene.fixture.registerAgent("last");
    const auto upper = handedOn(scene.tokens.granted);
    const std::string first = scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, between, upper);
    const auto middle = must(scene.fixture.exchange(between, scene.tokens.accessToken, {first}), "exchange");
    const auto datedBack = [&](std::chrono::seconds by) {
        return scene.fixture.delegate(middle.accessToken, between.key, last, handedOn(upper), [&](grants::Link& link) {
            link.issuedAt = link.issuedAt - by;
            link.id += std::to_string(by.count());
        });
    };
    const auto refused = scene.fixture.exchange(last, middle.accessToken, {datedBack(std::chrono::seconds(301))});
    QVERIFY(!refused);
    QVERIFY2(refused.error().message.contains("older than the one above"), refused.error().message.c_str());
    // A clock that is behind a little is nobody's fault.
    const auto below =
        must(scene.fixture.exchange(last, middle.accessToken, {datedBack(std::chrono::seconds(300))}), "exchange");
    const auto answer = scene.act(sentPayment("1.00"), last, below.accessToken);
    const Report report = evidence::verify(textOf(scene.evidenceOf(answer)), scene.trust());
    QVERIFY2(report.verdict == Verdict::Verified, told(report).c_str());
}

QTEST_GUILESS_MAIN(EvidenceAttacksTest)
#include "tst_evidence_attacks.moc"
