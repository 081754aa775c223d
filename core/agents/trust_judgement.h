// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What all that was said of an agent comes to. The least favourable word counts: a hit of one is a hit; one that was
// asked and did not answer makes all of it unknown; the level is the lowest that anyone states. Pure.
#pragma once

#include "core/agents/trust_provider.h"

#include <vector>

namespace countersign::agents {

/// How long an answer that gives no level is kept before the sources are asked again. What is by a key that its issuer
/// did not publish when it was asked last is looked at again as soon as the issuer may be asked again (kRefetchPause).
inline constexpr std::chrono::seconds kUnknownFor{3600};
inline constexpr std::chrono::seconds kNoAnswerFor{60};

/// `statements`: one of each source, the agent's own token first. The owner is named but not asked here.
[[nodiscard]] TrustEvidence judge(const std::vector<TrustStatement>& statements, KeyProof proof, UnixSeconds now);

/// Which of the two is to be kept. A hit stays until a source that is believed says of a screening since then that it
/// was clear: an agent can't shake it off by showing something that can't be read, that is older, or that says nothing
/// of screenings. And while nobody answers, what is still valid stays so. Whom a source knew once is never again one of
/// whom nothing is known: being dropped there must not lift the caps of levels.
[[nodiscard]] TrustEvidence successorOf(const TrustEvidence& kept, const TrustEvidence& newer, UnixSeconds now);

} // namespace countersign::agents
