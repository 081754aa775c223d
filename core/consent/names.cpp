// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/consent/record.h"
#include "core/consent/request.h"

namespace countersign::consent {

std::string_view requestStateName(RequestState state)
{
    switch (state) {
    case RequestState::Waiting:
        return "waiting";
    case RequestState::Approved:
        return "approved";
    case RequestState::Denied:
        return "denied";
    case RequestState::Expired:
        return "expired";
    case RequestState::Cancelled:
        return "cancelled";
    case RequestState::Blocked:
        return "blocked";
    case RequestState::Merged:
        return "merged";
    }
    return "unknown";
}

std::string_view purposeName(Purpose purpose)
{
    switch (purpose) {
    case Purpose::Grant:
        return "grant";
    case Purpose::Replacement:
        return "replacement";
    case Purpose::Action:
        return "action";
    case Purpose::Amendment:
        return "amendment";
    }
    return "unknown";
}

std::string_view presenceName(Presence presence)
{
    return presence == Presence::Click ? "click" : "passphrase";
}

} // namespace countersign::consent
