// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A program of the person's that is asked about agents (an on-chain resolver, say). It is started directly, with an
// environment of PATH, HOME and LANG only, in a session of its own; gets one JSON object on its standard input,
//
//     {"agent_id": "<thumbprint>", "jwk": {…}, "trust_token": "…"}        (trust_token: where the agent showed one)
//
// and says one on its standard output, as trust_registry_provider.h has it, or `{"agent_id": …, "known": false}`. It
// must end by itself, with 0, within kProviderLimit; it, and what it started, are killed after that, or when it says
// more than kMaxProviderAnswer bytes.
#pragma once

#include "core/agents/trust_provider.h"

#include <QObject>

#include <memory>

namespace countersign::agents {

inline constexpr std::chrono::seconds kProgramFreshness{3600}; ///< of what it says without `exp`

class TrustProgramProvider final : public TrustProvider {
public:
    TrustProgramProvider(TrustProgram program, const Clock& clock);
    void ask(const TrustQuestion& question, Done done) override;

private:
    TrustProgram m_program;
    const Clock& m_clock;
    QObject m_running; ///< the parent of what runs: it ends with this
};

} // namespace countersign::agents
