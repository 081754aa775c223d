// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The process chain of a request as it is kept: [{"executable": …, "name": …, "pid": …}, …].
#pragma once

#include "core/agents/process.h"
#include "core/base/result.h"

#include <string>
#include <string_view>

namespace countersign::authority {

/// Paths that aren't UTF-8 are kept as they are shown.
[[nodiscard]] std::string evidenceJson(const agents::ProcessEvidence& evidence);
[[nodiscard]] Result<agents::ProcessEvidence> parseEvidence(std::string_view text);

} // namespace countersign::authority
