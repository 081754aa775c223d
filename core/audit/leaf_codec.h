// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// How a leaf lies in the database: as it is, which is canonical JSON and begins with '{', or packed: the number of the
// dictionary (one byte), then a Zstandard frame (RFC 8878) without its magic number. Rows of older versions lie as they
// are, and are never rewritten. Hashes, proofs and receipts are always of the leaf itself, never of its stored form.
// Any thread.
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"

#include <string>
#include <string_view>

namespace countersign::audit {

/// What to store for a leaf (a JSON object of at most kMaxLeafBytes).
[[nodiscard]] std::string packLeaf(std::string_view leaf);

/// The leaf again, of at most kMaxLeafBytes whatever the stored bytes are. Error: StorageCorrupt, not naming the entry.
[[nodiscard]] Result<std::string> unpackLeaf(std::string_view stored);
/// What it says. Error: StorageCorrupt, InvalidInput.
[[nodiscard]] Result<json::Object> unpackClaims(std::string_view stored);

} // namespace countersign::audit
