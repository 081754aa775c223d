// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The façade that the windows see, on a thread with an event loop.

#include "tests/core/authority/desk_calls.h"
#include "tests/support/actions.h"

#include <QSignalSpy>
#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using authority::PersonDesk;
using authority::Trouble;
using consent::RequestState;
using grants::GrantState;

class TestPersonDesk : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void it_begins_with_the_whole_state()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(fixture.ask(fixture.request(agent, payments(), "waits")));
        PersonDesk desk(fixture.authority());
        QSignalSpy arrived(&desk, &PersonDesk::requestArrived);
        waitUntilReady(desk);
        QCOMPARE(desk.grants().size(), 1U);
        QCOMPARE(desk.grants().front().grant.id, tokens.grant);
        QCOMPARE(desk.grants().front().agentName, QStringLiteral("reconcile-bot"));
        QCOMPARE(desk.waitingRequests().size(), 1U);
        QCOMPARE(arrived.size(), 1);
        QVERIFY(desk.status().troubles.empty());
        QCOMPARE(desk.status().liveGrants, 1);
        QCOMPARE(desk.status().logSize, fixture.status().logSize);
    }

    void a_request_arrives_is_merged_and_is_approved()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        PersonDesk desk(fixture.authority());
        waitUntilReady(desk);
        QSignalSpy arrived(&desk, &PersonDesk::requestArrived);
        QSignalSpy changed(&desk, &PersonDesk::requestChanged);
        QSignalSpy ended(&desk, &PersonDesk::requestEnded);
        QSignalSpy added(&desk, &PersonDesk::grantAdded);
        QVERIFY(fixture.ask(agent));
        QTRY_COMPARE(arrived.size(), 1);
        const std::string publicId = arrived.front().front().toString().toStdString();
        QVERIFY(fixture.ask(agent));
        QTRY_COMPARE(changed.size(), 1);
        const auto* request = desk.findRequest(publicId);
        QVERIFY(request != nullptr);
        QCOMPARE(request->request.timesAsked, 2);

        const auto grant = await<GrantId>([&](auto done) { desk.approve(approvalOf(*request), std::move(done)); });
        QVERIFY2(grant, grant ? "" : grant.error().message.c_str());
        QTRY_COMPARE(ended.size(), 1);
        QCOMPARE(ended.front().at(1).value<RequestState>(), RequestState::Approved);
        QCOMPARE(added.size(), 1);
        QCOMPARE(desk.grants().front().grant.id, *grant);
        QVERIFY(desk.waitingRequests().empty());
        QVERIFY(desk.findRequest(publicId) == nullptr);
    }

    void denying_withdrawing_and_running_out_are_told_apart()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        PersonDesk desk(fixture.authority());
        waitUntilReady(desk);
        QSignalSpy ended(&desk, &PersonDesk::requestEnded);
        const auto last = [&] { return ended.back().at(1).value<RequestState>(); };

        QVERIFY(fixture.ask(fixture.request(agent, payments(), "1")));
        QTRY_COMPARE(desk.waitingRequests().size(), 1U);
        const std::string first = desk.waitingRequests().front().request.publicId;
        QVERIFY(await<void>([&](auto done) { desk.deny(first, std::move(done)); }));
        QTRY_COMPARE(ended.size(), 1);
        QCOMPARE(last(), RequestState::Denied);

        const auto second = fixture.ask(fixture.request(agent, payments(), "2"));
        QVERIFY(fixture.revokeToken(agent, second->id.value));
        QTRY_COMPARE(ended.size(), 2);
        QCOMPARE(last(), RequestState::Cancelled);

        QVERIFY(fixture.ask(fixture.request(agent, payments(), "3")));
        fixture.clock().advance(300s);
        (void)fixture.status();
        QTRY_COMPARE(ended.size(), 3);
        QCOMPARE(last(), RequestState::Expired);

        QVERIFY(fixture.ask(fixture.request(agent, payments(fixture.clock().now()), "4")));
        QTRY_COMPARE(desk.waitingRequests().size(), 1U);
        QVERIFY(await<void>([&](auto done) { desk.block(agent.id(), std::move(done)); }));
        QTRY_COMPARE(ended.size(), 4);
        QCOMPARE(last(), RequestState::Blocked);
        QVERIFY(await<void>([&](auto done) { desk.unblock(agent.id(), std::move(done)); }));
        QVERIFY(fixture.ask(fixture.request(agent, payments(fixture.clock().now()), "5")));
    }

    void a_grant_keeps_its_row_when_it_changes()
    {
        AuthorityFixture fixture;
        std::vector<authority::TokenSet> tokens;
        for (int i = 0; i < 3; ++i)
            tokens.push_back(fixture.tokensFor(fixture.registerAgent("agent " + std::to_string(i))));
        PersonDesk desk(fixture.authority());
        waitUntilReady(desk);
        QSignalSpy changed(&desk, &PersonDesk::grantChanged);
        QCOMPARE(desk.grants().at(2).grant.id, tokens.at(0).grant);
        tokens.push_back(fixture.tokensFor(fixture.registerAgent("the newest")));
        QTRY_COMPARE(desk.grants().size(), 4U);
        QCOMPARE(desk.grants().at(0).grant.id, tokens.at(3).grant);
        QTRY_VERIFY(desk.grants().at(0).grant.boundKey);
        changed.clear();
        QVERIFY(await<void>([&](auto done) { desk.revoke(tokens.at(1).grant, std::move(done)); }));
        QTRY_COMPARE(changed.size(), 1);
        QCOMPARE(changed.front().front().toInt(), 2);
        QCOMPARE(desk.grants().at(2).grant.state, GrantState::Revoked);
        QVERIFY(await<void>([&](auto done) { desk.stopEverything(std::move(done)); }));
        QTRY_COMPARE(desk.status().liveGrants, 0);
    }

    void the_passphrase_is_wiped_and_unlocks()
    {
        AuthorityFixture fixture(AuthorityFixture::PersonKey::Sealed);
        PersonDesk desk(fixture.authority());
        waitUntilReady(desk);
        QCOMPARE(desk.status().troubles, std::vector{Trouble::PersonKeySealed});
        QString wrong = QStringLiteral("wrong passphrase");
        QCOMPARE(codeOf(await<void>([&](auto done) { desk.unlockPersonKey(wrong, std::move(done)); })),
            ErrorCode::WrongPassphrase);
        QString right = passphrase();
        QVERIFY(await<void>([&](auto done) { desk.unlockPersonKey(right, std::move(done)); }));
        QVERIFY(right.isEmpty());
        QTRY_VERIFY(desk.status().troubles.empty());
    }

    void a_waiting_request_shows_what_its_agent_lost()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(fixture.ask(fixture.request(agent, payments(), "waits")));
        PersonDesk desk(fixture.authority());
        waitUntilReady(desk);
        QCOMPARE(desk.waitingRequests().front().facts.holdsNow.size(), 1U);
        QSignalSpy changed(&desk, &PersonDesk::requestChanged);
        QVERIFY(fixture.revoke(tokens.grant));
        QTRY_COMPARE(changed.size(), 1);
        QCOMPARE(desk.waitingRequests().front().facts.holdsNow.size(), 0U);
        QCOMPARE(desk.waitingRequests().front().facts.heldBefore.size(), 1U);
    }

    void a_held_grant_is_shown_and_resumed()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto first = fixture.tokensFor(agent);
        PersonDesk desk(fixture.authority());
        waitUntilReady(desk);
        const auto second = fixture.refresh(agent, first.refreshToken);
        QVERIFY(fixture.refresh(agent, second->refreshToken));
        QVERIFY(!fixture.refresh(agent, first.refreshToken));
        QTRY_COMPARE(desk.grants().front().grant.state, GrantState::Held);
        QVERIFY(await<void>([&](auto done) { desk.resume(first.grant, std::move(done)); }));
        QTRY_COMPARE(desk.grants().front().grant.state, GrantState::Live);
        fixture.clock().setWall(kTestStart - 60s);
        (void)fixture.status();
        QTRY_COMPARE(desk.status().troubles, std::vector{Trouble::ClockMoved});
        QVERIFY(await<void>([&](auto done) { desk.confirmClock(std::move(done)); }));
        QTRY_VERIFY(desk.status().troubles.empty());
        QCOMPARE(desk.grants().front().grant.state, GrantState::Live);
    }

    void a_service_is_known_by_its_secret_until_it_is_removed()
    {
        AuthorityFixture fixture;
        PersonDesk desk(fixture.authority());
        waitUntilReady(desk);
        QSignalSpy changed(&desk, &PersonDesk::servicesChanged);
        const auto added = await<authority::ServiceSecret>([&](auto done) {
            desk.addService(QStringLiteral("Payments"), QStringLiteral("https://payments.example/"), std::move(done));
        });
        QVERIFY2(added, added ? "" : added.error().message.c_str());
        QTRY_COMPARE(changed.size(), 1);
        QCOMPARE(desk.services().size(), 1U);
        const std::string secret = added->secret.toStdString();
        const auto found = fixture.authority().findService(added->id, secret);
        QVERIFY(found);
        QCOMPARE(found->location.url(), std::string("https://payments.example/"));
        QVERIFY(!fixture.authority().findService(added->id, "another secret"));
        QVERIFY(!fixture.authority().findService(ServiceId{"another"}, secret));
        QVERIFY(await<void>([&](auto done) { desk.removeService(added->id, std::move(done)); }));
        QVERIFY(!fixture.authority().findService(added->id, secret));
        QTRY_VERIFY(desk.services().empty());
        QCOMPARE(codeOf(await<authority::ServiceSecret>([&](auto done) {
            desk.addService(QStringLiteral("x"), QStringLiteral("not a URL"), std::move(done));
        })),
            ErrorCode::InvalidTarget);
    }

    void the_timeline_tells_what_happened()
    {
        AuthorityFixture fixture;
        // A name with place markers must stay a name.
        const TestAgent agent = fixture.registerAgent("bot %1 %2");
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(fixture.revoke(tokens.grant));
        PersonDesk desk(fixture.authority());
        const auto page = await<std::vector<authority::TimelineEntry>>(
            [&](auto done) { desk.timeline({}, {}, 100, std::move(done)); });
        QVERIFY(page);
        QStringList sentences;
        for (const authority::TimelineEntry& entry : *page)
            sentences.append(entry.sentence);
        QCOMPARE(sentences.size(), 7);
        QCOMPARE(sentences.at(0), QStringLiteral("The permission of “bot %1 %2” was revoked, by you"));
        QVERIFY2(sentences.at(3).startsWith(QStringLiteral("You allowed “bot %1 %2” to create")),
            qPrintable(sentences.at(3)));
        QCOMPARE(sentences.at(5), QStringLiteral("“bot %1 %2” introduced itself"));
        QCOMPARE(page->at(3).outcome, authority::TimelineEntry::Outcome::Permitted);
        QCOMPARE(page->at(0).grant, tokens.grant);
        QVERIFY(page->at(0).details.contains(QStringLiteral("\"grant_revoked\"")));
        audit::TimelineFilter filter;
        filter.kinds = {audit::LeafKind::ConsentGiven};
        QCOMPARE(await<std::vector<authority::TimelineEntry>>([&](auto done) {
            desk.timeline(filter, {}, 100, std::move(done));
        })->size(),
            1U);
    }

    void answers_that_come_after_the_desk_has_gone_are_dropped()
    {
        AuthorityFixture fixture;
        int answers = 0;
        for (int i = 0; i < 50; ++i) {
            PersonDesk desk(fixture.authority());
            desk.stopEverything([&](const Result<void>&) { ++answers; });
            desk.timeline({}, {}, 10, [&](const Result<std::vector<authority::TimelineEntry>>&) { ++answers; });
        }
        QVERIFY(fixture.status().troubles.empty());
        QTest::qWait(50);
        QCOMPARE(answers, 0);
    }

    void a_grant_is_paused_narrowed_and_goes_on()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const GrantId grant = grantTo(fixture, agent, paymentsWith(",\"uses\":10")).grant;
        PersonDesk desk(fixture.authority());
        waitUntilReady(desk);
        const auto row = [&]() -> const authority::GrantRow& { return desk.grants().front(); };

        QVERIFY(await<void>([&](auto done) { desk.pause(grant, std::move(done)); }));
        QTRY_COMPARE(row().grant.reason, grants::EndReason::PausedByPerson);
        auto facts = await<consent::ScreenFacts>([&](auto done) { desk.prepareNarrowing(grant, std::move(done)); });
        QVERIFY(facts);
        authority::Narrowing narrowing;
        narrowing.grant = grant;
        narrowing.facts = *facts;
        narrowing.edit = consent::initialEdit(*facts);
        narrowing.edit.details.front().uses = 3;
        const auto screen = consent::composeScreen(*facts, narrowing.edit, QLocale(QLocale::English));
        narrowing.locale = screen.locale;
        narrowing.shownText = screen.text(narrowing.edit);
        QVERIFY(await<void>([&](auto done) { desk.narrow(narrowing, std::move(done)); }));
        QTRY_COMPARE(row().meters.front().limit, std::int64_t{3});
        QCOMPARE(row().grant.state, GrantState::Held); // narrowing lets nothing go on
        QVERIFY(await<void>([&](auto done) { desk.resume(grant, std::move(done)); }));
        QTRY_COMPARE(row().grant.state, GrantState::Live);
        QCOMPARE(
            codeOf(await<void>([&](auto done) { desk.pause(GrantId{"none"}, std::move(done)); })), ErrorCode::NotFound);
    }

    void what_an_action_uses_up_and_what_an_agent_is_called_reaches_the_rows()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = grantTo(fixture, agent, paymentsWith(",\"uses\":10"));
        const ServiceId service = addService(fixture);
        PersonDesk desk(fixture.authority());
        waitUntilReady(desk);
        QVERIFY(isPermitted(perform(fixture, service, tokens.accessToken, agent, payment("1.00"))));
        QTRY_COMPARE(desk.grants().front().meters.front().used, std::int64_t{1});
        QVERIFY(await<void>([&](auto done) { desk.nameAgent(agent.id(), QStringLiteral("books"), std::move(done)); }));
        QTRY_COMPARE(desk.grants().front().ownName, QStringLiteral("books"));
        QCOMPARE(codeOf(await<void>(
                     [&](auto done) { desk.nameAgent(ClientId{"none"}, QStringLiteral("x"), std::move(done)); })),
            ErrorCode::NotFound);
    }

    void a_question_about_one_action_arrives_like_any_request()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = grantTo(fixture, agent, paymentsWith(",\"step_up\":{\"every_action\":true}"));
        const ServiceId service = addService(fixture);
        PersonDesk desk(fixture.authority());
        waitUntilReady(desk);
        QVERIFY(isAsked(perform(fixture, service, tokens.accessToken, agent, payment("1.00"))));
        QTRY_COMPARE(desk.waitingRequests().size(), 1U);
        const auto& waiting = desk.waitingRequests().front();
        QCOMPARE(waiting.request.purpose, consent::Purpose::Action);
        QVERIFY(await<GrantId>([&](auto done) { desk.approve(approvalOf(waiting), std::move(done)); }));
        QTRY_VERIFY(desk.waitingRequests().empty());
        QVERIFY(isPermitted(perform(fixture, service, tokens.accessToken, agent, payment("1.00"))));
    }
};

QTEST_GUILESS_MAIN(TestPersonDesk)
#include "tst_person_desk.moc"
