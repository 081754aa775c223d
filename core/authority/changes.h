// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// After a transaction: what it touched is read again and goes to the read view and to whoever listens.
#pragma once

#include "core/authority/context.h"
#include "core/authority/person_api.h"

namespace countersign::authority {

/// Brings the read view to what the database says now of what was touched. Also right after a rollback.
[[nodiscard]] Result<void> publish(Context& context, const Touched& touched);
/// Everything, at start.
[[nodiscard]] Result<void> publishAll(Context& context);

/// What changed, for the desk.
[[nodiscard]] Result<DeskChanges> changesOf(Context& context, const Touched& touched);
[[nodiscard]] Result<DeskChanges> wholeState(Context& context);

[[nodiscard]] Result<DeskStatus> statusOf(const Context& context);
[[nodiscard]] Result<std::vector<GrantRow>> allGrantRows(const Context& context); ///< newest first

} // namespace countersign::authority
