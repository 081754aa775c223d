// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Evidence over changes of the device's key: every key leads to every other, and none slips in.
#include "core/audit/log.h"
#include "core/audit/receipt.h"
#include "core/audit/rotation.h"
#include "core/authority/context.h"
#include "core/base/try.h"
#include "core/crypto/canonical_json.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "tests/core/evidence/evidence_scene.h"

#include <QTest>

#include <functional>
#include <optional>

using namespace countersign;
using namespace countersign::testing;
using authority::Context;
using evidence::Evidence;
using evidence::Report;
using evidence::StepState;
using evidence::Verdict;

namespace {

/// A payment, a new key, a payment under the old token, a new key, and a payment under a new token.
struct Rotated {
    EvidenceScene scene;
    Thumbprint first = scene.device();
    crypto::PrivateKey firstKey = scene.fixture.identity().device;
    std::optional<crypto::PrivateKey> secondKey;
    authority::ActionAnswer early = scene.pay("1.00");
    authority::ActionAnswer between;
    authority::ActionAnswer late;

    Rotated()
    {
        must(scene.fixture.rotateDevice(), "rotation");
        secondKey = scene.fixture.identity().device;
        between = scene.pay("2.00");
        must(scene.fixture.rotateDevice(), "rotation");
        scene.tokens = must(scene.fixture.refresh(scene.agent, scene.tokens.refreshToken), "refresh");
        late = scene.pay("3.00");
    }
    [[nodiscard]] evidence::Trust trusting(const Thumbprint& key)
    {
        evidence::Trust trust = scene.trust();
        trust.keys = {key};
        return trust;
    }
    [[nodiscard]] Evidence grant()
    {
        return must(scene.evidenceOf(evidence::GrantWanted{scene.tokens.grant}), "evidence");
    }
};

std::vector<std::size_t> rotationsIn(const Evidence& file)
{
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < file.entries.size(); ++i) {
        if (file.entries[i].leaf && file.entries[i].leaf->contains("\"type\":\"key_rotated\""))
            found.push_back(i);
    }
    return found;
}

using Spoil = std::function<void(Rotated&, Evidence&)>;

} // namespace
Q_DECLARE_METATYPE(Spoil)

class EvidenceDevicesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_key_establishes_what_follows_it_and_nothing_before();
    void what_began_under_a_later_key_is_established_by_it();
    void evidence_of_one_action_has_all_changes();
    void evidence_from_before_a_change_is_established_by_the_old_key_alone();
    void a_grants_evidence_and_a_span_hold_over_the_changes();
    void what_is_spoiled_fails_at_devices_data();
    void what_is_spoiled_fails_at_devices();
    void a_receipt_of_the_old_key_after_its_change_is_caught();
    void a_token_of_the_old_key_after_its_change_is_caught();
    void a_single_key_says_so();
};

void EvidenceDevicesTest::a_key_establishes_what_follows_it_and_nothing_before()
{
    Rotated rotated;
    const auto terms = rotated.scene.fixture.authority().deviceKeys();
    QCOMPARE(terms.size(), std::size_t(3));
    // The grant was made under the first key, and all that was done under it rests on that.
    for (const Evidence& file : {rotated.grant(), rotated.scene.evidenceOf(rotated.late)}) {
        const Report first = evidence::verify(textOf(file), rotated.trusting(rotated.first));
        QVERIFY2(first.verdict == Verdict::Verified, told(first).c_str());
        QVERIFY(stepOf(first, "devices").sentence.contains("2 changes"));
        for (const auto& key : {terms[1].key, terms[2].key}) {
            const Report later = evidence::verify(textOf(file), rotated.trusting(key.thumbprint()));
            QVERIFY2(later.verdict == Verdict::Consistent, told(later).c_str());
            QVERIFY(stepOf(later, "origin").sentence.contains(rotated.first.value)); // whose thumbprint to ask for
        }
    }
    const Report stranger = evidence::verify(textOf(rotated.grant()), rotated.trusting(Thumbprint{"somebody-else"}));
    QVERIFY(stranger.verdict == Verdict::Consistent);
    evidence::Trust both = rotated.trusting(terms[2].key.thumbprint());
    both.keys.push_back(rotated.first);
    QVERIFY(evidence::verify(textOf(rotated.grant()), both).verdict == Verdict::Verified);
}

void EvidenceDevicesTest::what_began_under_a_later_key_is_established_by_it()
{
    Rotated rotated;
    rotated.scene.tokens = grantTo(rotated.scene.fixture, rotated.scene.agent, booksPermission());
    const Evidence file = rotated.scene.evidenceOf(rotated.scene.pay("4.00"));
    for (const audit::DeviceTerm& term : rotated.scene.fixture.authority().deviceKeys()) {
        const Report report = evidence::verify(textOf(file), rotated.trusting(term.key.thumbprint()));
        QVERIFY2(report.verdict == Verdict::Verified, told(report).c_str());
    }
    const Thumbprint last = rotated.scene.device();
    must(rotated.scene.fixture.rotateDevice(), "rotation");
    const Evidence again = rotated.scene.evidenceOf(rotated.scene.pay("5.00"));
    QVERIFY(evidence::verify(textOf(again), rotated.trusting(last)).verdict == Verdict::Verified);
    QVERIFY(evidence::verify(textOf(again), rotated.trusting(rotated.scene.device())).verdict == Verdict::Consistent);
}

void EvidenceDevicesTest::evidence_of_one_action_has_all_changes()
{
    Rotated rotated;
    for (const auto* answer : {&rotated.early, &rotated.between, &rotated.late}) {
        const Evidence file = rotated.scene.evidenceOf(*answer);
        QCOMPARE(rotationsIn(file).size(), std::size_t(2));
        const Report report = evidence::verify(textOf(file), rotated.trusting(rotated.first));
        QVERIFY2(report.verdict == Verdict::Verified, told(report).c_str());
    }
}

void EvidenceDevicesTest::evidence_from_before_a_change_is_established_by_the_old_key_alone()
{
    EvidenceScene scene;
    const Thumbprint first = scene.device();
    const std::string file = textOf(scene.evidenceOf(scene.pay("1.00")));
    must(scene.fixture.rotateDevice(), "rotation");
    evidence::Trust trust = scene.trust();
    trust.keys = {first};
    QVERIFY(evidence::verify(file, trust).verdict == Verdict::Verified);
    trust.keys = {scene.device()}; // the file can't know it
    QVERIFY(evidence::verify(file, trust).verdict == Verdict::Consistent);
}

void EvidenceDevicesTest::a_grants_evidence_and_a_span_hold_over_the_changes()
{
    Rotated rotated;
    const UnixSeconds now = rotated.scene.fixture.clock().now();
    const auto span = rotated.scene.evidenceOf(evidence::SpanWanted{now - std::chrono::hours(1), now});
    QVERIFY(span);
    const Report report = evidence::verify(textOf(*span), rotated.trusting(rotated.first));
    QVERIFY2(report.verdict == Verdict::Verified, told(report).c_str());
    QVERIFY(evidence::verify(textOf(rotated.grant()), rotated.trusting(rotated.first)).verdict == Verdict::Verified);
}

void EvidenceDevicesTest::what_is_spoiled_fails_at_devices_data()
{
    QTest::addColumn<Spoil>("spoil");
    const auto row = [](const char* name, Spoil spoil) { QTest::newRow(name) << std::move(spoil); };
    row("the first change is left out", [](Rotated&, Evidence& file) {
        file.entries.erase(file.entries.begin() + static_cast<std::ptrdiff_t>(rotationsIn(file).front()));
    });
    row("the last change is left out", [](Rotated&, Evidence& file) {
        file.entries.erase(file.entries.begin() + static_cast<std::ptrdiff_t>(rotationsIn(file).back()));
    });
    row("a key that nobody brought", [](Rotated&, Evidence& file) {
        file.devices.push_back(crypto::PrivateKey::generate(crypto::KeyType::P256).value().publicKey());
    });
    row("an agent's key among the devices'",
        [](Rotated& rotated, Evidence& file) { file.devices.push_back(rotated.scene.agent.key.publicKey()); });
    row("a change that the person did not sign", [](Rotated&, Evidence& file) {
        std::string& leaf = *file.entries[rotationsIn(file).front()].leaf;
        json::Object claims = must(json::parseObject(leaf), "leaf");
        json::Object& rotation = claims.at("rotation").as_object();
        rotation["by_person"] = rotation.at("by_old");
        leaf = json::serialize(claims); // still canonical: its members keep their places
    });
    row("a change by another person, who has the old key", [](Rotated& rotated, Evidence& file) {
        const auto stranger = must(crypto::PrivateKey::generate(crypto::KeyType::P256), "key");
        std::string& leaf = *file.entries[rotationsIn(file).front()].leaf;
        json::Object claims = must(json::parseObject(leaf), "leaf");
        claims["person"] = stranger.publicKey().thumbprint().value;
        claims["rotation"] = must(audit::signRotation(audit::originOf(rotated.first), rotated.firstKey,
                                      *rotated.secondKey, stranger, UnixSeconds{1}),
            "rotation");
        leaf = must(crypto::canonicalJson(json::Value(claims)), "leaf");
        file.persons.push_back(stranger.publicKey());
    });
    row("changes in the other order", [](Rotated&, Evidence& file) {
        const auto found = rotationsIn(file);
        std::swap(file.entries[found.front()].leaf, file.entries[found.back()].leaf);
    });
}

void EvidenceDevicesTest::what_is_spoiled_fails_at_devices()
{
    QFETCH(Spoil, spoil);
    Rotated rotated;
    Evidence file = rotated.grant();
    spoil(rotated, file);
    const Report report = evidence::verify(textOf(file), rotated.trusting(rotated.first));
    QVERIFY2(report.verdict == Verdict::Broken && failedStep(report) == "devices", told(report).c_str());
}

void EvidenceDevicesTest::a_receipt_of_the_old_key_after_its_change_is_caught()
{
    EvidenceScene scene;
    const keychain::Identity before = scene.fixture.identity();
    must(scene.fixture.rotateDevice(), "rotation");
    // A device that lies goes on with the old key, in the log and in the receipt.
    const auto answer = scene.pay("1.00");
    const auto entry =
        must(scene.fixture.run<evidence::EntryWanted>([&](Context& context) -> Result<evidence::EntryWanted> {
            const auto stored = TRY(audit::findReceipt(context.database, answer.receipt->id, context.log->origin()));
            json::Object claims = TRY(json::parseObject(stored.leaf.bytes));
            for (const char* of : {"type", "iat", "seq", "prev", "text_commitment", "device"})
                claims.erase(of);
            claims["jti"] = audit::newReceiptId(context.log->size());
            context.log->setDevice(before.device.publicKey().thumbprint());
            const audit::Appended appended = TRY(context.log->append(
                {stored.leaf.kind, stored.leaf.agent, stored.leaf.grant, claims, stored.leaf.privateText},
                context.now()));
            TRY(audit::writeReceipt(context.database, appended, context.log->origin(), before.device));
            return evidence::EntryWanted{appended.index};
        }),
            "lie");
    const Evidence file = must(scene.evidenceOf(entry), "evidence");
    const Report report = evidence::verify(textOf(file), scene.trust());
    QVERIFY2(failedStep(report) == "devices", told(report).c_str());
    QVERIFY(stepOf(report, "devices").sentence.contains("not by the key that was the device's then"));
}

void EvidenceDevicesTest::a_token_of_the_old_key_after_its_change_is_caught()
{
    EvidenceScene scene;
    const keychain::Identity before = scene.fixture.identity();
    must(scene.fixture.rotateDevice(), "rotation");
    scene.fixture.clock().advance(std::chrono::seconds(60));
    const auto answer = scene.pay("1.00");
    // The token again, of the same words but issued now, by the key that had been replaced.
    const auto forge = [&](std::chrono::seconds issued) {
        auto claims =
            must(json::parseObject(must(crypto::parseJws(scene.tokens.accessToken), "token").payload), "claims");
        claims["iat"] = claims.at("iat").as_int64() + issued.count();
        return must(crypto::signJwt("at+jwt", claims, before.device), "token");
    };
    const auto failing = [&](const std::string& token) {
        const auto entry =
            scene.lie(answer, [&](EvidenceScene::Lie& lie) { lie.claims["token"] = crypto::sha256Base64url(token); });
        must(scene.fixture.run<void>([&](Context& context) {
            store::Query query(context.database, "INSERT OR IGNORE INTO tokens_used (hash, token) VALUES (?, ?)");
            return query.bindBlob(crypto::sha256(token)).bind(token).run();
        }),
            "token");
        const Report report = evidence::verify(textOf(must(scene.evidenceOf(entry), "evidence")), scene.trust());
        return failedStep(report) + ": " + (report.firstFailure() ? report.firstFailure()->sentence : std::string());
    };
    QVERIFY2(failing(forge(std::chrono::seconds(6))).contains("a key of the device that had been replaced"),
        failing(forge(std::chrono::seconds(6))).c_str());
    QVERIFY2(!failing(forge(std::chrono::seconds(5))).contains("had been replaced"),
        failing(forge(std::chrono::seconds(5))).c_str());
}

void EvidenceDevicesTest::a_single_key_says_so()
{
    EvidenceScene scene;
    const Report report = evidence::verify(textOf(scene.evidenceOf(scene.pay("1.00"))), scene.trust());
    QCOMPARE(stepOf(report, "devices").sentence, "The device has had one key, and the log bears its name.");
}

QTEST_GUILESS_MAIN(EvidenceDevicesTest)
#include "tst_evidence_devices.moc"
