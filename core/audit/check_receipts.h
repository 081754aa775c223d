// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The part of the check that holds the stored signatures to the leaves: of receipts (JWS of the leaf's own bytes and
// its place, by the device key that the leaf names).
#pragma once

#include "core/audit/canonical_leaf.h"
#include "core/audit/leaf.h"
#include "core/base/result.h"
#include "core/crypto/keys.h"
#include "core/store/database.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace countersign::audit {

/// Goes along the receipts as the check goes along the leaves.
class ReceiptCheck {
public:
    /// From the receipt of entry `first` on. Errors, here and below: StorageCorrupt, naming the entry where it is not
    /// the one that is given; StorageFailed.
    [[nodiscard]] static Result<ReceiptCheck> start(store::Database& database, std::string origin, std::uint64_t first);

    /// That the leaf's receipt, if it has one, is right, and that an action or outcome that has a receipt's
    /// id has the receipt.
    [[nodiscard]] Result<void> take(const Leaf& leaf, const LeafClaims& claims, std::string_view hash);
    /// That none is left over, once all leaves are through.
    [[nodiscard]] Result<void> finish() const;

private:
    ReceiptCheck() = default;
    [[nodiscard]] Result<void> readKeys(store::Database& database);
    [[nodiscard]] Result<void> next();
    [[nodiscard]] Result<void> checkSignature(const Leaf& leaf, const LeafClaims& claims, std::string_view hash) const;

    std::string m_origin;
    std::map<std::int64_t, crypto::PublicKey> m_keys; ///< by the row's id
    std::unique_ptr<store::Query> m_receipts;
    std::optional<std::uint64_t> m_next; ///< the entry of the receipt that m_receipts stands at
};

} // namespace countersign::audit
