// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The agent's own token, held to its issuer's keys: at most one fetch and one signature check.
#pragma once

#include "core/agents/trust_provider.h"

namespace countersign::agents {

class TrustTokenProvider final : public TrustProvider {
public:
    /// `audience`: our issuer. The keys and the clock outlive it.
    TrustTokenProvider(TrustIssuerKeys& keys, std::string audience, const Clock& clock);
    void ask(const TrustQuestion& question, Done done) override;

private:
    TrustIssuerKeys& m_keys;
    std::string m_audience;
    const Clock& m_clock;
};

} // namespace countersign::agents
