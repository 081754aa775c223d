// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What trust costs. First contact: an issuer's keys are fetched over HTTP and the token is verified, against the bare
// round trip to the same server and two P-256 verifications. Later: what a decision pays to know an agent's level,
// against one P-256 verification.
#include "core/agents/trust_service.h"
#include "core/authority/trust_cases.h"
#include "tests/bench/bench.h"
#include "tests/core/agents/trust_peer.h"
#include "tests/core/agents/trust_samples.h"
#include "tests/support/authority_fixture.h"

#include <QCoreApplication>
#include <QThread>

#include <future>
#include <memory>

using namespace countersign;
using namespace countersign::test;
using namespace std::chrono_literals;

namespace {

constexpr double kFirstContactTarget = 1.1;
constexpr double kCachedTarget = 0.02; ///< of one verification: nothing that could be measured beside it
constexpr std::chrono::milliseconds kAway{5}; ///< how far off the issuer is
constexpr int kLooks = 100'000;

/// An issuer on a thread of its own, as it would be on a machine of its own.
class Issuer {
public:
    Issuer()
    {
        std::promise<std::string> ready;
        m_thread.start();
        m_home.moveToThread(&m_thread);
        QMetaObject::invokeMethod(&m_home, [this, &ready] {
            m_peer = std::make_unique<TrustPeer>();
            m_peer->pages["/keys"] = {
                .body = keySetOf(key.publicKey()), .more = "Cache-Control: max-age=60\r\n", .delay = kAway};
            ready.set_value(m_peer->url());
        });
        url = ready.get_future().get();
    }
    ~Issuer()
    {
        QMetaObject::invokeMethod(&m_home, [this] { m_peer.reset(); }, Qt::BlockingQueuedConnection);
        m_thread.quit();
        m_thread.wait();
    }

    crypto::PrivateKey key = newKey();
    std::string url;

private:
    QThread m_thread;
    QObject m_home;
    std::unique_ptr<TrustPeer> m_peer;
};

/// One agent after the other comes for the first time, and the issuer's keys have run out each time.
class Contacts {
public:
    explicit Contacts(const Issuer& issuer)
        : m_issuer(issuer)
        , m_service({.issuers = {{.issuer = issuer.url,
                         .keysUrl = issuer.url + "/keys",
                         .reach = outbound::Reach::Anywhere}}},
              kOurIssuer, m_clock)
    {
    }

    void prepare()
    {
        const auto agent = newKey();
        const UnixSeconds now = m_clock.now();
        m_questions.push_back({.agent = {"agent"},
            .key = agent.publicKey(),
            .token = signToken(rightClaims(m_issuer.url, agent.publicKey(), now + 1h), m_issuer.key),
            .proof = agents::KeyProof::Proven});
    }

    void one()
    {
        m_clock.advance(1h);
        std::promise<agents::TrustEvidence> promise;
        auto arrived = promise.get_future();
        m_service.ask(std::move(m_questions.back()),
            [&](agents::TrustEvidence evidence) { promise.set_value(std::move(evidence)); });
        m_questions.pop_back();
        bench::require(arrived.get().level == agents::TrustLevel::L3, "a right token did not count");
    }

private:
    const Issuer& m_issuer;
    ManualClock m_clock{kTrustNow};
    agents::TrustService m_service;
    std::vector<agents::TrustQuestion> m_questions;
};

void roundTrip(outbound::Outbound& outbound, const std::string& url)
{
    std::promise<int> promise;
    auto arrived = promise.get_future();
    outbound.send({.url = url, .reach = outbound::Reach::Anywhere},
        [&](const Result<outbound::Answer>& answer) { promise.set_value(answer ? answer->status : 0); });
    bench::require(arrived.get() == 200, "the issuer did not answer");
}

double microsecondsOfEach(int count, const std::function<void()>& call)
{
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i)
        call();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / count;
}

void measureFirstContact()
{
    const Issuer issuer;
    Contacts contacts(issuer);
    outbound::Outbound outbound;
    const bench::P256Verification verify;
    std::vector<double> values;
    std::vector<double> yardsticks;
    std::vector<double> ratios;
    for (int round = 0; round < bench::kRounds; ++round) {
        contacts.prepare();
        values.push_back(microsecondsOfEach(1, [&] { contacts.one(); }));
        yardsticks.push_back(microsecondsOfEach(1, [&] {
            roundTrip(outbound, issuer.url + "/keys");
            verify();
            verify();
        }));
        ratios.push_back(values.back() / yardsticks.back());
    }
    bench::report({"trust_first_contact", bench::median(values), "us", bench::median(yardsticks), bench::median(ratios),
        kFirstContactTarget});
}

/// On the authority's thread, where decisions are taken.
void measureCached()
{
    testing::AuthorityFixture fixture;
    const auto agent = fixture.registerAgent();
    agents::TrustEvidence evidence;
    evidence.level = evidence.claimed = agents::TrustLevel::L3;
    evidence.distrust = agents::Distrust::None;
    evidence.validUntil = fixture.clock().now() + 1h;
    bench::require(
        fixture.run<void>([&](authority::Context& context) { return keepTrust(context, agent.id(), evidence); })
            .has_value(),
        "the evidence was not kept");
    const bench::P256Verification verify;
    std::vector<double> values;
    std::vector<double> yardsticks;
    std::vector<double> ratios;
    for (int round = 0; round < bench::kRounds; ++round) {
        const auto took = fixture.run<double>([&](authority::Context& context) -> Result<double> {
            return microsecondsOfEach(kLooks, [&] {
                bench::require(trustOf(context, agent.id())->level == agents::TrustLevel::L3, "the evidence is gone");
            });
        });
        values.push_back(*took);
        yardsticks.push_back(bench::microsecondsOf(verify));
        ratios.push_back(values.back() / yardsticks.back());
    }
    bench::report(
        {"trust_cached", bench::median(values), "us", bench::median(yardsticks), bench::median(ratios), kCachedTarget});
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    measureFirstContact();
    measureCached();
    return EXIT_SUCCESS;
}
