// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/permissions/permission.h"

#include <algorithm>
#include <format>

namespace countersign::permissions {

namespace {

std::unexpected<Error> widens(std::string_view member, std::string_view reason)
{
    return fail(ErrorCode::InvalidAuthorizationDetails, std::format("{}: {}", member, reason));
}

Result<void> detailNarrows(const AgentDelegation& child, const AgentDelegation& parent, std::size_t index)
{
    for (const Location& location : child.locations) {
        if (std::ranges::none_of(parent.locations, [&](const Location& wider) { return wider.covers(location); }))
            return widens(std::format("/{}/locations", index),
                std::format("{} is not under any location of the parent", location.url()));
    }
    for (const Action& action : child.actions) {
        if (!std::ranges::binary_search(parent.actions, action))
            return widens(
                std::format("/{}/actions", index), std::format("{} is not an action of the parent", action.name()));
    }
    if (parent.expiresAt && (!child.expiresAt || *child.expiresAt > *parent.expiresAt))
        return widens(std::format("/{}/expires_at", index), "ends later than the parent");
    return {};
}

} // namespace

Result<Action> Action::parse(std::string_view name)
{
    const auto refuse = [&](std::string_view why) {
        return fail(ErrorCode::InvalidAuthorizationDetails, std::format("action: {}", why));
    };
    if (name.size() > kMaxActionBytes)
        return refuse(std::format("longer than {} bytes", kMaxActionBytes));
    if (name.contains('*'))
        return refuse("wildcards are not supported yet; name each action");
    if (!name.contains('.') || name.front() == '.' || name.back() == '.' || name.contains(".."))
        return refuse("must be two or more names with dots between, like payments.create");
    const bool known = std::ranges::all_of(name,
        [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.'; });
    if (!known)
        return refuse("may hold a-z, 0-9, '_', '-' and dots only");
    Action action;
    action.m_name = name;
    return action;
}

std::optional<UnixSeconds> Permission::end() const
{
    std::optional<UnixSeconds> last;
    for (const AgentDelegation& detail : details) {
        if (!detail.expiresAt)
            return std::nullopt;
        last = last ? std::max(*last, *detail.expiresAt) : *detail.expiresAt;
    }
    return last;
}

Result<void> narrows(const Permission& child, const Permission& parent)
{
    if (child.details.empty())
        return widens("/", "permits nothing");
    for (std::size_t i = 0; i < child.details.size(); ++i) {
        Result<void> closest = widens(std::format("/{}", i), "the parent permits nothing");
        for (const AgentDelegation& wider : parent.details) {
            closest = detailNarrows(child.details[i], wider, i);
            if (closest)
                break;
        }
        if (!closest)
            return closest;
    }
    return {};
}

} // namespace countersign::permissions
