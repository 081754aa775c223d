// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The log's own data says whose it is (audit/log_identity.h), for the day on which nobody has its keys.
#pragma once

#include "core/authority/context.h"

namespace countersign::authority {

/// Keeps it where it is not kept yet, or is another's; at each start whose log is right. In a transaction.
[[nodiscard]] Result<void> keepLogIdentity(Context& context);

} // namespace countersign::authority
