// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the log records. A leaf is canonical JSON (RFC 8785) of at most 65,535 bytes. Texts and other private details
// stand in it as salted commitments; the detail itself is kept beside it and can be erased.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/base/json.h"
#include "core/base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::audit {

inline constexpr std::size_t kMaxLeafBytes = 65535;

enum class LeafKind : std::uint8_t {
    LogStarted, ///< the first leaf: who this log belongs to
    AgentRegistered,
    AgentBlocked,
    AgentUnblocked,
    ServiceAdded,
    ServiceRemoved,
    RequestReceived,
    RequestRefused, ///< over a cap, or of a blocked agent
    RequestMerged,
    RequestDenied,
    RequestExpired,
    RequestCancelled,
    RequestBlocked,
    ConsentGiven, ///< carries the consent record's claims; makes the grant
    KeyBound, ///< the agent's bound key, before its first token leaves
    TokenIssued,
    GrantHeld,
    GrantResumed,
    GrantExpired,
    GrantRevoked,
    StateRejected, ///< a row that the log or a signature does not back was set aside
    GrantDelegated, ///< a link was seen first: it makes a grant below another
    LinkExchanged, ///< the link was used up for a token (RFC 8693)
    GrantNarrowed, ///< carries the amendment's claims (consent record, purpose "amendment")
    ActionPermitted,
    ActionDenied,
    ActionAsked, ///< the person is asked about one action (step_up)
    ActionApproved, ///< carries the claims of the consent record with purpose "action"
    AgentNamed, ///< the person calls an agent by a name of their own
    ActionOutcome, ///< what became of an action that was permitted
    KeyRotated, ///< a new key of the device, signed by the old and the new
    LogRecovered, ///< this log follows one whose keys were lost
    ReceiptImported, ///< another server's receipt was verified and kept
    DetailsErased, ///< private texts beside earlier leaves were erased
    TrustReported, ///< what others say of an agent changed or was said again; carries it whole
    TrustAssigned, ///< the person gave an agent a level, or took it back
    AgentForgotten, ///< the person forgot an agent: it has to introduce itself again
    ServerAccepted, ///< the person knows whose device key this is that signs another server's receipts
    ServerForgotten, ///< and does not say so any more
    CatalogueImported, ///< an OpenAPI document of a service: what it offers from then on
};

inline constexpr LeafKind kLastLeafKind = LeafKind::CatalogueImported;

[[nodiscard]] std::string_view leafKindName(LeafKind kind); ///< "consent_given", as in the leaf's `type`
[[nodiscard]] std::optional<LeafKind> leafKindFromName(std::string_view name);

/// Leaves that end a grant, if they name one: `closing` stands in them. What may follow gives and uses no authority.
[[nodiscard]] bool endsGrant(LeafKind kind);
[[nodiscard]] bool mayFollowEnd(LeafKind kind);

/// A leaf before it is written. The log adds to `claims`: `type`, `iat`, `person` and `device` (thumbprints), and where
/// they are set `client_id`, `grant_id` and `text_commitment`; with a grant also `seq` (its leaves are counted from 0),
/// `prev` (base64url leaf hash of the one before; none at 0) and, in a leaf that ends it, `closing`: true. A claim that
/// is there already must say the same.
struct LeafDraft {
    LeafKind kind = LeafKind::LogStarted;
    ClientId agent = {}; ///< empty: none
    GrantId grant = {}; ///< empty: none
    json::Object claims = {};
    /// Kept beside the leaf with a random salt; in the leaf stands `text_commitment` = base64url(SHA-256(salt ‖ text)).
    std::optional<std::string> privateText = std::nullopt;
};

struct Leaf {
    std::uint64_t index = 0;
    LeafKind kind = LeafKind::LogStarted;
    UnixSeconds at;
    ClientId agent;
    GrantId grant;
    std::string bytes; ///< the canonical JSON
    std::optional<std::string> privateText; ///< missing: there was none, or it was erased
};

} // namespace countersign::audit
