// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The content of requests, byte for byte as it was received, beside the entry of the decision: for as long as the
// person keeps it (KeepBodies). The entry's private details hold its Content-Digest, so what is kept can be held to it.
#pragma once

#include "core/authority/context.h"

#include <cstdint>
#include <optional>
#include <string>

namespace countersign::authority {

inline constexpr int kBodiesAtOnce = 2'000; ///< that are removed in one transaction

/// Of a decision that was just logged, as far as the settings keep it. Empty: there is none.
[[nodiscard]] Result<void> keepBody(Context& context, std::uint64_t leaf, const std::string& body);
/// How many were there to be erased: 1, or 0.
[[nodiscard]] Result<std::int64_t> eraseBody(Context& context, std::uint64_t leaf);
/// Removes those whose time is over, kBodiesAtOnce at most; how many it removed. None by age while the clock moved and
/// the person has not confirmed it: what is gone does not come back.
[[nodiscard]] Result<std::int64_t> forgetOldBodies(Context& context);

/// nullopt: none was kept, or it is gone. Any connection.
[[nodiscard]] Result<std::optional<std::string>> readBody(store::Database& database, std::uint64_t leaf);

} // namespace countersign::authority
