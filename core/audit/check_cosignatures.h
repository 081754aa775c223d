// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The part of the check that looks at what witnesses signed: each line that is kept is under a checkpoint of the log,
// and is the signature of the witness that it names. Of lines that were kept before the keys of their witness were
// (witness_keys.h) only the form can be looked at.
#pragma once

#include "core/base/result.h"
#include "core/store/database.h"

#include <stop_token>

namespace countersign::audit {

/// After the checkpoints themselves were found right. Errors: StorageCorrupt, naming the last entry of the first
/// checkpoint with a wrong line; Cancelled; StorageFailed.
[[nodiscard]] Result<void> checkCosignatures(store::Database& database, const std::stop_token& stop);

} // namespace countersign::audit
