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
#include <string>
#include <string_view>

namespace countersign::audit {

/// The members of a leaf that the check holds something to. Missing texts are empty.
struct LeafClaims {
    std::string type;
    std::string device;
    std::string clientId;
    std::string grantId;
    std::string textCommitment;
    std::string prev;
    std::string receiptId; ///< `jti`
    std::optional<std::int64_t> issuedAt; ///< `iat`
    std::optional<std::int64_t> seq;
    bool closing = false;
};

/// Error: InvalidInput, saying where the bytes are not canonical JSON of an object, or which member has another type.
[[nodiscard]] Result<LeafClaims> readCanonicalLeaf(std::string_view leaf);

} // namespace countersign::audit
