// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/permissions/permission.h"

#include <algorithm>

namespace countersign::permissions {

bool AgentDelegation::needsCounting() const
{
    return spend || uses || rate || stepUp.isSet();
}

std::optional<UnixSeconds> Permission::end() const
{
    std::optional<UnixSeconds> last;
    for (const AgentDelegation& detail : details) {
        if (!detail.expiresAt)
            return std::nullopt;
        last = last ? std::max(*last, *detail.expiresAt) : *detail.expiresAt;
    }
    return last;
}

} // namespace countersign::permissions
