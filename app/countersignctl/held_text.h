// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What held grants wait for.
#pragma once

#include "core/base/json.h"

#include <string>
#include <vector>

namespace countersign::ctl {

[[nodiscard]] bool isHeld(const json::Object& grant); ///< as the control socket lists it
/// A paragraph for each that is held: its id and agent, then what it waits for. Empty: none is.
[[nodiscard]] std::string heldText(const std::vector<json::Object>& grants);

} // namespace countersign::ctl
