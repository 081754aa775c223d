// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Which detail of a new permission goes on counting what a detail of the one before it has used up. Pure.
#pragma once

#include "core/permissions/permission.h"

#include <vector>

namespace countersign::authority {

/// One entry a detail of `before`: a detail of `after`; -1: none is about anything that it was about. The first match
/// counts, from the closest kind on: one of the two narrows the other; the same actions; some of the same work.
[[nodiscard]] std::vector<int> successors(const permissions::Permission& before, const permissions::Permission& after);

} // namespace countersign::authority
