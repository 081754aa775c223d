// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The part of the check that looks at what grants rest on, as other tables keep it: records that the person signed,
// links that agents signed, and which receipt has which outcome. Each row is what its entry says.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/store/database.h"

#include <stop_token>

namespace countersign::audit {

/// That a row is missing is not asked here: a grant that was set aside takes its own with it, and the log is whole
/// without them. `person`: whose thumbprint the records name; empty: not asked. Errors: StorageCorrupt, naming the
/// entry; Cancelled; StorageFailed.
[[nodiscard]] Result<void> checkGrounds(
    store::Database& database, const Thumbprint& person, const std::stop_token& stop);

} // namespace countersign::audit
