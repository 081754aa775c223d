// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Notices that somebody set the wall clock, by comparing it with the time since the machine started. Small steps add
// up: what is compared with is only moved by rebase(). Any thread.
#pragma once

#include "core/base/clock.h"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace countersign::authority {

inline constexpr std::chrono::seconds kClockBackTolerance{5};
inline constexpr std::chrono::seconds kClockForwardTolerance{3600};

enum class ClockMove : std::uint8_t { None, Back, Forward };

class ClockWatch {
public:
    explicit ClockWatch(const Clock& clock) : m_clock(&clock), m_offset(offset().count()) { }

    [[nodiscard]] ClockMove moved() const
    {
        const auto by = offset() - std::chrono::milliseconds(m_offset.load());
        if (by < -kClockBackTolerance)
            return ClockMove::Back;
        return by > kClockForwardTolerance ? ClockMove::Forward : ClockMove::None;
    }
    /// The clock as it is now is what later moves are measured against.
    void rebase() { m_offset = offset().count(); }

private:
    [[nodiscard]] std::chrono::milliseconds offset() const { return m_clock->wallTime() - m_clock->bootTime(); }

    const Clock* m_clock;
    std::atomic<std::int64_t> m_offset; ///< wall time minus boot time, in milliseconds
};

} // namespace countersign::authority
