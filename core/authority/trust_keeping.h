// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Has the sources of trust asked about agents that show something, ask for something or hold something, keeps what they
// say, and asks again before that runs out. Nothing ever waits for it: what is not known yet counts as unknown.
#pragma once

#include "core/agents/trust_service.h"
#include "core/authority/authority.h"

#include <chrono>
#include <memory>

namespace countersign::authority {

/// After something of an agent was not believed, the next that it shows is asked about when this is over.
inline constexpr std::chrono::seconds kShownAgainPause{30};

class TrustKeeping {
public:
    /// `authority` outlives it; it gets the level caps. With no sources configured nobody is asked, nothing is ever
    /// known, and what was known of agents is so no more; with some, levels cap everybody. Settings that could not be
    /// read are Trouble::TrustFileBroken, and the caps are nothing, for everybody.
    TrustKeeping(Authority& authority, Result<agents::TrustSettings> settings,
        std::chrono::milliseconds shownAgainPause = kShownAgainPause);
    TrustKeeping(const TrustKeeping&) = delete;
    TrustKeeping& operator=(const TrustKeeping&) = delete;
    ~TrustKeeping();

private:
    struct Data;
    std::shared_ptr<Data> d; ///< shared with what is under way
};

/// How long from now until it is to be asked again: in the last quarter of what holds, but not at once.
[[nodiscard]] std::chrono::seconds askAgainAfter(const agents::TrustEvidence& evidence, UnixSeconds now);

} // namespace countersign::authority
