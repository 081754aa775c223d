// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/audit/check_devices.h"

#include "core/audit/log.h"
#include "core/audit/rotation.h"

#include <algorithm>
#include <utility>

namespace countersign::audit {

namespace {

std::unexpected<Error> corrupt(std::string what)
{
    return fail(ErrorCode::StorageCorrupt, std::move(what));
}

} // namespace

DeviceOrder::DeviceOrder(std::string origin, Thumbprint person)
    : m_origin(std::move(origin)), m_person(std::move(person))
{
    m_devices.push_back(deviceOf(m_origin).value);
}

Result<void> DeviceOrder::take(const LeafClaims& claims, const Leaf& leaf)
{
    if (claims.device != m_devices.back())
        return corrupt(knows(claims.device) ? "it is by a key of the device that had been replaced"
                                            : "it is by another device than the log's");
    return leaf.kind == LeafKind::KeyRotated ? rotate(leaf) : Result<void>();
}

bool DeviceOrder::knows(std::string_view thumbprint) const
{
    return std::ranges::contains(m_devices, thumbprint);
}

Result<void> DeviceOrder::rotate(const Leaf& leaf)
{
    const auto claims = json::parseObject(leaf.bytes);
    const auto rotation = claims ? rotationOfLeaf(*claims) : std::unexpected(claims.error());
    if (!rotation)
        return corrupt("the change of the device's key in it is not right: " + rotation.error().message);
    if (rotation->origin != m_origin)
        return corrupt("the change of the device's key in it is another log's");
    if (!m_person.isEmpty() && rotation->person.thumbprint() != m_person)
        return corrupt("another person than the log's signed the change of the device's key in it");
    if (knows(rotation->after.thumbprint().value))
        return corrupt("it brings a key of the device back that had been replaced");
    m_devices.push_back(rotation->after.thumbprint().value);
    return {};
}

} // namespace countersign::audit
