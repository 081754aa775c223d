// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Wakes the authority's thread at one moment, also when the machine slept over it, and whenever somebody sets the wall
// clock. Nothing ticks in between. Used on one thread, which has an event loop.
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <chrono>
#include <functional>

namespace countersign::authority {

class WakeUp {
public:
    /// `wake` is called at the moment that was set, and when the wall clock is set.
    explicit WakeUp(std::function<void()> wake);
    ~WakeUp();
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    /// From now on, in time that goes on while the machine sleeps. Replaces what was set before.
    void in(std::chrono::milliseconds delay);
    void never();

private:
    void watchWallClock();

    std::function<void()> m_wake;
    int m_timer; ///< timerfd on CLOCK_BOOTTIME; -1 where there is none: what is due is then found at the next call
    int m_clockSet; ///< timerfd that the kernel cancels when CLOCK_REALTIME is set
    QSocketNotifier m_timerNotifier;
    QSocketNotifier m_clockNotifier;
};

} // namespace countersign::authority
