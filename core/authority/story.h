// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The story of one entry of the log, for a person: what was sent, what was decided and why, who allowed it on which
// screen, through whose hands the authority came, and what proves it. Plain values; all texts are safe to show.
#pragma once

#include "core/authority/person_api.h"

#include <QString>
#include <QStringList>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace countersign::authority {

/// What came of looking at a signature or a digest just now.
enum class Finding : std::uint8_t {
    Nothing, ///< there is none to look at
    Right,
    Wrong,
};

/// The content of a request, where it was kept.
struct SentBody {
    std::size_t bytes = 0;
    QString text; ///< safe to show; empty: it is no text
    Finding digest = Finding::Nothing; ///< whether it is what the agent signed
};

/// What the agent sent, as far as it was kept, and what was decided about it.
struct SentRequest {
    QString method;
    QString target; ///< without the query
    QString query; ///< empty: none, or erased
    QString service; ///< at which it arrived: its name, or its id
    QString digest; ///< Content-Digest as received; empty: none, or erased
    QStringList arguments; ///< one a line, with its exact value
    /// RFC 9421, the field Agent-Signature, or DPoP alone.
    enum class Binding : std::uint8_t { Signature, AgentSignature, Proof } binding = Binding::Proof;
    enum class Decision : std::uint8_t { Permitted, Refused, Asked } decision = Decision::Permitted;
    std::optional<SentBody> body = {};
};

/// One hand through which the authority came; the person's own grant is the first.
struct StoryHop {
    GrantId grant;
    ClientId agent;
    QString agentName; ///< the person's name for it, else its own claim; empty: it has none
    Naming naming = Naming::Shown;
    QStringList may; ///< what this hop was allowed when it happened
    QStringList narrowed; ///< what it was allowed less than the one above; empty: nothing, or the first
    bool isLive = false; ///< now
};

/// A decision of the person under which it happened.
struct StoryConsent {
    enum class Purpose : std::uint8_t { Grant, Narrowing, OneAction } purpose = Purpose::Grant;
    std::uint64_t entry = 0; ///< of the log
    UnixSeconds at;
    Finding signature = Finding::Nothing; ///< the person's
    Finding digest = Finding::Nothing; ///< of the screen's text; Nothing: the text was erased
    QString screen; ///< the text that was read
};

struct StoryProof {
    QString leafHash; ///< base64url SHA-256(0x00 ‖ leaf)
    Finding receipt = Finding::Nothing; ///< signed by this device for exactly this entry
    Finding inclusion = Finding::Nothing; ///< in the tree of the last checkpoint; Nothing: that one is older
    Finding details = Finding::Nothing; ///< the private details are those that the entry is committed to
    /// Of the newest checkpoint that a witness cosigned and the entry is in, else of the last one; 0: there is none.
    std::uint64_t treeSize = 0;
    int cosignatures = 0; ///< of witnesses, under that checkpoint
    QString problem; ///< what is wrong; empty: nothing
};

/// What the service said became of it.
struct StoryOutcome {
    std::uint64_t entry = 0;
    enum class Executed : std::uint8_t { Yes, No, Unknown } executed = Executed::Unknown;
    std::optional<int> status; ///< of the service's HTTP response
    bool sentSignature = false; ///< a text that it calls its signature: kept, and checked by nobody here
    /// What it signed its response with, verified when it was reported; whose that is, is not known. Empty: nothing.
    Thumbprint responseKey = {};
};

/// What another server signed about the same action.
struct StoryForeign {
    std::uint64_t entry = 0; ///< that took its receipt in
    QString server; ///< as it calls itself (`iss`)
    Thumbprint key; ///< that signed
    /// Whose key that is the person said, by this name; nullopt: its origin is not established.
    std::optional<QString> acceptedAs;
    enum class Said : std::uint8_t { Permitted, Refused, Executed, NotExecuted, Unknown } said = Said::Unknown;
    QString request; ///< "POST https://bank.example/transfers"; empty: it does not say
    UnixSeconds at; ///< by its clock
    std::optional<std::size_t> above; ///< what it hangs on: Story::upstream[n]; nullopt: the action here
    std::optional<audit::Tie> tie; ///< by what; nullopt: by nothing
    Finding signature = Finding::Nothing; ///< looked at now
};

struct Story {
    TimelineEntry entry;
    std::optional<SentRequest> sent;
    QString because; ///< the decision's own sentence, with its figures; empty: none, or erased
    std::vector<StoryHop> chain;
    std::vector<StoryConsent> consents; ///< oldest first
    StoryProof proof;
    std::optional<StoryOutcome> outcome;
    std::vector<StoryForeign> upstream; ///< each hangs on the action, or on one of the others
    QString receipt; ///< JWS; empty: none
};

} // namespace countersign::authority
