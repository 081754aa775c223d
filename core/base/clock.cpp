// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/clock.h"

#include <ctime>

namespace countersign {

namespace {
std::chrono::milliseconds read(clockid_t clock)
{
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::floor<std::chrono::milliseconds>(
        std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}
} // namespace

std::chrono::milliseconds SystemClock::wallTime() const
{
    return read(CLOCK_REALTIME);
}

std::chrono::milliseconds SystemClock::bootTime() const
{
    return read(CLOCK_BOOTTIME);
}

} // namespace countersign
