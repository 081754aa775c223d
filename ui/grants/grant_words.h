// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The state of a grant, for a person.
#pragma once

#include "core/grants/grant.h"

#include <QString>

namespace countersign::ui {

/// "live", "revoked by you", "held: the clock was changed".
[[nodiscard]] QString grantStateWords(grants::GrantState state, grants::EndReason reason);

} // namespace countersign::ui
