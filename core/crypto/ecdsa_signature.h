// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The two ways of writing an ECDSA signature with P-256: JOSE's r‖s of 64 bytes (RFC 7518 section 3.4), and the DER of
// a sequence (RFC 3279 section 2.2.3). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace countersign::crypto {

inline constexpr std::size_t kJoseSignatureBytes = 64;

/// nullopt: not 64 bytes.
[[nodiscard]] std::optional<std::string> derFromJose(std::string_view signature);
/// Strict: one value has one DER. nullopt: it isn't that, or a number of it is negative or too large.
[[nodiscard]] std::optional<std::string> joseFromDer(std::string_view der);

} // namespace countersign::crypto
