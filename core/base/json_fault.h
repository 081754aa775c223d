// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// json::read() for a reader that shows a person where in a document they must look.
#pragma once

#include "core/base/json.h"

#include <expected>

namespace countersign::json {

struct Fault {
    std::size_t offset = 0; ///< bytes from the start of the text
    std::string reason; ///< not a whole sentence: "the name 'a' stands twice in one object"
};

/// As read().
[[nodiscard]] std::expected<void, Fault> readOrFault(std::string_view text, Events& events, const Limits& limits = {});

} // namespace countersign::json
