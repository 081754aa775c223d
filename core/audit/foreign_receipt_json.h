// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Receipts of other servers as they are passed on (`upstream`), read strictly and verified on the spot:
//   [{"receipt": JWS, "keys": that server's JWK set, "disclosure"?: {"salt": base64url, "text": JSON as text}}, …]
#pragma once

#include "core/audit/foreign_receipt.h"
#include "core/base/json.h"
#include "core/base/result.h"

#include <vector>

namespace countersign::audit {

inline constexpr std::size_t kMaxUpstreamBytes = 512 * 1024; ///< a request with such receipts

/// Error: InvalidRequest or TooLarge, the message naming the place ("upstream/2: …").
[[nodiscard]] Result<std::vector<ForeignReceipt>> readUpstream(const json::Value& upstream, UnixSeconds now);

} // namespace countersign::audit
