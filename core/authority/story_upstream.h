// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The part of a story that tells what other servers decided about the same action. Any read connection.
#pragma once

#include "core/authority/entry_proof.h"
#include "core/authority/story.h"
#include "core/store/database.h"

#include <vector>

namespace countersign::authority {

/// About the decision in this entry; oldest first by the clocks of those servers. Error: StorageCorrupt.
[[nodiscard]] Result<std::vector<StoryForeign>> readUpstream(store::Database& database, const StoredEntry& action);

} // namespace countersign::authority
