// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the log says that grants have used up, and which approvals of single actions it knows: the measure that the
// counters are held to at start. The larger count holds, and an approval that the log does not back is none.
#pragma once

#include "core/audit/leaf.h"
#include "core/authority/approval_store.h"
#include "core/authority/context.h"
#include "core/base/money.h"

#include <QStringList>

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace countersign::authority {

class LoggedActions {
public:
    /// The next leaf, in order.
    void take(const audit::Leaf& leaf);
    /// Raises counters that say less than the log, and removes approvals that it does not back. In a transaction.
    /// Sentences for the person about what was put right; empty: all is well.
    [[nodiscard]] Result<QStringList> verify(Context& context) const;

private:
    struct Counted {
        std::int64_t uses = 0;
        Amount total;
        std::int64_t day = std::numeric_limits<std::int64_t>::min();
        Amount onDay;

        void add(const Counted& more);
    };
    using Details = std::map<int, Counted>;

    void takePermitted(const std::string& leaf);
    /// The details of `from` go on as those of `to`.
    void moveDetails(const GrantId& from, const GrantId& to, const std::vector<int>& detailOf);
    [[nodiscard]] Result<int> raiseCounters(Context& context) const;
    [[nodiscard]] Result<int> removeUnbacked(Context& context) const;

    std::map<GrantId, Details> m_counted;
    std::map<std::string, Approval> m_approvals; ///< by request; unused ones
};

} // namespace countersign::authority
