// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is wrong, what that means and what to do, for a banner.
#pragma once

#include "core/authority/person_api.h"
#include "ui/common/tone.h"

#include <QString>

namespace countersign::ui {

struct TroubleWords {
    enum class Remedy : std::uint8_t { None, Unlock, ConfirmClock, ConfirmRollback, CheckLog };

    QString title;
    QString body;
    Tone tone = Tone::Caution;
    Remedy remedy = Remedy::None;
    QString remedyLabel; ///< of the button; empty: none
};

[[nodiscard]] TroubleWords troubleWords(authority::Trouble trouble);

} // namespace countersign::ui
