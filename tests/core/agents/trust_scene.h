// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The trust service, an issuer whose keys lie at a server of ours, an agent, and a clock that stands.
#pragma once

#include "core/agents/trust_service.h"

#include "tests/core/agents/trust_peer.h"
#include "tests/core/agents/trust_samples.h"

#include <QTest>

#include <future>

namespace countersign::test {

using namespace agents;
using namespace std::chrono_literals;

inline constexpr auto kKeysPath = "/.well-known/agent-trust-keys";

struct TrustScene {
    TrustScene()
    {
        peer.pages[kKeysPath] = {.body = keySetOf(issuer.publicKey())};
        settings.issuers = {
            {.issuer = peer.url(), .keysUrl = peer.url() + kKeysPath, .reach = outbound::Reach::Anywhere}};
    }

    void addRegistry(const std::string& name = "registry")
    {
        settings.registries.push_back({.name = name, .url = peer.url(), .reach = outbound::Reach::Anywhere});
    }
    [[nodiscard]] std::string registryPath() const { return "/trust/" + agent.publicKey().thumbprint().value; }
    [[nodiscard]] json::Object registered(int level) const
    {
        return {{"agent_id", agent.publicKey().thumbprint().value}, {"agent_trust_level", level},
            {"agent_sanctions_clear", true}, {"agent_sanctions_checked_at", kTrustNow.value - 60}};
    }
    void registers(const json::Object& said) { peer.pages[registryPath()] = {.body = json::serialize(said)}; }

    [[nodiscard]] json::Object claims() const { return rightClaims(peer.url(), agent.publicKey()); }
    [[nodiscard]] TrustQuestion about(const std::string& token) const
    {
        return {.agent = {"agent"}, .key = agent.publicKey(), .token = token, .proof = KeyProof::Proven};
    }
    [[nodiscard]] TrustQuestion right() const { return about(signToken(claims(), issuer)); }

    TrustService& service()
    {
        if (!m_service)
            m_service = std::make_unique<TrustService>(settings, kOurIssuer, clock);
        return *m_service;
    }

    TrustEvidence ask(TrustQuestion question)
    {
        auto answer = std::make_shared<std::promise<TrustEvidence>>();
        auto arrived = answer->get_future();
        service().ask(
            std::move(question), [answer](TrustEvidence evidence) { answer->set_value(std::move(evidence)); });
        while (arrived.wait_for(0ms) != std::future_status::ready)
            QTest::qWait(2);
        return arrived.get();
    }

    TrustPeer peer;
    ManualClock clock{kTrustNow};
    crypto::PrivateKey issuer = newKey();
    crypto::PrivateKey agent = newKey();
    TrustSettings settings;

private:
    std::unique_ptr<TrustService> m_service;
};

} // namespace countersign::test
