// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Whether one detail permits one action, as far as that can be told without knowing what was done before. Pure.
#pragma once

#include "core/permissions/permission.h"

#include <cstdint>
#include <optional>
#include <string>

namespace countersign::permissions {

/// What an agent wants to do now. `arguments` is an object: path parameters, query and top-level body members together.
struct ActionRequest {
    Action action; ///< without wildcards
    Location location;
    Value arguments = Value{Value::Members{}};
    enum class Proof : std::uint8_t {
        Signature, ///< the request is signed; or it is only asked whether it would be permitted
        Possession, ///< the agent has shown that it has the key, and signed nothing
    } proof = Proof::Signature;
    /// Where the request itself went, as it was signed; nullopt: it is only asked whether it would be permitted.
    std::optional<Location> arrivedAt = {};

    bool operator==(const ActionRequest&) const = default;
};

/// Why an action is refused. Each has its name on the wire (reasonName).
enum class Reason : std::uint8_t {
    None,
    // of the detail
    Location,
    Action,
    NotYet, ///< before not_before
    Expired,
    OutsideWindow,
    Constraint,
    UnnamedArgument,
    AmountUnreadable,
    Currency,
    PerAction,
    // of what was done before (decision)
    PerDay,
    Total,
    Uses,
    Rate,
    // of the chain
    AncestorNarrowed, ///< nothing above permits this detail any more
    NotLive, ///< this grant, or one above, is held or has ended
    // asked for
    StepUp,
    // of what the agent sent (authority; SignatureRequired of the detail too)
    SignatureRequired, ///< the request changes something, or the detail wants reads signed, and it is not
    InvalidSignature, ///< or what it signs is not this request
    Arguments, ///< they can't be told from the request, or are not those that were stated
    // of the service's floor, and of what others say of the agents (decision)
    WaitingForEvidence, ///< an agent of the chain does not show what the service demands, or not any more
    ScreeningHit, ///< a sanctions screening of an agent of the chain had a hit
    ServiceLimit, ///< over what the service lets an agent spend
    LevelCap, ///< over what an agent of that level may spend
};

[[nodiscard]] std::string_view reasonName(Reason reason); ///< "per_action"
[[nodiscard]] std::optional<Reason> reasonFromName(std::string_view name);

struct Mismatch {
    Reason reason = Reason::None;
    std::string member; ///< the member of the detail, or the argument's pointer: "/amount"
    std::string sentence; ///< for a person: "612.00 EUR is over 500.00 EUR each."
};

struct Match {
    std::optional<Amount> amount; ///< where the detail has `spend`
};

[[nodiscard]] std::expected<Match, Mismatch> match(
    const AgentDelegation& detail, const ActionRequest& request, UnixSeconds now);

} // namespace countersign::permissions
