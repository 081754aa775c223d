// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/keychain/keychain_thread.h"
#include "tests/core/keychain/keychain_testing.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

using namespace countersign;
using namespace countersign::keychain;
using namespace countersign::keychain::testing;
using namespace Qt::StringLiterals;

class TestKeychainThread : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void work_runs_in_order_on_one_other_thread();
    void work_before_open_gets_no_keychain();
    void what_was_opened_is_kept_for_later_work();
    void what_was_posted_runs_before_the_thread_ends();
    void ending_gives_the_keychain_back();
    void opening_again_closes_first();
    void an_opening_that_fails_leaves_none_open();
    void many_threads_may_post();

private:
    [[nodiscard]] OpenOptions options(Answers& answers) const { return {m_folder->path(), answers.asker()}; }
    static std::string opened(KeychainThread& thread, const OpenOptions& options)
    {
        std::promise<std::string> promise;
        thread.open(
            Backend::SealedFile, options, [&](const Result<void>& result) { promise.set_value(outcome(result)); });
        return promise.get_future().get();
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestKeychainThread::work_runs_in_order_on_one_other_thread()
{
    std::vector<int> order;
    std::vector<QThread*> threads;
    {
        KeychainThread thread;
        for (int i = 0; i < 100; ++i) {
            thread.post([&, i](Keychain*) {
                order.push_back(i);
                threads.push_back(QThread::currentThread());
            });
        }
    }
    QCOMPARE(order.size(), std::size_t(100));
    QVERIFY(std::ranges::is_sorted(order));
    QVERIFY(threads.front() != QThread::currentThread());
    QVERIFY(std::ranges::all_of(threads, [&](const QThread* thread) { return thread == threads.front(); }));
}

void TestKeychainThread::work_before_open_gets_no_keychain()
{
    KeychainThread thread;
    std::promise<bool> none;
    thread.post([&](const Keychain* keychain) { none.set_value(keychain == nullptr); });
    QVERIFY(none.get_future().get());
}

void TestKeychainThread::what_was_opened_is_kept_for_later_work()
{
    Answers answers{{std::string(kFilePassphrase)}, {}, {}};
    KeychainThread thread;
    QCOMPARE(opened(thread, options(answers)), "ok");
    std::promise<std::string> written;
    thread.post([&](Keychain* keychain) { written.set_value(outcome(keychain->write("one", secret("a secret")))); });
    QCOMPARE(written.get_future().get(), "ok");
    std::promise<std::string> read;
    thread.post([&](Keychain* keychain) { read.set_value(entry(*keychain, "one")); });
    QCOMPARE(read.get_future().get(), "a secret");
}

void TestKeychainThread::what_was_posted_runs_before_the_thread_ends()
{
    Answers answers{{std::string(kFilePassphrase)}, {}, {}};
    int ran = 0;
    {
        KeychainThread thread;
        thread.open(Backend::SealedFile, options(answers), [&](const Result<void>& result) { ran += result ? 1 : 0; });
        for (int i = 0; i < 5; ++i) {
            thread.post(
                [&, i](Keychain* keychain) { ran += keychain->write("one", secret(std::to_string(i))) ? 1 : 0; });
        }
    }
    QCOMPARE(ran, 6);
    QCOMPARE(probe(Backend::SealedFile, m_folder->path(), {u"read"_s, u"one"_s}), "4");
}

void TestKeychainThread::ending_gives_the_keychain_back()
{
    Answers answers;
    {
        KeychainThread thread;
        QCOMPARE(opened(thread, options(answers)), "ok");
        QCOMPARE(outcome(openKeychain(Backend::SealedFile, options(answers))), "storage_in_use");
    }
    QCOMPARE(outcome(openKeychain(Backend::SealedFile, options(answers))), "ok");
}

void TestKeychainThread::opening_again_closes_first()
{
    Answers answers;
    KeychainThread thread;
    QCOMPARE(opened(thread, options(answers)), "ok");
    QCOMPARE(opened(thread, options(answers)), "ok"); // the sealed file can be open only once
}

void TestKeychainThread::an_opening_that_fails_leaves_none_open()
{
    Answers answers;
    KeychainThread thread;
    QCOMPARE(opened(thread, options(answers)), "ok");
    const QTemporaryDir another;
    const auto holder = openKeychain(Backend::SealedFile, {another.path(), answers.asker()});
    QVERIFY(holder);
    QCOMPARE(opened(thread, {another.path(), answers.asker()}), "storage_in_use");
    std::promise<bool> none;
    thread.post([&](const Keychain* keychain) { none.set_value(keychain == nullptr); });
    QVERIFY(none.get_future().get());
}

void TestKeychainThread::many_threads_may_post()
{
    std::atomic<int> ran = 0;
    {
        KeychainThread thread;
        std::vector<std::jthread> posters;
        for (int i = 0; i < 4; ++i) {
            posters.emplace_back([&] {
                for (int j = 0; j < 250; ++j) {
                    thread.post([&](Keychain*) { ++ran; });
                }
            });
        }
        posters.clear();
    }
    QCOMPARE(ran.load(), 1000);
}

QTEST_GUILESS_MAIN(TestKeychainThread)
#include "tst_keychain_thread.moc"
