// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The one interface of all who can say something about an agent. Each is asked on the trust service's thread and
// answers there, once, in its own time; the service does not wait longer than kTrustLimit.
#pragma once

#include "core/agents/trust_claims.h"
#include "core/agents/trust_evidence.h"
#include "core/agents/trust_issuer_keys.h"
#include "core/agents/trust_question.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace countersign::agents {

inline constexpr std::chrono::milliseconds kProviderLimit{2000}; ///< for one answer
inline constexpr std::size_t kMaxProviderAnswer = 64 * 1024; ///< bytes

/// What one source says.
struct TrustStatement {
    TrustSource source = TrustSource::Nobody;
    std::string issuer = {}; ///< its URL, or the name that the person gave it
    Distrust distrust = Distrust::NothingKnown; ///< None: it made claims; NothingKnown: it has no opinion
    TrustClaims claims = {}; ///< where distrust is None
    std::optional<AcceptedToken> token = {};
    UnixSeconds validUntil = {}; ///< of the claims
    std::chrono::seconds maxScreeningAge{0};
    std::string digest = {}; ///< base64url SHA-256 of what it said; empty: nothing
};

class TrustProvider {
public:
    TrustProvider() = default;
    TrustProvider(const TrustProvider&) = delete;
    TrustProvider& operator=(const TrustProvider&) = delete;
    virtual ~TrustProvider() = default;

    using Done = std::move_only_function<void(TrustStatement)>;
    virtual void ask(const TrustQuestion& question, Done done) = 0;
};

} // namespace countersign::agents
