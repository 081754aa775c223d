// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// What a plain scalar of YAML is, by the core schema of YAML 1.2 (section 10.3.2): `no`, `1_000`, `12:30` and dates are
// texts, `0o17` and `1e3` are numbers.
#pragma once

#include "core/base/result.h"
#include "core/services/document.h"

#include <string>
#include <string_view>

namespace countersign::services {

struct Scalar {
    ValueKind kind = ValueKind::Text;
    std::string text; ///< as Node::text() gives it
};

/// Error: InvalidInput for what JSON has no number for (infinities, NaN, hexadecimal or octal beyond 64 bits).
[[nodiscard]] Result<Scalar> plainScalar(std::string_view text);

} // namespace countersign::services
