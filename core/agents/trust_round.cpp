// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/agents/trust_round.h"

#include "core/agents/trust_judgement.h"
#include "core/agents/trust_service.h"

#include <utility>

namespace countersign::agents {

namespace {

/// An answer for a round that may have ended meanwhile.
template <typename Answer>
auto whileItLives(const std::shared_ptr<TrustRound*>& round, std::move_only_function<void(TrustRound&, Answer)> take)
{
    return [round = std::weak_ptr(round), take = std::move(take)](Answer answer) mutable {
        if (const auto alive = round.lock())
            take(**alive, std::move(answer));
    };
}

} // namespace

TrustRound::TrustRound(TrustSources& sources, const Clock& clock, TrustQuestion question, Done done)
    : m_sources(sources)
    , m_clock(clock)
    , m_question(std::move(question))
    , m_done(std::move(done))
    , m_said(sources.providers.size())
    , m_missing(sources.providers.size())
{
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, [this] { giveUp(); });
}

void TrustRound::start()
{
    m_limit.start(kTrustLimit);
    if (m_missing == 0)
        return finish();
    const auto self = m_self; // the last answer may come at once, and end this
    for (std::size_t source = 0; source < m_sources.providers.size(); ++source) {
        m_sources.providers[source]->ask(m_question,
            whileItLives<TrustStatement>(
                self, [source](TrustRound& round, TrustStatement said) { round.take(source, std::move(said)); }));
    }
}

void TrustRound::take(std::size_t source, TrustStatement said)
{
    if (m_step != Step::Sources || m_said[source])
        return;
    m_said[source] = std::move(said);
    if (--m_missing == 0)
        finish();
}

/// Whoever has not answered by now has not answered.
void TrustRound::giveUp()
{
    if (m_step == Step::Owner)
        return answer();
    for (auto& said : m_said) {
        if (!said)
            said = TrustStatement{.distrust = Distrust::NoAnswer};
    }
    finish();
}

void TrustRound::finish()
{
    std::vector<TrustStatement> said;
    for (auto& each : m_said)
        said.push_back(std::move(*each));
    m_evidence = judge(said, m_question.proof, m_clock.now());
    const bool isNamedByToken = !said.empty() && said.front().source == TrustSource::Token
        && said.front().distrust == Distrust::None && !said.front().claims.owner.empty();
    isNamedByToken&& m_sources.ownerSite&& m_question.proof == KeyProof::Proven ? askOwner() : answer();
}

void TrustRound::askOwner()
{
    m_step = Step::Owner;
    m_sources.ownerSite->ask(m_evidence.owner, m_question.key.thumbprint(),
        whileItLives<OwnerProof>(m_self, [](TrustRound& round, OwnerProof proof) {
            round.m_evidence.ownerProof = proof;
            round.answer();
        }));
}

void TrustRound::answer()
{
    if (std::exchange(m_step, Step::Answered) == Step::Answered)
        return;
    m_limit.stop();
    m_done(std::move(m_evidence));
}

} // namespace countersign::agents
