// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// One round of questions about one agent: all sources at once, then, where there is reason to, the owner's site. Inside
// core/agents, on the trust service's thread.
#pragma once

#include "core/agents/trust_owner_site.h"
#include "core/agents/trust_provider.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>
#include <vector>

namespace countersign::agents {

/// Whom a round asks.
struct TrustSources {
    std::vector<std::unique_ptr<TrustProvider>> providers; ///< the agent's token first
    std::optional<TrustOwnerSite> ownerSite;
};

class TrustRound final : public QObject {
public:
    using Done = std::move_only_function<void(TrustEvidence)>;
    /// Sources and clock outlive it.
    TrustRound(TrustSources& sources, const Clock& clock, TrustQuestion question, Done done);
    void start(); ///< `done` may be called before it returns

private:
    void take(std::size_t source, TrustStatement said);
    void giveUp();
    void finish();
    void askOwner();
    void answer();

    TrustSources& m_sources;
    const Clock& m_clock;
    TrustQuestion m_question;
    Done m_done;
    std::vector<std::optional<TrustStatement>> m_said; ///< one of each source
    std::size_t m_missing = 0;
    TrustEvidence m_evidence;
    enum class Step : std::uint8_t { Sources, Owner, Answered } m_step = Step::Sources;
    QTimer m_limit;
    std::shared_ptr<TrustRound*> m_self = std::make_shared<TrustRound*>(this); ///< answers may come after it has gone
};

} // namespace countersign::agents
