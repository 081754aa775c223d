// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: LGPL-3.0-or-later
#include "core/base/worker_pool.h"

#include <utility>

namespace countersign {

WorkerPool::WorkerPool(std::size_t threads, std::function<void(std::size_t)> atEnd) : m_atEnd(std::move(atEnd))
{
    for (std::size_t number = 0; number < threads; ++number)
        m_threads.emplace_back([this, number] { run(number); });
}

WorkerPool::~WorkerPool()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_wake.notify_all();
    for (std::thread& thread : m_threads)
        thread.join();
}

void WorkerPool::post(Work work)
{
    {
        const std::lock_guard lock(m_mutex);
        m_waiting.push_back(std::move(work));
    }
    m_wake.notify_one();
}

void WorkerPool::run(std::size_t number)
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        // What still runs may post more.
        m_wake.wait(lock, [this] { return !m_waiting.empty() || (m_ending && m_running == 0); });
        if (m_waiting.empty())
            break;
        Work work = std::move(m_waiting.front());
        m_waiting.pop_front();
        ++m_running;
        lock.unlock();
        work(number);
        work = {}; // what it holds goes here, not under the lock
        lock.lock();
        if (--m_running == 0 && m_ending)
            m_wake.notify_all();
    }
    lock.unlock();
    if (m_atEnd)
        m_atEnd(number);
}

} // namespace countersign
