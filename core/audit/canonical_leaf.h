// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Reads a leaf for the check in one pass over its bytes: that they are canonical JSON (RFC 8785) and nothing else, and
// what its own members say. Apart from the writer on purpose, and several times as fast as reading a document and
// writing it anew.
#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace countersign::audit {

/// The members of a leaf that the check holds something to, as views of its bytes. Missing texts are empty; these are
/// identifiers and digests, which have nothing to escape.
struct LeafClaims {
    std::string_view type;
    std::string_view device;
    std::string_view clientId;
    std::string_view grantId;
    std::string_view textCommitment;
    std::string_view prev;
    std::string_view receiptId; ///< `jti`
    std::optional<std::int64_t> issuedAt; ///< `iat`
    std::optional<std::int64_t> seq;
    bool closing = false;
};

/// Error: InvalidInput, saying where the bytes are not canonical JSON of an object, or which member has another type.
[[nodiscard]] Result<LeafClaims> readCanonicalLeaf(std::string_view leaf);

} // namespace countersign::audit
