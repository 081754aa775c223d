// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/worker_pool.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <atomic>
#include <latch>
#include <mutex>
#include <optional>
#include <thread>

using namespace countersign;

class TestWorkerPool : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_is_slow_holds_nothing_else_up()
    {
        WorkerPool pool(2);
        std::latch release(1);
        pool.post([&](auto) { release.wait(); });
        std::latch done(20);
        for (int i = 0; i < 20; ++i)
            pool.post([&](auto) { done.count_down(); });
        done.wait();
        release.count_down();
    }

    void each_thread_has_its_number_and_an_end()
    {
        constexpr int kThreads = 3;
        std::mutex mutex;
        std::array<std::optional<std::thread::id>, kThreads> ran;
        std::array<std::optional<std::thread::id>, kThreads> ended;
        {
            WorkerPool pool(kThreads, [&](std::size_t number) {
                const std::lock_guard lock(mutex);
                ended.at(number) = std::this_thread::get_id();
            });
            std::latch all(kThreads);
            for (int i = 0; i < kThreads; ++i)
                pool.post([&](std::size_t number) {
                    all.arrive_and_wait(); // each takes one
                    const std::lock_guard lock(mutex);
                    ran.at(number) = std::this_thread::get_id();
                });
        }
        QVERIFY(std::ranges::all_of(ran, [](const auto& id) { return id.has_value(); }));
        QVERIFY(ran == ended);
        QVERIFY(ran[0] != ran[1] && ran[1] != ran[2] && ran[0] != ran[2]);
    }

    void nothing_that_was_posted_is_dropped_nor_what_it_posts()
    {
        std::atomic<int> ran = 0;
        {
            WorkerPool pool(3);
            for (int i = 0; i < 100; ++i)
                pool.post([&](auto) {
                    ++ran;
                    pool.post([&](auto) {
                        ++ran;
                        pool.post([&](auto) { ++ran; });
                    });
                });
        }
        QCOMPARE(ran.load(), 300);
    }

    void many_threads_post_at_once()
    {
        constexpr int kThreads = 4;
        constexpr int kPosts = 1000;
        std::atomic<int> ran = 0;
        {
            WorkerPool pool(2);
            std::array<std::jthread, kThreads> threads;
            for (std::jthread& thread : threads)
                thread = std::jthread([&] {
                    for (int i = 0; i < kPosts; ++i)
                        pool.post([&](auto) { ++ran; });
                });
            for (std::jthread& thread : threads)
                thread.join();
        }
        QCOMPARE(ran.load(), kThreads * kPosts);
    }
};

QTEST_GUILESS_MAIN(TestWorkerPool)
#include "tst_worker_pool.moc"
