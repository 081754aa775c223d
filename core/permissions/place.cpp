// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/place.h"

#include <format>

namespace countersign::permissions {

namespace {
constexpr std::size_t kMaxShownStep = 40;
} // namespace

std::string shownStep(std::string_view name)
{
    std::string out;
    for (const char c : name.substr(0, kMaxShownStep)) {
        const bool allowed = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += allowed ? c : '?';
    }
    return name.size() > kMaxShownStep ? out + "..." : out;
}

std::string Place::text() const
{
    if (m_above == nullptr)
        return {};
    return m_above->text() + '/' + shownStep(m_name);
}

std::unexpected<Error> Place::refuse(std::string_view why) const
{
    const std::string where = m_above == nullptr ? "authorization_details" : text();
    return fail(ErrorCode::InvalidAuthorizationDetails, std::format("{}: {}", where, why));
}

} // namespace countersign::permissions
