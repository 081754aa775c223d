// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// SHA-256, SHA-512, HMAC-SHA-256, random bytes, comparison in constant time. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace countersign::crypto {

inline constexpr std::size_t kSha256Bytes = 32;
inline constexpr std::size_t kSha512Bytes = 64;

[[nodiscard]] std::string sha256(std::string_view bytes); ///< 32 bytes
[[nodiscard]] std::string sha256Base64url(std::string_view bytes); ///< 43 characters
[[nodiscard]] std::string sha512(std::string_view bytes); ///< 64 bytes
[[nodiscard]] std::string hmacSha256(std::string_view key, std::string_view bytes); ///< 32 bytes
[[nodiscard]] std::string randomBytes(std::size_t count);
/// base64url of `bytes` random bytes: for secrets, and for what only programs meet.
[[nodiscard]] std::string randomToken(std::size_t bytes = 32);
/// An identifier that a person may meet: 22 characters of base64url of 16 random bytes, drawn
/// until the first is a letter or a digit: programs of the terminal take what begins with '-' for an option.
[[nodiscard]] std::string randomId();
[[nodiscard]] bool equalInConstantTime(std::string_view a, std::string_view b);

} // namespace countersign::crypto
