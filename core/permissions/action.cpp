// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/permission.h"

#include <algorithm>
#include <format>

namespace countersign::permissions {

namespace {

std::unexpected<Error> refuse(std::string_view why)
{
    return fail(ErrorCode::InvalidAuthorizationDetails, std::format("action: {}", why));
}

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// The name up to its last dot, which stays, and what comes after.
std::pair<std::string_view, std::string_view> splitLast(std::string_view name)
{
    const std::size_t start = name.rfind('.') + 1;
    return {name.substr(0, start), name.substr(start)};
}

} // namespace

Result<Action> Action::parse(std::string_view name)
{
    if (name.size() > kMaxActionBytes)
        return refuse(std::format("longer than {} bytes", kMaxActionBytes));
    Action action;
    action.m_name = name;
    // AgentKeys writes class:op.
    if (const std::size_t colon = action.m_name.find(':'); colon != std::string::npos)
        action.m_name[colon] = '.';
    std::string_view rest = action.m_name;
    if (!rest.contains('.'))
        return refuse("must be two or more names with dots between, like payments.create");
    while (!rest.empty()) {
        const std::size_t dot = std::min(rest.find('.'), rest.size());
        const std::string_view segment = rest.substr(0, dot);
        const bool isLast = dot == rest.size();
        if (segment.empty() || rest.ends_with('.'))
            return refuse("must be two or more names with dots between, like payments.create");
        if (segment.contains('*')) {
            if ((segment != "*" && segment != "**") || !isLast)
                return refuse("a wildcard is the whole last name, like payments.* or payments.**");
        } else if (!std::ranges::all_of(segment, isNameCharacter)) {
            return refuse("may hold a-z, 0-9, '_', '-' and dots only");
        }
        rest.remove_prefix(isLast ? dot : dot + 1);
    }
    return action;
}

bool Action::covers(const Action& other) const
{
    const auto [place, wildcard] = splitLast(m_name);
    if (wildcard == "**")
        return std::string_view(other.m_name).starts_with(place);
    if (wildcard == "*")
        return splitLast(other.m_name).first == place && !other.m_name.ends_with("**");
    return m_name == other.m_name;
}

} // namespace countersign::permissions
