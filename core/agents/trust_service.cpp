// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_service.h"

#include "core/agents/trust_judgement.h"
#include "core/agents/trust_program_provider.h"
#include "core/agents/trust_registry_provider.h"
#include "core/agents/trust_round.h"
#include "core/agents/trust_token_provider.h"
#include "core/base/mailbox.h"
#include "core/crypto/digest.h"

#include <QThread>
#include <QTimer>

#include <future>
#include <latch>
#include <map>
#include <utility>

namespace countersign::agents {

namespace {

/// What an answer depends on, beside what the sources say.
std::string keyOf(const TrustQuestion& question)
{
    const char proof = question.proof == KeyProof::Proven ? '+' : '-';
    return question.key.thumbprint().value + proof + crypto::sha256(question.token);
}

/// Something newer was accepted since.
bool isSuperseded(const TrustEvidence& evidence, const TrustQuestion& question)
{
    if (!evidence.token)
        return false;
    const auto newest = question.newestTokens.find(evidence.token->issuer);
    return newest != question.newestTokens.end() && evidence.token->issuedAt < newest->second;
}

TrustEvidence noAnswer(UnixSeconds now)
{
    return judge({TrustStatement{.distrust = Distrust::NoAnswer}}, KeyProof::Proven, now);
}

} // namespace

struct TrustService::Data {
    Data(TrustSettings given, std::string ours, const Clock& time)
        : settings(std::move(given))
        , audience(std::move(ours))
        , clock(time)
        , mailbox(std::make_unique<Mailbox>())
        , outbound(std::make_unique<outbound::Outbound>())
    {
        thread.setObjectName(QStringLiteral("trust"));
        mailbox->moveToThread(&thread);
        // finished() is emitted on the thread itself, so what is its own dies where it lived.
        QObject::connect(&thread, &QThread::finished, &thread, [this] { end(); }, Qt::DirectConnection);
        thread.start();
        mailbox->post([this] { setUp(); });
    }

    ~Data()
    {
        std::promise<void> closed;
        mailbox->post([this, &closed] {
            isClosed = true;
            closed.set_value();
        });
        closed.get_future().wait();
        outbound.reset(); // what it still answers goes into the mailbox, and no further
        mailbox->post([this] { thread.quit(); });
        ended.wait();
        thread.wait();
    }

    /// On the thread, as all that follows.
    void setUp()
    {
        const Fetch fetch = [this](outbound::Request request, auto done) { send(std::move(request), std::move(done)); };
        home = std::make_unique<QObject>();
        keys = std::make_unique<TrustIssuerKeys>(settings.issuers, fetch, clock);
        sources.providers.push_back(std::make_unique<TrustTokenProvider>(*keys, audience, clock));
        for (const TrustRegistry& registry : settings.registries)
            sources.providers.push_back(std::make_unique<TrustRegistryProvider>(registry, fetch, clock));
        if (settings.program)
            sources.providers.push_back(std::make_unique<TrustProgramProvider>(*settings.program, clock));
        if (settings.ownerSites)
            sources.ownerSite.emplace(*settings.ownerSites, fetch);
    }

    void end()
    {
        rounds.clear();
        sources = {};
        keys.reset();
        home.reset();
        mailbox.reset();
        ended.count_down();
    }

    /// Answers come on the outbound thread; what they are for lives on this one, and may have gone.
    void send(outbound::Request request, std::move_only_function<void(Result<outbound::Answer>)> done)
    {
        if (isClosed)
            return;
        outbound->send(std::move(request), [this, done = std::move(done)](Result<outbound::Answer> answer) mutable {
            mailbox->post([this, done = std::move(done), answer = std::move(answer)]() mutable {
                if (!isClosed)
                    done(std::move(answer));
            });
        });
    }

    void ask(TrustQuestion question, Done done)
    {
        const std::string key = keyOf(question);
        const auto known = remembered.find(key);
        const bool isKnown = known != remembered.end() && clock.now() < known->second.validUntil
            && !isSuperseded(known->second, question);
        if (isKnown && question.freshness == Freshness::Cached)
            return done(known->second);
        const auto running = rounds.find(key);
        if (running != rounds.end()) {
            running->second.waiting.push_back(std::move(done));
            return;
        }
        if (rounds.size() >= kMaxTrustRounds)
            return done(noAnswer(clock.now()));
        Running& round = rounds[key];
        round.waiting.push_back(std::move(done));
        round.round = std::make_unique<TrustRound>(
            sources, clock, std::move(question), [this, key](TrustEvidence evidence) { finish(key, evidence); });
        round.round->start();
    }

    void finish(const std::string& key, const TrustEvidence& evidence)
    {
        auto over = rounds.extract(key);
        remember(key, evidence);
        for (Done& done : over.mapped().waiting)
            done(evidence);
        over.mapped().round.release()->deleteLater(); // it is what calls
    }

    void remember(const std::string& key, const TrustEvidence& evidence)
    {
        if (remembered.size() >= kMaxTrustRemembered) {
            const UnixSeconds now = clock.now();
            std::erase_if(remembered, [now](const auto& each) { return each.second.validUntil <= now; });
        }
        if (remembered.size() >= kMaxTrustRemembered)
            remembered.erase(remembered.begin());
        remembered.insert_or_assign(key, evidence);
    }

    struct Running {
        std::unique_ptr<TrustRound> round;
        std::vector<Done> waiting;
    };

    const TrustSettings settings;
    const std::string audience;
    const Clock& clock;
    QThread thread;
    std::unique_ptr<Mailbox> mailbox;
    std::unique_ptr<outbound::Outbound> outbound;
    // The thread's own
    bool isClosed = false; ///< nothing is sent any more
    std::unique_ptr<QObject> home; ///< of its timers
    std::unique_ptr<TrustIssuerKeys> keys;
    TrustSources sources;
    std::map<std::string, Running> rounds;
    std::map<std::string, TrustEvidence> remembered;
    std::latch ended{1};
};

TrustService::TrustService(TrustSettings settings, std::string audience, const Clock& clock)
    : d(std::make_unique<Data>(std::move(settings), std::move(audience), clock))
{
}

TrustService::~TrustService() = default;

bool TrustService::hasSources() const
{
    return d->settings.hasSources();
}

void TrustService::ask(TrustQuestion question, Done done)
{
    d->mailbox->post([data = d.get(), question = std::move(question), done = std::move(done)]() mutable {
        data->ask(std::move(question), std::move(done));
    });
}

void TrustService::after(std::chrono::milliseconds delay, Task task)
{
    d->mailbox->post([data = d.get(), delay, task = std::make_shared<Task>(std::move(task))] {
        QTimer::singleShot(delay, data->home.get(), [task] { (*task)(); });
    });
}

} // namespace countersign::agents
