// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a service demands is held against what is known of every agent of a chain, at each decision: also for
// sub-agents.
#include "core/base/try.h"
#include "core/crypto/bytes.h"
#include "tests/core/authority/floor_scene.h"

using namespace countersign;
using namespace countersign::testing;
using Scene = FloorScene;

namespace {

/// What the receipt of an action that was permitted says of it.
json::Array evidenceIn(const Result<authority::ActionAnswer>& answer)
{
    if (!isPermitted(answer))
        qFatal("not permitted");
    const std::string claims = answer->receipt->jws.substr(answer->receipt->jws.find('.') + 1);
    const json::Object receipt =
        must(json::parseObject(must(crypto::fromBase64url(claims.substr(0, claims.find('.'))), "payload")), "claims");
    return receipt.at("evidence").as_array();
}

} // namespace

class ServiceFloorTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void who_shows_what_is_demanded_may_act();
    void a_sub_agent_is_held_to_it_too();
    void a_chain_is_as_trusted_as_its_least_trusted_hop();
    void a_chain_that_is_shown_is_held_to_it_too();
    void what_demands_nothing_goes_on();
    void a_limit_of_the_service_needs_to_know_the_amount();
    void of_two_services_at_a_place_the_stricter_limit_holds();
    void whom_a_source_dropped_stays_capped();
    void a_level_caps_what_all_grants_spend_in_a_day();
    void what_a_replaced_grant_spent_today_still_counts_data();
    void what_a_replaced_grant_spent_today_still_counts();
    void what_was_spent_today_counts_when_its_part_of_the_grant_is_gone();
    void what_was_spent_yesterday_is_over_when_its_part_of_the_grant_is_gone();
    void a_narrowing_that_fails_drops_nothing();
    void agent_signature_is_taken_where_it_is_asked_for();
    void the_log_names_the_evidence_and_its_age();
    void the_log_tells_the_person_s_word_from_a_source_s();
};

void ServiceFloorTest::who_shows_what_is_demanded_may_act()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(isPermitted(scene.pay()));
    QVERIFY(isPermitted(scene.pay("100.00")));
    QCOMPARE(denialOf(scene.pay("100.01")), Reason::LevelCap);
    QVERIFY(scene.isLive(scene.tokens.grant)); // a cap is no reason to hold it
}

void ServiceFloorTest::a_sub_agent_is_held_to_it_too()
{
    Scene scene;
    const TestAgent child = scene.fixture.registerAgent("child", "/usr/bin/child");
    scene.say(scene.agent, TrustLevel::L2);
    const auto below = scene.handOn(child);
    QCOMPARE(denialOf(scene.pay(child, below)), Reason::WaitingForEvidence);
    QVERIFY(scene.isHeld(below.grant));
    QVERIFY(scene.isLive(scene.tokens.grant));
    QVERIFY(isPermitted(scene.pay())); // the one above is no worse for it
    scene.say(child, TrustLevel::L3);
    QVERIFY(isPermitted(scene.pay(child, below)));
}

void ServiceFloorTest::a_chain_is_as_trusted_as_its_least_trusted_hop()
{
    Scene scene;
    const TestAgent child = scene.fixture.registerAgent("child", "/usr/bin/child");
    scene.say(scene.agent, TrustLevel::L2);
    scene.say(child, TrustLevel::L4);
    const auto below = scene.handOn(child);
    QVERIFY(isPermitted(scene.pay(child, below, "100.00")));
    QCOMPARE(denialOf(scene.pay(child, below, "100.01")), Reason::LevelCap); // the cap of L2
    scene.say(scene.agent, TrustLevel::L1);
    QVERIFY(scene.isHeld(scene.tokens.grant));
    QCOMPARE(scene.fixture.grant(below.grant).state, GrantState::Held);
    QCOMPARE(denialOf(scene.pay(child, below)), Reason::WaitingForEvidence);
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(isPermitted(scene.pay(child, below)));
}

void ServiceFloorTest::a_chain_that_is_shown_is_held_to_it_too()
{
    Scene scene;
    const TestAgent child = scene.fixture.registerAgent("child", "/usr/bin/child");
    scene.say(scene.agent, TrustLevel::L2);
    const std::string link =
        scene.fixture.delegate(scene.tokens.accessToken, scene.agent.key, child, handedOn(scene.grant().permission));
    const auto pay = [&](const std::string& amount = "10.00") {
        return perform(scene.fixture,
            passedOn(scene.fixture, scene.service, scene.tokens.accessToken, child, sentPayment(amount), {link}));
    };
    const auto errorOf = [](const Result<authority::ActionAnswer>& answer) {
        return answer ? ErrorCode::Internal : answer.error().code;
    };
    QCOMPARE(denialOf(pay()), Reason::WaitingForEvidence); // nothing is known of the child, and nobody was asked
    QVERIFY(scene.isLive(scene.tokens.grant));
    scene.say(child, TrustLevel::L1);
    QCOMPARE(errorOf(pay()), ErrorCode::Held); // what the link made waits now
    scene.say(child, TrustLevel::L4);
    QVERIFY(isPermitted(pay("100.00")));
    QCOMPARE(denialOf(pay("100.01")), Reason::LevelCap); // of the one above
    const json::Array evidence = evidenceIn(pay());
    QCOMPARE(evidence.size(), 2U);
    QVERIFY(evidence[0].at("level") == json::Value("L2"));
    QVERIFY(evidence[1].at("level") == json::Value("L4"));
    scene.say(scene.agent, TrustLevel::L1);
    QCOMPARE(errorOf(pay()), ErrorCode::Held);
    scene.say(scene.agent, TrustLevel::L2);
    QVERIFY(isPermitted(pay()));
}

void ServiceFloorTest::what_demands_nothing_goes_on()
{
    Scene scene(screenedAt(TrustLevel::L2), paymentsWith(std::string()));
    const auto read = [&] {
        return perform(scene.fixture,
            passedOn(scene.fixture, scene.service, scene.tokens.accessToken, scene.agent,
                {.action = "payments.read", .method = "GET", .isSigned = SentRequest::Signed::No}));
    };
    QVERIFY(isPermitted(read()));
    QCOMPARE(denialOf(scene.pay()), Reason::WaitingForEvidence);
    QVERIFY(scene.isLive(scene.tokens.grant));
    QVERIFY(isPermitted(read()));
}

void ServiceFloorTest::a_limit_of_the_service_needs_to_know_the_amount()
{
    services::Requirements limited;
    limited.spendLimits = {{*Currency::parse("USD"), *Amount::parse("50.00"), std::nullopt}};
    Scene known(limited);
    QVERIFY(isPermitted(known.pay("50.00")));
    QCOMPARE(denialOf(known.pay("50.01")), Reason::ServiceLimit);
    Scene unknown(limited, paymentsWith(std::string()));
    QCOMPARE(denialOf(unknown.pay("1.00")), Reason::ServiceLimit);
}

void ServiceFloorTest::of_two_services_at_a_place_the_stricter_limit_holds()
{
    services::Requirements dollars;
    dollars.spendLimits = {{*Currency::parse("USD"), *Amount::parse("50.00"), std::nullopt}};
    services::Requirements less = dollars;
    less.spendLimits.front().perAction = *Amount::parse("20.00");
    services::Requirements euros;
    euros.spendLimits = {{*Currency::parse("EUR"), *Amount::parse("50.00"), std::nullopt}};
    Scene scene(dollars);
    const ServiceId other = addService(scene.fixture);
    offer(scene.fixture, other, catalogue(less));
    QVERIFY(isPermitted(scene.pay("20.00")));
    QCOMPARE(denialOf(scene.pay("20.01")), Reason::ServiceLimit);
    offer(scene.fixture, other, catalogue(euros)); // which lets nobody spend dollars
    QCOMPARE(denialOf(scene.pay("0.01")), Reason::ServiceLimit);
}

void ServiceFloorTest::whom_a_source_dropped_stays_capped()
{
    Scene scene({});
    QVERIFY(isPermitted(scene.pay("5000.00"))); // nothing is known, and nothing is demanded
    scene.say(scene.agent, TrustLevel::L1);
    QCOMPARE(denialOf(scene.pay("10.01")), Reason::LevelCap);
    TrustEvidence nothing;
    nothing.fetchedAt = scene.fixture.clock().now();
    nothing.validUntil = nothing.fetchedAt + 1h;
    must(scene.fixture.run<void>(
             [&](Context& context) { return authority::keepTrust(context, scene.agent.id(), nothing); }),
        "dropped");
    QCOMPARE(denialOf(scene.pay("0.01")), Reason::LevelCap);
}

void ServiceFloorTest::a_level_caps_what_all_grants_spend_in_a_day()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L2); // 100 each, 500 a day
    const auto other = grantTo(scene.fixture, scene.agent, scene.grant().permission);
    for (int i = 0; i < 4; ++i)
        QVERIFY(isPermitted(scene.pay("100.00")));
    QVERIFY(isPermitted(scene.pay(scene.agent, other, "99.99")));
    QCOMPARE(denialOf(scene.pay(scene.agent, other, "0.02")), Reason::LevelCap);
    QVERIFY(isPermitted(scene.pay(scene.agent, other, "0.01")));
    QCOMPARE(denialOf(scene.pay("0.01")), Reason::LevelCap);
}

void ServiceFloorTest::what_a_replaced_grant_spent_today_still_counts_data()
{
    QTest::addColumn<bool>("isDropped");
    QTest::newRow("it goes on in the new one") << false;
    QTest::newRow("nothing of the new one is about it") << true;
}

void ServiceFloorTest::what_a_replaced_grant_spent_today_still_counts()
{
    QFETCH(const bool, isDropped);
    Scene scene;
    scene.say(scene.agent, TrustLevel::L2); // 100 each, 500 a day
    for (int i = 0; i < 4; ++i)
        QVERIFY(isPermitted(scene.pay("100.00")));
    const permissions::Permission paying = scene.grant().permission;
    permissions::Permission other = paying;
    if (isDropped)
        other.details.front().actions = {*permissions::Action::parse("payments.read")};
    const auto next = replaceBy(scene.fixture, scene.agent, scene.tokens.grant, other);
    const auto last = isDropped ? replaceBy(scene.fixture, scene.agent, next.grant, paying) : next;
    QCOMPARE(denialOf(scene.pay(scene.agent, last, "100.01")), Reason::LevelCap);
    QVERIFY(isPermitted(scene.pay(scene.agent, last, "99.99")));
    QCOMPARE(denialOf(scene.pay(scene.agent, last, "0.02")), Reason::LevelCap);
    QVERIFY(isPermitted(scene.pay(scene.agent, last, "0.01")));
}

namespace {

/// Paying, and reading, for which nothing is spent.
permissions::Permission payingAndReading()
{
    permissions::Permission both = permissionOf(kMayPay);
    permissions::AgentDelegation reading = both.details.front();
    reading.actions = {*permissions::Action::parse("payments.read")};
    both.details.push_back(std::move(reading));
    return both;
}

void dropPaying(consent::Edit& edit)
{
    edit.details.front().keptActions = {false};
}

} // namespace

void ServiceFloorTest::what_was_spent_today_counts_when_its_part_of_the_grant_is_gone()
{
    Scene scene(screenedAt(TrustLevel::L2), payingAndReading());
    scene.say(scene.agent, TrustLevel::L2); // 100 each, 500 a day
    for (int i = 0; i < 4; ++i)
        QVERIFY(isPermitted(scene.pay("100.00")));
    const auto other = grantTo(scene.fixture, scene.agent, permissionOf(kMayPay));
    QVERIFY(isPermitted(scene.pay(scene.agent, other, "1.00"))); // what is known of it is in memory now
    QVERIFY(narrow(scene.fixture, scene.tokens.grant, dropPaying));
    for (int start = 0; start < 2; ++start) {
        QCOMPARE(denialOf(scene.pay(scene.agent, other, "99.01")), Reason::LevelCap);
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QVERIFY(scene.fixture.checkLog());
    }
    QVERIFY(isPermitted(scene.pay(scene.agent, other, "99.00")));
    QCOMPARE(denialOf(scene.pay(scene.agent, other, "0.01")), Reason::LevelCap);
}

void ServiceFloorTest::what_was_spent_yesterday_is_over_when_its_part_of_the_grant_is_gone()
{
    auto granted = payingAndReading();
    auto longer = permissionOf(kMayPay);
    for (permissions::Permission* each : {&granted, &longer}) {
        for (permissions::AgentDelegation& detail : each->details)
            detail.expiresAt = kTestStart + std::chrono::days(9);
    }
    Scene scene(screenedAt(TrustLevel::L2), granted);
    scene.say(scene.agent, TrustLevel::L2, Screening::Clear, std::chrono::hours(72));
    for (int i = 0; i < 4; ++i)
        QVERIFY(isPermitted(scene.pay("100.00")));
    QVERIFY(narrow(scene.fixture, scene.tokens.grant, dropPaying));
    scene.fixture.clock().advance(std::chrono::hours(24));
    scene.say(scene.agent, TrustLevel::L2);
    const auto other = grantTo(scene.fixture, scene.agent, longer);
    for (int i = 0; i < 5; ++i)
        QVERIFY(isPermitted(scene.pay(scene.agent, other, "100.00")));
}

void ServiceFloorTest::a_narrowing_that_fails_drops_nothing()
{
    Scene scene(screenedAt(TrustLevel::L2), payingAndReading());
    scene.say(scene.agent, TrustLevel::L2); // 100 each, 500 a day
    for (int i = 0; i < 4; ++i)
        QVERIFY(isPermitted(scene.pay("100.00")));
    const auto narrowing = must(narrowingOf(scene.fixture, scene.tokens.grant, dropPaying), "narrowing");
    QVERIFY(!scene.fixture.run<void>([&](Context& context) -> Result<void> {
        TRY(authority::narrowGrant(context, narrowing));
        if (TRY(context.dropped.of(scene.agent.id(), context.now())).empty()) // and it is in memory now
            return {};
        return fail(ErrorCode::Internal, "and undone");
    }));
    QVERIFY(isPermitted(scene.pay("100.00")));
}

void ServiceFloorTest::agent_signature_is_taken_where_it_is_asked_for()
{
    Scene scene({});
    const auto pay = [&] {
        SentRequest sent = sentPayment("10.00");
        sent.isSigned = SentRequest::Signed::AsAgent;
        return perform(
            scene.fixture, passedOn(scene.fixture, scene.service, scene.tokens.accessToken, scene.agent, sent));
    };
    QCOMPARE(denialOf(pay()), Reason::InvalidSignature);
    services::Requirements asked;
    asked.agentSignature = services::AgentSignature::Asked;
    scene.demand(asked);
    QVERIFY(isPermitted(pay()));
    QVERIFY(isPermitted(scene.pay())); // next to RFC 9421
}

void ServiceFloorTest::the_log_names_the_evidence_and_its_age()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L2);
    const UnixSeconds said = scene.fixture.clock().now();
    scene.fixture.clock().advance(7min);
    const json::Array evidence = evidenceIn(scene.pay());
    QCOMPARE(evidence.size(), 1U);
    const json::Object expected{{"level", "L2"}, {"screening", "clear"}, {"screened_at", said.value},
        {"source", "registry"}, {"issuer", "a registry"}, {"fetched_at", said.value},
        {"digest", "digest-of-what-it-said"}};
    QVERIFY2(evidence[0] == json::Value(expected), json::serialize(evidence[0]).c_str());
}

void ServiceFloorTest::the_log_tells_the_person_s_word_from_a_source_s()
{
    Scene scene;
    scene.say(scene.agent, TrustLevel::L1);
    const UnixSeconds said = scene.fixture.clock().now();
    scene.fixture.clock().advance(3min);
    must(scene.fixture.run<void>(
             [&](Context& context) { return authority::assignTrust(context, scene.agent.id(), TrustLevel::L3); }),
        "assign");
    const UnixSeconds assigned = scene.fixture.clock().now();
    scene.fixture.clock().advance(4min);
    const json::Array evidence = evidenceIn(scene.pay());
    QCOMPARE(evidence.size(), 1U);
    const json::Object& claim = evidence[0].as_object();
    const json::Object rest{{"issuer", "a registry"}, {"fetched_at", said.value}, {"digest", "digest-of-what-it-said"}};
    const json::Object expected{{"level", "L3"}, {"screening", "clear"}, {"screened_at", said.value},
        {"source", "person"}, {"issuer", ""}, {"fetched_at", assigned.value}, {"digest", claim.at("digest")},
        {"said_by", rest}};
    QVERIFY2(claim == expected, json::serialize(claim).c_str());
    QVERIFY(claim.at("digest") != json::Value("digest-of-what-it-said"));
    QCOMPARE(claim.at("digest").as_string().size(), 43U);
}

QTEST_GUILESS_MAIN(ServiceFloorTest)
#include "tst_service_floor.moc"
