// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Durable decisions with receipts, driven through the door's handler as its threads drive it: the agent's signature and
// proof verified, decided, logged, committed, signed. The yardsticks: the bare OpenSSL operations of one action on as
// many threads; and one fsync in the same folder.

#include "core/server/oauth/agents_api.h"
#include "tests/bench/bench.h"
#include "tests/core/server/authzen/performed_scene.h"

#include <QCoreApplication>

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <latch>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

using namespace countersign;
using namespace countersign::testing;

namespace {

constexpr int kCallers = 64;
constexpr int kGrants = 8;
constexpr int kActionsACaller = 25; ///< in a round
constexpr int kReceiptRounds = 5;
constexpr int kSingleActions = 200; ///< in a round
constexpr std::size_t kPage = 4096;
constexpr double kAllowed = 1.25; ///< 80 % of the bare operations' rate
constexpr double kLittleMore = 1.5;
const std::string kRules = ",\"uses\":1000000,\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\","
                           "\"per_action\":\"500.00\",\"total\":\"100000000.00\"}";

int cores()
{
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

double microseconds(std::chrono::steady_clock::duration duration)
{
    return std::chrono::duration<double, std::micro>(duration).count();
}

server::HttpRequest evaluationRequest()
{
    server::HttpRequest request;
    request.method = "POST";
    request.path = kOne;
    return request;
}

/// The door, and agents that have signed their requests beforehand.
class Door {
public:
    Door() : m_handler(server::makeAgentsApi(m_wire.fixture().authority(), m_wire.fixture().clock()))
    {
        for (int i = 0; i < kGrants; ++i) {
            m_agents.push_back(m_wire.registerAgent());
            m_tokens.push_back(m_wire.grantedTo(m_agents.back(), delegableDetails(0, kRules)).text("access_token"));
        }
        call(evaluationRequest(), [this](const server::HttpResponse& answer) {
            for (const server::Field& field : answer.fields) {
                if (field.name == "dpop-nonce")
                    m_nonce = field.value;
            }
        });
        bench::require(!m_nonce.empty(), "there is no nonce");
    }

    void call(server::HttpRequest request, server::Respond respond)
    {
        m_handler(std::move(request), std::move(respond));
    }
    [[nodiscard]] std::vector<server::HttpRequest> requests(int count)
    {
        std::vector<server::HttpRequest> out;
        for (int i = 0; i < count; ++i)
            out.push_back(request(static_cast<std::size_t>(i % kGrants)));
        return out;
    }
    [[nodiscard]] QString folder() { return m_wire.fixture().folder(); }

private:
    [[nodiscard]] server::HttpRequest request(std::size_t agent)
    {
        const WireAgent& who = m_agents[agent];
        Sent sent{.token = m_tokens[agent],
            .proof = m_wire.proof(who, "POST", kAt, m_tokens[agent], m_nonce),
            .subject = who.clientId};
        sent.sign(who.dpopKey, m_wire.now());
        server::HttpRequest request = evaluationRequest();
        request.fields = {m_service.basic(), {"content-type", "application/json"}};
        request.body = sent.evaluation();
        return request;
    }

    AuthzenWire m_wire;
    Credentials m_service = m_wire.addService(QStringLiteral("https://payments.example/"));
    server::Handler m_handler;
    std::vector<WireAgent> m_agents;
    std::vector<std::string> m_tokens;
    std::string m_nonce;
};

void requirePermit(const server::HttpResponse& answer)
{
    bench::require(answer.body.contains("\"decision\":true"), answer.body);
}

/// Callers that each wait for their answer before they send the next request, on as many threads as there are cores.
class Callers {
public:
    Callers(Door& door, std::vector<server::HttpRequest> requests)
        : m_door(&door), m_requests(std::move(requests)), m_open(static_cast<std::ptrdiff_t>(m_requests.size()))
    {
        for (int i = 0; i < kCallers; ++i)
            m_ready.push_back(m_next++);
    }

    /// Microseconds for each action.
    double run()
    {
        const auto start = std::chrono::steady_clock::now();
        std::vector<std::jthread> threads;
        for (int i = 0; i < cores(); ++i)
            threads.emplace_back([this] { work(); });
        m_open.wait();
        const auto took = std::chrono::steady_clock::now() - start;
        {
            const std::lock_guard lock(m_mutex);
            m_done = true;
        }
        m_wake.notify_all();
        return microseconds(took) / static_cast<double>(m_requests.size());
    }

private:
    void work()
    {
        std::unique_lock lock(m_mutex);
        for (;;) {
            m_wake.wait(lock, [this] { return m_done || !m_ready.empty(); });
            if (m_done)
                return;
            const std::size_t at = m_ready.front();
            m_ready.pop_front();
            lock.unlock();
            m_door->call(m_requests[at], [this](const server::HttpResponse& answer) { answered(answer); });
            lock.lock();
        }
    }
    void answered(const server::HttpResponse& answer)
    {
        requirePermit(answer);
        {
            const std::lock_guard lock(m_mutex);
            if (m_next < m_requests.size())
                m_ready.push_back(m_next++);
        }
        m_wake.notify_one();
        m_open.count_down();
    }

    Door* m_door;
    std::vector<server::HttpRequest> m_requests;
    std::latch m_open;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<std::size_t> m_ready;
    std::size_t m_next = 0;
    bool m_done = false;
};

/// What OpenSSL alone needs for one action: two verifications and a signature, on all cores at once.
double bareOperations()
{
    constexpr int kOperations = 400;
    const auto key = *crypto::PrivateKey::generate(crypto::KeyType::P256);
    const std::string text(500, 'x');
    const std::string signature = *key.sign(text);
    const auto start = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < cores(); ++i) {
            threads.emplace_back([&] {
                for (int j = 0; j < kOperations; ++j)
                    bench::require(key.publicKey().verify(text, signature) && key.publicKey().verify(text, signature)
                            && key.sign(text).has_value(),
                        "a signature failed");
            });
        }
    }
    return microseconds(std::chrono::steady_clock::now() - start) / (kOperations * cores());
}

void measureMany(Door& door)
{
    std::vector<double> values;
    std::vector<double> yardsticks;
    std::vector<double> ratios;
    for (int round = 0; round < kReceiptRounds; ++round) {
        Callers callers(door, door.requests(kCallers * kActionsACaller));
        values.push_back(callers.run());
        yardsticks.push_back(bareOperations());
        ratios.push_back(values.back() / yardsticks.back());
    }
    bench::report({"durable_receipts_ratio", bench::median(values), "us", bench::median(yardsticks),
        bench::median(ratios), kAllowed});
}

/// One page appended to a file and made durable.
double fsyncOf(const QString& folder)
{
    const QByteArray file = (folder + QStringLiteral("/yardstick")).toUtf8();
    const int fd = ::open(file.constData(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    bench::require(fd >= 0, "the yardstick's file");
    const std::array<char, kPage> page{};
    const auto start = std::chrono::steady_clock::now();
    bench::require(::write(fd, page.data(), page.size()) == static_cast<ssize_t>(page.size()) && ::fsync(fd) == 0,
        "the yardstick's write");
    const double took = microseconds(std::chrono::steady_clock::now() - start);
    ::close(fd);
    return took;
}

double oneAction(Door& door, const server::HttpRequest& request)
{
    std::latch answered(1);
    const auto start = std::chrono::steady_clock::now();
    door.call(request, [&](const server::HttpResponse& answer) {
        requirePermit(answer);
        answered.count_down();
    });
    answered.wait();
    return microseconds(std::chrono::steady_clock::now() - start);
}

void measureOne(Door& door)
{
    std::vector<double> values;
    std::vector<double> yardsticks;
    for (const server::HttpRequest& request : door.requests(kSingleActions)) {
        values.push_back(oneAction(door, request));
        yardsticks.push_back(fsyncOf(door.folder()));
    }
    const double value = bench::median(values);
    const double yardstick = bench::median(yardsticks);
    bench::report({"single_receipt_vs_fsync", value, "us", yardstick, value / yardstick, kLittleMore});
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication app(argc, argv);
    Door door;
    measureMany(door);
    measureOne(door);
}
