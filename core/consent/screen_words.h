// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Words that the parts of the consent screen share. Inside core/consent only.
#pragma once

#include "core/base/clock.h"
#include "core/consent/screen.h"

#include <QLocale>
#include <QString>

#include <chrono>

namespace countersign::consent {

[[nodiscard]] QString translate(const char* text); ///< in the context "consent"
[[nodiscard]] QString translate(const char* text, int count);

/// "today 18:30", "tomorrow 06:00", "Friday, 27 November 2026, 06:00", where the person is.
[[nodiscard]] QString timeWords(UnixSeconds at, UnixSeconds now, const QLocale& locale);
[[nodiscard]] QString limitLabel(Screen::LimitLine::Limit limit); ///< "in all at most"
[[nodiscard]] QString readsWords(permissions::SignedReads reads); ///< "signed too"
/// "1 h 30 min": the two largest units, rounded down, so that it never promises more.
[[nodiscard]] QString spanWords(std::chrono::seconds span);

} // namespace countersign::consent
