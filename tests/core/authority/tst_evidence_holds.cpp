// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// In the middle of a grant's life: what falls short of a service's floor holds the grant until it is back; a hit ends
// it.
#include "tests/core/authority/floor_scene.h"
#include "tests/core/authority/forging.h"
#include "tests/core/authority/tampering.h"

using namespace countersign;
using namespace countersign::testing;
using Scene = FloorScene;

class EvidenceHoldsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void what_is_not_shown_holds_the_grant_until_it_is();
    void a_level_that_falls_holds_the_grant_at_once();
    void what_runs_out_holds_the_grant_at_that_moment();
    void what_runs_out_holds_what_is_below_too();
    void a_source_that_is_down_holds_it_once_what_it_said_has_run_out();
    void a_new_grant_is_held_from_the_start_and_its_agent_has_its_tokens();
    void a_hit_ends_the_grant_and_says_so();
    void a_service_that_demands_more_holds_what_falls_short();
    void the_person_cannot_resume_below_the_floor();
    void what_it_waits_for_is_told();
    void what_waits_can_be_paused();
    void a_clock_that_was_set_lets_nothing_go_on();
    void an_agent_with_a_hit_is_given_nothing();
    void what_cannot_be_read_is_never_met();
    void evidence_does_not_look_at_what_changed_for_the_person();
    void a_service_that_is_removed_demands_nothing_any_more();
    void it_is_held_after_a_restart_too();
    void what_went_on_goes_on_after_a_kill();
    void work_that_fails_beside_it_changes_nothing();
    void what_was_undone_is_due_again();
};

void EvidenceHoldsTest::what_is_not_shown_holds_the_grant_until_it_is()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L2, Screening::NotScreened);
    QVERIFY(scene.isHeld(scene.tokens.grant));
    QCOMPARE(denialOf(scene.pay()), Reason::WaitingForEvidence);
    QCOMPARE(scene.fixture.refresh(scene.agent, scene.tokens.refreshToken).error().code, ErrorCode::Held);
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(scene.isLive(scene.tokens.grant));
    QVERIFY(isPermitted(scene.pay()));
}

void EvidenceHoldsTest::a_level_that_falls_holds_the_grant_at_once()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(isPermitted(scene.pay()));
    scene.say(scene.agent, TrustLevel::L1);
    QVERIFY(scene.isHeld(scene.tokens.grant));
    scene.say(scene.agent, TrustLevel::L4);
    QVERIFY(isPermitted(scene.pay()));
    QCOMPARE(scene.fixture.count(audit::LeafKind::GrantHeld), 2); // it was held before anything was known
    QCOMPARE(scene.fixture.count(audit::LeafKind::GrantResumed), 2);
    QCOMPARE(scene.fixture.count(audit::LeafKind::GrantRevoked), 0);
}

void EvidenceHoldsTest::what_runs_out_holds_the_grant_at_that_moment()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L2);
    scene.fixture.clock().advance(59min + 59s);
    const auto renewed = must(scene.fixture.refresh(scene.agent, scene.tokens.refreshToken), "refresh");
    QVERIFY(isPermitted(scene.pay(scene.agent, renewed)));
    QCOMPARE(scene.nextEnd(), scene.fixture.clock().now() + 1s);
    QVERIFY(scene.fixture.isActive(renewed.accessToken));
    scene.fixture.clock().advance(1s);
    scene.wake(); // nobody acts
    QVERIFY(scene.isHeld(scene.tokens.grant));
    QVERIFY(!scene.fixture.isActive(renewed.accessToken));
    QVERIFY(scene.nextEnd() > scene.fixture.clock().now());
    QCOMPARE(denialOf(scene.pay(scene.agent, renewed)), Reason::WaitingForEvidence);
    scene.say(scene.agent, TrustLevel::L2); // refreshed
    QVERIFY(scene.fixture.isActive(renewed.accessToken));
    QVERIFY(isPermitted(scene.pay(scene.agent, renewed)));
    QCOMPARE(scene.fixture.count(audit::LeafKind::GrantRevoked), 0);
}

void EvidenceHoldsTest::what_runs_out_holds_what_is_below_too()
{
    Scene scene;
    const TestAgent child = scene.fixture.registerAgent("child", "/usr/bin/child");
    scene.say(scene.agent, TrustLevel::L2, Screening::Clear, 20min);
    scene.fixture.clock().advance(1min);
    scene.say(child, TrustLevel::L2, Screening::Clear, 20min);
    const auto below = scene.handOn(child);
    scene.fixture.clock().advance(19min); // the parent's has run out, the child's has not
    scene.wake();
    QVERIFY(scene.isHeld(scene.tokens.grant));
    QCOMPARE(scene.fixture.grant(below.grant).reason, EndReason::AncestorHeld);
    scene.fixture.clock().advance(1min); // now the child's too
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(scene.isLive(scene.tokens.grant));
    QVERIFY(scene.isHeld(below.grant)); // for a reason of its own
    scene.say(child, TrustLevel::L2);
    QVERIFY(scene.isLive(below.grant));
}

void EvidenceHoldsTest::a_source_that_is_down_holds_it_once_what_it_said_has_run_out()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L2);
    TrustEvidence none;
    none.source = agents::TrustSource::Registry;
    none.issuer = "a registry";
    none.distrust = agents::Distrust::NoAnswer;
    const auto noAnswer = [&] {
        none.fetchedAt = scene.fixture.clock().now();
        none.validUntil = none.fetchedAt + 1min;
        must(scene.fixture.run<void>(
                 [&](Context& context) { return authority::keepTrust(context, scene.agent.id(), none); }),
            "no answer");
    };
    scene.fixture.clock().advance(45min);
    noAnswer();
    QVERIFY(scene.isLive(scene.tokens.grant)); // what was said is still valid
    scene.fixture.clock().advance(15min);
    noAnswer();
    QVERIFY(scene.isHeld(scene.tokens.grant));
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(scene.isLive(scene.tokens.grant));
}

void EvidenceHoldsTest::a_new_grant_is_held_from_the_start_and_its_agent_has_its_tokens()
{
    Scene scene; // nothing is known of the agent
    QVERIFY(!scene.tokens.accessToken.empty());
    QVERIFY(scene.isHeld(scene.tokens.grant));
    QVERIFY(!scene.fixture.isActive(scene.tokens.accessToken));
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(isPermitted(scene.pay()));
}

void EvidenceHoldsTest::a_hit_ends_the_grant_and_says_so()
{
    Scene scene;
    const TestAgent child = scene.fixture.registerAgent("child", "/usr/bin/child");
    scene.say(scene.agent, TrustLevel::L2);
    scene.say(child, TrustLevel::L2);
    const auto below = scene.handOn(child);
    scene.say(scene.agent, TrustLevel::L4, Screening::Hit);
    QCOMPARE(scene.grant().state, GrantState::Revoked);
    QCOMPARE(scene.grant().reason, EndReason::ScreeningHit);
    QCOMPARE(scene.fixture.grant(below.grant).reason, EndReason::AncestorEnded);
    scene.say(scene.agent, TrustLevel::L4); // what has ended stays so
    QCOMPARE(scene.grant().state, GrantState::Revoked);
}

void EvidenceHoldsTest::a_service_that_demands_more_holds_what_falls_short()
{
    Scene scene(screenedAt(TrustLevel::L1));
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(isPermitted(scene.pay()));
    scene.demand(screenedAt(TrustLevel::L3));
    QVERIFY(scene.isHeld(scene.tokens.grant));
    scene.demand(screenedAt(TrustLevel::L2));
    QVERIFY(scene.isLive(scene.tokens.grant));
    scene.demand({});
    QVERIFY(isPermitted(scene.pay()));
}

void EvidenceHoldsTest::the_person_cannot_resume_below_the_floor()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L1);
    QVERIFY(scene.isHeld(scene.tokens.grant));
    const auto resume = [&] {
        return scene.fixture.run<void>(
            [&](Context& context) { return authority::resumeGrant(context, scene.tokens.grant); });
    };
    QVERIFY(!resume());
    QVERIFY(scene.isHeld(scene.tokens.grant));
    // Paused by the person it does not go on by itself.
    scene.say(scene.agent, TrustLevel::L2);
    must(scene.fixture.run<void>([&](Context& context) { return authority::pauseGrant(context, scene.tokens.grant); }),
        "pause");
    scene.say(scene.agent, TrustLevel::L1);
    scene.say(scene.agent, TrustLevel::L2);
    QCOMPARE(scene.grant().reason, EndReason::PausedByPerson);
    QVERIFY(resume());
    QVERIFY(isPermitted(scene.pay()));
}

void EvidenceHoldsTest::what_it_waits_for_is_told()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L1, Screening::NotScreened);
    const QStringList told = rowOf(scene.fixture, scene.tokens.grant).waitsFor;
    QCOMPARE(told.size(), 2);
    QVERIFY2(told[0].contains(QStringLiteral("reconcile-bot")) && told[0].contains(QStringLiteral("L2"))
            && told[0].contains(QStringLiteral("L1")),
        qPrintable(told[0]));
    QVERIFY2(told[1].contains(QStringLiteral("NOT SCREENED")), qPrintable(told[1]));
    scene.say(scene.agent, TrustLevel::L2, Screening::NotScreened);
    QCOMPARE(rowOf(scene.fixture, scene.tokens.grant).waitsFor.size(), 1); // what is new of it is told too
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(rowOf(scene.fixture, scene.tokens.grant).waitsFor.isEmpty());
}

void EvidenceHoldsTest::what_waits_can_be_paused()
{
    Scene scene;
    QVERIFY(scene.isHeld(scene.tokens.grant));
    must(scene.fixture.run<void>([&](Context& context) { return authority::pauseGrant(context, scene.tokens.grant); }),
        "pause");
    scene.say(scene.agent, TrustLevel::L2);
    QCOMPARE(scene.grant().reason, EndReason::PausedByPerson);
    scene.say(scene.agent, TrustLevel::L1);
    must(scene.fixture.run<void>([&](Context& context) { return authority::resumeGrant(context, scene.tokens.grant); }),
        "resume");
    QVERIFY(scene.isHeld(scene.tokens.grant)); // it waits again, and was never live
    QVERIFY(!scene.fixture.isActive(scene.tokens.accessToken));
}

void EvidenceHoldsTest::a_clock_that_was_set_lets_nothing_go_on()
{
    Scene scene;
    scene.fixture.clock().setWall(scene.fixture.clock().now() - 1h);
    scene.wake();
    QCOMPARE(scene.grant().reason, EndReason::ClockMoved);
    scene.say(scene.agent, TrustLevel::L2);
    QCOMPARE(scene.grant().reason, EndReason::ClockMoved);
    scene.say(scene.agent, TrustLevel::L1);
    must(scene.fixture.run<void>(authority::confirmClock), "confirm");
    QVERIFY(scene.isHeld(scene.tokens.grant));
}

void EvidenceHoldsTest::an_agent_with_a_hit_is_given_nothing()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L4, Screening::Hit);
    must(scene.fixture.ask(scene.agent), "ask"); // it may ask, and the person sees the hit
    const auto approved = scene.fixture.approve();
    QVERIFY(!approved);
    QCOMPARE(approved.error().code, ErrorCode::AccessDenied);
    QVERIFY(scene.fixture.deny(scene.fixture.waiting().front().facts.requestId));
    // Nor does another agent hand anything on to it.
    const TestAgent other = scene.fixture.registerAgent("other", "/usr/bin/other");
    scene.say(other, TrustLevel::L2);
    const auto tokens = grantTo(scene.fixture, other, permissionOf(kMayPay));
    const std::string link =
        scene.fixture.delegate(tokens.accessToken, other.key, scene.agent, handedOn(permissionOf(kMayPay)));
    QVERIFY(!scene.fixture.exchange(scene.agent, tokens.accessToken, {link}));
}

void EvidenceHoldsTest::what_cannot_be_read_is_never_met()
{
    Scene scene;
    QVERIFY(scene.isHeld(scene.tokens.grant));
    scene.fixture.stop();
    tamper(scene.fixture.folder(), {QStringLiteral("UPDATE catalogues SET catalogue = '{}'")});
    must(scene.fixture.start(), "start");
    scene.say(scene.agent, TrustLevel::L4); // which meets all that was demanded
    QCOMPARE(scene.grant().state, GrantState::Held);
    QVERIFY(!isPermitted(scene.pay()));
    must(scene.fixture.ask(scene.agent), "ask");
    const auto waiting = scene.fixture.waiting();
    QCOMPARE(waiting.front().facts.demanded.front().known, consent::Demanded::Known::Unreadable);
    QVERIFY(!scene.fixture.approve());
}

void EvidenceHoldsTest::evidence_does_not_look_at_what_changed_for_the_person()
{
    Scene scene;
    QVERIFY(scene.isHeld(scene.tokens.grant));
    services::Catalogue other = catalogue(screenedAt(TrustLevel::L2));
    other.operations.front().path = "/elsewhere";
    offer(scene.fixture, scene.service, other);
    QCOMPARE(scene.grant().reason, EndReason::OperationsChanged);
    scene.say(scene.agent, TrustLevel::L4);
    QCOMPARE(scene.grant().reason, EndReason::OperationsChanged);
    scene.say(scene.agent, TrustLevel::L1);
    must(scene.fixture.run<void>([&](Context& context) { return authority::resumeGrant(context, scene.tokens.grant); }),
        "the person looked");
    QVERIFY(scene.isHeld(scene.tokens.grant));
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(isPermitted(scene.pay()));
}

void EvidenceHoldsTest::a_service_that_is_removed_demands_nothing_any_more()
{
    Scene scene;
    QVERIFY(scene.isHeld(scene.tokens.grant));
    must(scene.fixture.run<void>([&](Context& context) { return authority::removeService(context, scene.service); }),
        "remove");
    QVERIFY(scene.isLive(scene.tokens.grant));
}

void EvidenceHoldsTest::it_is_held_after_a_restart_too()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L2);
    scene.fixture.stop();
    must(scene.fixture.start(), "start");
    QVERIFY(scene.isLive(scene.tokens.grant));
    QVERIFY(isPermitted(scene.pay()));
    QCOMPARE(denialOf(scene.pay("100.01")), Reason::LevelCap);
    scene.fixture.stop();
    scene.fixture.clock().advance(1h); // it runs out meanwhile
    must(scene.fixture.start(), "start");
    QVERIFY(scene.isHeld(scene.tokens.grant));
    scene.fixture.stop();
    must(scene.fixture.start(), "start");
    QVERIFY(scene.isHeld(scene.tokens.grant));
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(scene.isLive(scene.tokens.grant));
}

void EvidenceHoldsTest::what_went_on_goes_on_after_a_kill()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L1);
    scene.say(scene.agent, TrustLevel::L2); // and it goes on by itself
    QVERIFY(scene.isLive(scene.tokens.grant));
    const QTemporaryDir left; // as it stands on the disk, with nothing written at the end
    copyFolder(scene.fixture.folder(), left.path());
    scene.fixture.stop();
    AuthorityFixture next(left.path(), scene.fixture.identity());
    next.clock().setWall(scene.fixture.clock().now());
    QVERIFY(next.start());
    QCOMPARE(next.status().detail, QString());
    QCOMPARE(next.grant(scene.tokens.grant).state, grants::GrantState::Live);
}

void EvidenceHoldsTest::work_that_fails_beside_it_changes_nothing()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L2);
    const int before = scene.fixture.count(audit::LeafKind::GrantHeld);
    scene.fixture.clock().advance(1h);
    for (int i = 0; i < 2; ++i) {
        QVERIFY(!scene.fixture.run<void>([](Context&) -> Result<void> { return fail(ErrorCode::NotFound, "no"); }));
        QVERIFY(scene.isHeld(scene.tokens.grant));
    }
    QCOMPARE(scene.fixture.count(audit::LeafKind::GrantHeld), before + 1);
}

void EvidenceHoldsTest::what_was_undone_is_due_again()
{
    const ClientId one{"one"};
    const ClientId other{"other"};
    authority::EvidenceEnds ends;
    QVERIFY(!ends.next() && !ends.dueAt(kTestStart));
    ends.set(one, kTestStart + 2s);
    ends.set(other, kTestStart + 1s);
    ends.committed();
    QCOMPARE(ends.next(), std::optional(kTestStart + 1s));
    QVERIFY(!ends.dueAt(kTestStart));
    QCOMPARE(ends.dueAt(kTestStart + 1s), std::optional(other));
    ends.set(other, std::nullopt);
    QCOMPARE(ends.dueAt(kTestStart + 2s), std::optional(one));
    ends.set(one, kTestStart + 9s);
    QVERIFY(!ends.dueAt(kTestStart + 2s));
    ends.undone();
    QCOMPARE(ends.dueAt(kTestStart + 1s), std::optional(other));
    ends.set(other, std::nullopt);
    QCOMPARE(ends.dueAt(kTestStart + 2s), std::optional(one)); // the earlier of the two
    ends.set(one, std::nullopt);
    ends.committed();
    ends.set(one, kTestStart + 5s);
    ends.undone(); // what is new of it stays: too soon does no harm
    QCOMPARE(ends.next(), std::optional(kTestStart + 5s));
}

QTEST_GUILESS_MAIN(EvidenceHoldsTest)
#include "tst_evidence_holds.moc"
