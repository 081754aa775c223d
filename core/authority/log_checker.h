// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Checks the whole log while the program runs: on demand, and by itself once a week. Reads on the reader pool; what the
// log is held to, and what comes of it, are the authority's (check_log.cpp). Any thread.
#pragma once

#include "core/audit/check.h"
#include "core/authority/reader_pool.h"
#include "core/authority/writer.h"

#include <chrono>
#include <functional>
#include <stop_token>

namespace countersign::authority {

inline constexpr std::chrono::minutes kLogCheckLook{
    10}; ///< between two looks whether the log is to be checked, and what is kept for too long

class LogChecker {
public:
    /// Both outlive it, and what it posted.
    LogChecker(ReaderPool& readers, std::function<void(Job)> submit);

    /// As PersonDesk::checkLog(); `progress` is called on the pool, `reply` on the authority's thread.
    void check(LongWork work, Reply<std::uint64_t> reply);
    void checkWhenDue();
    /// What runs ends soon, as cancelled.
    void end() { m_ending.request_stop(); }
    [[nodiscard]] std::stop_token ending() const { return m_ending.get_token(); }

private:
    [[nodiscard]] Result<audit::CheckReport> read(
        store::Database& database, const audit::CheckExpectation& expected, const LongWork& work) const;
    void note(Result<audit::CheckReport> report, Reply<std::uint64_t> reply);

    ReaderPool& m_readers;
    std::function<void(Job)> m_submit;
    std::stop_source m_ending;
};

} // namespace countersign::authority
