// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Keeps the buttons that decide off for a moment after anything that could have put a press where the person did not
// mean it: the window showing or becoming active, and typing that was meant for something else.
#pragma once

#include "core/base/clock.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <chrono>
#include <vector>

class QWidget;

namespace countersign::ui {

inline constexpr std::chrono::milliseconds kGuardDelay{700};

/// Watches one window. Open means: a press that begins now may decide. Time is Clock::bootTime().
class DecisionGuard final : public QObject {
    Q_OBJECT
public:
    /// `window` owns the guard; `clock` outlives it.
    DecisionGuard(QWidget& window, const Clock& clock);

    /// Keystrokes while `button` has the focus are meant for it and do not restart the delay.
    void addButton(QWidget& button);
    [[nodiscard]] bool isOpen() const;
    /// Off again for kGuardDelay; presses that are under way end without an effect.
    void restart();

Q_SIGNALS:
    void restarted();
    void opened();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] bool isOurs(const QWidget* widget) const;
    [[nodiscard]] bool isTypedElsewhere(QObject* watched, const QEvent& event) const;
    void waitForOpening();

    QWidget& m_window;
    const Clock& m_clock;
    std::chrono::milliseconds m_restartedAt;
    QTimer m_timer;
    std::vector<QPointer<QWidget>> m_buttons;
};

} // namespace countersign::ui
