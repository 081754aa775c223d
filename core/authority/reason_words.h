// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Why grants were held or ended and actions refused, as the timeline tells it: for the names in the log, of whatever
// version wrote it; and what held grants wait for. Pure.
#pragma once

#include "core/grants/grant.h"

#include <QString>

#include <string>

namespace countersign::authority {

/// For a grants::EndReason: "by you"; one that is not known stands as it is.
[[nodiscard]] QString because(const std::string& reason);
/// What has to happen before a grant that is held for that reason goes on; empty: it is no such reason.
[[nodiscard]] QString goesOnWhen(grants::EndReason held);
/// Why an action was refused (permissions::Reason), without figures: those are in the details.
[[nodiscard]] QString deniedBecause(const std::string& reason);

} // namespace countersign::authority
