// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The part of the check that looks at what grants rest on, as other tables keep it: records that the person signed,
// links that agents signed, and which receipt has which outcome. Each row is what its entry says.
#pragma once

#include "core/base/ids.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/store/database.h"

#include <optional>
#include <stop_token>

namespace countersign::audit {

/// Whose decisions the records are. Both empty: not asked.
struct Decider {
    const Thumbprint& person; ///< whom they name
    const std::optional<crypto::PublicKey>& key; ///< by which they are signed
};

/// That a row is missing is not asked here: a grant that was set aside takes its own with it, and the log is whole
/// without them. Errors: StorageCorrupt, naming the entry; Cancelled; StorageFailed.
[[nodiscard]] Result<void> checkGrounds(store::Database& database, const Decider& decider, const std::stop_token& stop);

} // namespace countersign::audit
