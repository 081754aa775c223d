// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the log says that grants have used up, and which approvals of single actions it knows: the measure that the
// counters are held to at start, of grants that have ended too: what was spent today under one counts for its agent.
// The larger count holds, and an approval that the log does not back, or the person did not sign, is none.
#pragma once

#include "core/authority/approval_store.h"
#include "core/authority/context.h"
#include "core/grants/uses.h"

#include <QStringList>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace countersign::authority {

struct ParsedLeaf; // parsed_leaf_json.h

class LoggedActions {
public:
    /// The next leaf, in order.
    void take(const ParsedLeaf& parsed);
    /// Holds the counters to the log, and removes approvals that it does not back. In a transaction.
    /// Sentences for the person about what was put right; empty: all is well.
    [[nodiscard]] Result<QStringList> verify(Context& context) const;

    /// Whether the rows are so already. Error: StorageCorrupt with what differs first.
    [[nodiscard]] Result<void> compare(store::Database& database) const;

private:
    using Details = std::map<int, grants::LoggedUses>;

    void takePermitted(const ParsedLeaf& parsed);
    void takeTold(const ParsedLeaf& parsed);
    /// The details of `from` go on as those of `to`.
    void moveDetails(const GrantId& from, const GrantId& to, const std::vector<int>& detailOf);
    /// What was spent today of these details of `from`, which was replaced, counts elsewhere; nullopt: the entry is an
    /// older one, which does not say of which.
    void moveDays(const GrantId& from, const std::optional<std::vector<int>>& moved, const std::vector<int>& detailOf);
    [[nodiscard]] Result<int> holdCounters(Context& context) const;
    struct Differing {
        GrantId grant;
        int detail = 0;
        grants::LoggedUses logged; ///< what the row must be
    };
    /// Where rows are not what the log says.
    [[nodiscard]] Result<std::vector<Differing>> differing(const grants::Uses& uses) const;
    /// `row`: of what is counted, an older entry leaves open one thing that only the row tells.
    [[nodiscard]] grants::LoggedUses loggedOf(
        const GrantId& id, int detail, const std::optional<grants::LoggedUses>& row) const;
    [[nodiscard]] Result<int> removeUnbacked(Context& context) const;

    std::map<GrantId, Details> m_counted;
    /// Details of replaced grants of which an older entry does not say whether their day's spending moved on.
    std::set<std::pair<GrantId, int>> m_maybeMoved;
    std::map<std::string, Approval> m_approvals; ///< by request; unused ones
};

} // namespace countersign::authority
