// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/wake_up.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include <sys/timerfd.h>
#include <unistd.h>

namespace countersign::authority {

namespace {

constexpr std::chrono::milliseconds kShortest{250};
constexpr std::chrono::milliseconds kLongest = std::chrono::days(30);
constexpr time_t kFarAway = std::numeric_limits<std::int32_t>::max();

void drain(int timer)
{
    std::uint64_t times = 0;
    // A cancelled timer reads as an error, which is news enough.
    [[maybe_unused]] const auto bytes = ::read(timer, &times, sizeof times);
}

} // namespace

WakeUp::WakeUp(std::function<void()> wake)
    : m_wake(std::move(wake))
    , m_timer(::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC))
    , m_clockSet(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC))
    , m_timerNotifier(m_timer, QSocketNotifier::Read)
    , m_clockNotifier(m_clockSet, QSocketNotifier::Read)
{
    QObject::connect(&m_timerNotifier, &QSocketNotifier::activated, &m_timerNotifier, [this] {
        drain(m_timer);
        m_wake();
    });
    QObject::connect(&m_clockNotifier, &QSocketNotifier::activated, &m_clockNotifier, [this] {
        drain(m_clockSet);
        watchWallClock();
        m_wake();
    });
    watchWallClock();
}

WakeUp::~WakeUp()
{
    m_timerNotifier.setEnabled(false);
    m_clockNotifier.setEnabled(false);
    if (m_timer >= 0)
        ::close(m_timer);
    if (m_clockSet >= 0)
        ::close(m_clockSet);
}

void WakeUp::in(std::chrono::milliseconds delay)
{
    // What is due already was found by whoever asked; where it can't be written, that is tried again soon, not at once.
    const auto nanoseconds =
        std::chrono::nanoseconds(std::clamp<std::chrono::milliseconds>(delay, kShortest, kLongest));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(nanoseconds);
    const itimerspec when{{0, 0}, {seconds.count(), (nanoseconds - seconds).count()}};
    ::timerfd_settime(m_timer, 0, &when, nullptr);
}

void WakeUp::never()
{
    const itimerspec off{};
    ::timerfd_settime(m_timer, 0, &off, nullptr);
}

void WakeUp::watchWallClock()
{
    const itimerspec when{{0, 0}, {kFarAway, 0}};
    ::timerfd_settime(m_clockSet, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, nullptr);
}

} // namespace countersign::authority
