// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The part of the check that looks at what other tables keep beside the log: it belongs to entries, and is what these
// speak of.
#pragma once

#include "core/base/result.h"
#include "core/store/database.h"

#include <stop_token>

namespace countersign::audit {

/// Cosignatures belong to checkpoints; receipts of other servers to the entries that took them in, and to a decision;
/// bodies to requests with their digest; accepted servers to an entry; kept texts are what they are filed under.
/// Errors: StorageCorrupt, naming the entry where there is one; Cancelled; StorageFailed.
[[nodiscard]] Result<void> checkSurroundings(store::Database& database, const std::stop_token& stop);

} // namespace countersign::audit
