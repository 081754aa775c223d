// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grant_actions.h"

#include "ui/common/flow_layout.h"

#include <QAction>
#include <QMenu>
#include <QPushButton>

namespace countersign::ui {

namespace {
using grants::EndReason;
using grants::GrantState;

/// Whether it is held for a reason of its own that the person can take away here.
bool canResume(const grants::Grant& grant)
{
    return grant.state == GrantState::Held && grant.reason != EndReason::AncestorHeld;
}
} // namespace

GrantActions::GrantActions(QWidget* parent) : QWidget(parent), m_menu(new QMenu(this))
{
    auto* row = new FlowLayout(fontMetrics().height() / 2, this);
    row->setContentsMargins(0, 0, 0, 0);
    m_revoke = add(
        tr("Revoke"), tr("Ends the selected grant, and all that came from it, at once."), &GrantActions::revokeWanted);
    m_narrow =
        add(tr("Narrow…"), tr("Takes back a part of what the selected grant permits."), &GrantActions::narrowWanted);
    m_pause = add(tr("Pause"), tr("Permits nothing under the selected grant until you resume it. Its time runs on."),
        &GrantActions::pauseWanted);
    m_resume = add(tr("Resume"), tr("Lets the selected grant, which is held, go on."), &GrantActions::resumeWanted);
    m_name = add(tr("Name this agent…"), tr("Gives the agent a name of your own."), &GrantActions::nameWanted);
    m_revokeAll = add(tr("Revoke all of this agent…"), tr("Ends all grants of the agent, after one question."),
        &GrantActions::revokeAllWanted);
    m_timeline = add(
        tr("Show in the timeline"), tr("Shows what happened under the selected grant."), &GrantActions::timelineWanted);
    setGrant(nullptr, Revoking::No);
}

QAction* GrantActions::add(const QString& text, const QString& description, void (GrantActions::*wanted)())
{
    auto* action = new QAction(text, this);
    auto* button = new QPushButton(text);
    button->setAutoDefault(false);
    button->setAccessibleDescription(description);
    m_menu->addAction(action);
    layout()->addWidget(button);
    connect(button, &QPushButton::clicked, action, &QAction::trigger);
    connect(action, &QAction::triggered, this, wanted);
    connect(action, &QAction::changed, button, [action, button] {
        button->setEnabled(action->isEnabled());
        button->setVisible(action->isVisible());
    });
    return action;
}

void GrantActions::setGrant(const authority::GrantRow* row, Revoking revoking)
{
    const bool live = row && row->grant.state == GrantState::Live;
    const bool held = row && row->grant.state == GrantState::Held;
    m_revoke->setEnabled((live || held) && revoking == Revoking::No);
    m_narrow->setEnabled((live || held) && revoking == Revoking::No);
    m_resume->setVisible(row && canResume(row->grant));
    m_pause->setVisible(!m_resume->isVisible());
    m_pause->setEnabled(live && revoking == Revoking::No);
    m_name->setEnabled(row != nullptr);
    m_revokeAll->setEnabled(row != nullptr);
    m_timeline->setEnabled(row != nullptr);
}

void GrantActions::popUp(const QPoint& at)
{
    m_menu->popup(at);
}

} // namespace countersign::ui
