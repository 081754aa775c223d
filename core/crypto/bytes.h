// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Bytes as text: base64url, base64, hex. A byte string is a std::string; a view of one is a std::string_view.
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace countersign::crypto {

/// RFC 4648 section 5, no padding.
[[nodiscard]] std::string base64url(std::string_view bytes);
/// Strict: no padding, no white space, no non-canonical trailing bits.
[[nodiscard]] Result<std::string> fromBase64url(std::string_view text);

/// RFC 4648 section 4, with padding (signed notes use it).
[[nodiscard]] std::string base64(std::string_view bytes);
[[nodiscard]] Result<std::string> fromBase64(std::string_view text);

[[nodiscard]] std::string hex(std::string_view bytes); ///< lower case

} // namespace countersign::crypto
