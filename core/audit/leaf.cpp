// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/leaf.h"

#include <algorithm>

namespace countersign::audit {

namespace {

// In the order of the enum, whose integers stand in databases: only add at the end.
constexpr auto kNames = std::to_array<std::string_view>({
    "log_started",
    "agent_registered",
    "agent_blocked",
    "agent_unblocked",
    "service_added",
    "service_removed",
    "request_received",
    "request_refused",
    "request_merged",
    "request_denied",
    "request_expired",
    "request_cancelled",
    "request_blocked",
    "consent_given",
    "key_bound",
    "token_issued",
    "grant_held",
    "grant_resumed",
    "grant_expired",
    "grant_revoked",
    "state_rejected",
    "grant_delegated",
    "link_exchanged",
    "grant_narrowed",
    "action_permitted",
    "action_denied",
    "action_asked",
    "action_approved",
    "agent_named",
    "action_outcome",
    "key_rotated",
    "log_recovered",
    "receipt_imported",
    "details_erased",
    "trust_reported",
    "trust_assigned",
    "agent_forgotten",
    "server_accepted",
    "server_forgotten",
    "catalogue_imported",
});
static_assert(kNames.size() == static_cast<std::size_t>(kLastLeafKind) + 1);

} // namespace

std::string_view leafKindName(LeafKind kind)
{
    return kNames.at(static_cast<std::size_t>(kind));
}

std::optional<LeafKind> leafKindFromName(std::string_view name)
{
    const auto* const found = std::ranges::find(kNames, name);
    if (found == kNames.end())
        return std::nullopt;
    return static_cast<LeafKind>(found - kNames.begin());
}

bool endsGrant(LeafKind kind)
{
    return kind == LeafKind::GrantExpired || kind == LeafKind::GrantRevoked || kind == LeafKind::StateRejected;
}

bool mayFollowEnd(LeafKind kind)
{
    // A row of an ended grant can be rejected too, and what an action led to may become known late.
    return kind == LeafKind::ActionDenied || kind == LeafKind::ActionOutcome || kind == LeafKind::ReceiptImported
        || kind == LeafKind::DetailsErased || kind == LeafKind::StateRejected;
}

} // namespace countersign::audit
