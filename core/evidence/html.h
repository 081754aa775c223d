// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// The HTML form of evidence: one file that loads nothing, tells the story in plain words and checks the evidence in it
// again with WebCrypto (resources/evidence). What comes from outside stands in it as data, and is shown as text only.
#pragma once

#include "core/base/result.h"

#include <string>
#include <string_view>

namespace countersign::evidence {

/// `json`: the text of an evidence file (toJson).
[[nodiscard]] Result<std::string> toHtml(std::string_view json);

} // namespace countersign::evidence
