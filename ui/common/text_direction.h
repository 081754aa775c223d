// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Text that stands in a window which may run the other way.
#pragma once

#include <QString>

namespace countersign::ui {

/// Reads as it is written, whichever way the window runs: "5 h 12 min" would become "h 12 min 5".
[[nodiscard]] inline QString isolated(const QString& text)
{
    return QChar(0x2068) + text + QChar(0x2069); // Unicode's "first strong isolate" (UAX 9, 2.4)
}

} // namespace countersign::ui
