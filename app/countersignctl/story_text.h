// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The story of one entry of the log as text for a terminal.
#pragma once

#include "core/base/json.h"

#include <string>

namespace countersign::ctl {

/// `story`: what GET /timeline/{index} answered. Ends with a line break.
[[nodiscard]] std::string storyText(const json::Object& story);

} // namespace countersign::ctl
