// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/authority/trust_keeping.h"

#include "core/authority/trust_cases.h"
#include "core/authority/use_cases.h"
#include "core/base/try.h"

#include <algorithm>
#include <mutex>

namespace countersign::authority {

namespace {

constexpr std::chrono::seconds kSoonest{15};

/// In the order of what is submitted, so that nothing is decided under other caps once this is.
void setCaps(Authority& authority, const Result<agents::TrustSettings>& settings)
{
    authority.submit(Authority::Work<void>([settings](Context& context) -> Result<void> {
        context.options.levelCaps = settings ? settings->caps : agents::LevelCaps();
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
    Data(Authority& used, agents::TrustSettings settings)
        : authority(used)
        , service(std::make_unique<agents::TrustService>(std::move(settings), used.issuer(), used.clock()))
    {
    }

    void begin()
    {
        const std::scoped_lock lock(mutex);
        if (!service->hasSources())
            return;
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
        service->ask(std::move(question), [self = weak_from_this(), agent](const agents::TrustEvidence& evidence) {
            if (const auto alive = self.lock())
                alive->take(agent, evidence);
        });
    }

    /// On the service's thread.
    void take(const ClientId& agent, const agents::TrustEvidence& evidence)
    {
        const std::scoped_lock lock(mutex);
        if (!service)
            return;
        authority.submit(
            Authority::Work<void>([agent, evidence](Context& context) { return keepTrust(context, agent, evidence); }),
            Reply<void>(noteFailure));
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
    std::mutex mutex; ///< of what follows
    std::unique_ptr<agents::TrustService> service; ///< gone: it is the end
    std::map<ClientId, std::uint64_t> turns; ///< which time to ask again is the last that was set
};

TrustKeeping::TrustKeeping(Authority& authority, Result<agents::TrustSettings> settings)
    : d(std::make_shared<Data>(authority, settings.value_or(agents::TrustSettings())))
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
