// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The sign of each state of a sanctions screening; it never stands without the words.
#pragma once

#include "core/agents/trust_evidence.h"
#include "ui/common/icons.h"

namespace countersign::ui {

[[nodiscard]] constexpr Glyph signOf(agents::Screening screening)
{
    switch (screening) {
    case agents::Screening::Clear:
        return Glyph::Permitted;
    case agents::Screening::Hit:
        return Glyph::Danger;
    case agents::Screening::NotScreened:
    case agents::Screening::Stale:
        break;
    }
    return Glyph::Warning;
}

} // namespace countersign::ui
