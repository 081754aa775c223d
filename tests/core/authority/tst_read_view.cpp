// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Readers and the writer at once: nobody waits for a transaction, and a revoked token is never active again.

#include "core/authority/read_view.h"
#include "tests/support/authority_fixture.h"

#include <QTest>

#include <thread>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;

class TestReadView : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_audience_is_every_origin_once_and_us()
    {
        const auto permission = permissionOf(
            "[{\"type\":\"agent_delegation\",\"locations\":[\"https://b.example/x\",\"https://b.example/y\"],"
            "\"actions\":[\"a.b\"]},{\"type\":\"agent_delegation\",\"locations\":[\"https://a.example:8443/\"],"
            "\"actions\":[\"a.b\"]}]");
        const std::vector<std::string> expected{"https://a.example:8443", "https://b.example", "http://127.0.0.1:7317"};
        QCOMPARE(authority::audienceOf(permission, "http://127.0.0.1:7317"), expected);
    }

    void readers_do_not_wait_for_a_transaction()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        std::promise<void> inside;
        std::promise<void> goOn;
        auto done = std::async(std::launch::async, [&] {
            return fixture.run<void>([&](authority::Context&) -> Result<void> {
                inside.set_value();
                goOn.get_future().wait();
                return {};
            });
        });
        inside.get_future().wait();
        QVERIFY(fixture.isActive(tokens.accessToken)); // would hang
        goOn.set_value();
        QVERIFY(done.get());
    }

    void many_at_once_each_get_their_answer_and_revoked_stays_revoked()
    {
        AuthorityFixture fixture;
        constexpr int kThreads = 4;
        constexpr int kGrants = 8;
        std::atomic<bool> stop = false;
        std::atomic<int> revived = 0;
        std::mutex mutex;
        std::vector<std::string> revoked;
        std::vector<std::string> known;
        std::jthread reader([&] {
            while (!stop) {
                std::vector<std::string> dead;
                std::vector<std::string> all;
                {
                    const std::lock_guard lock(mutex);
                    dead = revoked;
                    all = known;
                }
                for (const std::string& token : dead)
                    revived += fixture.isActive(token) ? 1 : 0;
                for (const std::string& token : all)
                    (void)fixture.isActive(token);
            }
        });
        std::atomic<int> failures = 0;
        {
            std::vector<std::jthread> agents;
            for (int number = 0; number < kThreads; ++number) {
                agents.emplace_back([&, number] {
                    const TestAgent agent = fixture.registerAgent("agent " + std::to_string(number), "");
                    for (int i = 0; i < kGrants; ++i) {
                        const auto accepted = fixture.ask(fixture.request(agent, payments(), std::to_string(i)));
                        Result<GrantId> grant = fail(ErrorCode::NotFound, "");
                        for (const auto& waiting : fixture.waiting()) {
                            if (waiting.request.agent == agent.id())
                                grant = fixture.approve(approvalOf(waiting));
                        }
                        auto tokens = accepted && grant ? fixture.poll(agent, accepted->id)
                                                        : Result<authority::TokenSet>(fail(ErrorCode::NotFound, ""));
                        if (!tokens || !fixture.isActive(tokens->accessToken)) {
                            ++failures;
                            return;
                        }
                        {
                            const std::lock_guard lock(mutex);
                            known.push_back(tokens->accessToken);
                        }
                        if (!fixture.revoke(*grant))
                            ++failures;
                        const std::lock_guard lock(mutex);
                        revoked.push_back(tokens->accessToken);
                    }
                });
            }
        }
        stop = true;
        reader.join();
        QCOMPARE(failures.load(), 0);
        QCOMPARE(revived.load(), 0);
        QCOMPARE(revoked.size(), static_cast<std::size_t>(kThreads * kGrants));
        QCOMPARE(fixture.status().liveGrants, 0);
    }

    void what_was_submitted_before_the_end_is_answered()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        std::atomic<int> answers = 0;
        constexpr int kCalls = 200;
        for (int i = 0; i < kCalls; ++i)
            fixture.authority().status([&](const Result<authority::DeskStatus>&) { ++answers; });
        fixture.stop();
        QCOMPARE(answers.load(), kCalls);
    }
};

QTEST_GUILESS_MAIN(TestReadView)
#include "tst_read_view.moc"
