// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What happens to a grant happens to all below it, in one transaction.

#include "core/authority/use_cases.h"
#include "tests/core/authority/family.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using grants::EndReason;
using grants::GrantState;

namespace {

std::vector<authority::TimelineEntry> resumptions(AuthorityFixture& fixture)
{
    audit::TimelineFilter filter;
    filter.kinds = {LeafKind::GrantResumed};
    const auto page = AuthorityFixture::wait<std::vector<authority::TimelineEntry>>(
        [&](auto reply) { fixture.authority().timeline(filter, std::nullopt, 100, std::move(reply)); });
    return page.value_or(std::vector<authority::TimelineEntry>());
}

std::string stateOf(AuthorityFixture& fixture, const Member& member)
{
    const grants::Grant grant = fixture.grant(member.tokens.grant);
    return std::string(grants::grantStateName(grant.state)) + ' ' + std::string(grants::endReasonName(grant.reason));
}

/// root, a, a1, a2, b, b1
std::vector<std::string> statesOf(AuthorityFixture& fixture, const Family& family)
{
    std::vector<std::string> states;
    for (const Member* member : family.all())
        states.push_back(stateOf(fixture, *member));
    return states;
}

std::string activeOf(AuthorityFixture& fixture, const Family& family)
{
    std::string active;
    for (const Member* member : family.all()) {
        const bool access = fixture.isActive(member->tokens.accessToken);
        if (access != fixture.isActive(member->tokens.refreshToken))
            return "mixed";
        active += access ? '1' : '0';
    }
    return active;
}

Result<void> act(
    AuthorityFixture& fixture, Result<void> (*useCase)(authority::Context&, const GrantId&), const Member& of)
{
    return fixture.run<void>([&](authority::Context& context) { return useCase(context, of.tokens.grant); });
}

/// Rows that are kept of a grant's tokens, whether they count or not.
std::int64_t tokenRows(AuthorityFixture& fixture, const Member& member)
{
    const auto rows = fixture.run<std::int64_t>([&](authority::Context& context) -> Result<std::int64_t> {
        store::Query query(context.database, "SELECT count(*) FROM tokens WHERE grant_id = ?");
        const auto found = query.bind(member.tokens.grant.value).next();
        return found ? Result<std::int64_t>(query.integer(0)) : std::unexpected(found.error());
    });
    return rows.value_or(-1);
}

using Words = std::vector<std::string>;

} // namespace

class TestTrees : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void revoking_the_root_ends_all_below_in_one_transaction()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QCOMPARE(activeOf(fixture, family), std::string("111111"));
        const int transactions = fixture.count(LeafKind::GrantRevoked);
        QCOMPARE(transactions, 0);
        // The answer comes after the commit; whoever asks from then on sees nothing of it in force.
        QVERIFY(fixture.revoke(family.root.tokens.grant));
        QCOMPARE(activeOf(fixture, family), std::string("000000"));
        QCOMPARE(statesOf(fixture, family),
            (Words{"revoked revoked_by_person", "revoked ancestor_ended", "revoked ancestor_ended",
                "revoked ancestor_ended", "revoked ancestor_ended", "revoked ancestor_ended"}));
        QCOMPARE(fixture.count(LeafKind::GrantRevoked), 6);
        QCOMPARE(fixture.status().liveGrants, 0);
        for (const Member* member : family.all())
            QCOMPARE(codeOf(fixture.refresh(member->agent, member->tokens.refreshToken)), ErrorCode::InvalidGrant);
    }

    void a_revocation_that_fails_in_the_middle_leaves_all_as_it_was()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        const auto failed = fixture.run<void>([&](authority::Context& context) -> Result<void> {
            if (auto ended = authority::endGrant(context, family.root.tokens.grant, EndReason::RevokedByPerson); !ended)
                return ended;
            return fail(ErrorCode::Internal, "on purpose");
        });
        QVERIFY(!failed);
        QCOMPARE(activeOf(fixture, family), std::string("111111"));
        QCOMPARE(fixture.status().liveGrants, 6);
        QCOMPARE(fixture.count(LeafKind::GrantRevoked), 0);
    }

    void readers_see_the_whole_tree_end_before_it_is_durable()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        std::string seen;
        QVERIFY(fixture.run<void>([&](authority::Context& context) -> Result<void> {
            context.view.cut(family.a.tokens.grant);
            seen = activeOf(fixture, family);
            context.touched.grants.insert(family.a.tokens.grant);
            return {};
        }));
        QCOMPARE(seen, std::string("100011"));
        QCOMPARE(activeOf(fixture, family), std::string("111111"));
    }

    void revoking_in_the_middle_ends_only_what_is_below()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(fixture.revokeToken(family.a.agent, family.a.tokens.refreshToken));
        QCOMPARE(activeOf(fixture, family), std::string("100011"));
        QCOMPARE(stateOf(fixture, family.a), std::string("revoked revoked_by_agent"));
        QCOMPARE(stateOf(fixture, family.a1), std::string("revoked ancestor_ended"));
        QCOMPARE(fixture.status().liveGrants, 3);
    }

    void blocking_an_agent_ends_what_it_handed_on()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(fixture.run<void>(
            [&](authority::Context& context) { return authority::blockAgent(context, family.b.agent.id()); }));
        QCOMPARE(activeOf(fixture, family), std::string("111100"));
        QCOMPARE(stateOf(fixture, family.b), std::string("revoked agent_blocked"));
        QCOMPARE(stateOf(fixture, family.b1), std::string("revoked ancestor_ended"));
    }

    void stopping_everything_ends_every_tree()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(fixture.wait<void>([&](auto reply) { fixture.authority().stopEverything(std::move(reply)); }));
        QCOMPARE(activeOf(fixture, family), std::string("000000"));
        QCOMPARE(fixture.count(LeafKind::GrantRevoked), 6);
    }

    void a_grant_that_is_used_up_expires_with_all_below()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(fixture.run<void>([&](authority::Context& context) {
            return authority::endGrant(context, family.a.tokens.grant, EndReason::UsedUp);
        }));
        QCOMPARE(activeOf(fixture, family), std::string("100011"));
        QCOMPARE(stateOf(fixture, family.a), std::string("expired used_up"));
        QCOMPARE(stateOf(fixture, family.a2), std::string("expired ancestor_ended"));
        QCOMPARE(fixture.count(LeafKind::GrantExpired), 3);
    }

    void an_expired_root_takes_all_with_it()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        fixture.clock().advance(3600s);
        for (const std::string& state : statesOf(fixture, family))
            QVERIFY2(state.starts_with("expired"), state.c_str());
        QCOMPARE(activeOf(fixture, family), std::string("000000"));
        QCOMPARE(fixture.count(LeafKind::GrantExpired), 6);
    }

    void pausing_holds_all_below_and_resuming_lets_it_go_on()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(act(fixture, authority::pauseGrant, family.root));
        QCOMPARE(activeOf(fixture, family), std::string("000000"));
        QCOMPARE(statesOf(fixture, family),
            (Words{"held paused_by_person", "held ancestor_held", "held ancestor_held", "held ancestor_held",
                "held ancestor_held", "held ancestor_held"}));
        QCOMPARE(codeOf(fixture.refresh(family.a1.agent, family.a1.tokens.refreshToken)), ErrorCode::Held);
        QVERIFY(act(fixture, authority::pauseGrant, family.root)); // twice is no error
        QCOMPARE(fixture.count(LeafKind::GrantHeld), 6);
        QVERIFY(act(fixture, authority::resumeGrant, family.root));
        QCOMPARE(activeOf(fixture, family), std::string("111111"));
        QCOMPARE(fixture.count(LeafKind::GrantResumed), 6);
        QStringList told;
        for (const authority::TimelineEntry& entry : resumptions(fixture))
            told.append(entry.sentence);
        QCOMPARE(told.filter(QStringLiteral("You let the permission of")).size(), 1);
        QCOMPARE(told.filter(QStringLiteral("went on with the one that it comes from")).size(), 5);
        QVERIFY(fixture.refresh(family.a1.agent, family.a1.tokens.refreshToken));
    }

    void what_is_held_for_its_own_reason_stays_held()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(act(fixture, authority::pauseGrant, family.a)); // before the root
        QVERIFY(act(fixture, authority::pauseGrant, family.root));
        QVERIFY(act(fixture, authority::pauseGrant, family.b1)); // after it
        QVERIFY(act(fixture, authority::resumeGrant, family.root));
        QCOMPARE(activeOf(fixture, family), std::string("100010"));
        QCOMPARE(statesOf(fixture, family),
            (Words{"live none", "held paused_by_person", "held ancestor_held", "held ancestor_held", "live none",
                "held paused_by_person"}));
        QVERIFY(act(fixture, authority::resumeGrant, family.a));
        QVERIFY(act(fixture, authority::resumeGrant, family.b1));
        QCOMPARE(activeOf(fixture, family), std::string("111111"));
    }

    void nothing_goes_on_below_what_is_held()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(act(fixture, authority::pauseGrant, family.a));
        QCOMPARE(codeOf(act(fixture, authority::resumeGrant, family.a1)), ErrorCode::InvalidGrant);
        QCOMPARE(stateOf(fixture, family.a1), std::string("held ancestor_held"));
        // Its own pause ends, and it waits for the one above.
        QVERIFY(act(fixture, authority::pauseGrant, family.a1));
        QVERIFY(act(fixture, authority::resumeGrant, family.a1));
        QCOMPARE(stateOf(fixture, family.a1), std::string("held ancestor_held"));
        QVERIFY(!fixture.isActive(family.a1.tokens.accessToken));
        QVERIFY(act(fixture, authority::resumeGrant, family.a));
        QCOMPARE(activeOf(fixture, family), std::string("111111"));
    }

    void what_ran_out_while_it_was_held_does_not_go_on()
    {
        AuthorityFixture fixture;
        Row row = beginRow(fixture, 2);
        addHop(fixture, row, [](grants::Link& link) { link.expiresAt = kTestStart + 60s; });
        addHop(fixture, row);
        const auto tokens = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QVERIFY(tokens);
        const GrantId middle = *fixture.grant(tokens->grant).parent;
        const auto pause = [&](Result<void> (*useCase)(authority::Context&, const GrantId&)) {
            return fixture.run<void>([&](authority::Context& context) { return useCase(context, row.root.grant); });
        };
        QVERIFY(pause(authority::pauseGrant));
        fixture.clock().advance(60s);
        QVERIFY(pause(authority::resumeGrant));
        QCOMPARE(fixture.grant(row.root.grant).state, GrantState::Live);
        QCOMPARE(fixture.grant(middle).state, GrantState::Expired);
        QCOMPARE(fixture.grant(tokens->grant).state, GrantState::Expired);
        QVERIFY(!fixture.isActive(tokens->accessToken));
    }

    void a_reused_refresh_token_holds_what_is_below()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        const auto second = fixture.refresh(family.a.agent, family.a.tokens.refreshToken);
        QVERIFY(fixture.refresh(family.a.agent, second->refreshToken));
        QVERIFY(!fixture.refresh(family.a.agent, family.a.tokens.refreshToken));
        QCOMPARE(stateOf(fixture, family.a), std::string("held refresh_token_reused"));
        QCOMPARE(stateOf(fixture, family.a1), std::string("held ancestor_held"));
        QVERIFY(act(fixture, authority::resumeGrant, family.a));
        QVERIFY(fixture.isActive(family.a1.tokens.accessToken));
    }

    void a_clock_that_moved_holds_and_releases_whole_trees()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(act(fixture, authority::pauseGrant, family.b));
        fixture.clock().setWall(kTestStart - 3600s);
        QCOMPARE(statesOf(fixture, family),
            (Words{"held clock_moved", "held clock_moved", "held clock_moved", "held clock_moved",
                "held paused_by_person", "held ancestor_held"}));
        QVERIFY(act(fixture, authority::pauseGrant, family.a)); // the person looks, and wants this one to rest
        fixture.clock().setWall(kTestStart);
        QVERIFY(fixture.run<void>([](authority::Context& context) { return authority::confirmClock(context); }));
        QCOMPARE(statesOf(fixture, family),
            (Words{"live none", "held paused_by_person", "held ancestor_held", "held ancestor_held",
                "held paused_by_person", "held ancestor_held"}));
        QVERIFY(act(fixture, authority::resumeGrant, family.a));
        QVERIFY(act(fixture, authority::resumeGrant, family.b));
        QCOMPARE(activeOf(fixture, family), std::string("111111"));
    }

    void a_tree_is_the_same_after_a_restart()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(act(fixture, authority::pauseGrant, family.a));
        QVERIFY(fixture.revoke(family.b.tokens.grant));
        const Words before = statesOf(fixture, family);
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(fixture.status().detail, QString());
        QCOMPARE(statesOf(fixture, family), before);
        QCOMPARE(activeOf(fixture, family), std::string("100000"));
        QVERIFY(act(fixture, authority::resumeGrant, family.a));
        QCOMPARE(activeOf(fixture, family), std::string("111100"));
        // And goes on growing.
        const Member next = delegateTo(fixture, family.a1, "next");
        QCOMPARE(fixture.authority().introspect(next.tokens.accessToken)->depth, 3);
    }

    void tokens_below_a_revoked_grant_count_no_more_and_are_gone_after_a_restart()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        for (const Member* member : family.all())
            QVERIFY(tokenRows(fixture, *member) >= 2);
        QVERIFY(fixture.revoke(family.a.tokens.grant));
        QCOMPARE(activeOf(fixture, family), std::string("100011"));
        const std::int64_t ofTheRoot = tokenRows(fixture, family.root);
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(fixture.status().detail, QString());
        for (const Member* member : {&family.a, &family.a1, &family.a2})
            QCOMPARE(tokenRows(fixture, *member), 0);
        QCOMPARE(tokenRows(fixture, family.root), ofTheRoot);
        QCOMPARE(activeOf(fixture, family), std::string("100011"));
        for (const Member* member : {&family.a, &family.a1, &family.a2})
            QCOMPARE(codeOf(fixture.refresh(member->agent, member->tokens.refreshToken)), ErrorCode::InvalidGrant);
    }

    void ended_is_final_below_too()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(fixture.revoke(family.a1.tokens.grant));
        QVERIFY(act(fixture, authority::pauseGrant, family.root));
        QVERIFY(act(fixture, authority::resumeGrant, family.root));
        QCOMPARE(activeOf(fixture, family), std::string("110111"));
        QCOMPARE(codeOf(act(fixture, authority::pauseGrant, family.a1)), ErrorCode::InvalidGrant);
        QVERIFY(fixture.revoke(family.root.tokens.grant));
        QCOMPARE(stateOf(fixture, family.a1), std::string("revoked revoked_by_person"));
        QCOMPARE(codeOf(act(fixture, authority::resumeGrant, family.a)), ErrorCode::InvalidGrant);
    }
};

QTEST_GUILESS_MAIN(TestTrees)
#include "tst_trees.moc"
