// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the log says that agents and services are called, by themselves and by the person. A name gives nothing, but who
// reads that somebody did something reads a name.
#pragma once

#include "core/authority/context.h"

#include <QStringList>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace countersign::authority {

struct ParsedLeaf; // parsed_leaf_json.h

class LoggedNames {
public:
    /// The next leaf, in order.
    void take(const ParsedLeaf& parsed);
    /// Whether the rows say the same. Error: StorageCorrupt with what differs first.
    [[nodiscard]] Result<void> compare(store::Database& database) const;
    /// Rows become what the log says. In a transaction. Sentences for the person about what was put right; empty: all
    /// is well.
    [[nodiscard]] Result<QStringList> verify(Context& context) const;

private:
    /// nullopt: it was erased from the log, and can't be told.
    using Name = std::optional<std::string>;
    struct Differing {
        const char* clear; ///< SQL; so that two that changed places can be put back
        const char* set; ///< SQL
        std::string id;
        std::string name;
    };

    [[nodiscard]] Result<std::vector<Differing>> differing(store::Database& database) const;

    std::map<std::string, Name> m_agents; ///< by client_id
    std::map<std::string, Name> m_own; ///< what the person calls them
    std::map<std::string, Name> m_services; ///< by service_id
};

} // namespace countersign::authority
