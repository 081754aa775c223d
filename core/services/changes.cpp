// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/changes.h"

#include <algorithm>

namespace countersign::services {

bool OperationChange::demandsLess() const
{
    return kind != Kind::Removed && !operation.requirements.cover(before);
}

std::vector<OperationChange> changesBetween(const Catalogue& before, const Catalogue& after)
{
    using Kind = OperationChange::Kind;
    std::vector<OperationChange> changes;
    for (const Operation& operation : after.operations) {
        const Operation* old = before.find(operation.action);
        if (old == nullptr)
            changes.push_back({Kind::Added, operation});
        else if (old->digest() != operation.digest())
            changes.push_back({Kind::Altered, operation, old->requirements});
        else if (old->requirements != operation.requirements)
            changes.push_back({Kind::Demands, operation, old->requirements});
    }
    for (const Operation& old : before.operations) {
        if (after.find(old.action) == nullptr)
            changes.push_back({Kind::Removed, old, old.requirements});
    }
    std::ranges::sort(
        changes, {}, [](const OperationChange& change) -> const auto& { return change.operation.action; });
    return changes;
}

} // namespace countersign::services
