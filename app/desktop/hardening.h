// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the process promises of its memory before it holds a secret.
#pragma once

#include "core/base/result.h"

namespace countersign::desktop {

/// No core dumps, not traceable by other programs of the user, a secure heap. First thing in main().
[[nodiscard]] Result<void> hardenProcess();

} // namespace countersign::desktop
