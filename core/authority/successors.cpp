// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/successors.h"

#include "core/consent/difference.h"

#include <algorithm>
#include <array>

namespace countersign::authority {

namespace {

using permissions::AgentDelegation;
using permissions::Permission;

bool areNested(const AgentDelegation& a, const AgentDelegation& b)
{
    const Permission ofA{{a}};
    const Permission ofB{{b}};
    return permissions::narrows(ofA, ofB).has_value() || permissions::narrows(ofB, ofA).has_value();
}

bool haveSameActions(const AgentDelegation& a, const AgentDelegation& b)
{
    return a.actions == b.actions && a.locations == b.locations;
}

int successorOf(const AgentDelegation& before, const Permission& after)
{
    for (const auto fits : {areNested, haveSameActions, consent::sameWork}) {
        const auto found =
            std::ranges::find_if(after.details, [&](const AgentDelegation& detail) { return fits(before, detail); });
        if (found != after.details.end())
            return static_cast<int>(found - after.details.begin());
    }
    return -1;
}

} // namespace

std::vector<int> successors(const Permission& before, const Permission& after)
{
    std::vector<int> successors;
    for (const AgentDelegation& detail : before.details)
        successors.push_back(successorOf(detail, after));
    return successors;
}

} // namespace countersign::authority
