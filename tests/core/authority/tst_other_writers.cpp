// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Another program of the same user writes into the database while Countersign runs: nothing of it counts, and the next
// start says what became of it.

#include "core/authority/use_cases.h"
#include "tests/core/authority/family.h"
#include "tests/core/authority/tampering.h"
#include "tests/support/actions.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using audit::LeafKind;
using authority::Trouble;
using grants::GrantState;

namespace {

constexpr auto kMore = ",\"spend\":{\"amount_at\":\"/amount\",\"currency\":\"EUR\",\"total\":\"60.00\"},\"uses\":3,"
                       "\"rate\":{\"count\":2,\"seconds\":60},\"constraints\":{\"/recipient\":{\"wildcard\":true}}";

struct Scene {
    AuthorityFixture fixture;
    TestAgent agent = fixture.registerAgent();
    ServiceId service = addService(fixture);
    authority::TokenSet tokens = grantTo(fixture, agent, paymentsWith(kMore));

    [[nodiscard]] Result<authority::ActionAnswer> perform(const char* amount)
    {
        return testing::perform(fixture, service, tokens.accessToken, agent, payment(amount));
    }
    [[nodiscard]] int checkpoints()
    {
        return static_cast<int>(fixture
                .run<std::int64_t>([](authority::Context& context) -> Result<std::int64_t> {
                    store::Query query(context.database, "SELECT count(*) FROM log_checkpoints");
                    static_cast<void>(query.next());
                    return query.integer(0);
                })
                .value());
    }
};

} // namespace

class TestOtherWriters : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_another_program_writes_counts_for_nothing_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("nothing used up") << u"UPDATE uses SET uses = 0, total = 0, on_day = 0"_s;
        QTest::newRow("no uses") << u"DELETE FROM uses"_s;
        QTest::newRow("no rate") << u"DELETE FROM use_times"_s;
        QTest::newRow("more money") << u"UPDATE grants SET permission = replace(permission, '60.00', '6000.00')"_s;
        QTest::newRow("another key")
            << u"UPDATE grants SET bound_jkt = 'other' WHERE id = (SELECT min(id) FROM grants)"_s;
        QTest::newRow("an approval") << u"INSERT INTO approvals (grant_id, action_digest, request_id, expires_at) "
                                        u"SELECT grant_id, 'x', grant_id, "
                                        u"expires_at FROM grants"_s;
        QTest::newRow("an entry")
            << u"INSERT INTO log_leaves (idx, kind, at, leaf) SELECT max(idx) + 1, 1, 1, x'7b7d' FROM log_leaves"_s;
        QTest::newRow("a note") << u"INSERT INTO meta (key, value) VALUES ('mine', 'x')"_s;
    }
    void what_another_program_writes_counts_for_nothing()
    {
        QFETCH(const QString, sql);
        Scene scene;
        const auto other = scene.fixture.tokensFor(scene.agent);
        QVERIFY(isPermitted(scene.perform("20.00")));
        QVERIFY(isPermitted(scene.perform("30.00")));
        tamper(scene.fixture.folder(), {sql});
        QCOMPARE(codeOf(scene.perform("1.00")), ErrorCode::StorageCorrupt);
        QVERIFY(scene.fixture.has(Trouble::LogBroken));
        QVERIFY(scene.fixture.status().logProblem.starts_with("Another program wrote into the database"));
        QVERIFY(!scene.fixture.isActive(scene.tokens.accessToken));
        QVERIFY(!scene.fixture.isActive(other.accessToken));
        QCOMPARE(codeOf(scene.fixture.ask(scene.agent)), ErrorCode::StorageCorrupt);
        // Revoking goes on, and is durable.
        const auto revoked = scene.fixture.revoke(other.grant);
        QVERIFY2(revoked, revoked ? "" : revoked.error().message.c_str());
        const auto before = scene.fixture.anchor();
        scene.fixture.stop();
        QCOMPARE(scene.fixture.anchor(), before); // nothing of it is vouched for
        QVERIFY(scene.fixture.start());
        QCOMPARE(scene.fixture.grant(other.grant).state, GrantState::Revoked);
        const auto after = scene.perform("1.00");
        QVERIFY(!isPermitted(after));
    }

    void the_next_start_counts_as_the_log_does()
    {
        Scene scene;
        QVERIFY(isPermitted(scene.perform("20.00")));
        const auto before = rowOf(scene.fixture, scene.tokens.grant).meters;
        tamper(scene.fixture.folder(), {u"UPDATE uses SET uses = 0, total = 0"_s, u"DELETE FROM use_times"_s});
        QVERIFY(!scene.perform("1.00"));
        scene.fixture.stop();
        QVERIFY(scene.fixture.start());
        QVERIFY(!scene.fixture.has(Trouble::LogBroken));
        QVERIFY(rowOf(scene.fixture, scene.tokens.grant).meters == before);
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
        QVERIFY(isPermitted(scene.perform("1.00")));
        QCOMPARE(denialOf(scene.perform("1.00")), permissions::Reason::Rate);
    }

    void reading_hinders_nothing()
    {
        Scene scene;
        QVERIFY(isPermitted(scene.perform("1.00")));
        tamper(scene.fixture.folder(),
            {u"SELECT count(*) FROM log_leaves"_s, u"BEGIN IMMEDIATE"_s, u"DELETE FROM uses"_s, u"ROLLBACK"_s});
        QVERIFY(isPermitted(scene.perform("1.00")));
        QVERIFY(scene.fixture.status().troubles.empty());
    }

    void what_was_written_last_is_not_signed_at_the_end()
    {
        Scene scene;
        QVERIFY(isPermitted(scene.perform("1.00")));
        const auto anchor = scene.fixture.anchor();
        const int checkpoints = scene.checkpoints();
        tamper(scene.fixture.folder(),
            {u"INSERT INTO log_leaves (idx, kind, at, leaf) SELECT max(idx) + 1, 1, 1, x'7b7d' FROM log_leaves"_s});
        scene.fixture.stop();
        QCOMPARE(scene.fixture.anchor(), anchor);
        QVERIFY(scene.fixture.start());
        QVERIFY(scene.fixture.has(Trouble::LogBroken));
        QCOMPARE(scene.checkpoints(), checkpoints);
    }
};

QTEST_GUILESS_MAIN(TestOtherWriters)
#include "tst_other_writers.moc"
