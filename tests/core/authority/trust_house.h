// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An authority whose person lets one issuer speak of agents, and the issuer, which answers over HTTP.
#pragma once

#include "core/audit/leaf_codec.h"
#include "core/authority/trust_cases.h"
#include "core/authority/trust_keeping.h"
#include "core/authority/use_cases.h"
#include "core/crypto/bytes.h"
#include "core/crypto/jws.h"
#include "core/crypto/merkle.h"
#include "tests/core/agents/trust_peer.h"
#include "tests/core/agents/trust_samples.h"
#include "tests/support/actions.h"

#include <QTest>

namespace countersign::testing {

using namespace countersign::test;
using namespace std::chrono_literals;
using agents::AgentTrust;
using agents::Distrust;
using agents::KeyProof;
using agents::Screening;
using agents::TrustEvidence;
using agents::TrustLevel;
using authority::Context;

struct TrustHouse {
    static constexpr std::chrono::milliseconds kPause{300}; ///< in place of kShownAgainPause

    TrustHouse()
    {
        peer.pages["/keys"] = {.body = keySetOf(issuer.publicKey())};
        settings.issuers = {
            {.issuer = peer.url(), .keysUrl = peer.url() + "/keys", .reach = outbound::Reach::Anywhere}};
        keep();
    }
    ~TrustHouse() { keeping.reset(); }

    void keep()
    {
        keeping.reset(); // before the next one listens
        keeping = std::make_unique<authority::TrustKeeping>(fixture.authority(), settings, kPause);
    }

    [[nodiscard]] static std::string registryPath(const TestAgent& agent)
    {
        return "/trust/" + agent.key.publicKey().thumbprint().value;
    }
    /// From now on a registry is asked as well, which does not know the agent and takes its time; how often it was
    /// asked once it is quiet.
    [[nodiscard]] int askRegistry(const TestAgent& agent, std::chrono::milliseconds delay)
    {
        settings.registries.push_back({.name = "registry", .url = peer.url(), .reach = outbound::Reach::Anywhere});
        peer.pages[registryPath(agent)] = {
            .body =
                json::serialize(json::Object{{"agent_id", agent.key.publicKey().thumbprint().value}, {"known", false}}),
            .delay = delay};
        keep();
        QTest::qWait(100);
        return peer.asked(registryPath(agent));
    }

    [[nodiscard]] std::string tokenFor(
        const TestAgent& agent, const json::Value& level = 3, std::chrono::seconds later = 0s) const
    {
        json::Object claims = rightClaims(peer.url(), agent.key.publicKey(), kTestStart);
        claims["iat"] = claims["iat"].as_int64() + later.count();
        return signToken(with(claims, "agent_trust_level", level), issuer);
    }

    /// As POST /register hands it on, for an agent that is known already.
    void show(const TestAgent& agent, const std::string& token, KeyProof proof)
    {
        authority::RegisterAgent command{agent.agent.name, agent.key.publicKey(), {}, {}, token, proof, {}};
        command.peer.uid = 1000;
        const auto shown = AuthorityFixture::wait<agents::Agent>(
            [&](auto reply) { fixture.authority().registerAgent(std::move(command), std::move(reply)); });
        QVERIFY(shown);
        QCOMPARE(shown->id, agent.id());
    }

    [[nodiscard]] AgentTrust of(const TestAgent& agent)
    {
        return must(fixture.run<AgentTrust>([&](Context& context) { return context.trust.find(agent.id()); }), "find");
    }
    [[nodiscard]] TrustEvidence counts(const TestAgent& agent) { return of(agent).at(fixture.clock().now()); }
    void keepSaid(const TestAgent& agent, const TrustEvidence& evidence)
    {
        QVERIFY(fixture.run<void>([&](Context& context) { return keepTrust(context, agent.id(), evidence); }));
    }
    [[nodiscard]] Result<void> assign(const TestAgent& agent, std::optional<TrustLevel> level)
    {
        return fixture.run<void>([&](Context& context) { return assignTrust(context, agent.id(), level); });
    }

    /// What the person signed.
    [[nodiscard]] consent::ConsentRecord recordOf(const GrantId& grant)
    {
        const auto text = fixture.run<std::string>([&](Context& context) -> Result<std::string> {
            store::Query query(context.database, "SELECT record FROM consents WHERE grant_id = ?");
            if (const auto found = query.bind(grant.value).next(); !found || !*found)
                return fail(ErrorCode::NotFound, "no record");
            return query.text(0);
        });
        return must(consent::verifyConsent(must(text, "record"), fixture.identity().person), "signed record");
    }
    /// The leaf hash of the newest entry of that kind.
    [[nodiscard]] std::string hashOfNewest(audit::LeafKind kind)
    {
        return must(fixture.run<std::string>([&](Context& context) -> Result<std::string> {
            store::Query query(
                context.database, "SELECT leaf FROM log_leaves WHERE kind = ? ORDER BY idx DESC LIMIT 1");
            if (const auto found = query.bind(std::int64_t{std::to_underlying(kind)}).next(); !found || !*found)
                return fail(ErrorCode::NotFound, "no entry");
            return audit::unpackLeaf(query.blob(0)).transform([](const std::string& leaf) {
                return crypto::base64url(crypto::leafHash(leaf));
            });
        }),
            "entry");
    }

    AuthorityFixture fixture;
    TrustPeer peer;
    crypto::PrivateKey issuer = newKey();
    agents::TrustSettings settings;
    std::unique_ptr<authority::TrustKeeping> keeping;
};

inline TrustEvidence attested(TrustLevel level, UnixSeconds now, Screening screening = Screening::Clear)
{
    TrustEvidence said;
    said.claimed = level;
    said.level = screening == Screening::Hit ? TrustLevel::L0 : level;
    said.source = agents::TrustSource::Registry;
    said.issuer = "acme";
    said.screening = screening;
    said.screenedAt = now - 2h;
    said.fetchedAt = now;
    said.validUntil = now + 1h;
    said.digest = "digest";
    said.distrust = screening == Screening::Hit ? Distrust::ScreeningHit : Distrust::None;
    return said;
}

} // namespace countersign::testing
