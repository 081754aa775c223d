// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the log says of what agents have shown of themselves: the measure that its rows are held to at start. What
// sources and the person said of agents needs none: it is read from the log itself.
#pragma once

#include "core/agents/trust_store.h"
#include "core/authority/context.h"

#include <QStringList>

#include <cstdint>
#include <map>
#include <string>

namespace countersign::authority {

struct ParsedLeaf; // parsed_leaf_json.h

class LoggedTrust {
public:
    /// The next leaf, in order.
    void take(const ParsedLeaf& parsed);
    /// Takes back that a key was proven where no entry among the first `signedSize` bears it out, and lets the newest
    /// token of each issuer be no older than the log says. In a transaction. Sentences for the person about what was
    /// put right; empty: all is well.
    [[nodiscard]] Result<QStringList> verify(Context& context, std::uint64_t signedSize) const;

private:
    using Newest = std::map<std::string, UnixSeconds>; ///< agents::ShownTrust::newestTokens

    std::map<ClientId, std::uint64_t> m_proven; ///< the first entry that the agent's own key signed for
    std::map<ClientId, Newest> m_newest;
};

} // namespace countersign::authority
