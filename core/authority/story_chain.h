// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The part of a story that tells who allowed it: the person's decisions and the hands through which the authority came,
// as they stood when the entry was written. Any read connection.
#pragma once

#include "core/authority/read_story.h"

#include <vector>

namespace countersign::authority {

struct StoryChain {
    std::vector<StoryHop> hops;
    std::vector<StoryConsent> consents;
};

/// `grants`: root first. `index`: the entry; `approval`: the request of the one action that the person approved for it,
/// empty: none. Grants that are not known any more are left out.
[[nodiscard]] Result<StoryChain> readChain(store::Database& database, const LogKeys& keys,
    const std::vector<GrantId>& grants, std::uint64_t index, const std::string& approval);

/// A long text made fit for a screen line by line, so that its lines stay.
[[nodiscard]] QString safeLines(const std::string& text);

/// What the person calls an agent, else what it calls itself. Empty: it is not known, or has no name.
[[nodiscard]] Result<QString> agentNameOf(store::Database& database, const ClientId& agent);

} // namespace countersign::authority
