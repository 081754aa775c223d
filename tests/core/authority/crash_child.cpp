// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An authority under load, to be killed: crash_child FOLDER IDENTITY [ANCHOR_SIZE ANCHOR_ROOT]. Each line of its output
// was acknowledged before it was written: "anchor SIZE ROOT", "agent ID", "granted ID", "delegated ID PARENT", "receipt
// JWS", "revoked ID".

#include "core/crypto/bytes.h"
#include "core/crypto/digest.h"
#include "tests/support/actions.h"

#include <QCoreApplication>

#include <latch>
#include <thread>

#include <unistd.h>

using namespace countersign;
using namespace countersign::testing;

namespace {

constexpr int kAgents = 4;
constexpr int kActions = 16; ///< under each grant, all on their way at once

/// In one write, so that lines of several threads don't mix.
void say(const std::string& line)
{
    const std::string whole = line + '\n';
    if (::write(STDOUT_FILENO, whole.data(), whole.size()) < 0)
        ::_exit(3);
}

template <typename T> T orEnd(Result<T> result, const char* what)
{
    if (!result) {
        say(std::string("failed ") + what + ": " + result.error().message);
        ::_exit(2);
    }
    return std::move(*result);
}

/// Hands what it got on to the child, which exchanges the link.
void handOn(
    AuthorityFixture& fixture, const TestAgent& agent, const TestAgent& child, const authority::TokenSet& tokens)
{
    const std::string link = fixture.delegate(tokens.accessToken, agent.key, child, handedOn(tokens.granted));
    const auto below = orEnd(fixture.exchange(child, tokens.accessToken, {link}), "exchange");
    say("delegated " + below.grant.value + ' ' + tokens.grant.value);
}

/// Acts many times at once, each with a signature of its own.
void act(AuthorityFixture& fixture, const ServiceId& service, const TestAgent& agent, const authority::TokenSet& tokens)
{
    std::latch answered(kActions);
    for (int i = 0; i < kActions; ++i) {
        const auto command = performanceOf(fixture, service, tokens.accessToken, agent, payment("1.00"));
        fixture.authority().perform(withSignature(command), [&](Result<authority::ActionAnswer> answer) {
            say("receipt " + orEnd(std::move(answer), "perform").receipt->jws);
            answered.count_down();
        });
    }
    answered.wait();
}

/// Asks, approves, polls, acts, hands on, and revokes every other grant, for ever.
void live(AuthorityFixture& fixture, const ServiceId& service, int number)
{
    const std::string name = "agent " + std::to_string(number);
    const TestAgent agent = fixture.registerAgent(name, "/usr/bin/" + std::to_string(number));
    say("agent " + agent.id().value);
    const TestAgent child = fixture.registerAgent("child of " + name, {});
    for (int i = 0;; ++i) {
        const auto accepted =
            orEnd(fixture.ask(fixture.request(agent, delegable(1), name + crypto::randomToken())), "ask");
        for (const auto& waiting : fixture.waiting()) {
            if (waiting.request.agent != agent.id())
                continue;
            const GrantId grant = orEnd(fixture.approve(approvalOf(waiting)), "approve");
            say("granted " + grant.value);
            const auto tokens = orEnd(fixture.poll(agent, accepted.id), "poll");
            act(fixture, service, agent, tokens);
            handOn(fixture, agent, child, tokens);
            if (i % 2 == 0) {
                if (!fixture.revoke(tokens.grant))
                    ::_exit(2);
                say("revoked " + grant.value);
            }
        }
    }
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    AuthorityFixture fixture(arguments.at(1), readIdentity(arguments.at(2)));
    if (arguments.size() > 4)
        fixture.setAnchor(keychain::LogAnchor{
            arguments.at(3).toULongLong(), orEnd(crypto::fromBase64url(arguments.at(4).toStdString()), "anchor")});
    fixture.onAnchor([](const keychain::LogAnchor& anchor, const authority::AnchorKept&) {
        say("anchor " + std::to_string(anchor.treeSize) + ' ' + crypto::base64url(anchor.root));
    });
    if (auto started = fixture.start(); !started) {
        say("failed start: " + started.error().message);
        return 2;
    }
    // Time stands still here, so what earlier lives left waiting would never run out.
    for (const auto& waiting : fixture.waiting()) {
        if (!fixture.deny(waiting.request.publicId))
            return 2;
    }
    const ServiceId service = addService(fixture);
    std::vector<std::jthread> agents;
    for (int i = 0; i < kAgents; ++i)
        agents.emplace_back([&fixture, &service, i] { live(fixture, service, i); });
}
