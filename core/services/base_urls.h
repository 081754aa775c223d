// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Where an OpenAPI document says that its service is.
#pragma once

#include "core/services/document.h"

#include <string>
#include <vector>

namespace countersign::services {

inline constexpr std::size_t kMaxBaseUrlBytes = 512;

/// The `servers` of a document with their variables' defaults filled in, each once, in its order; "/" where it names
/// none. Absolute with http or https, or relative.
[[nodiscard]] Result<std::vector<std::string>> baseUrls(Node root);

} // namespace countersign::services
