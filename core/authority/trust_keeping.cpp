// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/trust_keeping.h"

#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

namespace countersign::authority {

namespace {

constexpr std::chrono::seconds kSoonest{15};
constexpr std::chrono::milliseconds kNoPause{0};

/// In the order of what is submitted, so that nothing is decided under other caps once this is.
void setCaps(Authority& authority, const Result<agents::TrustSettings>& settings)
{
    authority.submit(Authority::Work<void>([settings](Context& context) -> Result<void> {
        const bool isOpen = settings && !settings->hasSources();
        context.options.levelCaps = settings ? settings->caps : agents::LevelCaps();
        context.options.capped = isOpen ? agents::Capped::WhoIsKnown : agents::Capped::Everybody;
        if (!settings)
            context.troubles[Trouble::TrustFileBroken] = troubleText(Trouble::TrustFileBroken) + QLatin1Char(' ')
                + QString::fromStdString(settings.error().message);
        return {};
    }),
        Reply<void>([](const Result<void>&) {}));
}

void noteFailure(const Result<void>& done)
{
    if (!done)
        qWarning("What was said of an agent could not be kept: %s", done.error().message.c_str());
}

} // namespace

std::chrono::seconds askAgainAfter(const agents::TrustEvidence& evidence, UnixSeconds now)
{
    const std::chrono::seconds life = evidence.validUntil - evidence.fetchedAt;
    return std::max(evidence.validUntil - life / 4 - now, kSoonest);
}

struct TrustKeeping::Data : std::enable_shared_from_this<Data> {
    /// What an agent shows, as a question names it.
    struct Shown {
        std::string token;
        agents::KeyProof proof = agents::KeyProof::Unproven;

        bool operator==(const Shown&) const = default;
    };

    /// How it stands with the questions about one agent. Whatever it shows, it makes others work no more than one round
    /// at a time, and, where nothing was believed, one in a while: what it showed last is asked about then.
    struct Asking {
        Shown shown; ///< that was asked about last
        bool isRunning = false;
        std::optional<agents::Freshness> next; ///< there is more to ask once it is over
        bool isBelieved = true; ///< what was answered last
        bool isSet = false; ///< it will be asked about
        std::chrono::milliseconds answeredAt{0}; ///< Clock::bootTime()
    };

    Data(Authority& used, agents::TrustSettings settings, std::chrono::milliseconds shownAgain)
        : authority(used)
        , pause(shownAgain)
        , service(std::make_unique<agents::TrustService>(std::move(settings), used.issuer(), used.clock()))
    {
    }

    void begin()
    {
        const std::scoped_lock lock(mutex);
        if (!service->hasSources()) {
            authority.submit(Authority::Work<void>(dropTrust), Reply<void>(noteFailure));
            return;
        }
        authority.setTrustListener(
            [self = shared_from_this()](agents::TrustQuestion question) { self->ask(std::move(question)); });
        authority.submit(Authority::Work<void>(askAboutAllThatMatter), Reply<void>(noteFailure));
    }

    void ask(agents::TrustQuestion question)
    {
        const std::scoped_lock lock(mutex);
        if (!service)
            return;
        const ClientId agent = question.agent;
        Asking& asking = askings[agent];
        const Shown shown{question.token, question.proof};
        if (asking.isRunning) {
            if (question.freshness == agents::Freshness::Anew)
                asking.next = agents::Freshness::Anew;
            else if (asking.shown != shown && !asking.next)
                asking.next = agents::Freshness::Cached;
            return;
        }
        if (const auto rest = pauseOf(asking, question); rest > kNoPause) {
            askLater(agent, asking, rest);
            return;
        }
        asking.isRunning = true;
        asking.shown = shown;
        service->ask(std::move(question), [self = weak_from_this(), agent](const agents::TrustEvidence& evidence) {
            if (const auto alive = self.lock())
                alive->take(agent, evidence);
        });
    }

    /// How long a question has to wait; kNoPause: not at all.
    [[nodiscard]] std::chrono::milliseconds pauseOf(const Asking& asking, const agents::TrustQuestion& question) const
    {
        const bool isOther = asking.shown.token.empty() || asking.shown.proof != question.proof;
        if (asking.isBelieved || isOther || question.freshness == agents::Freshness::Anew)
            return kNoPause;
        return asking.answeredAt + pause - authority.clock().bootTime();
    }

    /// About what the agent shows by then.
    void askLater(const ClientId& agent, Asking& asking, std::chrono::milliseconds rest)
    {
        if (std::exchange(asking.isSet, true))
            return;
        service->after(rest, [self = weak_from_this(), agent] {
            if (const auto alive = self.lock())
                alive->askAboutShownNow(agent);
        });
    }

    void askAboutShownNow(const ClientId& agent)
    {
        const std::scoped_lock lock(mutex);
        if (!service)
            return;
        askings[agent].isSet = false;
        submitQuestion(agent, agents::Freshness::Cached);
    }

    void submitQuestion(const ClientId& agent, agents::Freshness freshness)
    {
        authority.submit(Authority::Work<void>(
                             [agent, freshness](Context& context) { return askAboutShown(context, agent, freshness); }),
            Reply<void>(noteFailure));
    }

    /// On the service's thread.
    void take(const ClientId& agent, const agents::TrustEvidence& evidence)
    {
        const std::scoped_lock lock(mutex);
        if (!service)
            return;
        Asking& asking = askings[agent];
        asking.isRunning = false;
        asking.isBelieved = evidence.distrust == agents::Distrust::None;
        asking.answeredAt = authority.clock().bootTime();
        authority.submit(
            Authority::Work<void>([agent, evidence](Context& context) { return keepTrust(context, agent, evidence); }),
            Reply<void>(noteFailure));
        if (const auto next = std::exchange(asking.next, std::nullopt))
            submitQuestion(agent, *next);
        const std::uint64_t turn = ++turns[agent];
        service->after(askAgainAfter(evidence, authority.clock().now()), [self = weak_from_this(), agent, turn] {
            if (const auto alive = self.lock())
                alive->askAgain(agent, turn);
        });
    }

    /// What nobody needs may run out: it is asked for when the agent comes again.
    void askAgain(const ClientId& agent, std::uint64_t turn)
    {
        const std::scoped_lock lock(mutex);
        if (!service || turns[agent] != turn)
            return; // it was asked since
        turns.erase(agent);
        authority.submit(Authority::Work<void>([agent](Context& context) -> Result<void> {
            if (TRY(trustMatters(context, agent)))
                context.touched.unsureOf.insert_or_assign(agent, agents::Freshness::Anew);
            return {};
        }),
            Reply<void>(noteFailure));
    }

    Authority& authority;
    const std::chrono::milliseconds pause; ///< kShownAgainPause
    std::mutex mutex; ///< of what follows
    std::unique_ptr<agents::TrustService> service; ///< gone: it is the end
    std::map<ClientId, Asking> askings;
    std::map<ClientId, std::uint64_t> turns; ///< which time to ask again is the last that was set
};

TrustKeeping::TrustKeeping(
    Authority& authority, Result<agents::TrustSettings> settings, std::chrono::milliseconds shownAgainPause)
    : d(std::make_shared<Data>(authority, settings.value_or(agents::TrustSettings()), shownAgainPause))
{
    setCaps(authority, settings);
    d->begin();
}

TrustKeeping::~TrustKeeping()
{
    d->authority.setTrustListener({});
    std::unique_ptr<agents::TrustService> last;
    {
        const std::scoped_lock lock(d->mutex);
        last = std::move(d->service);
    }
}

} // namespace countersign::authority
