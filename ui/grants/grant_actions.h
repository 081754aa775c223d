// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What can be done with one grant: as a row of buttons, and as a menu.
#pragma once

#include "core/authority/person_api.h"

#include <QWidget>

#include <vector>

class QAction;
class QBoxLayout;
class QMenu;

namespace countersign::ui {

class GrantActions final : public QWidget {
    Q_OBJECT
public:
    explicit GrantActions(QWidget* parent = nullptr);

    enum class Revoking : std::uint8_t { No, UnderWay };
    /// The grant that it is about; nullptr: none, or the person.
    void setGrant(const authority::GrantRow* row, Revoking revoking);
    /// Opens by itself, and goes when it is closed.
    void popUp(const QPoint& at);

Q_SIGNALS:
    void revokeWanted();
    void pauseWanted();
    void resumeWanted();
    void narrowWanted();
    void nameWanted();
    void revokeAllWanted();
    void timelineWanted();

private:
    QAction* add(const QString& text, const QString& description, void (GrantActions::*wanted)());

    QAction* m_revoke;
    QAction* m_narrow;
    QAction* m_pause;
    QAction* m_resume;
    QAction* m_name;
    QAction* m_revokeAll;
    QAction* m_timeline;
    QMenu* m_menu;
};

} // namespace countersign::ui
