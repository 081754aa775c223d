// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// When what is known of agents runs out by itself, so that grants are held at that moment and not at the next action:
// whoever introspects must not find them live. Only a reminder; decisions look at the evidence itself.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

namespace countersign::authority {

class EvidenceEnds {
public:
    void set(const ClientId& agent, std::optional<UnixSeconds> end) ///< nullopt: never
    {
        const auto known = m_ends.find(agent);
        const auto before = known == m_ends.end() ? std::nullopt : std::optional(known->second);
        if (before == end)
            return;
        m_before.try_emplace(agent, before);
        put(agent, end);
    }
    [[nodiscard]] std::optional<UnixSeconds> next() const
    {
        return m_agents.empty() ? std::nullopt : std::optional(m_agents.begin()->first);
    }
    /// The agent whose evidence ended first, where it has by `now`.
    [[nodiscard]] std::optional<ClientId> dueAt(UnixSeconds now) const
    {
        const bool isDue = !m_agents.empty() && m_agents.begin()->first <= now;
        return isDue ? std::optional(m_agents.begin()->second) : std::nullopt;
    }

    void committed() { m_before.clear(); }
    /// Something of this transaction was undone, so that those that had ended are due again: too soon does no harm.
    void undone()
    {
        for (const auto& [agent, before] : std::exchange(m_before, {})) {
            const auto now = m_ends.find(agent);
            if (before && (now == m_ends.end() || *before < now->second))
                put(agent, before);
        }
    }

private:
    void put(const ClientId& agent, std::optional<UnixSeconds> end)
    {
        if (const auto known = m_ends.find(agent); known != m_ends.end()) {
            m_agents.erase({known->second, agent});
            m_ends.erase(known);
        }
        if (!end)
            return;
        m_ends.emplace(agent, *end);
        m_agents.emplace(*end, agent);
    }

    std::map<ClientId, UnixSeconds> m_ends;
    std::set<std::pair<UnixSeconds, ClientId>> m_agents; ///< the same by time
    std::map<ClientId, std::optional<UnixSeconds>> m_before; ///< of this transaction
};

} // namespace countersign::authority
