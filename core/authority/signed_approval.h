// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An approval of a single action counts for what the person signed, not for the row or the entry that says so: any
// program of the same user could write those.
#pragma once

#include "core/authority/context.h"

namespace countersign::authority {

/// Whether the person signed this approval: grant, request, action and end are those of a record (purpose "action").
[[nodiscard]] Result<bool> isSigned(const Context& context, const Approval& approval);

} // namespace countersign::authority
