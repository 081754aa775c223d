// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a start believes of the rows of delegated grants that somebody else wrote into.

#include "tests/core/authority/family.h"
#include "tests/core/authority/tampering.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using grants::GrantState;

class TestDelegatedRows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_delegated_row_that_was_changed_is_set_aside_with_all_below_data()
    {
        QTest::addColumn<QStringList>("statements");
        QTest::addColumn<int>("left"); // of the row: root, agent 1, 2, 3; and a second child of the root
        const auto row = [](const char* name, const QString& statement, int left) {
            QTest::newRow(name) << QStringList{statement} << left;
        };
        const QString second = u" WHERE depth = 2"_s;
        row("under another parent",
            u"UPDATE grants SET parent_id = (SELECT grant_id FROM grants WHERE depth = 1 ORDER BY id DESC LIMIT 1)"_s
                + second,
            3);
        row("as a root", u"UPDATE grants SET parent_id = NULL, depth = 0, pairing = ''"_s + second, 3);
        row("at another depth", u"UPDATE grants SET depth = 3"_s + second, 3);
        row("wider", u"UPDATE grants SET permission = replace(permission, 'payments.read', 'payments.zap')"_s + second,
            3);
        row("deeper",
            u"UPDATE grants SET permission = replace(permission, 'max_depth\":1', 'max_depth\":2')"_s + second, 3);
        row("longer", u"UPDATE grants SET expires_at = expires_at + 1"_s + second, 3);
        row("older", u"UPDATE grants SET created_at = created_at - 1"_s + second, 3);
        row("paired with nothing there is", u"UPDATE grants SET pairing = '7'"_s + second, 3);
        row("bound to another key",
            u"UPDATE grants SET bound_jkt = (SELECT bound_jkt FROM grants WHERE depth = 3)"_s + second, 3);
        row("another agent's",
            u"UPDATE grants SET client_id = (SELECT client_id FROM grants WHERE depth = 3)"_s + second, 3);
        row("without its link", u"DELETE FROM links WHERE grant_id IN (SELECT grant_id FROM grants WHERE depth = 2)"_s,
            3);
        row("with a link that was changed",
            u"UPDATE links SET jws = replace(jws, 'e', 'f') "
            u"WHERE grant_id IN (SELECT grant_id FROM grants WHERE depth = 2)"_s,
            3);
        row("its parent is gone", u"DELETE FROM grants WHERE depth = 0"_s, 0);
        QTest::newRow("with another's link")
            << QStringList{u"UPDATE links SET grant_id = '-' WHERE grant_id IN (SELECT grant_id FROM grants WHERE depth = 2)"_s,
                   u"UPDATE links SET grant_id = (SELECT grant_id FROM grants WHERE depth = 2) "
                   u"WHERE grant_id IN (SELECT grant_id FROM grants WHERE depth = 3)"_s}
            << 3;
        QTest::newRow("a forged one") << QStringList{u"INSERT INTO grants (grant_id, client_id, permission, bound_jkt, "
                                                     u"created_at, expires_at, state, parent_id, "
                                                     u"depth, pairing) SELECT 'forged', client_id, permission, "
                                                     u"bound_jkt, created_at, expires_at, 0, parent_id, "
                                                     u"depth, pairing FROM grants WHERE depth = 2"_s}
                                      << 5;
        QTest::newRow("in a circle")
            << QStringList{u"UPDATE grants SET parent_id = (SELECT grant_id FROM grants WHERE depth = 3) WHERE depth = 2"_s}
            << 3;
    }
    void a_delegated_row_that_was_changed_is_set_aside_with_all_below()
    {
        QFETCH(QStringList, statements);
        QFETCH(int, left);
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 4);
        const auto last = fixture.exchange(row.agents.back(), row.root.accessToken, row.links);
        QVERIFY(last);
        const TestAgent other = fixture.registerAgent("other");
        const auto link =
            fixture.delegate(row.root.accessToken, row.agents.front().key, other, handedOn(row.permissions.front()));
        const auto beside = fixture.exchange(other, row.root.accessToken, {link});
        QVERIFY(beside);
        fixture.stop();
        tamper(fixture.folder(), statements);
        const auto started = fixture.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        QCOMPARE(static_cast<int>(fixture.grants().size()), left);
        QCOMPARE(fixture.status().liveGrants, left);
        QVERIFY(!fixture.status().detail.isEmpty());
        QCOMPARE(fixture.isActive(last->accessToken), left == 5);
        QCOMPARE(fixture.isActive(beside->accessToken), left > 0);
        // Once said is enough, and it does not come back.
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(fixture.status().detail, QString());
        QCOMPARE(static_cast<int>(fixture.grants().size()), left);
    }

    void a_root_that_was_ended_in_the_data_ends_what_is_below_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::addColumn<int>("state");
        QTest::newRow("revoked") << u"UPDATE grants SET state = 3, end_reason = 'revoked_by_person', ended_at = 1 "
                                    u"WHERE depth = 0"_s
                                 << static_cast<int>(GrantState::Revoked);
        QTest::newRow("held") << u"UPDATE grants SET state = 1, end_reason = 'paused_by_person' WHERE depth = 0"_s
                              << static_cast<int>(GrantState::Held);
    }
    void a_root_that_was_ended_in_the_data_ends_what_is_below()
    {
        QFETCH(QString, statement);
        QFETCH(int, state);
        AuthorityFixture fixture;
        const Family family(fixture);
        fixture.stop();
        tamper(fixture.folder(), {statement});
        QVERIFY(fixture.start());
        for (const Member* member : family.all()) {
            QVERIFY(!fixture.isActive(member->tokens.accessToken));
            QCOMPARE(static_cast<int>(fixture.grant(member->tokens.grant).state), state);
        }
    }

    void a_child_of_a_revoked_grant_does_not_come_back_by_a_row()
    {
        AuthorityFixture fixture;
        const Family family(fixture);
        QVERIFY(fixture.revoke(family.a.tokens.grant));
        fixture.stop();
        tamper(fixture.folder(), {u"UPDATE grants SET state = 0, end_reason = NULL, ended_at = NULL"_s});
        QVERIFY(fixture.start());
        for (const Member* member : {&family.a, &family.a1, &family.a2})
            QCOMPARE(fixture.grant(member->tokens.grant).state, GrantState::Revoked);
        QVERIFY(fixture.isActive(family.b1.tokens.accessToken));
    }

    void a_link_does_not_become_good_again_by_a_row()
    {
        AuthorityFixture fixture;
        const Row row = rowOf(fixture, 2);
        QVERIFY(fixture.exchange(row.agents.back(), row.root.accessToken, row.links));
        fixture.stop();
        tamper(fixture.folder(), {u"UPDATE links SET exchanged_at = NULL"_s});
        QVERIFY(fixture.start());
        QCOMPARE(
            codeOf(fixture.exchange(row.agents.back(), row.root.accessToken, row.links)), ErrorCode::InvalidRequest);
    }
};

QTEST_GUILESS_MAIN(TestDelegatedRows)
#include "tst_delegated_rows.moc"
