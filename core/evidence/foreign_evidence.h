// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What the person got from another server on some way: its evidence file, or receipts as they are passed on
// (audit/foreign_receipt_json.h) as the member `upstream` of an object.
#pragma once

#include "core/audit/foreign_receipt.h"

#include <string_view>
#include <vector>

namespace countersign::evidence {

inline constexpr std::size_t kMaxForeignCandidates = 1'000; ///< receipts of an evidence file that are looked at

/// All receipts of it, verified; an evidence file as a whole, which must not be broken. Errors: InvalidInput,
/// InvalidRequest, BadSignature, TooLarge.
[[nodiscard]] Result<std::vector<audit::ForeignReceipt>> readForeignEvidence(std::string_view text, UnixSeconds now);

} // namespace countersign::evidence
