// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An agent that pays under a grant of its own, and what the timeline and the check of the log say of it.
#pragma once

#include "core/authority/use_cases.h"
#include "core/base/json.h"
#include "core/base/try.h"
#include "tests/core/audit/plain_leaves.h"
#include "tests/support/actions.h"

#include <algorithm>
#include <string>
#include <vector>

namespace countersign::testing {

struct StoryScene {
    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    TestAgent helper = fixture.registerAgent("ledger-helper");
    ServiceId service = addService(fixture);
    authority::TokenSet tokens = grantTo(fixture, agent,
        paymentsWith(
            ",\"max_depth\":2,\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"per_action\":\"50.00\"},"
            "\"constraints\":{\"/recipient\":{\"wildcard\":true}}"));

    /// A payment that the agent signs; its entry.
    std::uint64_t pay(const char* amount = "10.00")
    {
        const auto command = performanceOf(fixture, service, tokens.accessToken, agent, payment(amount));
        const auto answer = must(perform(fixture, withSignature(command, fixture.clock().now())), "perform");
        return answer.leaf.value();
    }
    [[nodiscard]] authority::Story story(std::uint64_t entry) { return must(read(entry), "story"); }
    [[nodiscard]] Result<authority::Story> read(std::uint64_t entry)
    {
        return AuthorityFixture::wait<authority::Story>(
            [&](auto reply) { fixture.authority().story(entry, std::move(reply)); });
    }
    [[nodiscard]] Result<std::uint64_t> check(authority::LongWork work = {})
    {
        return AuthorityFixture::wait<std::uint64_t>(
            [&](auto reply) { fixture.authority().checkLog(std::move(work), std::move(reply)); });
    }
    [[nodiscard]] Result<void> erase(std::uint64_t entry)
    {
        return fixture.run<void>(
            [entry](authority::Context& context) { return authority::eraseDetails(context, entry); });
    }
    [[nodiscard]] Result<std::uint64_t> write(authority::TimelineFile file, authority::LongWork work = {})
    {
        return AuthorityFixture::wait<std::uint64_t>([&](auto reply) {
            fixture.authority().exportTimeline(std::move(file), std::move(work), std::move(reply));
        });
    }
    void sign()
    {
        must(fixture.run<void>([](authority::Context& context) -> Result<void> {
            const auto checkpoint = context.log->writeCheckpoint();
            return checkpoint ? Result<void>() : std::unexpected(checkpoint.error());
        }),
            "checkpoint");
    }
    /// As somebody who can write to the file would.
    void tamper(const char* sql)
    {
        must(fixture.run<void>([sql](authority::Context& context) -> Result<void> {
            TRY(test::layLeavesPlain(context.database));
            for (const char* each : {"DROP TRIGGER log_leaves_stay", sql}) {
                store::Query query(context.database, each);
                if (auto done = query.run(); !done)
                    return done;
            }
            return {};
        }),
            "tamper");
    }
    /// In how many places the database has a text.
    [[nodiscard]] std::int64_t copiesOf(const std::string& text)
    {
        return must(fixture.run<std::int64_t>([text](authority::Context& context) -> Result<std::int64_t> {
            store::Query query(context.database,
                "SELECT (SELECT count(*) FROM log_leaves WHERE instr(private_text, CAST(? AS BLOB)))"
                " + (SELECT count(*) FROM consents WHERE instr(screen_text, ?))"
                " + (SELECT count(*) FROM requests WHERE instr(action, ?) OR instr(facts, ?))"
                " + (SELECT count(*) FROM bodies WHERE instr(body, CAST(? AS BLOB)))");
            for (int place = 0; place < 5; ++place)
                query.bind(text);
            TRY(query.next());
            return query.integer(0);
        }),
            "copies");
    }
    [[nodiscard]] std::uint64_t newest(audit::LeafKind kind)
    {
        const std::vector<audit::LeafKind> log = fixture.log();
        const auto found = std::ranges::find_last(log, kind);
        return static_cast<std::uint64_t>(found.begin() - log.begin());
    }
};

} // namespace countersign::testing
