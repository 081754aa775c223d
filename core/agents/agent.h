// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An agent as it introduced itself (RFC 7591), or as another agent's link named it first: then it has no name yet. Its
// name is its own claim; its key is what it is known by.
#pragma once

#include "core/base/clock.h"
#include "core/base/ids.h"

#include <cstdint>
#include <string>

namespace countersign::agents {

inline constexpr std::size_t kMaxClientNameBytes = 200;
inline constexpr std::size_t kMaxOwnNameBytes = 100;
inline constexpr int kMaxAgentsPerUid = 1000; ///< registrations of one uid

enum class Standing : std::uint8_t { Ordinary, Blocked, Forgotten };

struct Agent {
    ClientId id;
    std::string name; ///< client_name, as claimed: show it through safeText() only
    Thumbprint key; ///< of the registered key
    std::string executable; ///< of the program that registered; empty: unknown
    UnixSeconds registeredAt;
    Standing standing = Standing::Ordinary;
    std::string ownName = {}; ///< what the person calls it: plain text, of no other agent; empty: nothing

    bool operator==(const Agent&) const = default;
};

} // namespace countersign::agents
