// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A delegation request that waits for a person (CIBA Core 1.0), and how it ended.
#pragma once

#include "core/agents/process.h"
#include "core/base/clock.h"
#include "core/base/ids.h"
#include "core/permissions/matching.h"
#include "core/permissions/permission.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::consent {

inline constexpr std::size_t kMaxBindingMessage = 160; ///< characters
inline constexpr std::chrono::seconds kDefaultRequestLife{300};
inline constexpr std::chrono::seconds kMaxRequestLife{3600};
inline constexpr std::chrono::seconds kPollInterval{5};
inline constexpr int kMaxWaitingPerAgent = 8;
inline constexpr int kMaxWaiting = 64;
inline constexpr int kUnansweredBeforeCoolDown = 2;
inline constexpr std::chrono::seconds kCoolDown{300}; ///< after so many in a row that nobody answered

/// Expired, denied, cancelled and blocked are four different things: in the UI, on the wire and in the log.
enum class RequestState : std::uint8_t { Waiting, Approved, Denied, Expired, Cancelled, Blocked, Merged };

[[nodiscard]] std::string_view requestStateName(RequestState state);

/// What the person is asked for.
enum class Purpose : std::uint8_t {
    Grant, ///< a new grant
    Replacement, ///< more than a grant has: a new one takes its place, and carries on its counters
                 ///< (grant_management_action =replace, Grant Management for OAuth 2.0)
    Action, ///< one action with its exact arguments (step_up)
    Amendment, ///< the person narrows a grant; nobody asked
};

[[nodiscard]] std::string_view purposeName(Purpose purpose); ///< "grant", "replacement", "action", "amendment"

struct Request {
    std::string publicId; ///< what screen and log call it; not the auth_req_id, which is a secret
    ClientId agent;
    permissions::Permission asked;
    std::string bindingMessage; ///< plain text (isPlainText), at most kMaxBindingMessage characters
    bool openid = false; ///< an id_token was asked for
    std::optional<Thumbprint> dpopKey; ///< dpop_jkt
    agents::ProcessEvidence evidence;
    UnixSeconds receivedAt;
    UnixSeconds expiresAt;
    int timesAsked = 1; ///< identical ones are merged into this
    RequestState state = RequestState::Waiting;
    Purpose purpose = Purpose::Grant;
    std::optional<GrantId> grant; ///< Replacement: the one to replace; Action: the one to act under
    std::optional<permissions::ActionRequest> action; ///< Action; `asked` is then empty

    bool operator==(const Request&) const = default;
};

} // namespace countersign::consent
