// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The top-level members of a request body, as far as its schemas name them.
#pragma once

#include "core/services/arguments.h"

#include <vector>

namespace countersign::services {

/// `body`: a request body object. Members of all its media types that are JSON or a form, through `$ref` and `allOf`;
/// those that only `anyOf` or `oneOf` name, or only one of several media types, are optional. Error: InvalidInput,
/// TooLarge (kMaxArguments, kMaxBodySchemas,
/// kMaxMediaTypes).
[[nodiscard]] Result<std::vector<Argument>> bodyMembers(Node body, References& references);

} // namespace countersign::services
