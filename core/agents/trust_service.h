// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Asks all whom the person lets speak of agents, off the hot path: on a thread of its own, each with a time limit, one
// round an agent at a time, and remembers what they said while it is valid. What it says is evidence; keeping it, and
// what follows from it, is up to who asks.
#pragma once

#include "core/agents/trust_provider.h"
#include "core/agents/trust_settings.h"
#include "core/base/clock.h"
#include "core/base/mailbox.h"

#include <functional>
#include <memory>

namespace countersign::agents {

inline constexpr std::chrono::milliseconds kTrustLimit{5000}; ///< for a whole round: sources, then the owner's site
inline constexpr std::size_t kMaxTrustRemembered = 1000; ///< agents
inline constexpr std::size_t kMaxTrustRounds = 64; ///< at once; who comes then is told NoAnswer

class TrustService {
public:
    /// `audience`: our issuer, for which tokens must be made out. The clock outlives it.
    TrustService(TrustSettings settings, std::string audience, const Clock& clock);
    TrustService(const TrustService&) = delete;
    TrustService& operator=(const TrustService&) = delete;
    /// What is under way is given up unanswered. From the thread that made it, and not from an answer.
    ~TrustService();

    [[nodiscard]] bool hasSources() const; ///< TrustSettings::hasSources()

    /// `done` is called once, on the service's thread, and must hand on. It comes within kTrustLimit.
    using Done = std::move_only_function<void(TrustEvidence)>;
    void ask(TrustQuestion question, Done done); ///< any thread
    /// Runs `task` on the service's thread once that time is over; not at all where this ends before.
    void after(std::chrono::milliseconds delay, Task task); ///< any thread

private:
    struct Data;
    std::unique_ptr<Data> d;
};

} // namespace countersign::agents
