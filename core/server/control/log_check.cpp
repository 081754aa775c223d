// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/server/control/log_check.h"

#include "core/audit/check.h"

#include <mutex>
#include <stop_token>

namespace countersign::server {

struct LogCheck::State {
    mutable std::mutex mutex; ///< of all that follows
    std::uint64_t id = 0; ///< 0: none was begun yet
    std::stop_source stop;
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::optional<Result<std::uint64_t>> result; ///< nullopt: it runs

    [[nodiscard]] bool isRunning() const { return id != 0 && !result; }
    void progress(std::uint64_t nowDone, std::uint64_t ofTotal)
    {
        const std::scoped_lock lock(mutex);
        done = nowDone;
        total = ofTotal;
    }
    void end(Result<std::uint64_t> with)
    {
        const std::scoped_lock lock(mutex);
        result = std::move(with);
    }
    [[nodiscard]] json::Object tell() const;
};

json::Object LogCheck::State::tell() const
{
    json::Object told{{"id", id}};
    if (!result) {
        told["state"] = "running";
        told["done"] = done;
        told["total"] = total;
    } else if (*result) {
        told["state"] = "whole";
        told["entries"] = **result;
    } else if (result->error().code == ErrorCode::Cancelled) {
        told["state"] = "cancelled";
    } else if (result->error().code == ErrorCode::StorageRolledBack) {
        told["state"] = "older";
        told["found"] = result->error().message;
    } else {
        const Error& error = result->error();
        told["state"] = error.code == ErrorCode::StorageCorrupt ? "broken" : "failed";
        told["found"] = error.message;
        if (const auto entry = audit::firstSuspect(error.message))
            told["first_bad_entry"] = *entry;
    }
    return told;
}

LogCheck::LogCheck(authority::Authority& authority) : m_authority(authority), m_state(std::make_shared<State>()) { }

LogCheck::~LogCheck()
{
    cancel();
}

json::Object LogCheck::begin()
{
    std::unique_lock lock(m_state->mutex);
    const bool isNew = !m_state->isRunning();
    if (isNew) {
        ++m_state->id;
        m_state->stop = std::stop_source();
        m_state->done = m_state->total = 0;
        m_state->result.reset();
    }
    json::Object told = m_state->tell();
    const authority::LongWork work{
        .progress = [state = m_state](std::uint64_t done, std::uint64_t total) { state->progress(done, total); },
        .stop = m_state->stop.get_token()};
    lock.unlock();
    if (isNew)
        m_authority.checkLog(work, [state = m_state](Result<std::uint64_t> result) { state->end(std::move(result)); });
    told["began"] = isNew;
    return told;
}

std::optional<json::Object> LogCheck::tell() const
{
    const std::scoped_lock lock(m_state->mutex);
    return m_state->id == 0 ? std::nullopt : std::optional(m_state->tell());
}

void LogCheck::cancel()
{
    const std::scoped_lock lock(m_state->mutex);
    m_state->stop.request_stop();
}

} // namespace countersign::server
