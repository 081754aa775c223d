// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Facts for tests of what the consent screen says.
#pragma once

#include "core/consent/screen.h"
#include "core/permissions/permission_json.h"

#include <string>

namespace countersign::consent::samples {

inline constexpr std::int64_t kNow = 1767268800; // 2026-01-01T12:00:00Z

inline ScreenFacts factsFor(const std::string& details)
{
    ScreenFacts facts;
    facts.requestId = "r1";
    facts.agentName = safeText("reconcile-bot");
    facts.agentKey = {"7f3aabcdefghijklmnopqrstuvwxyz0123456789ABCc2"};
    facts.firstSeen = {kNow - 60};
    facts.asked = permissions::parsePermission(details).value();
    facts.at = {kNow};
    return facts;
}

/// One detail at payments.example; `more`: further members, each with a comma before it.
inline std::string detail(const std::string& actions, const std::string& more = {})
{
    return "[{\"type\":\"agent_delegation\",\"locations\":[\"https://payments.example/\"],\"actions\":[" + actions + "]"
        + more + "}]";
}

inline std::string until(std::int64_t end)
{
    return ",\"expires_at\":" + std::to_string(end);
}

inline const std::string kBoth = "\"payments.create\",\"payments.read\"";

inline std::string spend(const std::string& perAction, const std::string& total)
{
    return ",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"" + perAction
        + "\",\"total\":\"" + total + "\"}";
}

/// Money, recipients, uses, a rate and delegation.
inline std::string payer(const std::string& total = "20000.00", const std::string& recipients = "\"acme\",\"globex\"")
{
    return detail(kBoth,
        ",\"constraints\":{\"/recipient\":{\"one_of\":[" + recipients + "]},\"/tags\":{\"subset\":[\"a\",\"b\"]}}"
            + spend("500.00", total) + ",\"uses\":200,\"rate\":{\"count\":20,\"seconds\":60},\"max_depth\":2"
            + until(kNow + 8 * 3600));
}

} // namespace countersign::consent::samples
