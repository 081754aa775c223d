// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Salted commitments to texts: base64url(SHA-256(salt ‖ text)). Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::crypto {

/// Of one length: else the beginning of a text could pass for the end of its salt, and so be hidden.
inline constexpr std::size_t kCommitmentSaltBytes = 16;

[[nodiscard]] bool opensCommitment(std::string_view commitment, std::string_view salt, std::string_view text);

} // namespace countersign::crypto
