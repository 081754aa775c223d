// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The main job, end to end: asked, approved, used, ended.

#include "core/crypto/jws.h"
#include "tests/support/authority_fixture.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;
using grants::GrantState;

class TestStory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_grant_is_asked_for_approved_fetched_and_revoked()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto accepted = fixture.ask(agent);
        QVERIFY(accepted);
        QCOMPARE(accepted->expiresIn, std::chrono::seconds(300));
        QCOMPARE(fixture.poll(agent, accepted->id).error().code, ErrorCode::AuthorizationPending);

        const auto grant = fixture.approve();
        QVERIFY2(grant, grant ? "" : grant.error().message.c_str());
        fixture.clock().advance(std::chrono::seconds(5));
        const auto tokens = fixture.poll(agent, accepted->id);
        QVERIFY2(tokens, tokens ? "" : tokens.error().message.c_str());
        QCOMPARE(tokens->grant, *grant);
        QCOMPARE(tokens->expiresIn, grants::kAccessTokenLife);
        QVERIFY(fixture.isActive(tokens->accessToken));
        QVERIFY(fixture.isActive(tokens->refreshToken));

        QVERIFY(fixture.revoke(*grant));
        QVERIFY(!fixture.isActive(tokens->accessToken));
        QVERIFY(!fixture.isActive(tokens->refreshToken));
        QCOMPARE(fixture.grant(*grant).state, GrantState::Revoked);
        const std::vector<LeafKind> expected{LeafKind::LogStarted, LeafKind::AgentRegistered, LeafKind::RequestReceived,
            LeafKind::ConsentGiven, LeafKind::KeyBound, LeafKind::TokenIssued, LeafKind::GrantRevoked};
        QCOMPARE(fixture.log(), expected);
    }

    void what_was_granted_survives_a_restart()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        const auto accepted = fixture.ask(fixture.request(agent, payments(), "again"));
        QVERIFY(accepted);
        fixture.stop();
        QVERIFY(fixture.start());
        QVERIFY(fixture.isActive(tokens.accessToken));
        QCOMPARE(fixture.status().troubles, std::vector<authority::Trouble>());
        QCOMPARE(fixture.waiting().size(), 1U);
        QVERIFY(fixture.approve());
        QVERIFY(fixture.poll(agent, accepted->id));
    }
};

QTEST_GUILESS_MAIN(TestStory)
#include "tst_story.moc"
