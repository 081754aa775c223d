// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// How the endpoints answer: JSON, and refusals as RFC 6749 section 5.2 has them.
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"
#include "core/server/http/message.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace countersign::server {

/// What a caller over a cap, or one whose grant is held, is told to wait.
inline constexpr std::chrono::seconds kRetryAfter{60};
inline constexpr std::size_t kMaxDescriptionBytes = 1000;

/// Which HTTP authentication scheme a 401 names. A failed client assertion (RFC 7523) has none: clients would read the
/// challenge in place of the error.
enum class Challenge : std::uint8_t { None, Basic };

[[nodiscard]] HttpResponse jsonAnswer(int status, const json::Object& body);
[[nodiscard]] HttpResponse jsonTextAnswer(
    int status, std::string body); ///< where numbers must stay as they are written
/// `{"error", "error_description"}` by wireError(), with Retry-After on 429 and 503.
[[nodiscard]] HttpResponse refusal(const Error& error, Challenge challenge = Challenge::None);
[[nodiscard]] HttpResponse methodNotAllowed(std::string_view allowed); ///< 405 with Allow
[[nodiscard]] HttpResponse notFound(); ///< 404

/// `text` within the characters that error_description may have (RFC 6749 section 5.2), others percent-encoded.
[[nodiscard]] std::string descriptionText(std::string_view text);

} // namespace countersign::server
