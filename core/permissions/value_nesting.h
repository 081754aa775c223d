// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// How deep a value is nested. What is read within json::kMaxDepth is written again inside of other objects, which are
// read by the same rule: whoever takes a value in leaves them room.
#pragma once

#include "core/permissions/value.h"

#include <cstddef>

namespace countersign::permissions {

/// Arrays and objects inside each other; a value that is neither: 0. Of what parseValue() reads, at most
/// json::kMaxDepth.
[[nodiscard]] std::size_t nestingOf(const Value& value);

} // namespace countersign::permissions
