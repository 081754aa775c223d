// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The person is asked about one action, and an approval is good for exactly those bytes, once.

#include "core/authority/context.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"
#include "core/consent/record.h"
#include "core/crypto/digest.h"
#include "core/crypto/jws.h"
#include "tests/core/authority/forging.h"
#include "tests/support/actions.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using authority::Context;

namespace {

constexpr auto kAboveTen = ",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"total\":\"1000.00\"},"
                           "\"constraints\":{\"/recipient\":{\"wildcard\":true}},\"step_up\":{\"above\":\"10.00\"}";
constexpr auto kEachTime = ",\"step_up\":{\"every_action\":true}";

struct Scene {
    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    ServiceId service = addService(fixture);
    authority::TokenSet tokens;

    explicit Scene(const std::string& more = kAboveTen) : tokens(grantTo(fixture, agent, paymentsWith(more))) { }
    [[nodiscard]] Result<authority::ActionAnswer> perform(const permissions::ActionRequest& request)
    {
        return testing::perform(fixture, service, tokens.accessToken, agent, request);
    }
    /// A new access token for the same grant.
    void refresh() { tokens = must(fixture.refresh(agent, tokens.refreshToken), "refresh"); }
};

} // namespace

class TestStepUp : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_person_is_asked_with_the_exact_arguments()
    {
        Scene scene;
        QVERIFY(isPermitted(scene.perform(payment("10.00"))));
        const auto answer = scene.perform(payment("10.01", "globex"));
        QVERIFY(isAsked(answer));
        const auto waiting = scene.fixture.waiting();
        QCOMPARE(waiting.size(), std::size_t{1});
        QCOMPARE(answer->requestId, waiting.front().request.publicId);
        QCOMPARE(waiting.front().request.purpose, consent::Purpose::Action);
        QVERIFY(waiting.front().facts.action == payment("10.01", "globex"));
        QVERIFY(!waiting.front().facts.askedBecause.empty());
        const QString shown = approvalOf(waiting.front()).shownText;
        QVERIFY(shown.contains(QStringLiteral("globex")) && shown.contains(QStringLiteral("10.01")));
        QCOMPARE(scene.fixture.count(LeafKind::ActionAsked), 1);
        QCOMPARE(rowOf(scene.fixture, scene.tokens.grant).meters.front().used, std::int64_t{10'000'000});
    }

    void an_approval_lets_these_bytes_pass_once()
    {
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        const auto grant = scene.fixture.approve();
        QVERIFY(grant == scene.tokens.grant);
        QCOMPARE(scene.fixture.count(LeafKind::ActionApproved), 1);
        QVERIFY(isPermitted(query(scene.fixture, {scene.agent.id(), *grant, payment("50.00")})));
        QVERIFY(isPermitted(scene.perform(payment("50.00"))));
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
    }

    void other_bytes_never_pass_data()
    {
        QTest::addColumn<std::string>("arguments");
        QTest::newRow("a cent more") << std::string("{\"amount\":\"50.01\",\"recipient\":\"acme\"}");
        QTest::newRow("a cent less") << std::string("{\"amount\":\"49.99\",\"recipient\":\"acme\"}");
        QTest::newRow("written otherwise") << std::string("{\"amount\":\"50.0\",\"recipient\":\"acme\"}");
        QTest::newRow("a number for a text") << std::string("{\"amount\":50.00,\"recipient\":\"acme\"}");
        QTest::newRow("another recipient") << std::string("{\"amount\":\"50.00\",\"recipient\":\"globex\"}");
    }
    void other_bytes_never_pass()
    {
        QFETCH(const std::string, arguments);
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(scene.fixture.approve());
        QVERIFY(isAsked(scene.perform(action("payments.create", arguments))));
        QVERIFY(isPermitted(scene.perform(payment("50.00"))));
    }

    void an_approval_is_signed_and_names_the_action()
    {
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(scene.fixture.approve());
        const GrantId grant = scene.tokens.grant;
        const auto records = scene.fixture.run<std::vector<std::string>>(
            [grant](Context& context) { return context.consents.recordsOf(grant, consent::Purpose::Action); });
        QCOMPARE(records->size(), std::size_t{1});
        const auto record = consent::verifyConsent(records->front(), scene.fixture.identity().person);
        QVERIFY(record);
        QCOMPARE(record->purpose, consent::Purpose::Action);
        QCOMPARE(record->actionDigest, consent::actionDigest(payment("50.00")));
        QVERIFY(record->granted.details.empty());
    }

    void an_approval_that_another_key_signed_is_found_by_the_check()
    {
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(scene.fixture.approve());
        QVERIFY(isPermitted(scene.perform(payment("50.00"))));
        QVERIFY(scene.fixture.checkLog());
        const auto entry = scene.fixture.run<std::int64_t>([](Context& context) -> Result<std::int64_t> {
            store::Query query(context.database, "SELECT id, record, leaf_index FROM consents WHERE purpose = ?");
            TRY(query.bind(std::int64_t{std::to_underlying(consent::Purpose::Action)}).next());
            const crypto::Jws record = TRY(crypto::parseJws(query.text(1)));
            const auto other = TRY(crypto::PrivateKey::generate(crypto::KeyType::P256));
            const std::string again = TRY(crypto::signJws("consent+jwt", record.payload, other));
            store::Query change(context.database, "UPDATE consents SET record = ?, digest = ? WHERE id = ?");
            TRY(change.bind(again).bindBlob(crypto::sha256(again)).bind(query.integer(0)).run());
            return query.integer(2);
        });
        const auto checked = scene.fixture.checkLog();
        QVERIFY(!checked);
        const std::string says =
            "entry " + std::to_string(must(entry, "entry")) + ": the record of what you decided is not signed by you";
        QVERIFY2(checked.error().message.starts_with(says), checked.error().message.c_str());
    }

    void an_approval_is_of_one_grant_only()
    {
        Scene scene;
        const auto second = grantTo(scene.fixture, scene.agent, paymentsWith(kEachTime));
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(scene.fixture.approve());
        QVERIFY(
            isAsked(testing::perform(scene.fixture, scene.service, second.accessToken, scene.agent, payment("50.00"))));
    }

    void an_approval_does_not_lift_a_limit()
    {
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("990.00"))));
        QVERIFY(scene.fixture.approve());
        for (int i = 0; i < 2; ++i)
            QVERIFY(isPermitted(scene.perform(payment("10.00"))));
        QCOMPARE(denialOf(scene.perform(payment("990.00"))), permissions::Reason::Total);
        QVERIFY(isPermitted(scene.perform(payment("5.00"))));
    }

    void an_approval_that_was_not_needed_is_kept()
    {
        Scene scene(",\"step_up\":{\"first_seen\":[\"/recipient\"]}");
        QVERIFY(isAsked(scene.perform(payment("1.00"))));
        QVERIFY(isAsked(scene.perform(payment("2.00"))));
        QVERIFY(scene.fixture.approve());
        QVERIFY(scene.fixture.approve());
        QVERIFY(isPermitted(scene.perform(payment("1.00"))));
        // acme is known now: nothing is asked for it any more.
        QVERIFY(isPermitted(scene.perform(payment("3.00"))));
        QVERIFY(isAsked(scene.perform(payment("3.00", "globex"))));
    }

    void an_approval_runs_out()
    {
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(scene.fixture.approve());
        scene.fixture.clock().advance(consent::kDefaultRequestLife + authority::kApprovalRest - 1s);
        scene.refresh();
        QVERIFY(isPermitted(query(scene.fixture, {scene.agent.id(), scene.tokens.grant, payment("50.00")})));
        scene.fixture.clock().advance(1s);
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
    }

    void equal_actions_merge_into_one_question()
    {
        Scene scene;
        const auto first = scene.perform(payment("50.00"));
        const auto again = scene.perform(payment("50.00"));
        QVERIFY(isAsked(again));
        QCOMPARE(again->requestId, first->requestId);
        const auto waiting = scene.fixture.waiting();
        QCOMPARE(waiting.size(), std::size_t{1});
        QCOMPARE(waiting.front().facts.timesAsked, 2);
        QVERIFY(scene.fixture.approve());
        QVERIFY(isPermitted(scene.perform(payment("50.00"))));
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
    }

    void a_denied_action_may_be_asked_anew_and_does_not_pass()
    {
        Scene scene;
        const auto first = scene.perform(payment("50.00"));
        QVERIFY(scene.fixture.deny(*first->requestId));
        QCOMPARE(scene.fixture.count(LeafKind::RequestDenied), 1);
        const auto again = scene.perform(payment("50.00"));
        QVERIFY(isAsked(again));
        QVERIFY(again->requestId != first->requestId);
    }

    void nobody_answering_twice_makes_the_agent_wait()
    {
        Scene scene;
        for (int i = 0; i < consent::kUnansweredBeforeCoolDown; ++i) {
            QVERIFY(isAsked(scene.perform(payment("50.00"))));
            scene.fixture.clock().advance(consent::kDefaultRequestLife);
            scene.refresh();
        }
        const auto answer = scene.perform(payment("50.00"));
        QVERIFY(!answer);
        QCOMPARE(answer.error().code, ErrorCode::TemporarilyUnavailable);
        QVERIFY(isPermitted(scene.perform(payment("1.00"))));
        scene.fixture.clock().advance(consent::kCoolDown);
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
    }

    void no_more_wait_than_the_cap()
    {
        Scene scene;
        for (int i = 0; i < consent::kMaxWaitingPerAgent; ++i)
            QVERIFY(isAsked(scene.perform(payment(std::to_string(50 + i)))));
        const auto over = scene.perform(payment("99.00"));
        QVERIFY(!over);
        QCOMPARE(over.error().code, ErrorCode::TemporarilyUnavailable);
        QCOMPARE(scene.fixture.count(LeafKind::RequestRefused), 1);
        QVERIFY(isAsked(scene.perform(payment("50")))); // merges
    }

    void what_could_not_be_shown_is_denied()
    {
        Scene scene(kEachTime);
        const std::size_t wrapping = std::string("{\"amount\":\"1\",\"recipient\":\"\"}").size();
        QVERIFY(isAsked(scene.perform(payment("1", std::string(authority::kMaxAskedArguments - wrapping, 'x')))));
        QCOMPARE(denialOf(scene.perform(payment("1", std::string(authority::kMaxAskedArguments - wrapping + 1, 'x')))),
            permissions::Reason::StepUp);
        QCOMPARE(scene.fixture.waiting().size(), std::size_t{1});
    }

    void the_question_ends_with_its_grant()
    {
        Scene scene;
        const auto asked = scene.perform(payment("50.00"));
        const auto decision = approvalOf(scene.fixture.waiting().front());
        QVERIFY(scene.fixture.revoke(scene.tokens.grant));
        QVERIFY(scene.fixture.waiting().empty());
        QCOMPARE(scene.fixture.count(LeafKind::RequestCancelled), 1);
        QVERIFY(!scene.fixture.approve(decision));
        QCOMPARE(scene.fixture.count(LeafKind::ActionApproved), 0);
    }

    void nothing_is_approved_under_a_held_grant()
    {
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        const GrantId grant = scene.tokens.grant;
        QVERIFY(scene.fixture.run<void>([grant](Context& context) { return pauseGrant(context, grant); }));
        QVERIFY(!scene.fixture.approve());
        QVERIFY(scene.fixture.run<void>([grant](Context& context) { return resumeGrant(context, grant); }));
        QVERIFY(scene.fixture.approve());
    }

    void what_was_shown_must_be_what_is_approved()
    {
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        auto decision = approvalOf(scene.fixture.waiting().front());
        decision.facts.action = payment("51.00");
        decision.shownText =
            consent::composeScreen(decision.facts, decision.edit, QLocale(QLocale::English)).text(decision.edit);
        const auto other = scene.fixture.approve(decision);
        QVERIFY(!other);
        QCOMPARE(other.error().code, ErrorCode::InvalidInput);
        auto words = approvalOf(scene.fixture.waiting().front());
        words.shownText.append(QLatin1Char('.'));
        QVERIFY(!scene.fixture.approve(words));
    }

    void an_ancestor_s_rule_asks_for_what_happens_below()
    {
        AuthorityFixture fixture;
        const ServiceId service = addService(fixture);
        const TestAgent parent = fixture.registerAgent("parent");
        const TestAgent child = fixture.registerAgent("child");
        const auto asked = paymentsWith(",\"step_up\":{\"every_action\":true},\"max_depth\":1");
        const auto above = grantTo(fixture, parent, asked);
        const auto below = must(fixture.exchange(child, above.accessToken,
                                    {fixture.delegate(above.accessToken, parent.key, child, handedOn(asked))}),
            "exchange");
        QVERIFY(isAsked(perform(fixture, service, below.accessToken, child, payment("1.00"))));
        QCOMPARE(fixture.waiting().front().request.agent, child.id());
        QVERIFY(fixture.approve());
        // The approval is the child's; the parent would have to be asked for itself.
        QVERIFY(isAsked(perform(fixture, service, above.accessToken, parent, payment("1.00"))));
        QVERIFY(isPermitted(perform(fixture, service, below.accessToken, child, payment("1.00"))));
    }

    void an_approval_survives_a_restart_and_is_still_good_once()
    {
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(isAsked(scene.perform(payment("60.00"))));
        QVERIFY(scene.fixture.approve());
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.fixture.waiting().size(), std::size_t{1});
        QVERIFY(scene.fixture.approve());
        QVERIFY(isPermitted(scene.perform(payment("50.00"))));
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(isPermitted(scene.perform(payment("60.00"))));
    }

    void an_approval_that_the_log_does_not_back_is_none_data()
    {
        QTest::addColumn<std::string>("sql");
        QTest::newRow("used again") << std::string("UPDATE approvals SET used_at = NULL");
        QTest::newRow("lasts longer") << std::string(
            "UPDATE approvals SET used_at = NULL, expires_at = expires_at + 1");
        QTest::newRow("made up") << std::string(
            "INSERT INTO approvals (grant_id, action_digest, request_id, expires_at) "
            "SELECT grant_id, action_digest, 'made up', expires_at FROM approvals");
    }
    void an_approval_that_the_log_does_not_back_is_none()
    {
        QFETCH(const std::string, sql);
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(scene.fixture.approve());
        QVERIFY(isPermitted(scene.perform(payment("50.00"))));
        QVERIFY(scene.fixture.run<void>([&](Context& context) { return store::Query(context.database, sql).run(); }));
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(scene.fixture.status().detail.contains(QStringLiteral("approval")));
    }

    void an_approval_that_nobody_signed_is_none_data()
    {
        QTest::addColumn<std::string>("sql");
        QTest::newRow("made up") << std::string(
            "INSERT INTO approvals (grant_id, action_digest, request_id, expires_at) "
            "SELECT grant_id, ?, 'made up', expires_at FROM approvals");
        QTest::newRow("of another action") << std::string("UPDATE approvals SET action_digest = ?");
        QTest::newRow("of another action, lasting longer")
            << std::string("UPDATE approvals SET action_digest = ?, expires_at = expires_at + 60");
    }
    void an_approval_that_nobody_signed_is_none()
    {
        QFETCH(const std::string, sql);
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("60.00"))));
        QVERIFY(scene.fixture.approve());
        QVERIFY(scene.fixture.run<void>([&](Context& context) {
            return store::Query(context.database, sql).bind(consent::actionDigest(payment("50.00"))).run();
        }));
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(isAsked(query(scene.fixture, {scene.agent.id(), scene.tokens.grant, payment("50.00")})));
        // The person's own stands beside it, and counts.
        QVERIFY(scene.fixture.approve());
        QVERIFY(isPermitted(scene.perform(payment("50.00"))));
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
    }

    void an_approval_that_only_an_entry_backs_is_none()
    {
        Scene scene;
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        const GrantId grant = scene.tokens.grant;
        const UnixSeconds end = scene.fixture.clock().now() + 600s;
        const std::string digest = consent::actionDigest(payment("50.00"));
        QVERIFY(scene.fixture.run<void>(
            [&](Context& context) { return context.approvals.add({grant, digest, "made up", end}); }));
        scene.fixture.stop();
        audit::LeafDraft leaf{.kind = LeafKind::ActionApproved, .agent = scene.agent.id(), .grant = grant};
        leaf.claims = {{"request_id", "made up"}, {"action_digest", digest}, {"exp", end.value}};
        forgeLeaves(scene.fixture, scene.fixture.clock().now(), {leaf});
        QVERIFY(scene.fixture.start());
        QVERIFY(isAsked(scene.perform(payment("50.00"))));
        QVERIFY(scene.fixture.status().detail.contains(QStringLiteral("approval")));
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
    }
};

QTEST_GUILESS_MAIN(TestStepUp)
#include "tst_step_up.moc"
