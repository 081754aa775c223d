// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Random permissions over a world so small that every call in it can be tried.
#pragma once

#include "core/permissions/matching.h"
#include "core/permissions/permission.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <random>
#include <string_view>
#include <vector>

namespace countersign::testing {

/// COUNTERSIGN_SEED, or a random one; printed, so that a failure can be had again.
[[nodiscard]] unsigned seedOf(std::string_view test);

/// So many, or COUNTERSIGN_ROUNDS times as many for a long run.
[[nodiscard]] int roundsOf(int usual);

/// A value of JSON with ' for ".
[[nodiscard]] permissions::Value valueOf(std::string_view json);

template <typename T> [[nodiscard]] std::vector<T> parsed(std::initializer_list<const char*> texts)
{
    std::vector<T> all;
    for (const char* text : texts)
        all.push_back(T::parse(text).value());
    return all;
}

class Generator {
public:
    explicit Generator(unsigned seed) : m_random(seed) { }

    [[nodiscard]] std::size_t below(std::size_t count) { return m_random() % count; }
    [[nodiscard]] bool oneIn(std::size_t count) { return below(count) == 0; }
    template <typename T> [[nodiscard]] const T& oneOf(const std::vector<T>& all) { return all[below(all.size())]; }

    [[nodiscard]] permissions::Constraint constraint(int depth = 0);
    [[nodiscard]] permissions::AgentDelegation detail();
    /// The same with a few members made anew: often narrower or wider by one step.
    [[nodiscard]] permissions::AgentDelegation changed(permissions::AgentDelegation detail);
    [[nodiscard]] permissions::Permission permission();
    [[nodiscard]] permissions::Permission changed(permissions::Permission permission);

private:
    void remake(permissions::AgentDelegation& detail, std::size_t member);
    void remakeConstraint(permissions::AgentDelegation& detail);
    static void nameEverything(permissions::AgentDelegation& detail);
    [[nodiscard]] std::optional<Amount> limit(std::size_t most);
    [[nodiscard]] permissions::Spend spend();
    void tweak(permissions::Spend& spend);
    [[nodiscard]] std::vector<permissions::Value> values();

    std::mt19937 m_random;
};

/// The whole world: what constraints are tried with, and what calls are made of.
[[nodiscard]] const std::vector<permissions::Value>& allValues();
[[nodiscard]] const std::vector<permissions::Value>& allArguments();
[[nodiscard]] const std::vector<permissions::Location>& allLocations();
[[nodiscard]] const std::vector<permissions::Action>& allActions(); ///< without wildcards
[[nodiscard]] const std::vector<UnixSeconds>& allTimes();

/// The smallest pair that is still as `fails` says, found by leaving out one thing after the other.
using Fails = std::function<bool(const permissions::AgentDelegation&, const permissions::AgentDelegation&)>;
[[nodiscard]] std::string shrunk(
    permissions::AgentDelegation child, permissions::AgentDelegation parent, const Fails& fails);

} // namespace countersign::testing
