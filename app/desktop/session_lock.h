// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Whether the screen is locked, told by org.freedesktop.ScreenSaver. Where nobody tells, it counts as unlocked.
#pragma once

#include <QObject>

namespace countersign::desktop {

class SessionLock final : public QObject {
    Q_OBJECT
public:
    explicit SessionLock(QObject* parent = nullptr);

    [[nodiscard]] bool isLocked() const { return m_locked; }

Q_SIGNALS:
    void changed();

private:
    Q_SLOT void setLocked(bool locked);

    bool m_locked = false;
};

} // namespace countersign::desktop
