// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A catalogue as JSON, as it is kept.
#pragma once

#include "core/base/json.h"
#include "core/services/catalogue.h"

#include <string>
#include <string_view>

namespace countersign::services {

inline constexpr std::size_t kMaxCatalogueBytes = 16 * 1024 * 1024;

/// The same catalogue gives the same text. Error: TooLarge.
[[nodiscard]] Result<std::string> catalogueJson(const Catalogue& catalogue);
/// Strict: what catalogueJson() made, and nothing else. Error: InvalidInput.
[[nodiscard]] Result<Catalogue> parseCatalogue(std::string_view json);

/// {"minimum_level": "L3", "screening": true, "identity": "challenge_response", "agent_signature": true,
/// "capabilities": […], "spend_limits": [{"currency", "per_action", "per_day"}]}; what is not demanded is left out.
[[nodiscard]] json::Object requirementsJson(const Requirements& requirements);

} // namespace countersign::services
