// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How much the service does at once, and how much it remembers.
#include "tests/core/agents/trust_scene.h"

#include <atomic>

using namespace countersign;
using namespace countersign::agents;
using namespace countersign::test;
using namespace std::chrono_literals;

class TestTrustLimits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void many_agents_are_asked_about_at_once()
    {
        TrustScene scene;
        scene.addRegistry();
        constexpr int kAgents = 60;
        std::atomic<int> answered = 0;
        for (int i = 0; i < kAgents; ++i) {
            const auto key = newKey();
            const std::string thumbprint = key.publicKey().thumbprint().value;
            scene.peer.pages["/trust/" + thumbprint] = {
                .body = json::serialize(with(scene.registered(2), "agent_id", thumbprint))};
            scene.service().ask({.agent = {thumbprint}, .key = key.publicKey(), .proof = KeyProof::Proven},
                [&](const TrustEvidence& evidence) { answered += evidence.level == TrustLevel::L2 ? 1 : 1000; });
        }
        QTRY_COMPARE_WITH_TIMEOUT(answered.load(), kAgents, 5000);
    }

    void so_many_rounds_run_at_once_and_no_more()
    {
        TrustScene scene;
        scene.peer.pages[kKeysPath].delay = 500ms; // all of them wait for it
        std::atomic<int> refused = 0;
        std::atomic<int> believed = 0;
        const auto askAboutAnother = [&] {
            const auto key = newKey();
            const auto token = signToken(rightClaims(scene.peer.url(), key.publicKey()), scene.issuer);
            scene.service().ask({.agent = {"agent"}, .key = key.publicKey(), .token = token, .proof = KeyProof::Proven},
                [&](const TrustEvidence& evidence) {
                    refused += evidence.distrust == Distrust::NoAnswer ? 1 : 0;
                    believed += evidence.level == TrustLevel::L3 ? 1 : 0;
                });
        };
        for (std::size_t i = 0; i < kMaxTrustRounds; ++i)
            askAboutAnother();
        QTRY_COMPARE(scene.peer.asked(kKeysPath), 1);
        QCOMPARE(refused.load(), 0);
        askAboutAnother();
        QTRY_COMPARE(refused.load(), 1);
        QCOMPARE(believed.load(), 0); // those before it are still being asked about
        QTRY_COMPARE(believed.load(), static_cast<int>(kMaxTrustRounds));
        QCOMPARE(refused.load(), 1);
        askAboutAnother(); // there is room again
        QTRY_COMPARE(believed.load(), static_cast<int>(kMaxTrustRounds) + 1);
    }

    void so_many_answers_are_remembered_and_no_more()
    {
        TrustScene scene;
        scene.addRegistry();
        std::map<std::string, crypto::PublicKey> agents; // in the order in which they are forgotten
        for (std::size_t i = 0; i < kMaxTrustRemembered; ++i) {
            const auto key = newKey().publicKey();
            agents.emplace(key.thumbprint().value, key);
        }
        const auto asked = [&] { return scene.peer.paths().size(); };
        const auto askAbout = [&](const crypto::PublicKey& key) {
            scene.service().ask({.agent = {"agent"}, .key = key}, [](const TrustEvidence&) { });
        };
        constexpr std::size_t kTogether = 16;
        std::size_t sent = 0;
        for (const auto& [thumbprint, key] : agents) {
            askAbout(key);
            if (++sent % kTogether == 0)
                QTRY_COMPARE(asked(), sent);
        }
        QTRY_COMPARE(asked(), kMaxTrustRemembered);
        for (const auto& [thumbprint, key] : agents)
            askAbout(key); // all of them are known
        const auto& [first, firstKey] = *agents.begin();
        QCOMPARE(scene.ask(scene.about({})).distrust, Distrust::NothingKnown); // one more: the first is forgotten
        QCOMPARE(asked(), kMaxTrustRemembered + 1);
        scene.ask({.agent = {"agent"}, .key = std::prev(agents.end())->second});
        QCOMPARE(asked(), kMaxTrustRemembered + 1);
        scene.ask({.agent = {"agent"}, .key = firstKey});
        QCOMPARE(scene.peer.asked("/trust/" + first), 2);
    }
};

QTEST_GUILESS_MAIN(TestTrustLimits)
#include "tst_trust_limits.moc"
