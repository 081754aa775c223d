// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// Checks the whole log while the program runs: on demand, and by itself once a week. Reads on the reader pool; what the
// log is held to, and what comes of it, are the authority's (check_log.cpp). Any thread.
#pragma once

#include "core/audit/check.h"
#include "core/authority/authority.h"
#include "core/authority/reader_pool.h"
#include "core/authority/writer.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>

namespace countersign::authority {

class LogChecker {
public:
    /// Both outlive it, and what it posted.
    LogChecker(ReaderPool& readers, std::function<void(Job)> submit);

    /// As PersonDesk::checkLog(); `progress` is called on the pool, `reply` on the authority's thread.
    void check(LongWork work, Reply<std::uint64_t> reply);
    /// On the authority's thread: the weekly one, if it is due. One at a time.
    void checkWhenDue();
    void setListener(Authority::WatchWeeklyCheck listener);
    void cancelWeekly() { m_weekly.request_stop(); } ///< and no other one before the next start
    /// What runs ends soon, as cancelled.
    void end() { m_ending.request_stop(); }
    [[nodiscard]] std::stop_token ending() const { return m_ending.get_token(); }

private:
    /// What the log is held to, and the rows beside it.
    struct Measure {
        audit::CheckExpectation expected;
        audit::DeviceTerms devices;
        crypto::PublicKey person;
        enum class Copy : std::uint8_t { Newest, Old } copy = Copy::Newest; ///< Old: and the person did not confirm it
        enum class Rows : std::uint8_t { AsLogged, Apart } rows = Rows::AsLogged; ///< Apart: which is known
    };

    [[nodiscard]] static Measure measureOf(const Context& context);
    [[nodiscard]] static Result<audit::CheckReport> readAll(
        store::Database& database, const Measure& measure, audit::CheckOptions options);
    [[nodiscard]] Result<audit::CheckReport> read(
        store::Database& database, const Measure& measure, const LongWork& work) const;
    void beginWeekly();
    void tell(std::optional<CheckProgress> progress);
    void note(Result<audit::CheckReport> report, Reply<std::uint64_t> reply);

    ReaderPool& m_readers;
    std::function<void(Job)> m_submit;
    std::stop_source m_ending;
    std::stop_source m_weekly;
    std::atomic<bool> m_runsWeekly = false;
    std::mutex m_mutex; ///< of the listener
    Authority::WatchWeeklyCheck m_listener;
};

} // namespace countersign::authority
