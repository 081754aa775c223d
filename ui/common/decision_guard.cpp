// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/decision_guard.h"

#include <QApplication>
#include <QEvent>
#include <QWidget>

#include <algorithm>

namespace countersign::ui {

DecisionGuard::DecisionGuard(QWidget& window, const Clock& clock)
    : QObject(&window), m_window(window), m_clock(clock), m_restartedAt(clock.bootTime())
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &DecisionGuard::waitForOpening);
    // Keys that a child accepts never reach the window, so the application is where all of them pass by.
    qApp->installEventFilter(this);
    waitForOpening();
}

void DecisionGuard::addButton(QWidget& button)
{
    m_buttons.emplace_back(&button);
}

bool DecisionGuard::isOpen() const
{
    return m_window.isVisible() && m_window.isActiveWindow() && m_clock.bootTime() - m_restartedAt >= kGuardDelay;
}

void DecisionGuard::restart()
{
    m_restartedAt = m_clock.bootTime();
    waitForOpening();
    Q_EMIT restarted();
}

bool DecisionGuard::eventFilter(QObject* watched, QEvent* event)
{
    const QEvent::Type type = event->type();
    const bool shown = type == QEvent::Show || type == QEvent::WindowActivate || type == QEvent::WindowDeactivate;
    if ((shown && watched == &m_window) || isTypedElsewhere(watched, *event))
        restart();
    return false;
}

bool DecisionGuard::isOurs(const QWidget* widget) const
{
    while (widget && widget != &m_window)
        widget = widget->parentWidget(); // across windows: a calendar that pops up is ours too
    return widget;
}

bool DecisionGuard::isTypedElsewhere(QObject* watched, const QEvent& event) const
{
    // A key that is a shortcut shows only as ShortcutOverride, one from an input method only as InputMethod.
    const QEvent::Type type = event.type();
    if (type != QEvent::KeyPress && type != QEvent::ShortcutOverride && type != QEvent::InputMethod)
        return false;
    return watched->isWidgetType() && isOurs(qobject_cast<QWidget*>(watched))
        && std::ranges::none_of(
            m_buttons, [focus = QApplication::focusWidget()](const auto& button) { return button == focus; });
}

void DecisionGuard::waitForOpening()
{
    const auto left = kGuardDelay - (m_clock.bootTime() - m_restartedAt);
    if (left.count() > 0)
        m_timer.start(left);
    else
        Q_EMIT opened();
}

} // namespace countersign::ui
