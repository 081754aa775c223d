// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What windows remember from one start to the next: sizes, columns, filters. Where it is kept is the program's choice;
// none of it matters to what is decided.
#pragma once

#include <QByteArray>
#include <QString>

namespace countersign::ui {

class WindowMemory {
public:
    WindowMemory() = default;
    WindowMemory(const WindowMemory&) = delete;
    WindowMemory& operator=(const WindowMemory&) = delete;
    virtual ~WindowMemory() = default;

    [[nodiscard]] virtual QByteArray recall(const QString& what) const = 0; ///< empty: nothing is remembered
    virtual void remember(const QString& what, const QByteArray& state) = 0;
};

} // namespace countersign::ui
