// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Trust evidence from the first contact to the consent record, with an issuer that answers over HTTP. None of it ever
// permits anything.
#include "tests/core/authority/trust_house.h"

using namespace countersign;
using namespace countersign::testing;
using namespace countersign::test;
using namespace std::chrono_literals;
using audit::LeafKind;

namespace {

const std::string kDollars = ",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"USD\",\"total\":\"1000.00\"}";

std::string argumentsOf(const std::string& amount)
{
    return "{\"amount\":\"" + amount + "\"}";
}

} // namespace

class TestTrust : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_same_refusal_in_other_words_is_logged_once()
    {
        TrustHouse scene;
        scene.keeping.reset();
        const TestAgent agent = scene.fixture.registerAgent();
        for (const char* digest : {"a", "b", "c"}) {
            TrustEvidence said;
            said.distrust = Distrust::Unreadable;
            said.digest = digest;
            scene.keepSaid(agent, said);
        }
        QCOMPARE(scene.fixture.count(LeafKind::TrustReported), 1);
        for (const char* digest : {"a", "b"}) { // what counts is said each time
            TrustEvidence said = attested(TrustLevel::L3, kTestStart);
            said.digest = digest;
            scene.keepSaid(agent, said);
        }
        QCOMPARE(scene.fixture.count(LeafKind::TrustReported), 3);
    }

    void with_no_sources_any_more_nothing_is_known_but_hits()
    {
        TrustHouse scene;
        scene.keeping.reset();
        const TestAgent agent = scene.fixture.registerAgent("one");
        const TestAgent other = scene.fixture.registerAgent("two");
        TrustEvidence said = attested(TrustLevel::L3, kTestStart);
        said.owner = "did:web:acme.example";
        said.ownerProof = agents::OwnerProof::Confirmed;
        scene.keepSaid(agent, said);
        scene.keepSaid(other, attested(TrustLevel::L3, kTestStart, Screening::Hit));
        const AgentTrust hit = scene.of(other);
        scene.settings = {};
        for (int i = 0; i < 2; ++i) { // once is enough
            scene.keep();
            QTRY_COMPARE(scene.counts(agent).distrust, Distrust::NothingKnown);
        }
        QCOMPARE(scene.counts(agent).level, TrustLevel::L0);
        QCOMPARE(scene.counts(agent).ownerProof, agents::OwnerProof::NotChecked);
        QCOMPARE(scene.of(other), hit);
        QCOMPARE(scene.fixture.count(LeafKind::TrustReported), 3);
    }

    void no_level_permits_anything()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        scene.show(agent, scene.tokenFor(agent, 4), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L4);
        QVERIFY(scene.assign(agent, TrustLevel::L4));
        const auto accepted = scene.fixture.ask(agent);
        QVERIFY(accepted);
        const auto polled = scene.fixture.poll(agent, accepted->id);
        QVERIFY(!polled);
        QCOMPARE(polled.error().code, ErrorCode::AuthorizationPending);
        QVERIFY(scene.fixture.grants().empty());
        QCOMPARE(scene.fixture.waiting().size(), 1U);
    }

    void a_waiting_request_shows_what_comes_to_be_known()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        QVERIFY(scene.fixture.ask(agent));
        const auto decision = approvalOf(scene.fixture.waiting().front());
        QVERIFY(decision.shownText.contains(QStringLiteral("NOT SCREENED")));
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
        // What was decided on the screen of before is not taken.
        const auto late = scene.fixture.approve(decision);
        QVERIFY(!late);
        QCOMPARE(late.error().code, ErrorCode::InvalidInput);
        const auto again = approvalOf(scene.fixture.waiting().front());
        QVERIFY(again.shownText.contains(QStringLiteral("L3, says ") + QString::fromStdString(scene.peer.url())));
        QVERIFY(again.shownText.contains(QStringLiteral("clear, screened 2 h ago")));
        QVERIFY(scene.fixture.approve(again));
    }

    void evidence_that_ran_out_since_it_was_shown_is_looked_at_again()
    {
        TrustHouse scene;
        scene.keeping.reset();
        const TestAgent agent = scene.fixture.registerAgent();
        TrustEvidence said = attested(TrustLevel::L3, kTestStart);
        said.validUntil = kTestStart + 60s;
        scene.keepSaid(agent, said);
        QVERIFY(scene.fixture.ask(agent));
        const auto decision = approvalOf(scene.fixture.waiting().front());
        scene.fixture.clock().advance(60s);
        QCOMPARE(scene.fixture.approve(decision).error().code, ErrorCode::InvalidInput);
        const auto again = approvalOf(scene.fixture.waiting().front());
        QVERIFY(again.shownText.contains(QStringLiteral("L0")));
        QVERIFY(scene.fixture.approve(again));
    }

    void the_consent_record_says_what_was_known()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
        const auto tokens = scene.fixture.tokensFor(agent);
        const auto record = scene.recordOf(tokens.grant);
        QVERIFY(record.trust.has_value());
        QCOMPARE(*record.trust, scene.counts(agent));
        QVERIFY(!record.trust->digest.empty());
        QCOMPARE(record.trust->fetchedAt, kTestStart);
        QCOMPARE(record.trust->screenedAt, std::optional(kTestStart - 2h));
    }

    void the_consent_record_tells_the_person_s_word_from_an_issuer_s()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
        const TrustEvidence said = scene.counts(agent);
        scene.fixture.clock().advance(10min);
        QVERIFY(scene.assign(agent, TrustLevel::L2));
        const UnixSeconds then = scene.fixture.clock().now();
        scene.fixture.clock().advance(20min);
        QVERIFY(scene.fixture.ask(agent));
        const auto decision = approvalOf(scene.fixture.waiting().front());
        QVERIFY(decision.shownText.contains(QStringLiteral("L2, by your own word, 20 min ago")));
        const auto grant = scene.fixture.approve(decision);
        QVERIFY(grant);
        const auto record = scene.recordOf(*grant);
        QVERIFY(record.trust.has_value());
        QCOMPARE(record.trust->source, agents::TrustSource::Person);
        QCOMPARE(record.trust->issuer, std::string());
        QCOMPARE(record.trust->fetchedAt, then);
        QCOMPARE(record.trust->digest, scene.hashOfNewest(LeafKind::TrustAssigned));
        const agents::SaidBy rest{scene.peer.url(), said.fetchedAt, said.digest};
        QCOMPARE(record.trust->saidBy, std::optional(rest));
        QCOMPARE(record.trust->screening, Screening::Clear);
        QCOMPARE(record.trust->screenedAt, said.screenedAt);
    }

    void what_is_known_survives_a_restart_and_a_lost_row()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L3);
        QVERIFY(scene.assign(agent, TrustLevel::L2));
        const AgentTrust before = scene.of(agent);
        QVERIFY(scene.fixture.run<void>([](Context& context) -> Result<void> {
            store::Query query(context.database, "DELETE FROM agent_tokens");
            return query.run();
        }));
        scene.keeping.reset();
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.of(agent), before);
        QCOMPARE(before.assigned->level, TrustLevel::L2);
    }

    void what_a_row_of_the_log_does_not_say_rightly_says_nothing()
    {
        TrustHouse scene;
        scene.keeping.reset();
        const TestAgent agent = scene.fixture.registerAgent("one");
        const TestAgent other = scene.fixture.registerAgent("two");
        scene.keepSaid(other, attested(TrustLevel::L4, kTestStart));
        QVERIFY(scene.fixture.run<void>([&](Context& context) -> Result<void> {
            // A row that names another agent than its leaf does, as somebody else could write it.
            store::Query drop(context.database, "DROP TRIGGER log_leaves_stay");
            if (const auto dropped = drop.run(); !dropped)
                return dropped;
            store::Query query(context.database, "UPDATE log_leaves SET client_id = ? WHERE kind = 34");
            if (const auto changed = query.bind(agent.id().value).run(); !changed)
                return changed;
            context.trust.forgetMemory();
            return {};
        }));
        QCOMPARE(scene.of(agent), AgentTrust());
    }

    void what_was_undone_is_not_remembered()
    {
        TrustHouse scene;
        scene.keeping.reset();
        const TestAgent agent = scene.fixture.registerAgent();
        QVERIFY(!scene.fixture.run<void>([&](Context& context) -> Result<void> {
            if (const auto kept = keepTrust(context, agent.id(), attested(TrustLevel::L4, kTestStart)); !kept)
                return kept;
            if (trustOf(context, agent.id())->level != TrustLevel::L4)
                return fail(ErrorCode::NotFound, "not kept");
            return fail(ErrorCode::InvalidInput, "undone");
        }));
        QCOMPARE(scene.of(agent), AgentTrust());
        QCOMPARE(scene.fixture.count(LeafKind::TrustReported), 0);
    }

    void the_person_s_word_is_logged_and_taken_back()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        QVERIFY(scene.assign(agent, TrustLevel::L2));
        QCOMPARE(scene.counts(agent).level, TrustLevel::L2);
        QCOMPARE(scene.counts(agent).screening, Screening::NotScreened);
        QVERIFY(newestEntry(scene.fixture).sentence.contains(QStringLiteral("L2")));
        QVERIFY(scene.assign(agent, std::nullopt));
        QCOMPARE(scene.counts(agent).level, TrustLevel::L0);
        QCOMPARE(scene.fixture.count(LeafKind::TrustAssigned), 2);
        QVERIFY(scene.assign(agent, std::nullopt)); // nothing to take back
        QCOMPARE(scene.fixture.count(LeafKind::TrustAssigned), 2);
        TestAgent nobody = agent;
        nobody.agent.id = ClientId{"nobody"};
        QCOMPARE(scene.assign(nobody, TrustLevel::L1).error().code, ErrorCode::NotFound);
    }

    void a_hit_is_not_shaken_off()
    {
        TrustHouse scene;
        scene.keeping.reset();
        const TestAgent agent = scene.fixture.registerAgent();
        scene.keepSaid(agent, attested(TrustLevel::L4, kTestStart, Screening::Hit));
        QVERIFY(scene.assign(agent, TrustLevel::L4));
        QCOMPARE(scene.counts(agent).level, TrustLevel::L0);
        TrustEvidence unreadable;
        unreadable.distrust = Distrust::Unreadable;
        scene.keepSaid(agent, unreadable);
        QCOMPARE(scene.counts(agent).screening, Screening::Hit);
        scene.keepSaid(agent, attested(TrustLevel::L2, kTestStart));
        QCOMPARE(scene.counts(agent).screening, Screening::Clear);
    }

    void a_failure_is_logged_once()
    {
        TrustHouse scene;
        scene.keeping.reset();
        const TestAgent agent = scene.fixture.registerAgent();
        for (int i = 0; i < 5; ++i) {
            TrustEvidence none;
            none.distrust = Distrust::NoAnswer;
            none.fetchedAt = kTestStart + i * 60s;
            none.validUntil = none.fetchedAt + 60s;
            scene.keepSaid(agent, none);
        }
        QCOMPARE(scene.fixture.count(LeafKind::TrustReported), 1);
        for (int i = 0; i < 3; ++i)
            scene.keepSaid(agent, attested(TrustLevel::L2, kTestStart + i * 60s));
        QCOMPARE(scene.fixture.count(LeafKind::TrustReported), 4); // each prolongs it
    }

    void what_is_known_is_asked_again_in_its_last_quarter()
    {
        const TrustEvidence said = attested(TrustLevel::L3, kTestStart); // for an hour
        QCOMPARE(authority::askAgainAfter(said, kTestStart), 45min);
        QCOMPARE(authority::askAgainAfter(said, kTestStart + 30min), 15min);
        QCOMPARE(authority::askAgainAfter(said, kTestStart + 59min), 15s);
        QCOMPARE(authority::askAgainAfter(said, kTestStart + 3h), 15s);
    }

    void only_those_matter_that_hold_or_wait_for_something()
    {
        TrustHouse scene;
        const TestAgent agent = scene.fixture.registerAgent();
        const auto matters = [&] {
            return must(
                scene.fixture.run<bool>([&](Context& context) { return trustMatters(context, agent.id()); }), "look");
        };
        QVERIFY(!matters());
        const auto accepted = scene.fixture.ask(agent);
        QVERIFY(matters());
        const auto grant = scene.fixture.approve();
        QVERIFY(matters());
        QVERIFY(scene.fixture.revoke(*grant));
        QVERIFY(!matters());
    }

    void a_file_that_can_t_be_read_trusts_nobody_and_lets_nothing_be_spent()
    {
        AuthorityFixture fixture;
        {
            const authority::TrustKeeping keeping(
                fixture.authority(), fail(ErrorCode::InvalidInput, "issuers: must be a list"));
            QVERIFY(fixture.has(authority::Trouble::TrustFileBroken));
            QVERIFY(fixture.status().detail.contains(QStringLiteral("issuers: must be a list")));
            const auto caps = fixture.run<agents::LevelCaps>(
                [](Context& context) -> Result<agents::LevelCaps> { return context.options.levelCaps; });
            QCOMPARE(*caps, agents::LevelCaps());
            const TestAgent agent = fixture.registerAgent();
            const auto tokens = grantTo(fixture, agent, paymentsWith(kDollars));
            const auto paid = perform(fixture, addService(fixture), tokens.accessToken, agent,
                action("payments.create", argumentsOf("0.01")));
            QCOMPARE(denialOf(paid), permissions::Reason::LevelCap);
        }
        QVERIFY(fixture.ask(fixture.registerAgent()));
    }

    void an_agent_that_shows_nothing_spends_nothing_once_somebody_may_speak_of_it()
    {
        TrustHouse scene;
        const ServiceId service = addService(scene.fixture);
        const TestAgent agent = scene.fixture.registerAgent();
        const auto tokens = grantTo(scene.fixture, agent, paymentsWith(kDollars));
        const auto pay = [&](const std::string& amount) {
            return perform(
                scene.fixture, service, tokens.accessToken, agent, action("payments.create", argumentsOf(amount)));
        };
        QCOMPARE(denialOf(pay("0.01")), permissions::Reason::LevelCap);
        scene.show(agent, scene.tokenFor(agent, 1), KeyProof::Proven);
        QTRY_COMPARE(scene.counts(agent).level, TrustLevel::L1);
        QVERIFY(isPermitted(pay("10.00")));
        QCOMPARE(denialOf(pay("10.01")), permissions::Reason::LevelCap);
        // Another, of which nobody has ever said anything, once nobody may speak of agents any more.
        const TestAgent other = scene.fixture.registerAgent("other");
        const auto others = grantTo(scene.fixture, other, scene.fixture.grant(tokens.grant).permission);
        const auto otherPays = [&] {
            return perform(
                scene.fixture, service, others.accessToken, other, action("payments.create", argumentsOf("500.00")));
        };
        QCOMPARE(denialOf(otherPays()), permissions::Reason::LevelCap);
        scene.settings = {};
        scene.keep();
        QVERIFY(isPermitted(otherPays()));
        QCOMPARE(denialOf(pay("0.01")), permissions::Reason::LevelCap); // of it something was known
    }

    void a_decision_does_not_wait_for_an_issuer_that_hangs()
    {
        TrustHouse scene;
        scene.peer.pages["/keys"].delay = 60s;
        const ServiceId service = addService(scene.fixture);
        services::Requirements demands;
        demands.minimumLevel = TrustLevel::L1;
        demand(scene.fixture, service, demands);
        const TestAgent agent = scene.fixture.registerAgent();
        QVERIFY(scene.assign(agent, TrustLevel::L1)); // so that something may be permitted
        const auto tokens = grantTo(scene.fixture, agent, paymentsWith({}));
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTRY_COMPARE(scene.peer.asked("/keys"), 1);
        const auto permitted = perform(scene.fixture, service, tokens.accessToken, agent, payment("1.00"));
        const AgentTrust then = scene.of(agent);
        QVERIFY(isPermitted(permitted));
        QCOMPARE(then.evidence.distrust, Distrust::NothingKnown); // had it waited, there would be no answer by now
        // And the other way round: what would be enough counts once it is there, and not before.
        demands.minimumLevel = TrustLevel::L3;
        demand(scene.fixture, service, demands);
        QCOMPARE(denialOf(perform(scene.fixture, service, tokens.accessToken, agent, payment("1.00"))),
            permissions::Reason::WaitingForEvidence);
        QTRY_COMPARE(scene.of(agent).evidence.distrust, Distrust::NoAnswer);
        QCOMPARE(scene.peer.asked("/keys"), 1); // no decision asked again
    }

    void it_ends_while_an_issuer_is_being_asked()
    {
        TrustHouse scene;
        scene.peer.pages["/keys"].delay = 10s;
        const TestAgent agent = scene.fixture.registerAgent();
        scene.show(agent, scene.tokenFor(agent), KeyProof::Proven);
        QTRY_COMPARE(scene.peer.asked("/keys"), 1);
        scene.keeping.reset();
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.counts(agent).distrust, Distrust::NothingKnown);
    }
};

QTEST_GUILESS_MAIN(TestTrust)
#include "tst_trust.moc"
