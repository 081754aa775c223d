// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An agent that may pay at a service which demands evidence, and a registry that says what is told it to say.
#pragma once

#include "core/authority/context.h"
#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "tests/support/signed_requests.h"

#include <QTest>

namespace countersign::testing {

using namespace std::chrono_literals;
using agents::Screening;
using agents::TrustEvidence;
using authority::Context;
using grants::EndReason;
using grants::GrantState;
using permissions::Reason;
using services::TrustLevel;

inline const std::string kMayPay =
    "[{\"type\":\"agent_delegation\",\"locations\":[\"https://payments.example/\"],\"actions\":[\"payments.create\"],"
    "\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"USD\",\"total\":\"100000.00\"},"
    "\"constraints\":{\"/recipient\":{\"wildcard\":true}},\"max_depth\":2,\"expires_at\":1767297600}]";

inline services::Operation operation(const std::string& name, services::Requirements demands)
{
    services::Operation made;
    made.action = must(permissions::Action::parse(name), "action");
    made.method = name.ends_with("read") ? "GET" : "POST";
    made.path = "/payments";
    made.requirements = std::move(demands);
    return made;
}

/// Reading demands nothing; creating demands this.
inline services::Catalogue catalogue(const services::Requirements& demands)
{
    services::Catalogue made;
    made.operations = {operation("payments.create", demands), operation("payments.read", {})};
    return made;
}

inline services::Requirements screenedAt(TrustLevel level)
{
    services::Requirements demands;
    demands.minimumLevel = level;
    demands.screening = services::Screening::Required;
    return demands;
}

struct FloorScene {
    explicit FloorScene(const services::Requirements& demands = screenedAt(TrustLevel::L2),
        const permissions::Permission& granted = permissionOf(kMayPay))
    {
        demand(demands);
        tokens = grantTo(fixture, agent, granted);
    }

    void demand(const services::Requirements& demands) { offer(fixture, service, catalogue(demands)); }
    /// As a source says it.
    void say(
        const TestAgent& of, TrustLevel level, Screening screening = Screening::Clear, std::chrono::seconds valid = 1h)
    {
        TrustEvidence evidence;
        evidence.level = evidence.claimed = screening == Screening::Hit ? TrustLevel::L0 : level;
        evidence.source = agents::TrustSource::Registry;
        evidence.issuer = "a registry";
        evidence.screening = screening;
        evidence.screenedAt = fixture.clock().now();
        evidence.fetchedAt = fixture.clock().now();
        evidence.validUntil = fixture.clock().now() + valid;
        evidence.digest = "digest-of-what-it-said";
        evidence.distrust = screening == Screening::Hit ? agents::Distrust::ScreeningHit : agents::Distrust::None;
        must(fixture.run<void>(
                 [&of, evidence](Context& context) { return authority::keepTrust(context, of.id(), evidence); }),
            "evidence");
    }
    [[nodiscard]] Result<authority::ActionAnswer> pay(const std::string& amount = "10.00")
    {
        return pay(agent, tokens, amount);
    }
    [[nodiscard]] Result<authority::ActionAnswer> pay(
        const TestAgent& by, const authority::TokenSet& with, const std::string& amount = "10.00")
    {
        return perform(fixture, passedOn(fixture, service, with.accessToken, by, sentPayment(amount)));
    }
    void wake()
    {
        must(fixture.run<void>([](Context&) -> Result<void> { return {}; }), "wake");
    }
    [[nodiscard]] UnixSeconds nextEnd()
    {
        return must(fixture.run<UnixSeconds>([](Context& context) -> Result<UnixSeconds> {
            return authority::nextEnd(context).value().value();
        }),
            "next end");
    }
    [[nodiscard]] grants::Grant grant() { return fixture.grant(tokens.grant); }
    [[nodiscard]] bool isHeld(const GrantId& id)
    {
        const grants::Grant now = fixture.grant(id);
        return now.state == GrantState::Held && now.reason == EndReason::WaitingForEvidence;
    }
    [[nodiscard]] bool isLive(const GrantId& id) { return fixture.grant(id).state == GrantState::Live; }
    /// A grant of its own for a sub-agent, by a link that was exchanged.
    [[nodiscard]] authority::TokenSet handOn(const TestAgent& child)
    {
        const std::string link = fixture.delegate(tokens.accessToken, agent.key, child, handedOn(grant().permission));
        return must(fixture.exchange(child, tokens.accessToken, {link}), "exchange");
    }

    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    ServiceId service = addService(fixture);
    authority::TokenSet tokens;
};

} // namespace countersign::testing
