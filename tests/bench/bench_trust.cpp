// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What trust costs, through what agents and services really call.
// First contact: an agent registers with a trust token and a proof of its key, until the evidence counts and is
// durable, the issuer's keys being fetched over HTTP; against the same registration without a token, the bare round
// trip to the same server, two P-256 verifications, and one signed entry of the log, where what is told stands before
// it counts. Later: an action decided at a service that demands a level and a screening, by an agent that shows both,
// against the same action where nobody demands or says anything.
#include "core/agents/trust_service.h"
#include "core/authority/leaves.h"
#include "core/authority/trust_keeping.h"
#include "core/crypto/dpop.h"
#include "tests/bench/bench.h"
#include "tests/core/agents/trust_peer.h"
#include "tests/core/agents/trust_samples.h"
#include "tests/core/authority/floor_scene.h"
#include "tests/core/server/oauth/oauth_wire.h"

#include <QCoreApplication>
#include <QThread>

#include <future>
#include <memory>

using namespace countersign;
using namespace countersign::test;
using namespace std::chrono_literals;

namespace {

constexpr double kFirstContactTarget = 1.1;
constexpr double kCachedTarget = 1.05;
constexpr std::chrono::milliseconds kAway{5}; ///< how far off the issuer is
constexpr std::chrono::seconds kKeysHold{60};
constexpr int kContacts = 5; ///< of a round
constexpr int kActions = 50;

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
            m_peer->pages["/keys"] = {.body = keySetOf(key.publicKey()),
                .more = "Cache-Control: max-age=" + std::to_string(kKeysHold.count()) + "\r\n",
                .delay = kAway};
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
    enum class Shows : std::uint8_t { Nothing, Token };

    explicit Contacts(const Issuer& issuer)
        : m_issuer(issuer)
        , m_keeping(m_wire.fixture().authority(),
              agents::TrustSettings{
                  .issuers = {
                      {.issuer = issuer.url, .keysUrl = issuer.url + "/keys", .reach = outbound::Reach::Anywhere}}})
    {
    }

    /// Microseconds until all that comes of it is known and durable.
    double one(Shows shows)
    {
        if (shows == Shows::Token)
            m_wire.fixture().clock().advance(kKeysHold);
        const crypto::PrivateKey agent = newKey();
        const server::HttpRequest request = registrationOf(agent, shows);
        const auto start = std::chrono::steady_clock::now();
        const testing::WireAnswer answer = m_wire.send(request);
        bench::require(answer.status() == 201, "an agent was not registered");
        const ClientId id{answer.text("client_id")};
        const auto due = shows == Shows::Token ? agents::TrustLevel::L3 : agents::TrustLevel::L0;
        while (levelOf(id) != due)
            bench::require(std::chrono::steady_clock::now() - start < 5s, "a right token did not count");
        return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
    }

    /// What is told of an agent stands in the log, signed, before it counts.
    double logged()
    {
        const auto start = std::chrono::steady_clock::now();
        bench::require(m_wire.fixture()
                           .run<void>([](authority::Context& context) -> Result<void> {
                               audit::LeafDraft leaf;
                               leaf.kind = audit::LeafKind::TrustReported;
                               const auto appended = authority::appendLeaf(context, leaf);
                               return appended ? authority::signLog(context) : std::unexpected(appended.error());
                           })
                           .has_value(),
            "an entry was not logged");
        return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
    }

private:
    server::HttpRequest registrationOf(const crypto::PrivateKey& agent, Shows shows)
    {
        json::Object metadata = *json::parseObject(testing::OAuthWire::registrationOf(agent.publicKey()));
        if (shows == Shows::Token)
            metadata["software_statement"] =
                signToken(rightClaims(m_issuer.url, agent.publicKey(), m_wire.now()), m_issuer.key);
        server::HttpRequest request;
        request.method = "POST";
        request.target = request.path = "/register";
        request.fields = {{"content-type", "application/json"},
            {"dpop",
                *crypto::signDpop(agent, "POST", m_wire.url("/register"), m_wire.now(), m_wire.nonce(), std::nullopt)}};
        request.body = json::serialize(metadata);
        request.peer.uid = 1000;
        return request;
    }

    agents::TrustLevel levelOf(const ClientId& agent)
    {
        return m_wire.fixture()
            .run<agents::TrustLevel>([&](authority::Context& context) -> Result<agents::TrustLevel> {
                return authority::trustOf(context, agent).transform([](const auto& evidence) {
                    return evidence.level;
                });
            })
            .value();
    }

    const Issuer& m_issuer;
    testing::OAuthWire m_wire;
    authority::TrustKeeping m_keeping;
};

void roundTrip(outbound::Outbound& outbound, const std::string& url)
{
    std::promise<int> promise;
    auto arrived = promise.get_future();
    outbound.send({.url = url, .reach = outbound::Reach::Anywhere},
        [&](const Result<outbound::Answer>& answer) { promise.set_value(answer ? answer->status : 0); });
    bench::require(arrived.get() == 200, "the issuer did not answer");
}

double microsecondsOfOne(const std::function<void()>& call)
{
    const auto start = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count();
}

/// Reports what `one` takes against what `other` takes, each in microseconds, in turns: what slows a machine down for a
/// while slows both.
void compareInTurns(const char* name, double target, int turns, const std::function<double()>& one,
    const std::function<double()>& other)
{
    std::vector<double> values;
    std::vector<double> yardsticks;
    std::vector<double> ratios;
    for (int round = 0; round < bench::kRounds; ++round) {
        double value = 0;
        double yardstick = 0;
        for (int turn = 0; turn < turns; ++turn) {
            value += one();
            yardstick += other();
        }
        values.push_back(value / turns);
        yardsticks.push_back(yardstick / turns);
        ratios.push_back(value / yardstick);
    }
    bench::report({name, bench::median(values), "us", bench::median(yardsticks), bench::median(ratios), target});
}

void measureFirstContact()
{
    const Issuer issuer;
    Contacts contacts(issuer);
    outbound::Outbound outbound;
    const bench::P256Verification verify;
    const auto contact = [&] { return contacts.one(Contacts::Shows::Token); };
    const auto yardstick = [&] {
        return contacts.one(Contacts::Shows::Nothing) + contacts.logged() + microsecondsOfOne([&] {
            roundTrip(outbound, issuer.url + "/keys");
            verify();
            verify();
        });
    };
    compareInTurns("trust_first_contact", kFirstContactTarget, kContacts, contact, yardstick);
}

/// An agent that acts at a service, again and again.
class Acting {
public:
    enum class Floor : std::uint8_t { None, Met };

    explicit Acting(Floor floor)
    {
        if (floor == Floor::Met) {
            testing::offer(m_fixture, m_service, testing::catalogue(testing::screenedAt(agents::TrustLevel::L2)));
            bench::require(m_fixture
                               .run<void>([&](authority::Context& context) {
                                   return authority::keepTrust(context, m_agent.id(), evidence());
                               })
                               .has_value(),
                "the evidence was not kept");
        }
        m_tokens = testing::grantTo(m_fixture, m_agent, testing::permissionOf(testing::kMayPay));
    }

    void one()
    {
        bench::require(testing::isPermitted(testing::perform(
                           m_fixture, m_service, m_tokens.accessToken, m_agent, testing::payment("0.01"))),
            "a right action was refused");
    }

private:
    [[nodiscard]] agents::TrustEvidence evidence()
    {
        const UnixSeconds now = m_fixture.clock().now();
        agents::TrustEvidence evidence;
        evidence.level = evidence.claimed = agents::TrustLevel::L4;
        evidence.source = agents::TrustSource::Registry;
        evidence.issuer = "a registry";
        evidence.screening = agents::Screening::Clear;
        evidence.screenedAt = evidence.fetchedAt = now;
        evidence.validUntil = now + 1h;
        evidence.digest = "digest-of-what-it-said";
        evidence.distrust = agents::Distrust::None;
        return evidence;
    }

    testing::AuthorityFixture m_fixture;
    testing::TestAgent m_agent = m_fixture.registerAgent();
    ServiceId m_service = testing::addService(m_fixture);
    authority::TokenSet m_tokens;
};

void measureCached()
{
    Acting held(Acting::Floor::Met);
    Acting free(Acting::Floor::None);
    compareInTurns(
        "trust_cached", kCachedTarget, kActions, [&] { return microsecondsOfOne([&] { held.one(); }); },
        [&] { return microsecondsOfOne([&] { free.one(); }); });
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    measureFirstContact();
    measureCached();
    return EXIT_SUCCESS;
}
