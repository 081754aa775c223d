// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// JSON Canonicalization Scheme (RFC 8785): the one form in which JSON is hashed.
#pragma once

#include "core/base/json.h"
#include "core/base/result.h"

#include <string>

namespace countersign::crypto {

/// Error: InvalidInput for what I-JSON has no number for (integers beyond 2^53 that no double is written as, NaN) or
/// invalid UTF-8.
[[nodiscard]] Result<std::string> canonicalJson(const json::Value& value);

} // namespace countersign::crypto
