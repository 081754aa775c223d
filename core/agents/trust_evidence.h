// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What others say of an agent: evidence for the person, and what a service's floor is held against. None of it grants
// anything. Whatever can't be read, verified or refreshed is unknown, and unknown is L0 and not screened, never clear.
// Plain values; pure.
#pragma once

#include "core/base/clock.h"
#include "core/services/trust_level.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace countersign::agents {

using services::TrustLevel;

/// What a sanctions screening said. Only Clear is clear: Stale is too old to count, or says nothing of its age.
enum class Screening : std::uint8_t { NotScreened, Clear, Stale, Hit };
inline constexpr Screening kLastScreening = Screening::Hit;

/// Who says so.
enum class TrustSource : std::uint8_t { Nobody, Token, Registry, Program, Person };
inline constexpr TrustSource kLastTrustSource = TrustSource::Person;

/// Why it counts as L0, whatever is claimed.
enum class Distrust : std::uint8_t {
    None, ///< it doesn't, or the source itself says L0
    NothingKnown, ///< the agent showed nothing, and nobody knows it
    Unreadable, ///< not of the form, or of a kind that is not accepted
    UnknownIssuer, ///< not one of the person's
    UnknownKey, ///< the issuer publishes no such key
    BadSignature,
    WrongAudience, ///< said to somebody else
    OtherAgent, ///< said of another key
    NotYetValid, ///< from the future
    Expired,
    Superseded, ///< the same issuer has said something newer before
    KeyUnproven, ///< the agent has not yet shown that the key is its own
    NoAnswer, ///< who was asked did not answer, or not in a form that counts
    StaleScreening,
    ScreeningHit,
};
inline constexpr Distrust kLastDistrust = Distrust::ScreeningHit;

/// Whether the owner's own site (did:web) names the agent's key.
enum class OwnerProof : std::uint8_t { NotChecked, Confirmed, NotConfirmed };
inline constexpr OwnerProof kLastOwnerProof = OwnerProof::NotConfirmed;

[[nodiscard]] std::string_view screeningName(Screening screening); ///< "not_screened", as the log has it
[[nodiscard]] std::string_view trustSourceName(TrustSource source);
[[nodiscard]] std::string_view distrustName(Distrust distrust);
[[nodiscard]] std::string_view ownerProofName(OwnerProof proof);

/// An agent trust token that was found right.
struct AcceptedToken {
    std::string issuer;
    UnixSeconds issuedAt;

    bool operator==(const AcceptedToken&) const = default;
};

/// Who said something, when it was fetched, and its digest, as TrustEvidence has them.
struct SaidBy {
    std::string issuer;
    UnixSeconds fetchedAt;
    std::string digest;

    bool operator==(const SaidBy&) const = default;
};

struct TrustEvidence {
    TrustLevel level = TrustLevel::L0; ///< what counts: `claimed`, or L0 for the reason in `distrust`; or the person's
    TrustLevel claimed = TrustLevel::L0; ///< what the sources say
    TrustSource source = TrustSource::Nobody; ///< of the level
    std::string issuer = {}; ///< the issuer's URL, or the name that the person gave the source; empty: nobody, or they
    std::string owner = {}; ///< did:web:…, as the source says; empty: none
    OwnerProof ownerProof = OwnerProof::NotChecked;
    std::vector<std::string> capabilities = {}; ///< as the source says; they permit nothing
    Screening screening = Screening::NotScreened;
    std::optional<UnixSeconds> screenedAt = {}; ///< when the source says that it screened
    std::optional<AcceptedToken> token = {};
    UnixSeconds fetchedAt = {}; ///< or when the person said it
    UnixSeconds validUntil =
        {}; ///< from then on it counts as L0 and its screening as stale, until it is asked for again
    /// base64url SHA-256 of what the sources said, as received; empty: they said nothing. Of the person's word:
    /// AssignedLevel::digest.
    std::string digest = {};
    Distrust distrust = Distrust::NothingKnown;
    std::optional<SaidBy> saidBy = {}; ///< whose all the rest is, where the level is the person's word

    bool operator==(const TrustEvidence&) const = default;
};

/// What it counts for at `now`.
[[nodiscard]] TrustEvidence asOf(TrustEvidence evidence, UnixSeconds now);

/// The person's own word on an agent's level.
struct AssignedLevel {
    TrustLevel level = TrustLevel::L0;
    UnixSeconds at;
    std::string digest = {}; ///< base64url leaf hash (RFC 6962) of its entry in the log

    bool operator==(const AssignedLevel&) const = default;
};

/// All that is kept of one agent.
struct AgentTrust {
    TrustEvidence evidence; ///< of the sources
    std::optional<AssignedLevel> assigned = {};

    bool operator==(const AgentTrust&) const = default;

    /// What counts at `now`: the person's word goes before the sources' level. It is no screening, though: that is the
    /// sources', and against a hit no word helps.
    [[nodiscard]] TrustEvidence at(UnixSeconds now) const;
    /// When at() will say something else by itself; nullopt: never.
    [[nodiscard]] std::optional<UnixSeconds> changesAt(UnixSeconds now) const;
};

} // namespace countersign::agents
