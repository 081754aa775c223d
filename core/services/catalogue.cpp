// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/services/catalogue.h"

#include "core/crypto/digest.h"

#include <algorithm>

namespace countersign::services {

namespace {

const std::string& nameOf(const Operation& operation)
{
    return operation.action.name();
}

} // namespace

std::string Operation::digest() const
{
    // No method and no path has a line break, so no two operations make the same text.
    return crypto::sha256Base64url(method + '\n' + path + '\n' + schemaDigest);
}

const Operation* Catalogue::find(const permissions::Action& action) const
{
    const auto at = std::ranges::lower_bound(operations, action.name(), {}, nameOf);
    return at != operations.end() && at->action == action ? &*at : nullptr;
}

std::vector<const Operation*> Catalogue::coveredBy(const permissions::Action& action) const
{
    std::vector<const Operation*> covered;
    for (const Operation& operation : operations) {
        if (action.covers(operation.action))
            covered.push_back(&operation);
    }
    return covered;
}

Requirements Catalogue::demandedFor(const permissions::Action& action) const
{
    Requirements demanded;
    const std::vector<const Operation*> covered = coveredBy(action);
    for (const Operation* operation : covered)
        demanded = both(demanded, operation->requirements);
    if (!covered.empty())
        return demanded;
    for (const Operation& operation : operations)
        demanded = both(demanded, operation.requirements);
    return demanded;
}

} // namespace countersign::services
