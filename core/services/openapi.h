// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// An OpenAPI document (3.0 or 3.1, JSON or YAML) as the catalogue of a service. Pure: no network, no files, nothing
// that the document refers to outside of itself. A document is taken whole or not at all. Any thread.
//
// Taken: the operations of `paths` (names: action_names.h), their arguments (arguments.h), what they demand of agents
// (demands.h), `servers`. Not taken: responses, callbacks, webhooks, links, examples.
#pragma once

#include "core/services/catalogue.h"

#include <string_view>

namespace countersign::services {

inline constexpr std::size_t kMaxOperations = 4096;
inline constexpr std::size_t kMaxCatalogueArguments = 64 * 1024; ///< of all operations together
inline constexpr std::size_t kMaxBaseUrls = 32;
inline constexpr std::size_t kMaxTitleBytes = 200;
inline constexpr std::size_t kMaxVersionBytes = 64;
inline constexpr std::size_t kMaxSummaryBytes = 300; ///< longer ones are cut

/// Error: InvalidInput, NotSupported or TooLarge, for a person: "Line 12, column 7, at /paths/~1payments/post: …".
[[nodiscard]] Result<Catalogue> importOpenApi(std::string_view document);

} // namespace countersign::services
