// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Receipts and the log as strangers read them, from any read connection: what is told is of one moment.
#pragma once

#include "core/authority/agent_api.h"
#include "core/store/database.h"

#include <string>
#include <string_view>

namespace countersign::authority {

/// The receipt with this id, and its proof where a checkpoint covers it. `origin`: of the log. Error: NotFound.
[[nodiscard]] Result<ReadReceipt> readReceipt(store::Database& database, std::string_view id, std::string_view origin);
/// The last signed checkpoint with its cosignatures. Error: NotFound: there is none yet.
[[nodiscard]] Result<std::string> readCheckpoint(store::Database& database);
/// A tile of hashes or leaves, of the tree that the last checkpoint signs. Error: NotFound.
[[nodiscard]] Result<std::string> readTile(store::Database& database, std::string_view path);

} // namespace countersign::authority
