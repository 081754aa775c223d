// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/http/connections.h"

#include <utility>

namespace countersign::server {

namespace {

constexpr std::array<std::size_t, 3> kLimits{kMaxConnections, kMaxControlConnections, kMaxRefusedConnections};

} // namespace

Connections::Slot::Slot(Connections& owner, ConnectionKind kind) : m_owner(owner), m_kind(kind) { }

Connections::Slot::~Slot()
{
    const std::scoped_lock lock(m_owner.m_mutex);
    m_owner.m_close.erase(this);
    --m_owner.m_counts[std::to_underlying(m_kind)];
}

bool Connections::Slot::onCloseAll(std::function<void()> close)
{
    const std::scoped_lock lock(m_owner.m_mutex);
    if (m_owner.m_closed)
        return false;
    m_owner.m_close[this] = std::move(close);
    return true;
}

std::unique_ptr<Connections::Slot> Connections::take(ConnectionKind kind)
{
    const std::scoped_lock lock(m_mutex);
    const auto index = std::to_underlying(kind);
    if (m_counts[index] >= kLimits[index])
        return nullptr;
    std::unique_ptr<Slot> slot(new Slot(*this, kind));
    ++m_counts[index];
    return slot;
}

void Connections::closeAll()
{
    const std::scoped_lock lock(m_mutex);
    m_closed = true;
    for (const auto& [slot, close] : m_close)
        close();
}

} // namespace countersign::server
