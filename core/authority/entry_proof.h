// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Looks now at what proves one entry of the log: its receipt, its place in the tree that the last checkpoint signs, and
// that its private details are those that it is committed to. Any read connection.
#pragma once

#include "core/audit/leaf.h"
#include "core/authority/read_story.h"

#include <string>

namespace countersign::authority {

/// An entry as it is stored.
struct StoredEntry {
    audit::Leaf leaf;
    std::string salt; ///< of the private details; empty: none, or erased
};

/// Error: NotFound.
[[nodiscard]] Result<StoredEntry> readEntry(store::Database& database, std::uint64_t index);

struct EntryProof {
    StoryProof proof;
    std::string receipt; ///< JWS; empty: none
};
[[nodiscard]] Result<EntryProof> proveEntry(store::Database& database, const LogKeys& keys, const StoredEntry& entry);

} // namespace countersign::authority
