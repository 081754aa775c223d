// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a start believes of a data folder that somebody else wrote into, put back, or damaged.

#include "core/authority/use_cases.h"
#include "core/authority/writer.h"
#include "tests/core/audit/plain_leaves.h"
#include "tests/core/authority/family.h"
#include "tests/core/authority/forging.h"
#include "tests/core/authority/tampering.h"
#include "tests/support/actions.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using audit::LeafKind;
using authority::Trouble;
using grants::GrantState;

class TestStartup : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_forged_grant_row_does_not_exist_data()
    {
        QTest::addColumn<QStringList>("statements");
        const QString forgedGrant =
            u"INSERT INTO grants (grant_id, client_id, permission, bound_jkt, created_at, expires_at, state) "
            u"SELECT 'forged', client_id, permission, bound_jkt, created_at, expires_at, 0 FROM grants LIMIT 1"_s;
        QTest::newRow("without a consent") << QStringList{forgedGrant};
        QTest::newRow("with another grant's consent") << QStringList{forgedGrant,
            u"INSERT INTO consents (grant_id, seq, purpose, record, digest, locale, renderer, leaf_index) "
            u"SELECT 'forged', seq, purpose, record, digest, locale, renderer, leaf_index FROM consents LIMIT 1"_s};
    }
    void a_forged_grant_row_does_not_exist()
    {
        QFETCH(QStringList, statements);
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.stop();
        tamper(fixture.folder(), statements);
        QVERIFY(fixture.start());
        QCOMPARE(fixture.grants().size(), 1U);
        QCOMPARE(fixture.count(LeafKind::StateRejected), 1);
        QVERIFY(!fixture.status().detail.isEmpty());
        QVERIFY(fixture.isActive(tokens.accessToken));
    }

    void an_altered_grant_is_not_in_force_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::newRow("longer") << u"UPDATE grants SET expires_at = expires_at + 3600"_s;
        QTest::newRow("wider")
            << u"UPDATE grants SET permission = replace(permission, 'payments.read', 'payments.zap')"_s;
        QTest::newRow("another key") << u"UPDATE grants SET bound_jkt = 'oo3b'"_s;
        QTest::newRow("another agent") << u"UPDATE grants SET client_id = 'somebody'"_s;
        QTest::newRow("earlier") << u"UPDATE grants SET created_at = created_at - 1"_s;
        QTest::newRow("nonsense") << u"UPDATE grants SET permission = '{}'"_s;
        QTest::newRow("no such state") << u"UPDATE grants SET state = 17"_s;
        QTest::newRow("altered consent") << u"UPDATE consents SET record = replace(record, 'e', 'f')"_s;
        QTest::newRow("agent's key replaced")
            << u"UPDATE agents SET jwk = "
               u"'{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}', "
               u"jkt = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'"_s;
    }
    void an_altered_grant_is_not_in_force()
    {
        QFETCH(QString, statement);
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.stop();
        tamper(fixture.folder(), {statement});
        QVERIFY(fixture.start());
        QVERIFY(!fixture.isActive(tokens.accessToken));
        QVERIFY(!fixture.isActive(tokens.refreshToken));
        QCOMPARE(fixture.status().liveGrants, 0);
        QVERIFY(fixture.count(LeafKind::StateRejected) >= 1);
        QVERIFY(!fixture.status().detail.isEmpty());
        // Once said is enough, and it does not come back.
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(fixture.status().liveGrants, 0);
        QCOMPARE(fixture.status().detail, QString());
    }

    void an_ended_grant_does_not_come_back_to_life_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::newRow("as live") << u"UPDATE grants SET state = 0, end_reason = NULL, ended_at = NULL"_s;
        QTest::newRow("as held") << u"UPDATE grants SET state = 1, end_reason = 'clock_moved', ended_at = NULL"_s;
    }
    void an_ended_grant_does_not_come_back_to_life()
    {
        QFETCH(QString, statement);
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(fixture.revoke(tokens.grant));
        fixture.stop();
        tamper(fixture.folder(), {statement});
        QVERIFY(fixture.start());
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Revoked);
        QCOMPARE(fixture.count(LeafKind::StateRejected), 1);
        QCOMPARE(fixture.status().liveGrants, 0);
    }

    void a_held_grant_is_not_resumed_by_a_row()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.clock().setWall(kTestStart - 3600s);
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Held);
        fixture.stop();
        tamper(fixture.folder(), {u"UPDATE grants SET state = 0, end_reason = NULL"_s});
        QVERIFY(fixture.start());
        QVERIFY(!fixture.isActive(tokens.accessToken));
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Revoked);
    }

    void a_grant_whose_row_is_gone_is_reported_once()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.stop();
        tamper(fixture.folder(), {u"DELETE FROM tokens"_s, u"DELETE FROM consents"_s, u"DELETE FROM grants"_s});
        QVERIFY(fixture.start());
        QVERIFY(fixture.status().detail.contains(QString::fromStdString(tokens.grant.value)));
        QCOMPARE(fixture.count(LeafKind::StateRejected), 1);
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(fixture.status().detail, QString());
    }

    void a_token_that_was_never_issued_is_inactive()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.stop();
        // SHA-256 of "forged"
        tamper(fixture.folder(),
            {u"INSERT INTO tokens (kind, token_hash, grant_id, issued_at, expires_at, state) SELECT 0, "
             u"x'1a45bedaec3eaecf4cedd19ac16f3b7bcb4df2bf4fe7ba52ac8cf36ee3d40bd8', grant_id, 0, expires_at, 0 "
             u"FROM grants"_s,
                u"UPDATE tokens SET expires_at = expires_at + 600 WHERE kind = 0 AND issued_at > 0"_s});
        QVERIFY(fixture.start());
        QVERIFY(!fixture.isActive("forged"));
        QVERIFY(!fixture.isActive(tokens.accessToken)); // its row claimed a longer life
        QVERIFY(fixture.isActive(tokens.refreshToken));
        QCOMPARE(fixture.count(LeafKind::StateRejected), 1);
    }

    void a_block_is_not_lifted_by_a_row()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        QVERIFY(
            fixture.run<void>([&](authority::Context& context) { return authority::blockAgent(context, agent.id()); }));
        fixture.stop();
        tamper(fixture.folder(), {u"DELETE FROM blocks"_s, u"UPDATE agents SET blocked = 0"_s});
        QVERIFY(fixture.start());
        QCOMPARE(codeOf(fixture.ask(agent)), ErrorCode::UnauthorizedClient);
    }

    void an_old_copy_put_back_ends_all_grants_and_asks()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        fixture.stop();
        QTemporaryDir copy;
        copyFolder(fixture.folder(), copy.path());
        QVERIFY(fixture.start());
        QVERIFY(fixture.revoke(tokens.grant)); // the keychain remembers this
        fixture.stop();
        copyFolder(copy.path(), fixture.folder());

        for (int start = 0; start < 2; ++start) { // and says so until it is confirmed
            QVERIFY(fixture.start());
            QVERIFY(fixture.has(Trouble::DatabaseRolledBack));
            QVERIFY(!fixture.isActive(tokens.accessToken));
            QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Revoked);
            QCOMPARE(fixture.grant(tokens.grant).reason, grants::EndReason::DatabaseRolledBack);
            QCOMPARE(codeOf(fixture.refresh(agent, tokens.refreshToken)), ErrorCode::InvalidGrant);
            QCOMPARE(codeOf(fixture.ask(agent)), ErrorCode::StorageRolledBack);
            const auto checked = fixture.checkLog();
            QCOMPARE(codeOf(checked), ErrorCode::StorageRolledBack);
            QVERIFY(checked.error().message.contains("it is an old copy"));
            QVERIFY(!fixture.has(Trouble::LogBroken));
            QVERIFY(!fixture.status().logCheckedAt);
            QVERIFY(fixture.revoke(tokens.grant));
            if (start == 0)
                fixture.stop();
        }
        QVERIFY(fixture.run<void>([](authority::Context& context) { return authority::confirmRollback(context); }));
        QVERIFY(!fixture.has(Trouble::DatabaseRolledBack));
        QVERIFY(fixture.checkLog());
        QCOMPARE(fixture.count(LeafKind::GrantRevoked), 1);
        QVERIFY(fixture.isActive(fixture.tokensFor(agent).accessToken));
        fixture.stop();
        QVERIFY(fixture.start());
        QCOMPARE(fixture.status().troubles, std::vector<Trouble>());
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Revoked);
    }

    void a_copy_from_the_middle_of_a_run_shows_once_the_log_was_signed()
    {
        AuthorityFixture fixture;
        const ServiceId service = addService(fixture);
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = grantTo(fixture, agent, paymentsWith(",\"uses\":3"));
        const QTemporaryDir copy;
        copyFolder(fixture.folder(), copy.path());
        const auto before = fixture.anchor();
        fixture.clock().advance(authority::kAnchorInterval); // of which the keychain is told again
        QVERIFY(isPermitted(perform(fixture, service, tokens.accessToken, agent, payment("1.00"))));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.anchor() != before, 20'000); // with the next checkpoint
        const auto remembered = fixture.anchor();
        // Once in a while: the next action is remembered later.
        QVERIFY(isPermitted(perform(fixture, service, tokens.accessToken, agent, payment("1.00"))));
        QTest::qWait(12'000);
        QCOMPARE(fixture.anchor(), remembered);
        fixture.clock().advance(authority::kAnchorInterval);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.anchor() != remembered, 20'000); // though nothing happened since
        fixture.stop();
        fixture.setAnchor(remembered); // as if it had been killed before it could keep the last one
        copyFolder(copy.path(), fixture.folder());
        QVERIFY(fixture.start());
        QVERIFY(fixture.has(Trouble::DatabaseRolledBack));
        QVERIFY(!fixture.isActive(tokens.accessToken));
    }

    void an_empty_folder_beside_a_keychain_that_remembers_is_an_old_copy()
    {
        AuthorityFixture fixture;
        QVERIFY(fixture.ask(fixture.registerAgent()));
        fixture.stop();
        const QFileInfoList files = QDir(fixture.folder()).entryInfoList(QDir::Files | QDir::Hidden);
        for (const QFileInfo& file : files)
            QVERIFY(QFile::remove(file.filePath()));
        QVERIFY(fixture.start());
        QVERIFY(fixture.has(Trouble::DatabaseRolledBack));
    }

    void with_a_broken_log_nothing_is_granted_and_revoking_goes_on()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(fixture.ask(fixture.request(agent, payments(), "another")));
        fixture.stop();
        QVERIFY(test::layLeavesPlain(**store::Database::open(fixture.folder(), store::Access::ReadWrite)));
        tamperWithoutTriggers(fixture.folder(),
            {u"UPDATE log_leaves SET leaf = CAST(replace(CAST(leaf AS TEXT), 'payments.read', 'payments.zap') "
             u"AS BLOB)"_s});
        const auto started = fixture.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        QVERIFY(fixture.has(Trouble::LogBroken));
        QVERIFY(!fixture.isActive(tokens.accessToken));
        QCOMPARE(codeOf(fixture.approve()), ErrorCode::StorageCorrupt);
        QCOMPARE(codeOf(fixture.refresh(agent, tokens.refreshToken)), ErrorCode::StorageCorrupt);
        QVERIFY(fixture.revoke(tokens.grant));
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Revoked);
        const auto before = fixture.anchor();
        fixture.stop();
        QCOMPARE(fixture.anchor(), before); // nothing is signed or remembered of a broken log
    }

    void rows_that_can_not_be_read_stop_nothing_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::newRow("agent") << u"UPDATE agents SET jwk = 'nonsense'"_s;
        QTest::newRow("agent gone") << u"DELETE FROM agents"_s;
        QTest::newRow("request") << u"UPDATE requests SET asked = 'nonsense' WHERE state = 0"_s;
        QTest::newRow("evidence") << u"UPDATE requests SET evidence = '{' WHERE state = 0"_s;
    }
    void rows_that_can_not_be_read_stop_nothing()
    {
        QFETCH(QString, statement);
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = fixture.tokensFor(agent);
        QVERIFY(fixture.ask(fixture.request(agent, payments(), "another")));
        fixture.stop();
        tamper(fixture.folder(), {statement});
        const auto started = fixture.start();
        QVERIFY2(started, started ? "" : started.error().message.c_str());
        QVERIFY(fixture.waiting().empty());
        QVERIFY(fixture.isActive(fixture.tokensFor(fixture.registerAgent("new", "/usr/bin/new")).accessToken));
        if (!fixture.grants().empty() && fixture.authority().findClient(agent.id()))
            QVERIFY(fixture.isActive(tokens.accessToken));
    }

    void revoking_goes_on_beside_a_row_that_can_not_be_read()
    {
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto first = fixture.tokensFor(agent);
        const auto second = fixture.tokensFor(agent);
        fixture.stop();
        tamperWithoutTriggers(fixture.folder(),
            {u"UPDATE log_leaves SET leaf = x'00' WHERE idx = 1"_s,
                u"UPDATE grants SET permission = 'nonsense' WHERE id = (SELECT min(id) FROM grants)"_s});
        QVERIFY(fixture.start());
        QVERIFY(fixture.has(Trouble::LogBroken));
        const auto stopped =
            fixture.wait<void>([&](auto reply) { fixture.authority().stopEverything(std::move(reply)); });
        QVERIFY2(stopped, stopped ? "" : stopped.error().message.c_str());
        QVERIFY(fixture.revoke(first.grant));
        QCOMPARE(fixture.grant(second.grant).state, GrantState::Revoked);
    }

    void another_devices_keys_do_not_open_the_log()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.stop();
        authority::AuthorityOptions options{
            fixture.folder(), "http://127.0.0.1:7317", "test", makeIdentity(), {}, {}, &fixture.clock()};
        const auto other = authority::Authority::start(std::move(options));
        QVERIFY(other);
        QVERIFY(!(*other)->introspect(tokens.accessToken));
        const auto status =
            fixture.wait<authority::DeskStatus>([&](auto reply) { (*other)->status(std::move(reply)); });
        QVERIFY(std::ranges::contains(status->troubles, Trouble::LogBroken));
    }

    void a_keychain_that_does_not_remember_the_log_is_told_of()
    {
        AuthorityFixture fixture;
        fixture.stop();
        Result<void> answer = fail(ErrorCode::KeychainLocked, "The wallet is closed.");
        authority::AnchorKept late;
        fixture.onAnchor([&](const keychain::LogAnchor&, const authority::AnchorKept& kept) {
            kept(answer);
            late = kept;
        });
        QVERIFY(fixture.start());
        QCOMPARE(fixture.status().anchorMissed, (authority::AnchorMissed{kTestStart, "The wallet is closed."}));
        fixture.clock().advance(1min);
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        QCOMPARE(fixture.status().anchorMissed->since, kTestStart); // since the first time
        answer = {};
        QVERIFY(fixture.revoke(tokens.grant));
        QVERIFY(!fixture.status().anchorMissed);
        fixture.stop();
        late(fail(ErrorCode::KeychainLocked, "too late")); // the keychain's thread may outlive it
    }

    void a_second_start_on_the_same_folder_is_refused()
    {
        AuthorityFixture fixture;
        authority::AuthorityOptions options{fixture.folder(), "http://127.0.0.1:7317", "test", fixture.identity(),
            fixture.anchor(), {}, &fixture.clock()};
        QCOMPARE(codeOf(authority::Authority::start(std::move(options))), ErrorCode::StorageInUse);
        QVERIFY(fixture.ask(fixture.registerAgent()));
    }

    void a_truncated_database_is_refused_and_left_alone()
    {
        AuthorityFixture fixture;
        fixture.tokensFor(fixture.registerAgent());
        fixture.stop();
        QFile file(fixture.folder() + "/countersign.sqlite"_L1);
        QVERIFY(file.resize(file.size() / 2));
        const qint64 size = file.size();
        QCOMPARE(codeOf(fixture.start()), ErrorCode::StorageCorrupt);
        QCOMPARE(file.size(), size);
    }
};

QTEST_GUILESS_MAIN(TestStartup)
#include "tst_startup.moc"
