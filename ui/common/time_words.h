// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Times and spans in the words of a person, by locale.
#pragma once

#include "core/base/clock.h"

#include <QDate>
#include <QLocale>
#include <QString>

#include <chrono>

namespace countersign::ui {

inline constexpr std::chrono::seconds kEndsSoon{60}; ///< from here on a rest of time is shown as a warning

/// "4:12", "1:04:12"; never below 0:00.
[[nodiscard]] QString countdown(std::chrono::seconds left);
/// "45 s", "12 min 05 s", "5 h 12 min", "3 d 4 h".
[[nodiscard]] QString spanWords(std::chrono::seconds span);
/// "just now", "4 min ago".
[[nodiscard]] QString agoWords(std::chrono::seconds ago);
/// "Today", "Yesterday", "Friday, 20 November 2026".
[[nodiscard]] QString dayWords(const QDate& day, const QDate& today, const QLocale& locale);

/// "Friday, 20 November 2026, 15:04".
[[nodiscard]] QString momentWords(UnixSeconds at, const QLocale& locale = QLocale());

[[nodiscard]] QDateTime localTime(UnixSeconds at);

} // namespace countersign::ui
