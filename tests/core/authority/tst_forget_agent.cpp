// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agents that the person forgets.
#include "tests/core/authority/trust_house.h"

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;

class TestForgetAgent : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_forgotten_agent_is_gone_and_may_come_anew()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        const auto tokens = scene.fixture.tokensFor(agent);
        QVERIFY(scene.fixture.ask(scene.fixture.request(agent, payments(), "more")));
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
        QVERIFY(scene.fixture.run<void>([&](Context& context) { return forgetAgent(context, agent.id()); }));
        QVERIFY(!scene.fixture.isActive(tokens.accessToken));
        QVERIFY(scene.fixture.waiting().empty());
        QVERIFY(!scene.fixture.authority().findClient(agent.id()));
        QCOMPARE(scene.fixture.ask(agent).error().code, ErrorCode::InvalidClient);
        QCOMPARE(scene.fixture.log().back(), LeafKind::AgentForgotten);
        QCOMPARE(
            scene.fixture.run<void>([&](Context& context) { return forgetAgent(context, agent.id()); }).error().code,
            ErrorCode::NotFound);

        authority::RegisterAgent command{"reconcile-bot", agent.key.publicKey(), {}, {}};
        command.peer.uid = 1000;
        const auto anew = AuthorityFixture::wait<agents::Agent>(
            [&](auto reply) { scene.fixture.authority().registerAgent(std::move(command), std::move(reply)); });
        QVERIFY(anew);
        QVERIFY(anew->id != agent.id());
        QCOMPARE(scene.of({*anew, agent.key}), AgentTrust());
        scene.keeping.reset();
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QVERIFY(!scene.fixture.authority().findClient(agent.id()));
        QVERIFY(scene.fixture.authority().findClient(anew->id));
        QVERIFY(scene.fixture.status().troubles.empty());
    }

    void a_hit_outlives_being_forgotten_and_an_older_token_does_not_come_back()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        const std::string better = scene.tokenFor(agent, 4);
        scene.show(agent, scene.tokenFor(agent, 1, 30s), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L1);
        const auto forget = [&](const TestAgent& which) {
            return scene.fixture.run<void>([&](Context& context) { return forgetAgent(context, which.id()); });
        };
        const auto comesAgain = [&](const std::string& token) {
            authority::RegisterAgent command{
                "reconcile-bot", agent.key.publicKey(), {}, {}, token, KeyProof::Proven, {}};
            command.peer.uid = 1000;
            return TestAgent{must(AuthorityFixture::wait<agents::Agent>([&](auto reply) {
                                 scene.fixture.authority().registerAgent(std::move(command), std::move(reply));
                             }),
                                 "registration"),
                agent.key};
        };
        QVERIFY(forget(agent));
        const TestAgent anew = comesAgain(better);
        QTRY_COMPARE(scene.counts(anew).distrust, Distrust::Superseded);
        QCOMPARE(scene.counts(anew).level, TrustLevel::L0);

        scene.keepSaid(anew, attested(TrustLevel::L4, kTestStart, Screening::Hit));
        QVERIFY(forget(anew));
        const TestAgent last = comesAgain({});
        QCOMPARE(scene.counts(last).screening, Screening::Hit); // also before anybody is asked
        QVERIFY(must(scene.fixture.run<bool>([](Context& context) -> Result<bool> {
            const auto checkpoint = audit::lastCheckpoint(context.database);
            return checkpoint && *checkpoint && (*checkpoint)->size == context.log->size();
        }),
            "checkpoint")); // a start after a kill believes what is signed only
        QVERIFY(scene.fixture.ask(last));
        QCOMPARE(scene.fixture.approve().error().code, ErrorCode::AccessDenied);
        scene.keeping.reset();
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.counts(last).screening, Screening::Hit);
        QVERIFY(scene.fixture.status().troubles.empty());
    }

    void a_blocked_agent_that_was_forgotten_comes_back_blocked()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        QVERIFY(scene.fixture.run<void>([&](Context& context) { return blockAgent(context, agent.id()); }));
        QVERIFY(scene.fixture.run<void>([&](Context& context) { return forgetAgent(context, agent.id()); }));
        authority::RegisterAgent command{"reconcile-bot", agent.key.publicKey(), {}, {}};
        command.peer.uid = 1000;
        const auto anew = AuthorityFixture::wait<agents::Agent>(
            [&](auto reply) { scene.fixture.authority().registerAgent(std::move(command), std::move(reply)); });
        QVERIFY(anew);
        QCOMPARE(anew->standing, agents::Standing::Blocked);
    }
};

QTEST_GUILESS_MAIN(TestForgetAgent)
#include "tst_forget_agent.moc"
