// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The receipts of other servers that were taken in about a decision, as they are stored. Any connection.
#pragma once

#include "core/audit/foreign_receipt.h"
#include "core/authority/entry_proof.h"
#include "core/store/database.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace countersign::authority {

struct KeptReceipt {
    std::uint64_t entry = 0; ///< that took it in
    std::string jws;
    crypto::PublicKey key; ///< that signed it
    std::optional<std::string> details; ///< its private details; nullopt: not given, or erased
    std::string claims; ///< JSON
    audit::ReceiptNode node; ///< as it was verified when it was taken in
};

/// About the decision in entry `action`, in the order in which they were taken in. Error: StorageCorrupt.
[[nodiscard]] Result<std::vector<KeptReceipt>> keptReceipts(store::Database& database, std::uint64_t action);
/// Beside the entry that took it in. `leaf`: that one.
[[nodiscard]] Result<void> keepReceipt(
    store::Database& database, const audit::ForeignReceipt& receipt, std::uint64_t action, std::uint64_t leaf);
/// Signed by the key of this device, or by one that it had before.
[[nodiscard]] Result<bool> isOwnReceipt(store::Database& database, const audit::ForeignReceipt& receipt);
/// What the decision itself can be tied by.
[[nodiscard]] Result<audit::ReceiptNode> nodeOf(const StoredEntry& action);

} // namespace countersign::authority
