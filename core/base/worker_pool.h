// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
//
// A few threads for work that must not hold up the thread that has it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace countersign {

class WorkerPool {
public:
    /// `work` gets the number of the thread that it runs on.
    using Work = std::move_only_function<void(std::size_t)>;

    /// `atEnd` runs last on each thread, with its number.
    explicit WorkerPool(std::size_t threads, std::function<void(std::size_t)> atEnd = {});
    /// Runs what was posted, and what that posts in its turn; joins.
    ~WorkerPool();
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    /// Begun in order, each by the first thread that is free. Any thread.
    void post(Work work);

private:
    void run(std::size_t number);

    std::function<void(std::size_t)> m_atEnd;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<Work> m_waiting;
    std::size_t m_running = 0;
    bool m_ending = false;
    std::vector<std::thread> m_threads;
};

} // namespace countersign
