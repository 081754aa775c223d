// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a trouble that the running program reports means, and what to do about it.
#pragma once

#include <string>
#include <string_view>

namespace countersign::ctl {

struct TroubleText {
    std::string what;
    std::string toDo;
};

[[nodiscard]] TroubleText troubleText(std::string_view trouble); ///< by its name on the control socket

} // namespace countersign::ctl
