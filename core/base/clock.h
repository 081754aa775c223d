// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Time comes in through Clock, everywhere. Nothing outside base/ reads the system's clocks.
#pragma once

#include <atomic>
#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>

namespace countersign {

/// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX, RFC 7519 NumericDate without fractions).
struct UnixSeconds {
    std::int64_t value = 0;
    auto operator<=>(const UnixSeconds&) const = default;
};

// Times come from outside, too, and may be anything: what would be past the first or the last is that one.
[[nodiscard]] constexpr std::int64_t saturatingSum(std::int64_t a, std::int64_t b)
{
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum))
        return sum;
    return b < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}
[[nodiscard]] constexpr std::int64_t saturatingDifference(std::int64_t a, std::int64_t b)
{
    std::int64_t difference = 0;
    if (!__builtin_sub_overflow(a, b, &difference))
        return difference;
    return a < 0 ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

[[nodiscard]] constexpr UnixSeconds operator+(UnixSeconds at, std::chrono::seconds by)
{
    return {saturatingSum(at.value, by.count())};
}
[[nodiscard]] constexpr UnixSeconds operator-(UnixSeconds at, std::chrono::seconds by)
{
    return {saturatingDifference(at.value, by.count())};
}
[[nodiscard]] constexpr std::chrono::seconds operator-(UnixSeconds a, UnixSeconds b)
{
    return std::chrono::seconds(saturatingDifference(a.value, b.value));
}

/// Safe to call from any thread.
class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    /// The wall clock, which may be set back or forward by anyone who administers the machine.
    [[nodiscard]] virtual std::chrono::milliseconds wallTime() const = 0;
    /// Time since the machine started, suspend included (CLOCK_BOOTTIME). Never goes back while the machine runs.
    [[nodiscard]] virtual std::chrono::milliseconds bootTime() const = 0;

    [[nodiscard]] UnixSeconds now() const { return {std::chrono::floor<std::chrono::seconds>(wallTime()).count()}; }
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] std::chrono::milliseconds wallTime() const override;
    [[nodiscard]] std::chrono::milliseconds bootTime() const override;
};

/// A clock that stands still until it is told to move.
class ManualClock final : public Clock {
public:
    explicit ManualClock(UnixSeconds start) : m_wall(start.value * 1000) { }
    [[nodiscard]] std::chrono::milliseconds wallTime() const override
    {
        return std::chrono::milliseconds(m_wall.load());
    }
    [[nodiscard]] std::chrono::milliseconds bootTime() const override
    {
        return std::chrono::milliseconds(m_boot.load());
    }

    /// Time passes: both clocks move.
    void advance(std::chrono::milliseconds by)
    {
        m_wall += by.count();
        m_boot += by.count();
    }
    /// Somebody sets the wall clock: only it moves.
    void setWall(UnixSeconds to) { m_wall = to.value * 1000; }

private:
    std::atomic<std::int64_t> m_wall;
    std::atomic<std::int64_t> m_boot{1000};
};

} // namespace countersign
