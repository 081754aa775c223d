// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an agent shows of itself: tokens and proofs of its key, with an issuer that answers over HTTP.
#include "tests/core/authority/trust_house.h"

using namespace countersign;
using namespace countersign::testing;
using namespace countersign::test;
using namespace std::chrono_literals;
using audit::LeafKind;

class TestShownTokens : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_token_that_was_shown_becomes_evidence_in_the_log()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        QCOMPARE(scene.counts(agent).distrust, Distrust::NothingKnown);
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
        QCOMPARE(scene.counts(agent).screening, Screening::Clear);
        QCOMPARE(scene.fixture.count(LeafKind::TrustReported), 1);
        QVERIFY(newestEntry(scene.fixture).sentence.contains(QStringLiteral("L3")));
    }

    void a_key_that_was_not_proven_gives_nothing_until_it_signs_for_us()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        scene.show(agent, scene.tokenFor(agent), KeyProof::Unproven);
        QTRY_COMPARE(scene.counts(agent).distrust, Distrust::KeyUnproven);
        QCOMPARE(scene.counts(agent).level, TrustLevel::L0);
        QVERIFY(scene.fixture.ask(agent)); // with its assertion
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
    }

    void a_proof_of_the_key_lasts_over_a_restart_and_is_noted_again_after_a_day()
    {
        TrustHouse scene;
        scene.keeping.reset();
        const TestAgent agent = scene.fixture.registerAgent();
        const auto provenAt = [&] {
            return must(scene.fixture.run<agents::ShownTrust>(
                            [&](Context& context) { return context.trust.shown(agent.id()); }),
                "shown")
                .provenAt;
        };
        const auto prove = [&] {
            must(
                scene.fixture.run<void>([&](Context& context) { return authority::keyWasProven(context, agent.id()); }),
                "proof");
        };
        QVERIFY(!provenAt());
        QVERIFY(scene.fixture.ask(agent)); // with its assertion, of which the log tells
        QCOMPARE(provenAt(), std::optional(kTestStart));
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(provenAt(), std::optional(kTestStart));
        scene.fixture.clock().advance(authority::kProofRemembered - 1s);
        prove();
        QCOMPARE(provenAt(), std::optional(kTestStart));
        scene.fixture.clock().advance(1s);
        prove();
        QCOMPARE(provenAt(), std::optional(kTestStart + authority::kProofRemembered));
    }

    void whoever_knows_a_public_key_can_replace_nothing()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        const std::string token = scene.tokenFor(agent);
        scene.show(agent, token, KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
        scene.show(agent, scene.tokenFor(agent, 1), KeyProof::Unproven);
        const auto shown =
            scene.fixture.run<agents::ShownTrust>([&](Context& context) { return context.trust.shown(agent.id()); });
        QCOMPARE(shown->token, token);
        QCOMPARE(scene.counts(agent).level, TrustLevel::L3);
    }

    void junk_makes_the_sources_work_once_and_fills_no_log()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        const int before = scene.askRegistry(agent, 300ms);
        for (int i = 0; i < 100; ++i) { // while the round runs, and after it
            scene.show(agent, "junk" + std::to_string(i), KeyProof::Proven);
            QTest::qWait(5);
        }
        QTRY_COMPARE(scene.counts(agent).distrust, Distrust::Unreadable);
        QTest::qWait(400);
        QCOMPARE(scene.peer.asked(scene.registryPath(agent)), before + 1);
        QCOMPARE(scene.fixture.count(LeafKind::TrustReported), 1);
        // What it shows last counts, once the pause is over.
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTest::qWait(50);
        QCOMPARE(scene.counts(agent).distrust, Distrust::Unreadable);
        scene.fixture.clock().advance(TrustHouse::kPause);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
        QCOMPARE(scene.peer.asked(scene.registryPath(agent)), before + 2);
    }

    void whom_the_person_blocked_makes_nobody_work()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        const int before = scene.askRegistry(agent, 0ms);
        QVERIFY(scene.fixture.run<void>([&](Context& context) { return authority::blockAgent(context, agent.id()); }));
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTest::qWait(200);
        QCOMPARE(scene.peer.asked(scene.registryPath(agent)), before);
        QCOMPARE(scene.fixture.count(LeafKind::TrustReported), 0);
        QVERIFY(
            scene.fixture.run<void>([&](Context& context) { return authority::unblockAgent(context, agent.id()); }));
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
    }

    void an_older_token_does_not_come_back()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        const std::string better = scene.tokenFor(agent, 4);
        scene.show(agent, better, KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L4);
        scene.show(agent, scene.tokenFor(agent, 1, 30s), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L1);
        scene.show(agent, better, KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).distrust, Distrust::Superseded);
        QCOMPARE(scene.counts(agent).level, TrustLevel::L0);
    }

    void an_older_token_does_not_come_back_over_a_restart()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        const std::string better = scene.tokenFor(agent, 4);
        scene.show(agent, scene.tokenFor(agent, 1, 30s), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L1);
        scene.keeping.reset();
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        scene.keep();
        QCOMPARE(scene.counts(agent).level, TrustLevel::L1);
        scene.show(agent, better, KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).distrust, Distrust::Superseded);
        QCOMPARE(scene.counts(agent).level, TrustLevel::L0);
    }

    void a_token_by_a_key_that_was_new_counts_as_soon_as_the_issuer_may_be_asked_again()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        scene.show(agent, scene.tokenFor(agent, 2), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L2);
        scene.issuer = newKey();
        scene.peer.pages["/keys"] = {.body = keySetOf(scene.issuer.publicKey())};
        scene.show(agent, scene.tokenFor(agent, 3, 1s), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).distrust, Distrust::UnknownKey);
        QCOMPARE(scene.counts(agent).level, TrustLevel::L0);
        QCOMPARE(scene.peer.asked("/keys"), 1); // nobody makes us ask more often
        scene.fixture.clock().advance(agents::kRefetchPause - 1s);
        QVERIFY(scene.fixture.ask(agent));
        QTest::qWait(100);
        QCOMPARE(scene.counts(agent).distrust, Distrust::UnknownKey);
        scene.fixture.clock().advance(1s);
        QVERIFY(
            scene.fixture.ask(scene.fixture.request(agent, payments(), "more"))); // it comes again, and shows nothing
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
        QCOMPARE(scene.peer.asked("/keys"), 2);
    }
};

QTEST_GUILESS_MAIN(TestShownTokens)
#include "tst_shown_tokens.moc"
