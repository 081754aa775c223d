// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Agents with evidence, and services that demand some.
#pragma once

#include "core/decision/decision.h"
#include "tests/core/decision/chain_of_grants.h"

#include <QMetaType>

#include <functional>
#include <string>
#include <vector>

namespace countersign::test {

using namespace decision;
using services::TrustLevel;
using Clear = agents::Screening;

inline constexpr std::chrono::milliseconds kNow{kDecideNow.value * 1000};
inline const std::string kSpend = "\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"USD\",\"total\":\"100000.00\"}";

inline Amount amount(std::string_view text)
{
    return *Amount::parse(text);
}

inline Currency currency(std::string_view code)
{
    return *Currency::parse(code);
}

/// An agent whose evidence is good for everything up to that level.
inline Standing goodStanding(TrustLevel level = TrustLevel::L4)
{
    return {.level = level,
        .screening = Clear::Clear,
        .capabilities = {"payments.create"},
        .known = Standing::Known::Yes,
        .key = Standing::Key::Proven,
        .spentToday = {}};
}

/// What a service may demand at once.
inline Floor floorOf(TrustLevel level)
{
    Floor floor;
    floor.demands.minimumLevel = level;
    floor.caps = agents::LevelCaps::defaults();
    return floor;
}

inline permissions::ActionRequest pay(const std::string& sum)
{
    return payment("{\"amount\":\"" + sum + "\"}");
}

inline Verdict decideFor(const ChainOfGrants& chain, const std::vector<Standing>& standings,
    const permissions::ActionRequest& request, const Floor& floor)
{
    std::vector<Hop> hops = chain.hops();
    for (std::size_t i = 0; i < hops.size(); ++i)
        hops[i].standing = standings[i];
    return decide(request, hops, kNow, Approval::None, floor);
}

using Change = std::function<void(Floor&, Standing&)>;

} // namespace countersign::test
Q_DECLARE_METATYPE(countersign::test::Change)
