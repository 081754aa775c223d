// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// One action read back from its JSON text (consent::actionJson), as it is kept while the person is asked about it.
#pragma once

#include "core/base/result.h"
#include "core/permissions/matching.h"

#include <string_view>

namespace countersign::authority {

/// Error: StorageCorrupt.
[[nodiscard]] Result<permissions::ActionRequest> parseAction(std::string_view text);

} // namespace countersign::authority
