// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A chain of live grants, written as the members of their details, under which nothing was done yet.
#pragma once

#include "core/decision/decision.h"
#include "core/permissions/permission_json.h"

#include <QtGlobal>

#include <string>
#include <vector>

namespace countersign::test {

inline constexpr UnixSeconds kDecideNow{1'767'268'800}; // 2026-01-01 12:00 UTC

/// One detail for each text of further members, for any payments.* at payments.example.
inline permissions::Permission paymentsPermission(const std::vector<std::string>& details)
{
    std::string json;
    for (const std::string& members : details) {
        json += json.empty() ? "[" : ",";
        json += "{\"type\":\"agent_delegation\",\"locations\":[\"https://payments.example/\"],";
        json += (members.contains("\"actions\"") ? "" : "\"actions\":[\"payments.*\"],")
            + (members.empty() ? "" : members + ',') + "\"expires_at\":1767272400}";
    }
    auto parsed = permissions::parsePermission(json + ']');
    if (!parsed)
        qFatal("%s", parsed.error().message.c_str());
    return *std::move(parsed);
}

inline permissions::ActionRequest payment(std::string_view arguments, std::string_view action = "payments.create",
    std::string_view location = "https://payments.example/v1")
{
    auto value = permissions::parseValue(arguments);
    if (!value)
        qFatal("%s", value.error().message.c_str());
    return {*permissions::Action::parse(action), *permissions::Location::parse(location), *std::move(value)};
}

struct ChainOfGrants {
    std::vector<grants::Grant> grants;
    std::vector<std::vector<grants::Used>> used; ///< for each grant, for each detail

    /// For each hop the details' members. Each detail goes with the one above it that has its index, else with the
    /// first.
    explicit ChainOfGrants(const std::vector<std::vector<std::string>>& hops)
    {
        for (const std::vector<std::string>& details : hops) {
            grants::Grant grant;
            grant.id.value = "hop" + std::to_string(grants.size());
            grant.depth = static_cast<int>(grants.size());
            grant.permission = paymentsPermission(details);
            grant.expiresAt = kDecideNow + std::chrono::hours(1);
            if (!grants.empty()) {
                grant.parent = grants.back().id;
                const std::size_t above = grants.back().permission.details.size();
                for (std::size_t i = 0; i < details.size(); ++i)
                    grant.pairing.push_back(i < above ? static_cast<int>(i) : 0);
            }
            used.emplace_back(details.size());
            grants.push_back(std::move(grant));
        }
    }

    [[nodiscard]] decision::Verdict decide(const permissions::ActionRequest& request,
        decision::Approval approval = decision::Approval::None,
        std::chrono::milliseconds now = std::chrono::milliseconds(kDecideNow.value * 1000)) const
    {
        return decision::decide(request, hops(), now, approval);
    }

    [[nodiscard]] std::vector<decision::Hop> hops() const
    {
        std::vector<decision::Hop> all;
        for (std::size_t i = 0; i < grants.size(); ++i)
            all.push_back({&grants[i], used[i]});
        return all;
    }
};

} // namespace countersign::test
