// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The `Content-Digest` field (RFC 9530 section 2): digests over a message's content, byte for byte as it was received.
// Pure.
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace countersign::crypto {

/// Checks `field` (its lines joined by ", ") over `content`. `sha-256` must be there and right, `sha-512` right where
/// it is there; other algorithms are ignored (section 2). Errors: InvalidInput for a field that can't be read,
/// NotSupported where `sha-256` is missing, BadSignature for a digest of other content.
[[nodiscard]] Result<void> verifyContentDigest(std::string_view field, std::string_view content);

/// The `sha-256` that `field` states, 32 bytes. Errors: InvalidInput, NotSupported.
[[nodiscard]] Result<std::string> statedSha256(std::string_view field);

/// The field for `content`: sha-256.
[[nodiscard]] std::string contentDigest(std::string_view content);

} // namespace countersign::crypto
