// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/grants/ledger.h"
#include "core/grants/token_store.h"

#include "tests/core/grants/ledger_fixture.h"

#include <QTest>

using namespace countersign;
using namespace countersign::grants;
using Fixture = test::LedgerFixture;

class TestLedger : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void names_go_there_and_back()
    {
        for (int i = 0; i <= static_cast<int>(EndReason::ScreeningHit); ++i) {
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

    void what_is_remembered_follows_every_change()
    {
        Fixture fixture;
        Grant grant = fixture.add("g", 100);
        Ledger kept(*fixture.database, Ledger::Memory::Kept);
        const auto reads = [&] { return **kept.find({"g"}) == grant && **fixture.ledger.find({"g"}) == grant; };
        QVERIFY(reads());
        QVERIFY(kept.bindKey({"g"}, {"bound"}));
        grant.boundKey = Thumbprint{"bound"};
        QVERIFY(reads());
        for (const std::int64_t at : {20, 20, 21}) {
            QVERIFY(kept.setLastUsed({"g"}, {at}));
            grant.lastUsedAt = UnixSeconds{at};
            QVERIFY(reads());
        }
        grant.permission.details.push_back(grant.permission.details.front());
        grant.expiresAt = {80};
        QVERIFY(kept.setPermission({"g"}, grant.permission, {}, grant.expiresAt));
        QVERIFY(reads());
        QVERIFY(kept.setState({"g"}, GrantState::Held, EndReason::ClockMoved, std::nullopt));
        grant.state = GrantState::Held;
        grant.reason = EndReason::ClockMoved;
        QVERIFY(reads());
        fixture.add("below", 90, "g", 1);
        QVERIFY(*kept.find({"below"}));
        QVERIFY(kept.endAll(*kept.notEndedBelow({"g"}), GrantState::Revoked, EndReason::RevokedByAgent, {30}));
        QVERIFY((*kept.find({"below"}))->state == GrantState::Revoked);
        QVERIFY(kept.remove({"below"}));
        QVERIFY(!*kept.find({"below"}));
    }

    void what_is_remembered_is_forgotten_when_it_was_undone()
    {
        Fixture fixture;
        const Grant grant = fixture.add("g", 100);
        Ledger kept(*fixture.database, Ledger::Memory::Kept);
        QVERIFY(fixture.database->begin());
        QVERIFY(kept.setState({"g"}, GrantState::Revoked, EndReason::RevokedByAgent, UnixSeconds{30}));
        QVERIFY((*kept.find({"g"}))->state == GrantState::Revoked);
        fixture.database->rollback();
        kept.forget();
        QCOMPARE(**kept.find({"g"}), grant);
    }

    void a_delegated_grant_reads_back_with_its_place_in_the_tree()
    {
        Fixture fixture;
        fixture.add("root", 100);
        Grant child = fixture.add("child", 90, "root", 1);
        QCOMPARE(**fixture.ledger.find({"child"}), child);
        child.permission.details.push_back(child.permission.details.front());
        child.pairing = {-1, 3};
        child.expiresAt = {80};
        QVERIFY(fixture.ledger.setPermission({"child"}, child.permission, child.pairing, child.expiresAt));
        QCOMPARE(**fixture.ledger.find({"child"}), child);
    }

    void a_row_with_a_place_that_cannot_be_is_refused_data()
    {
        QTest::addColumn<QString>("change");
        QTest::newRow("a root with a depth") << QStringLiteral("depth = 1, parent_id = NULL, pairing = ''");
        QTest::newRow("a root with a pairing") << QStringLiteral("depth = 0, parent_id = NULL");
        QTest::newRow("a child at depth 0") << QStringLiteral("depth = 0");
        QTest::newRow("too deep") << QStringLiteral("depth = 8");
        QTest::newRow("less than 0") << QStringLiteral("depth = -1");
        QTest::newRow("no pairing") << QStringLiteral("pairing = ''");
        QTest::newRow("too many pairings") << QStringLiteral("pairing = '0,0'");
        QTest::newRow("not a number") << QStringLiteral("pairing = 'x'");
        QTest::newRow("with a space") << QStringLiteral("pairing = ' 0'");
        QTest::newRow("a comma more") << QStringLiteral("pairing = '0,'");
        QTest::newRow("less than -1") << QStringLiteral("pairing = '-2'");
        QTest::newRow("too large") << QStringLiteral("pairing = '99999999999'");
    }
    void a_row_with_a_place_that_cannot_be_is_refused()
    {
        QFETCH(QString, change);
        Fixture fixture;
        fixture.add("root", 100);
        fixture.add("child", 100, "root", 1);
        fixture.must("UPDATE grants SET " + change.toStdString() + " WHERE grant_id = 'child'");
        const auto child = fixture.ledger.find({"child"});
        QVERIFY(!child);
        QCOMPARE(child.error().code, ErrorCode::StorageCorrupt);
        QVERIFY(fixture.ledger.find({"root"}));
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

    void removing_a_grant_takes_all_that_hangs_on_it_along()
    {
        Fixture fixture;
        fixture.add("g", 100);
        fixture.addToken("g", TokenKind::Access, "hash");
        for (const char* row : {"INSERT INTO uses VALUES ('g', 0, 1, 2, 3, 4)",
                 "INSERT INTO use_times (grant_id, detail, at_ms) VALUES ('g', 0, 1)",
                 "INSERT INTO seen_values VALUES ('g', 0, 'key')",
                 "INSERT INTO links VALUES ('hash', 'g', 'jws', NULL, 1)",
                 "INSERT INTO approvals (grant_id, action_digest, request_id, expires_at) VALUES ('g', 'd', 'r', 1)",
                 "INSERT INTO consents (grant_id, seq, purpose, record, digest, locale, renderer, leaf_index) VALUES "
                 "('g', 0, 0, 'jws', x'00', 'en', 1, 1), ('g', 1, 3, 'jws', x'00', 'en', 1, 1)"})
            fixture.must(row);
        QVERIFY(fixture.database->begin());
        QVERIFY(fixture.ledger.remove({"g"}));
        QVERIFY(fixture.database->commit()); // where references are checked
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
        QVERIFY(fixture.tokens.usableOf({"ended"})->empty());
        QVERIFY(*fixture.tokens.find("new"));
    }

    void a_token_is_found_as_long_as_its_grant_is_in_force_data()
    {
        QTest::addColumn<GrantState>("state");
        QTest::addColumn<bool>("found");
        QTest::newRow("live") << GrantState::Live << true;
        QTest::newRow("held") << GrantState::Held << true;
        QTest::newRow("expired") << GrantState::Expired << false;
        QTest::newRow("revoked") << GrantState::Revoked << false;
    }
    void a_token_is_found_as_long_as_its_grant_is_in_force()
    {
        QFETCH(GrantState, state);
        QFETCH(bool, found);
        Fixture fixture;
        fixture.add("g", 100);
        Token token{0, TokenKind::Access, "hash", {"jti"}, {"g"}, {10}, {100}, TokenState::Current};
        token.row = *fixture.tokens.add(token);
        QVERIFY(fixture.ledger.setState({"g"}, state, EndReason::None, {}));
        QCOMPARE(fixture.tokens.find("hash")->has_value(), found);
        QCOMPARE(fixture.tokens.findAccess({"g"}, {"jti"})->has_value(), found);
    }

    void very_many_tokens_that_ran_out_are_forgotten_some_at_a_time()
    {
        Fixture fixture;
        fixture.add("g", 100);
        for (int i = 0; i <= kSweptAtOnce; ++i)
            fixture.addToken("g", TokenKind::Access, std::to_string(i), 50 - i);
        QVERIFY(fixture.tokens.removeExpired({50}));
        QCOMPARE(fixture.tokens.usableOf({"g"})->size(), 1U);
        QVERIFY(*fixture.tokens.find("0")); // the newest
        QVERIFY(fixture.tokens.removeExpired({50}));
        QVERIFY(fixture.tokens.usableOf({"g"})->empty());
    }
};

QTEST_GUILESS_MAIN(TestLedger)
#include "tst_ledger.moc"
