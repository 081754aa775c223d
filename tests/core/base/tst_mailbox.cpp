// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/mailbox.h"

#include <QCoreApplication>
#include <QTest>
#include <QThread>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

using namespace countersign;

namespace {
constexpr int kThreads = 8;
constexpr int kTasksEach = 2000;
} // namespace

class MailboxTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tasks_run_in_the_order_in_which_they_were_posted()
    {
        Mailbox mailbox;
        std::vector<int> seen;
        for (int i = 0; i < 100; ++i)
            mailbox.post([&seen, i] { seen.push_back(i); });
        QVERIFY(seen.empty()); // post() never runs a task itself
        QTRY_COMPARE(seen.size(), 100U);
        QVERIFY(std::ranges::is_sorted(seen));
    }

    void what_gathered_is_handed_over_at_once()
    {
        std::vector<std::size_t> batches;
        Mailbox mailbox([&](std::vector<Task> tasks) {
            batches.push_back(tasks.size());
            for (Task& task : tasks)
                task();
        });
        int ran = 0;
        for (int i = 0; i < 64; ++i)
            mailbox.post([&ran] { ++ran; });
        QTRY_COMPARE(ran, 64);
        mailbox.post([&ran] { ++ran; });
        QTRY_COMPARE(ran, 65);
        QCOMPARE(batches, (std::vector<std::size_t>{64, 1}));
    }

    void a_task_may_post_another()
    {
        Mailbox mailbox;
        std::vector<int> seen;
        mailbox.post([&] {
            mailbox.post([&] { seen.push_back(3); });
            seen.push_back(1);
        });
        mailbox.post([&] { seen.push_back(2); });
        QTRY_COMPARE(seen, (std::vector<int>{1, 2, 3}));
    }

    void many_threads_may_post_and_each_ones_order_holds()
    {
        QThread thread;
        auto* mailbox = new Mailbox;
        mailbox->moveToThread(&thread);
        connect(&thread, &QThread::finished, mailbox, &QObject::deleteLater); // destroyed where it lives
        thread.start();

        // Touched on the mailbox's thread only: no lock, which ThreadSanitizer would report were it wrong.
        std::array<int, kThreads> next{};
        bool inOrder = true;
        int ran = 0;
        std::binary_semaphore done(0);
        {
            std::vector<std::jthread> posters;
            for (std::size_t poster = 0; poster < kThreads; ++poster) {
                posters.emplace_back([&, poster] {
                    for (int i = 0; i < kTasksEach; ++i) {
                        mailbox->post([&, poster, i] {
                            inOrder = inOrder && next[poster] == i && QThread::currentThread() == &thread;
                            next[poster] = i + 1;
                            if (++ran == kThreads * kTasksEach)
                                done.release();
                        });
                    }
                });
            }
        }
        QVERIFY(done.try_acquire_for(std::chrono::seconds(60)));
        thread.quit();
        QVERIFY(thread.wait(10'000));
        QVERIFY(inOrder);
        QCOMPARE(ran, kThreads * kTasksEach);
    }

    void destroying_it_frees_pending_tasks_without_running_them()
    {
        const auto owned = std::make_shared<int>(0);
        {
            Mailbox mailbox;
            for (int i = 0; i < 10; ++i)
                mailbox.post([owned] { ++*owned; });
            QCOMPARE(owned.use_count(), 11);
        }
        QCoreApplication::processEvents();
        QCOMPARE(*owned, 0);
        QCOMPARE(owned.use_count(), 1);
    }

    void a_task_may_own_what_can_only_be_moved()
    {
        Mailbox mailbox;
        int seen = 0;
        mailbox.post([&seen, value = std::make_unique<int>(7)] { seen = *value; });
        QTRY_COMPARE(seen, 7);
    }
};

QTEST_GUILESS_MAIN(MailboxTest)
#include "tst_mailbox.moc"
