// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/log_checker.h"

#include "core/audit/rotation.h"
#include "core/authority/log_state.h"
#include "core/authority/use_cases.h"
#include "core/authority/verify_state.h"
#include "core/base/try.h"

#include <algorithm>
#include <limits>

namespace countersign::authority {

namespace {

/// With those that came since it was asked.
Result<audit::DeviceTerms> devicesOf(store::Database& database, audit::DeviceTerms known)
{
    for (const audit::LoggedRotation& logged : TRY(audit::readRotations(database))) {
        if (!std::ranges::contains(known, logged.rotation.after, &audit::DeviceTerm::key))
            known.push_back({logged.rotation.after, logged.index});
    }
    return known;
}

Result<void> compareRows(
    store::Database& database, const audit::DeviceTerms& known, const crypto::PublicKey& person, const LogState& log)
{
    const audit::DeviceTerms devices = TRY(devicesOf(database, known));
    return compareState(database, Backing::in(database, devices, person), log);
}

} // namespace

LogChecker::LogChecker(ReaderPool& readers, std::function<void(Job)> submit)
    : m_readers(readers), m_submit(std::move(submit))
{
}

void LogChecker::check(LongWork work, Reply<std::uint64_t> reply)
{
    auto measure = std::make_shared<std::optional<Measure>>();
    const auto learn = [measure](Context& context) -> Result<void> {
        *measure = measureOf(context);
        return {};
    };
    auto begin = [this, measure, work = std::move(work), reply = std::move(reply)](
                     const Result<void>& learned) mutable {
        if (!learned)
            return reply(std::unexpected(learned.error()));
        m_readers.post([this, measure = **measure, work = std::move(work), reply = std::move(reply)](
                           Result<store::Database*> database) mutable {
            note(database ? read(**database, measure, work) : std::unexpected(database.error()), std::move(reply));
        });
    };
    m_submit({learn, std::move(begin), Job::Urgency::Ordinary, {}});
}

LogChecker::Measure LogChecker::measureOf(const Context& context)
{
    const bool isOld = context.has(Trouble::DatabaseRolledBack);
    return {logExpectation(context), context.devices.keys()->terms, context.options.identity.person,
        isOld ? Measure::Copy::Old : Measure::Copy::Newest,
        isOld || context.has(Trouble::LogBroken) ? Measure::Rows::Apart : Measure::Rows::AsLogged};
}

/// The log, and the rows held to it, all of one moment.
Result<audit::CheckReport> LogChecker::readAll(
    store::Database& database, const Measure& measure, audit::CheckOptions options)
{
    if (measure.rows == Measure::Rows::Apart)
        return audit::checkLog(database, measure.expected, options);
    LogState log;
    log.signedSize = std::numeric_limits<std::uint64_t>::max(); // this program wrote what is not signed yet
    log.kept.emplace();
    options.visit = [&log](const audit::Leaf& leaf) { log.take(leaf); };
    TRY(database.begin());
    auto report = audit::checkLog(database, measure.expected, options);
    if (report) {
        if (const auto compared = compareRows(database, measure.devices, measure.person, log); !compared)
            report = std::unexpected(compared.error());
    }
    database.rollback();
    return report;
}

Result<audit::CheckReport> LogChecker::read(
    store::Database& database, const Measure& measure, const LongWork& work) const
{
    std::stop_source stop; // by whoever wants it no more, or because the program ends
    const auto stopIt = [&stop] { stop.request_stop(); };
    const std::stop_callback byPerson(work.stop, stopIt);
    const std::stop_callback atEnd(m_ending.get_token(), stopIt);
    audit::CheckOptions options;
    options.scope = audit::CheckScope::Whole;
    options.progress = work.progress;
    options.stop = stop.get_token();
    auto report = readAll(database, measure, std::move(options));
    if (report && report->olderThanAnchor && measure.copy == Measure::Copy::Old)
        return fail(ErrorCode::StorageRolledBack,
            "All of its " + std::to_string(report->leaves)
                + " entries are as they were signed, but the keychain "
                  "remembers "
                + std::to_string(measure.expected.anchorSize) + ": it is an old copy.");
    return report;
}

void LogChecker::note(Result<audit::CheckReport> report, Reply<std::uint64_t> reply)
{
    auto entries = std::make_shared<std::uint64_t>(0);
    auto keep = [report = std::move(report), entries](Context& context) -> Result<void> {
        *entries = TRY(noteLogCheck(context, report));
        return {};
    };
    auto answer = [entries, reply = std::move(reply)](const Result<void>& kept) mutable {
        reply(kept ? Result<std::uint64_t>(*entries) : std::unexpected(kept.error()));
    };
    m_submit({std::move(keep), std::move(answer), Job::Urgency::Ordinary, {}});
}

void LogChecker::checkWhenDue()
{
    if (m_weekly.stop_requested() || m_runsWeekly)
        return;
    auto due = std::make_shared<bool>(false);
    const auto look = [due](Context& context) -> Result<void> {
        *due = TRY(isLogCheckDue(context));
        return {};
    };
    auto begin = [this, due](const Result<void>& looked) {
        if (looked && *due)
            beginWeekly();
    };
    m_submit({look, std::move(begin), Job::Urgency::Ordinary, {}});
}

void LogChecker::beginWeekly()
{
    if (m_runsWeekly.exchange(true))
        return;
    tell(CheckProgress{});
    check({.progress = [this](std::uint64_t done, std::uint64_t total) { tell(CheckProgress{done, total}); },
              .stop = m_weekly.get_token()},
        [this](const auto&) {
            m_runsWeekly = false;
            tell(std::nullopt);
        });
}

void LogChecker::setListener(Authority::WatchWeeklyCheck listener)
{
    const std::scoped_lock lock(m_mutex);
    m_listener = std::move(listener);
}

void LogChecker::tell(std::optional<CheckProgress> progress)
{
    const std::scoped_lock lock(m_mutex);
    if (m_listener)
        m_listener(progress);
}

} // namespace countersign::authority
