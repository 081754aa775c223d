// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later

#include "core/authority/log_checker.h"

#include "core/authority/use_cases.h"
#include "core/base/try.h"

namespace countersign::authority {

LogChecker::LogChecker(ReaderPool& readers, std::function<void(Job)> submit)
    : m_readers(readers), m_submit(std::move(submit))
{
}

void LogChecker::check(LongWork work, Reply<std::uint64_t> reply)
{
    auto expected = std::make_shared<std::optional<audit::CheckExpectation>>();
    const auto learn = [expected](Context& context) -> Result<void> {
        *expected = logExpectation(context);
        return {};
    };
    auto begin = [this, expected, work = std::move(work), reply = std::move(reply)](
                     const Result<void>& learned) mutable {
        if (!learned)
            return reply(std::unexpected(learned.error()));
        m_readers.post([this, expected = **expected, work = std::move(work), reply = std::move(reply)](
                           Result<store::Database*> database) mutable {
            note(database ? read(**database, expected, work) : std::unexpected(database.error()), std::move(reply));
        });
    };
    m_submit({learn, std::move(begin), Job::Urgency::Ordinary, {}});
}

Result<audit::CheckReport> LogChecker::read(
    store::Database& database, const audit::CheckExpectation& expected, const LongWork& work) const
{
    std::stop_source stop; // by whoever wants it no more, or because the program ends
    const auto stopIt = [&stop] { stop.request_stop(); };
    const std::stop_callback byPerson(work.stop, stopIt);
    const std::stop_callback atEnd(m_ending.get_token(), stopIt);
    audit::CheckOptions options;
    options.scope = audit::CheckScope::Whole;
    options.progress = work.progress;
    options.stop = stop.get_token();
    return audit::checkLog(database, expected, options);
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
    auto due = std::make_shared<bool>(false);
    const auto look = [due](Context& context) -> Result<void> {
        *due = TRY(isLogCheckDue(context));
        return {};
    };
    auto begin = [this, due](const Result<void>& looked) {
        if (looked && *due)
            check({}, [](const auto&) { });
    };
    m_submit({look, std::move(begin), Job::Urgency::Ordinary, {}});
}

} // namespace countersign::authority
