// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The private details of an action's entry: what the agent sent, as it was received. The text is JSON: `arguments`,
// and where there is one `query`, `dpop`, `signature_input`, `signature`, `fields` {name: value}, `sentence`, `member`.
#pragma once

#include "core/evidence/case.h"
#include "core/permissions/matching.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace countersign::evidence {

struct ActionDetails {
    std::string query; ///< after '?'; empty: none
    std::string dpop;
    std::string signatureInput; ///< empty: the request was not signed
    std::string signature;
    std::vector<std::pair<std::string, std::string>> fields; ///< that the signature covers, names in lower case
};

/// nullopt: they were erased. Error: InvalidInput.
[[nodiscard]] Result<std::optional<ActionDetails>> detailsOf(const ActionEntry& action);
/// What was decided about; nullopt: its arguments were erased. Error: InvalidInput.
[[nodiscard]] Result<std::optional<permissions::ActionRequest>> requestOf(const ActionEntry& action);

} // namespace countersign::evidence
