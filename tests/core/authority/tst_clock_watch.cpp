// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Time: what a clock that was set does to grants, and that nothing outlives its end.

#include "core/authority/use_cases.h"
#include "tests/support/authority_fixture.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using authority::Trouble;
using grants::EndReason;
using grants::GrantState;

class TestClockWatch : public QObject {
    Q_OBJECT

    static Result<void> confirm(AuthorityFixture& fixture)
    {
        return fixture.run<void>([](authority::Context& context) { return authority::confirmClock(context); });
    }

private Q_SLOTS:
    void a_clock_that_is_set_holds_what_is_in_force_data()
    {
        QTest::addColumn<qint64>("seconds");
        QTest::addColumn<bool>("holds");
        QTest::newRow("back 5 s") << qint64{-5} << false;
        QTest::newRow("back 6 s") << qint64{-6} << true;
        QTest::newRow("back a year") << qint64{-31'536'000} << true;
        QTest::newRow("forward 59 min") << qint64{3540} << false;
        QTest::newRow("forward an hour and a second") << qint64{3601} << true;
        QTest::newRow("forward ten years") << qint64{315'360'000} << true;
    }
    void a_clock_that_is_set_holds_what_is_in_force()
    {
        QFETCH(qint64, seconds);
        QFETCH(bool, holds);
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.clock().setWall(kTestStart + std::chrono::seconds(seconds));
        // Readers see it at once, before anybody else did anything.
        QCOMPARE(fixture.isActive(tokens.refreshToken), !holds);
        QCOMPARE(fixture.has(Trouble::ClockMoved), holds);
        const grants::Grant grant = fixture.grant(tokens.grant);
        QCOMPARE(grant.state, holds ? GrantState::Held : GrantState::Live);
        QCOMPARE(grant.reason, holds ? EndReason::ClockMoved : EndReason::None);
        QCOMPARE(fixture.isActive(tokens.refreshToken), !holds);
    }

    void small_steps_back_add_up()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.clock().setWall(kTestStart - 4s);
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Live);
        fixture.clock().setWall(kTestStart - 8s);
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Held);
    }

    void new_grants_use_the_present_clock()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto held = fixture.tokensFor(agent);
        fixture.clock().setWall(kTestStart - 86400s);
        const auto fresh = fixture.tokensFor(agent);
        QVERIFY(fixture.isActive(fresh.accessToken));
        QVERIFY(!fixture.isActive(held.accessToken));
        QCOMPARE(fixture.grant(fresh.grant).createdAt, kTestStart - 86400s);
        QVERIFY(fixture.has(Trouble::ClockMoved));
    }

    void confirming_lets_go_on_what_has_not_ended()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        fixture.clock().setWall(kTestStart - 60s);
        QVERIFY(fixture.has(Trouble::ClockMoved));
        QVERIFY(confirm(fixture));
        QVERIFY(!fixture.has(Trouble::ClockMoved));
        QVERIFY(fixture.isActive(tokens.refreshToken));
        QVERIFY(fixture.refresh(agent, tokens.refreshToken));
        QCOMPARE(fixture.count(LeafKind::GrantResumed), 1);
    }

    void a_wrong_clock_ends_nothing_by_itself()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        fixture.clock().setWall(kTestStart + 365 * 86400s);
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Held);
        fixture.clock().setWall(kTestStart + 60s); // set right again
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Held);
        QVERIFY(confirm(fixture));
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Live);
    }

    void confirming_a_clock_that_is_past_the_end_expires()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.clock().setWall(kTestStart + 86400s);
        QVERIFY(fixture.has(Trouble::ClockMoved));
        QVERIFY(confirm(fixture));
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Expired);
        QCOMPARE(fixture.count(LeafKind::GrantExpired), 1);
    }

    void a_hold_survives_a_restart()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.clock().setWall(kTestStart - 3600s);
        QVERIFY(fixture.has(Trouble::ClockMoved));
        fixture.stop();
        QVERIFY(fixture.start());
        QVERIFY(fixture.has(Trouble::ClockMoved));
        QVERIFY(!fixture.isActive(tokens.accessToken));
    }

    void a_clock_set_back_while_nothing_ran_is_noticed()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.clock().advance(300s);
        fixture.stop();
        fixture.clock().setWall(kTestStart + 250s);
        QVERIFY(fixture.start());
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Held);
        QVERIFY(fixture.has(Trouble::ClockMoved));
    }

    void after_a_wrong_clock_was_confirmed_a_restart_holds_nothing_again()
    {
        AuthorityFixture fixture;
        fixture.clock().setWall(kTestStart + 365 * 86400s);
        const TestAgent agent = fixture.registerAgent();
        fixture.clock().setWall(kTestStart);
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(confirm(fixture));
        for (int i = 0; i < 2; ++i) {
            fixture.stop();
            QVERIFY(fixture.start());
            QVERIFY(fixture.isActive(tokens.accessToken));
        }
    }

    void expired_is_final_whatever_the_clock_says_later()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.clock().advance(3600s);
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Expired);
        fixture.clock().setWall(kTestStart);
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Expired);
        QVERIFY(confirm(fixture));
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Expired);
        QVERIFY(!fixture.isActive(tokens.refreshToken));
    }

    void what_ended_while_nothing_ran_is_expired_at_start()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        const auto accepted = fixture.ask(fixture.request(agent, payments(), "unanswered"));
        fixture.stop();
        fixture.clock().advance(86400s);
        QVERIFY(fixture.start());
        QVERIFY(!fixture.isActive(tokens.refreshToken));
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Expired);
        QCOMPARE(fixture.poll(agent, accepted->id).error().code, ErrorCode::ExpiredToken);
    }

    void the_nearest_end_wakes_the_authority()
    {
        // With the real clock: nobody calls, and still the end is written down.
        QTemporaryDir folder;
        const SystemClock clock;
        authority::AuthorityOptions options{
            folder.path(), "http://127.0.0.1:7317", "test", makeIdentity(), {}, {}, &clock};
        const auto started = authority::Authority::start(std::move(options));
        QVERIFY(started);
        std::atomic<int> expired = 0;
        (*started)->setListener([&](const authority::DeskChanges& changes) {
            for (const auto& waiting : changes.requests) {
                if (waiting.request.state == consent::RequestState::Expired)
                    ++expired;
            }
        });
        const auto key = crypto::PrivateKey::generate(crypto::KeyType::P256);
        const auto agent = AuthorityFixture::wait<agents::Agent>(
            [&](auto reply) { (*started)->registerAgent({"bot", key->publicKey(), {}, {}}, std::move(reply)); });
        authority::DelegationRequest request;
        request.agent = agent->id;
        request.asked = payments(clock.now());
        request.life = 1s;
        request.digest = "digest";
        QVERIFY(AuthorityFixture::wait<authority::AcceptedRequest>(
            [&](auto reply) { (*started)->requestDelegation(std::move(request), std::move(reply)); }));
        QTRY_COMPARE_WITH_TIMEOUT(expired.load(), 1, 10'000);
    }
};

QTEST_GUILESS_MAIN(TestClockWatch)
#include "tst_clock_watch.moc"
