// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What is done with trust evidence, as use cases on the authority's thread (use_cases.h). None of it permits anything:
// it is shown, logged, and held against the floors of services.
#pragma once

#include "core/authority/context.h"

#include <optional>
#include <string>
#include <string_view>

namespace countersign::authority {

inline constexpr std::chrono::hours kProofRemembered{24}; ///< a proof of the key is noted again after that

/// In an AgentRegistered: the agent has shown that the key is its own, and how. (A RequestReceived needs no such claim:
/// each came with an assertion by the key.)
inline constexpr std::string_view kKeyProofClaim = "key_proof";
inline constexpr std::string_view kKeyProvenByDpop = "dpop";

// show_trust.cpp
/// An agent shows a token, a proof of its key, both or nothing. A token without a proof is taken only where there is
/// none yet, since whoever knows a public key could send one.
[[nodiscard]] Result<void> showTrust(
    Context& context, const ClientId& agent, const std::string& token, agents::KeyProof proof);
/// The agent signed something for us with its registered key.
[[nodiscard]] Result<void> keyWasProven(Context& context, const ClientId& agent);
/// What the sources are to be asked about it; nullopt: it is not known any more.
[[nodiscard]] Result<std::optional<agents::TrustQuestion>> trustQuestion(
    const Context& context, const ClientId& agent, agents::Freshness freshness);
[[nodiscard]] Result<void> askTrustAgain(Context& context, const ClientId& agent);
/// It holds something or waits for something, so that what is known of it must not run out.
[[nodiscard]] Result<bool> trustMatters(const Context& context, const ClientId& agent);
[[nodiscard]] Result<void> askAboutAllThatMatter(Context& context);
/// About what the agent shows now, if the person did not block it.
[[nodiscard]] Result<void> askAboutShown(Context& context, const ClientId& agent, agents::Freshness freshness);

// keep_trust.cpp
/// What the sources answered. Logged where it says something new, or says again what counts; a failure is logged once.
[[nodiscard]] Result<void> keepTrust(Context& context, const ClientId& agent, const agents::TrustEvidence& evidence);
/// The person lets nobody speak of agents any more: nothing is known of any, but for hits, which stay.
[[nodiscard]] Result<void> dropTrust(Context& context);
/// The person's own word; nullopt: taken back.
[[nodiscard]] Result<void> assignTrust(
    Context& context, const ClientId& agent, std::optional<agents::TrustLevel> level);
/// What counts now.
[[nodiscard]] Result<agents::TrustEvidence> trustOf(const Context& context, const ClientId& agent);

// forget_agent.cpp
[[nodiscard]] Result<void> forgetAgent(Context& context, const ClientId& agent);
/// For one that is new under a key that was forgotten before: a hit stays one, and older tokens don't come back.
[[nodiscard]] Result<void> recallTrust(Context& context, const agents::Agent& agent);

} // namespace countersign::authority
