// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/grants/ledger.h"
#include "core/grants/token_store.h"
#include "core/permissions/permission_json.h"

#include <QTemporaryDir>
#include <QTest>

using namespace countersign;
using namespace countersign::grants;
using store::Access;
using store::Database;

class TestLedger : public QObject {
    Q_OBJECT

    struct Fixture {
        QTemporaryDir folder;
        std::unique_ptr<Database> database = *Database::open(folder.path(), Access::ReadWrite);
        Ledger ledger{*database};
        TokenStore tokens{*database};

        Fixture()
        {
            must("INSERT INTO agents (client_id, name, jwk, jkt, registered_at) VALUES ('agent', 'x', '{}', 'key', 0)");
            must("INSERT INTO requests (id, request_id_hash, public_id, client_id, asked, received_at, expires_at, "
                 "poll_interval, state) VALUES (7, x'00', 'p', 'agent', '[]', 0, 0, 5, 1)");
        }
        void must(const char* sql)
        {
            store::Query query(*database, sql);
            if (!query.run())
                qFatal("%s", sql);
        }
        Grant add(const std::string& id, std::int64_t expiresAt)
        {
            Grant grant;
            grant.id.value = id;
            grant.agent.value = "agent";
            grant.agentKey.value = "key";
            grant.permission = *permissions::parsePermission(
                "[{\"type\":\"agent_delegation\",\"locations\":[\"https://a.example/\"],\"actions\":[\"a.b\"],"
                "\"expires_at\":100}]");
            grant.createdAt = {10};
            grant.expiresAt = {expiresAt};
            if (!ledger.add(grant, 7))
                qFatal("not added");
            return grant;
        }
        Token addToken(const std::string& grant, TokenKind kind, const std::string& hash, std::int64_t end = 100)
        {
            Token token{0, kind, hash, {}, {grant}, {10}, {end}, TokenState::Current};
            token.row = *tokens.add(token);
            return token;
        }
        TokenState stateOf(const std::string& hash) { return (*tokens.find(hash))->state; }
    };

private Q_SLOTS:
    void names_go_there_and_back()
    {
        for (int i = 0; i <= static_cast<int>(EndReason::DatabaseRolledBack); ++i) {
            const auto reason = static_cast<EndReason>(i);
            QCOMPARE(endReasonFromName(endReasonName(reason)), std::optional(reason));
        }
        QVERIFY(!endReasonFromName("whatever"));
        QCOMPARE(grantStateName(GrantState::Live), std::string_view("live"));
        QCOMPARE(grantStateName(GrantState::Revoked), std::string_view("revoked"));
    }

    void a_grant_reads_back_as_it_was_written()
    {
        Fixture fixture;
        Grant grant = fixture.add("g", 100);
        QCOMPARE(**fixture.ledger.find({"g"}), grant);
        QVERIFY(fixture.ledger.bindKey({"g"}, {"bound"}));
        QVERIFY(fixture.ledger.setLastUsed({"g"}, {20}));
        QVERIFY(fixture.ledger.setState({"g"}, GrantState::Revoked, EndReason::RevokedByAgent, UnixSeconds{30}));
        grant.boundKey = Thumbprint{"bound"};
        grant.lastUsedAt = UnixSeconds{20};
        grant.endedAt = UnixSeconds{30};
        grant.state = GrantState::Revoked;
        grant.reason = EndReason::RevokedByAgent;
        QCOMPARE(**fixture.ledger.find({"g"}), grant);
        QVERIFY(!*fixture.ledger.find({"other"}));
    }

    void what_is_due_is_what_has_reached_its_end()
    {
        Fixture fixture;
        fixture.add("late", 100);
        fixture.add("early", 50);
        fixture.add("ended", 40);
        QVERIFY(fixture.ledger.setState({"ended"}, GrantState::Expired, EndReason::TimeRanOut, UnixSeconds{40}));
        QCOMPARE(*fixture.ledger.nextEnd(), std::optional(UnixSeconds{50}));
        QVERIFY(fixture.ledger.dueAt({49})->empty());
        QCOMPARE(*fixture.ledger.dueAt({50}), std::vector<GrantId>{{"early"}});
        QCOMPARE(fixture.ledger.dueAt({100})->size(), 2U);
    }

    void nothing_held_for_the_clock_is_due()
    {
        Fixture fixture;
        fixture.add("clock", 50);
        fixture.add("reuse", 60);
        QVERIFY(fixture.ledger.setState({"clock"}, GrantState::Held, EndReason::ClockMoved, {}));
        QVERIFY(fixture.ledger.setState({"reuse"}, GrantState::Held, EndReason::RefreshTokenReused, {}));
        QCOMPARE(*fixture.ledger.dueAt({100}), std::vector<GrantId>{{"reuse"}});
        QCOMPARE(*fixture.ledger.nextEnd(), std::optional(UnixSeconds{60}));
        QVERIFY(*fixture.ledger.anyHeldFor(EndReason::ClockMoved));
        QVERIFY(!*fixture.ledger.anyHeldFor(EndReason::AgentBlocked));
    }

    void an_agents_grants_come_newest_first()
    {
        Fixture fixture;
        for (const char* id : {"1", "2", "3"})
            fixture.add(id, 100);
        const auto two = fixture.ledger.ofAgent({"agent"}, 2);
        QCOMPARE(two->size(), 2U);
        QCOMPARE(two->at(0).id.value, std::string("3"));
        QCOMPARE(two->at(1).id.value, std::string("2"));
        QVERIFY(fixture.ledger.ofAgent({"another"}, 2)->empty());
        QCOMPARE(fixture.ledger.inState(GrantState::Live)->size(), 3U);
    }

    void removing_a_grant_takes_its_tokens_along()
    {
        Fixture fixture;
        fixture.add("g", 100);
        fixture.addToken("g", TokenKind::Access, "hash");
        QVERIFY(fixture.ledger.remove({"g"}));
        QVERIFY(!*fixture.tokens.find("hash"));
        QVERIFY(fixture.ledger.ids()->empty());
    }

    void rotating_spends_what_came_before_and_what_was_replaced()
    {
        Fixture fixture;
        fixture.add("g", 100);
        const Token first = fixture.addToken("g", TokenKind::Refresh, "first");
        fixture.addToken("g", TokenKind::Access, "access");
        const Token lost = fixture.addToken("g", TokenKind::Refresh, "lost");
        QVERIFY(fixture.tokens.rotate(first, lost.row));
        QCOMPARE(fixture.stateOf("first"), TokenState::Superseded);
        QCOMPARE(fixture.stateOf("lost"), TokenState::Current);
        const Token second = fixture.addToken("g", TokenKind::Refresh, "second");
        QVERIFY(fixture.tokens.rotate(first, second.row));
        QCOMPARE(fixture.stateOf("first"), TokenState::Superseded);
        QCOMPARE(fixture.stateOf("lost"), TokenState::Spent);
        const Token third = fixture.addToken("g", TokenKind::Refresh, "third");
        QVERIFY(fixture.tokens.rotate(second, third.row));
        QCOMPARE(fixture.stateOf("first"), TokenState::Spent);
        QCOMPARE(fixture.stateOf("second"), TokenState::Superseded);
        QCOMPARE(fixture.stateOf("third"), TokenState::Current);
        QCOMPARE(fixture.stateOf("access"), TokenState::Current);
        QCOMPARE(fixture.tokens.usableOf({"g"})->size(), 3U);
    }

    void rotating_one_grant_leaves_others_alone()
    {
        Fixture fixture;
        fixture.add("g", 100);
        fixture.add("h", 100);
        const Token first = fixture.addToken("g", TokenKind::Refresh, "g1");
        fixture.addToken("h", TokenKind::Refresh, "h1");
        QVERIFY(fixture.tokens.rotate(first, fixture.addToken("g", TokenKind::Refresh, "g2").row));
        QCOMPARE(fixture.stateOf("h1"), TokenState::Current);
    }

    void expired_and_dead_tokens_are_forgotten()
    {
        Fixture fixture;
        fixture.add("g", 100);
        fixture.add("ended", 100);
        fixture.addToken("g", TokenKind::Access, "old", 50);
        fixture.addToken("g", TokenKind::Access, "new", 51);
        fixture.addToken("ended", TokenKind::Refresh, "dead");
        QVERIFY(fixture.tokens.removeExpired({50}));
        QVERIFY(!*fixture.tokens.find("old"));
        QVERIFY(fixture.ledger.setState({"ended"}, GrantState::Revoked, EndReason::RevokedByPerson, UnixSeconds{50}));
        QVERIFY(fixture.tokens.removeDead());
        QVERIFY(!*fixture.tokens.find("dead"));
        QVERIFY(*fixture.tokens.find("new"));
    }
};

QTEST_GUILESS_MAIN(TestLedger)
#include "tst_ledger.moc"
