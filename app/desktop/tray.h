// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The icon in the tray: says by icon and text whether something waits, opens the window, and carries the few commands
// that must be near. Where the desktop has no tray, isReachable() is false and the program shows its window instead.
#pragma once

#include "core/authority/person_desk.h"

#include <KStatusNotifierItem>

#include <QAction>
#include <QObject>

namespace countersign::desktop {

class Tray final : public QObject {
    Q_OBJECT
public:
    Tray();

    [[nodiscard]] static bool isReachable();
    /// From now on the icon follows what the desk tells.
    void follow(authority::PersonDesk& desk);
    /// Before there is a desk: something keeps the program from starting.
    void showTrouble(const QString& text);

Q_SIGNALS:
    void windowWanted();
    void stopEverythingWanted();
    void quitWanted();

private:
    void update(const authority::PersonDesk& desk);

    KStatusNotifierItem m_item; // owns the menu
    QAction* m_stopEverything = nullptr;
};

} // namespace countersign::desktop
