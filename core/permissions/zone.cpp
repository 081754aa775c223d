// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/permissions/permission.h"

#include <QDateTime>

#include <algorithm>
#include <limits>

namespace countersign::permissions {

namespace {

constexpr std::size_t kMaxZoneBytes = 64;

/// "UTC", or areas and a place. Qt and the machine's zone folder know other names, for example of zones that count leap
/// seconds ("right/…") or of a fixed distance ("UTC+02:00").
bool isIanaName(std::string_view name)
{
    if (name == "UTC")
        return true;
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const bool known = std::ranges::all_of(
        name, [&](char c) { return isLetter(c) || (c >= '0' && c <= '9') || std::string_view("/_+-").contains(c); });
    return known && name.size() <= kMaxZoneBytes && name.contains('/') && name.front() >= 'A' && name.front() <= 'Z';
}

} // namespace

Zone::Zone() : m_zone(QTimeZone::UTC) { }

Result<Zone> Zone::parse(std::string_view name)
{
    Zone zone;
    zone.m_name = name;
    if (name == zone.m_zone.id())
        return zone;
    const QByteArray id(name.data(), static_cast<qsizetype>(name.size()));
    if (isIanaName(name) && QTimeZone::isTimeZoneIdAvailable(id))
        zone.m_zone = QTimeZone(id);
    else
        zone.m_zone = QTimeZone();
    if (!zone.m_zone.isValid() || zone.m_zone.id() != id)
        return fail(ErrorCode::InvalidAuthorizationDetails,
            "zone: is not an IANA time zone that this machine knows, like Europe/Berlin");
    return zone;
}

std::int64_t Zone::localSeconds(UnixSeconds at) const
{
    constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max() / 2; // whose day can still be counted
    const std::int64_t utc = std::clamp(at.value, -kFar, kFar);
    return utc + m_zone.offsetFromUtc(QDateTime::fromSecsSinceEpoch(utc, QTimeZone::UTC));
}

std::int64_t Zone::dayOf(UnixSeconds at) const
{
    return std::chrono::floor<std::chrono::days>(std::chrono::seconds(localSeconds(at))).count();
}

int Zone::secondOfDay(UnixSeconds at) const
{
    const std::chrono::seconds local(localSeconds(at));
    return static_cast<int>((local - std::chrono::floor<std::chrono::days>(local)).count());
}

} // namespace countersign::permissions
