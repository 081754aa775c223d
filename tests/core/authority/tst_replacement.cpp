// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An agent that wants more meets the person: a new consent shows the difference, takes the old grant's place, and goes
// on counting.

#include "core/authority/successors.h"
#include "core/authority/use_cases.h"
#include "core/consent/record.h"
#include "tests/support/actions.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;
using authority::Context;
using grants::EndReason;
using grants::GrantState;

namespace {

std::string totalOf(const char* total)
{
    return std::string(",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"total\":\"") + total
        + "\"},\"constraints\":{\"/recipient\":{\"wildcard\":true}},\"max_depth\":1";
}

struct Scene {
    AuthorityFixture fixture;
    ServiceId service = addService(fixture);
    TestAgent agent = fixture.registerAgent();
    authority::TokenSet tokens = grantTo(fixture, agent, paymentsWith(totalOf("100.00")));

    [[nodiscard]] authority::DelegationRequest requestFor(const GrantId& replaced) const
    {
        auto request = fixture.request(agent, paymentsWith(totalOf("300.00")));
        request.replaces = replaced;
        return request;
    }
};

} // namespace

class TestReplacement : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_new_grant_takes_the_old_one_s_place_and_counts_on()
    {
        Scene scene;
        QVERIFY(isPermitted(
            perform(scene.fixture, scene.service, scene.tokens.accessToken, scene.agent, payment("90.00"))));
        const auto more = replaceBy(scene.fixture, scene.agent, scene.tokens.grant, paymentsWith(totalOf("300.00")));
        const auto old = scene.fixture.grant(scene.tokens.grant);
        QCOMPARE(old.state, GrantState::Revoked);
        QCOMPARE(old.reason, EndReason::Replaced);
        QVERIFY(!scene.fixture.isActive(scene.tokens.accessToken));
        QCOMPARE(rowOf(scene.fixture, more.grant).meters.front().used, std::int64_t{90'000'000});
        QCOMPARE(denialOf(perform(scene.fixture, scene.service, more.accessToken, scene.agent, payment("210.01"))),
            permissions::Reason::Total);
        QVERIFY(isPermitted(perform(scene.fixture, scene.service, more.accessToken, scene.agent, payment("210.00"))));
    }

    void its_counts_stand_after_a_restart_without_the_rows()
    {
        Scene scene;
        QVERIFY(isPermitted(
            perform(scene.fixture, scene.service, scene.tokens.accessToken, scene.agent, payment("90.00"))));
        const auto more = replaceBy(scene.fixture, scene.agent, scene.tokens.grant, paymentsWith(totalOf("300.00")));
        QVERIFY(scene.fixture.run<void>(
            [](Context& context) { return store::Query(context.database, "DELETE FROM uses").run(); }));
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(rowOf(scene.fixture, more.grant).meters.front().used, std::int64_t{90'000'000});
    }

    void the_screen_shows_what_it_has_and_what_it_would_have()
    {
        Scene scene;
        QVERIFY(scene.fixture.ask(scene.requestFor(scene.tokens.grant)));
        const auto waiting = scene.fixture.waiting().front();
        QCOMPARE(waiting.request.purpose, consent::Purpose::Replacement);
        QVERIFY(waiting.facts.before == scene.fixture.grant(scene.tokens.grant).permission);
        const QString shown = fullApprovalOf(waiting).shownText;
        QVERIFY(shown.contains(QStringLiteral("100.00")) && shown.contains(QStringLiteral("300.00")));
    }

    void the_record_names_what_it_replaces()
    {
        Scene scene;
        const auto more = replaceBy(scene.fixture, scene.agent, scene.tokens.grant, paymentsWith(totalOf("300.00")));
        const auto text = scene.fixture.run<std::optional<std::string>>(
            [&](Context& context) { return context.consents.recordOf(more.grant); });
        const auto record = consent::verifyConsent(text->value_or(""), scene.fixture.identity().person);
        QVERIFY(record);
        QCOMPARE(record->purpose, consent::Purpose::Replacement);
        QVERIFY(record->replaces == scene.tokens.grant);
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.fixture.status().detail, QString());
        QCOMPARE(scene.fixture.grant(more.grant).state, GrantState::Live);
    }

    void all_that_was_handed_on_ends_with_the_old_one()
    {
        Scene scene;
        const TestAgent child = scene.fixture.registerAgent("child");
        const auto below = must(scene.fixture.exchange(child, scene.tokens.accessToken,
                                    {scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, child,
                                        handedOn(paymentsWith(totalOf("100.00"))))}),
            "exchange");
        QVERIFY(replaceBy(scene.fixture, scene.agent, scene.tokens.grant, paymentsWith(totalOf("300.00"))).expiresIn
            > std::chrono::seconds(0));
        QCOMPARE(scene.fixture.grant(below.grant).reason, EndReason::AncestorEnded);
    }

    void only_its_own_open_grant_can_be_replaced_data()
    {
        QTest::addColumn<int>("whose");
        for (const int whose : {0, 1, 2})
            QTest::newRow(std::array{"nobody's", "another's", "an ended one"}.at(std::size_t(whose))) << whose;
    }
    void only_its_own_open_grant_can_be_replaced()
    {
        QFETCH(const int, whose);
        Scene scene;
        GrantId replaced{"none"};
        if (whose == 1)
            replaced = grantTo(scene.fixture, scene.fixture.registerAgent("other"), payments()).grant;
        if (whose == 2) {
            replaced = scene.tokens.grant;
            QVERIFY(scene.fixture.revoke(replaced));
        }
        const auto asked = scene.fixture.ask(scene.requestFor(replaced));
        QVERIFY(!asked);
        QCOMPARE(asked.error().code, ErrorCode::InvalidGrantId);
        QVERIFY(scene.fixture.waiting().empty());
    }

    void a_held_grant_may_be_replaced()
    {
        Scene scene;
        QVERIFY(scene.fixture.run<void>([&](Context& context) { return pauseGrant(context, scene.tokens.grant); }));
        const auto more = replaceBy(scene.fixture, scene.agent, scene.tokens.grant, paymentsWith(totalOf("300.00")));
        QCOMPARE(scene.fixture.grant(more.grant).state, GrantState::Live);
        QCOMPARE(scene.fixture.grant(scene.tokens.grant).reason, EndReason::Replaced);
    }

    void the_request_ends_with_the_grant_that_it_would_replace()
    {
        Scene scene;
        QVERIFY(scene.fixture.ask(scene.requestFor(scene.tokens.grant)));
        const auto decision = fullApprovalOf(scene.fixture.waiting().front());
        QVERIFY(scene.fixture.revoke(scene.tokens.grant));
        QVERIFY(scene.fixture.waiting().empty());
        QVERIFY(!scene.fixture.approve(decision));
    }

    void of_two_requests_for_the_same_place_the_first_approved_takes_it()
    {
        Scene scene;
        QVERIFY(scene.fixture.ask(scene.requestFor(scene.tokens.grant)));
        auto other = scene.fixture.request(scene.agent, paymentsWith(totalOf("400.00")));
        other.replaces = scene.tokens.grant;
        QVERIFY(scene.fixture.ask(other));
        const auto second = fullApprovalOf(scene.fixture.waiting().back());
        QVERIFY(scene.fixture.approve(fullApprovalOf(scene.fixture.waiting().front())));
        QVERIFY(!scene.fixture.approve(second));
        QVERIFY(scene.fixture.waiting().empty());
    }

    void a_difference_that_changed_since_it_was_shown_is_shown_anew()
    {
        Scene scene;
        QVERIFY(scene.fixture.ask(scene.requestFor(scene.tokens.grant)));
        const auto decision = fullApprovalOf(scene.fixture.waiting().front());
        QVERIFY(narrow(scene.fixture, scene.tokens.grant,
            [](consent::Edit& edit) { edit.details.front().total = must(Amount::parse("50.00"), "amount"); }));
        const auto stale = scene.fixture.approve(decision);
        QVERIFY(!stale);
        QCOMPARE(stale.error().code, ErrorCode::InvalidInput);
        QVERIFY(scene.fixture.approve(fullApprovalOf(scene.fixture.waiting().front())));
    }

    void counts_go_to_the_detail_of_the_same_work()
    {
        const auto small = paymentsWith(totalOf("100.00"));
        const auto large = paymentsWith(totalOf("300.00"));
        auto elsewhere = small;
        elsewhere.details.front().locations = {must(permissions::Location::parse("https://ledger.example/"), "place")};
        permissions::Permission both{{elsewhere.details.front(), large.details.front()}};
        QCOMPARE(authority::successors(small, both), std::vector<int>{1});
        QCOMPARE(authority::successors(both, small), (std::vector<int>{-1, 0}));
        QCOMPARE(authority::successors(elsewhere, small), std::vector<int>{-1});
        auto fewer = large;
        fewer.details.front().actions.pop_back();
        fewer.details.front().spend->currency = must(Currency::parse("USD"), "currency");
        QCOMPARE(authority::successors(small, fewer), std::vector<int>{0});
    }
};

QTEST_GUILESS_MAIN(TestReplacement)
#include "tst_replacement.moc"
