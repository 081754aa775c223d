// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The check of the whole log while the program runs, on demand and by itself, and the rows that are held to the log.

#include "core/authority/log_checker.h"
#include "tests/core/authority/story_scene.h"
#include "tests/core/authority/tampering.h"

#include <QTest>

#include <atomic>
#include <mutex>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using audit::LeafKind;
using authority::Context;
using authority::LongWork;
using grants::GrantState;
using Scene = StoryScene;

class TestLogChecks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_whole_log_is_checked_with_progress_and_when_is_remembered()
    {
        Scene scene;
        scene.pay();
        std::atomic<std::uint64_t> last = 0;
        LongWork work;
        work.progress = [&last](std::uint64_t done, std::uint64_t) { last = done; };
        const auto entries = scene.check(work);
        QVERIFY2(entries, entries ? "" : entries.error().message.c_str());
        QCOMPARE(*entries, scene.fixture.log().size());
        QCOMPARE(last.load(), *entries);
        QCOMPARE(scene.fixture.status().logCheckedAt, scene.fixture.clock().now());
    }

    void it_is_checked_by_itself_soon_after_a_start_and_once_a_week()
    {
        AuthorityFixture fixture;
        fixture.stop();
        fixture.setLogLooks({std::chrono::milliseconds(20), std::chrono::milliseconds(20)});
        QVERIFY(fixture.start());
        QTRY_COMPARE(fixture.status().logCheckedAt, fixture.clock().now());
        const UnixSeconds first = fixture.clock().now();
        fixture.clock().advance(authority::kLogCheckInterval - std::chrono::seconds(1));
        QTest::qWait(200);
        QCOMPARE(fixture.status().logCheckedAt, first);
        fixture.clock().advance(std::chrono::seconds(1));
        QTRY_COMPARE(fixture.status().logCheckedAt, fixture.clock().now());
    }

    void the_first_look_comes_after_a_while()
    {
        const authority::LogLooks looks;
        QVERIFY(looks.first >= std::chrono::seconds(10) && looks.first <= std::chrono::minutes(1));
        AuthorityFixture fixture;
        fixture.stop();
        fixture.setLogLooks({std::chrono::hours(1), std::chrono::milliseconds(20)});
        QVERIFY(fixture.start());
        QTest::qWait(200);
        QVERIFY(!fixture.status().logCheckedAt);
    }

    void the_weekly_check_tells_how_far_it_is_and_can_be_cancelled()
    {
        AuthorityFixture fixture;
        fixture.stop();
        fixture.setLogLooks({std::chrono::milliseconds(300), std::chrono::milliseconds(50)});
        QVERIFY(fixture.start());
        std::mutex mutex;
        std::vector<std::optional<authority::CheckProgress>> told;
        fixture.authority().setWeeklyCheckListener([&](std::optional<authority::CheckProgress> progress) {
            const std::scoped_lock lock(mutex);
            told.push_back(progress);
            if (told.size() == 1)
                fixture.authority().cancelWeeklyCheck();
        });
        const auto ended = [&] {
            const std::scoped_lock lock(mutex);
            return !told.empty() && !told.back();
        };
        QTRY_VERIFY(ended());
        QTest::qWait(300); // and not once more in this run
        fixture.authority().setWeeklyCheckListener({});
        QVERIFY(told.front() && !told.back());
        QCOMPARE(std::ranges::count(told, std::optional<authority::CheckProgress>()), 1);
        QVERIFY(!fixture.status().logCheckedAt);
        fixture.stop();
        QVERIFY(fixture.start());
        QTRY_VERIFY(fixture.status().logCheckedAt);
    }

    void the_log_is_to_be_checked_once_a_week()
    {
        Scene scene;
        const auto isDue = [&] { return must(scene.fixture.run<bool>(authority::isLogCheckDue), "due"); };
        QVERIFY(isDue());
        QVERIFY(scene.check());
        QVERIFY(!isDue());
        scene.fixture.clock().advance(authority::kLogCheckInterval - std::chrono::seconds(1));
        QVERIFY(!isDue());
        scene.fixture.clock().advance(std::chrono::seconds(1));
        QVERIFY(isDue());
    }

    void a_check_that_is_cancelled_says_nothing_about_the_log()
    {
        Scene scene;
        std::stop_source stop;
        stop.request_stop();
        LongWork work;
        work.stop = stop.get_token();
        QCOMPARE(scene.check(work).error().code, ErrorCode::Cancelled);
        QVERIFY(!scene.fixture.has(authority::Trouble::LogBroken));
        QVERIFY(!scene.fixture.status().logCheckedAt);
    }

    void a_broken_log_is_named_from_its_first_bad_entry_and_revoking_goes_on()
    {
        Scene scene;
        scene.pay();
        scene.sign();
        scene.tamper("UPDATE log_leaves SET at = at + 1 WHERE idx = 3");
        const auto checked = scene.check();
        QCOMPARE(checked.error().code, ErrorCode::StorageCorrupt);
        QVERIFY2(checked.error().message.starts_with("entry 3:"), checked.error().message.c_str());
        QVERIFY(scene.fixture.has(authority::Trouble::LogBroken));
        QVERIFY(scene.fixture.status().detail.contains(u"entry 3:"_s));
        QVERIFY(!scene.fixture.isActive(scene.tokens.accessToken));
        QVERIFY(scene.fixture.revoke(scene.tokens.grant));
        QCOMPARE(scene.fixture.grant(scene.tokens.grant).state, grants::GrantState::Revoked);
        QCOMPARE(scene.erase(0).error().code, ErrorCode::StorageCorrupt);
    }

    void what_is_not_as_the_log_says_is_found_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const QString& sql, const char* says) {
            QTest::newRow(name) << sql << QByteArray(says);
        };
        row("nothing", u"UPDATE grants SET state = state"_s, "");
        row("a grant that has ended", u"UPDATE grants SET state = 3, end_reason = 'revoked_by_person', ended_at = 1"_s,
            "its row says that it is revoked, the log says that it is live");
        row("a grant that is held", u"UPDATE grants SET state = 1, end_reason = 'paused_by_person'"_s,
            "its row says that it is held, the log says that it is live");
        row("a grant that lasts longer", u"UPDATE grants SET expires_at = expires_at + 1"_s, "it lasts longer");
        row("a grant that goes deeper", u"UPDATE grants SET permission = replace(permission, '50.00', '51.00')"_s,
            "it permits something else than was consented to");
        row("a key", u"UPDATE grants SET bound_jkt = 'x'"_s, "it is bound to another key than the log says");
        row("a use less", u"UPDATE uses SET uses = uses - 1"_s, "what it has used up is something else in the data");
        row("a use more", u"UPDATE uses SET uses = uses + 1"_s, "what it has used up is something else in the data");
        row("no counters", u"DELETE FROM uses"_s, "what it has used up is something else in the data");
        row("an approval",
            u"INSERT INTO approvals (grant_id, action_digest, request_id, expires_at) "
            u"SELECT grant_id, 'd', 'r', 4000000000 FROM grants LIMIT 1"_s,
            "an approval of one action was never given");
        row("an outcome forgotten", u"DELETE FROM used_proofs WHERE owner = 'outcome'"_s,
            "that it is the outcome of its receipt is kept nowhere");
        row("an outcome of another receipt", u"UPDATE used_proofs SET jti = 'x' WHERE owner = 'outcome'"_s,
            "it is no outcome of the receipt x");
        row("an outcome of another entry", u"UPDATE used_proofs SET leaf_index = 3 WHERE owner = 'outcome'"_s,
            "entry 3: it is no outcome of");
        row("a record", u"UPDATE consents SET record = record || 'x'"_s, "the record that you signed is not the one");
        row("a record of another entry", u"UPDATE consents SET leaf_index = 1"_s, "entry 1: the record that you");
        row("a screen", u"UPDATE consents SET screen_text = screen_text || '.'"_s, "the kept text of the screen");
        row("no record", u"DELETE FROM consents WHERE seq = 0"_s, "nobody consented to it");
        row("a link", u"UPDATE links SET jws = jws || 'x'"_s, "the link that it speaks of is not the one");
        row("a link of another entry", u"UPDATE links SET leaf_index = 1"_s, "entry 1: the link that it speaks of");
        row("a link of another hash", u"UPDATE links SET hash = 'x'"_s, "the link that it speaks of is not the one");
    }
    void what_is_not_as_the_log_says_is_found()
    {
        QFETCH(QString, sql);
        QFETCH(QByteArray, says);
        Scene scene;
        const std::string link = scene.fixture.delegate(
            scene.tokens.accessToken, scene.agent.key, scene.helper, handedOn(scene.tokens.granted));
        must(scene.fixture.exchange(scene.helper, scene.tokens.accessToken, {link}), "exchange");
        const auto leaf = must(json::parseObject(scene.story(scene.pay()).entry.details.toStdString()), "leaf");
        authority::ReportOutcome report;
        report.service = scene.service;
        report.receipt = json::requiredString(leaf, "jti").value();
        must(AuthorityFixture::wait<authority::OutcomeAnswer>(
                 [&](auto reply) { scene.fixture.authority().reportOutcome(report, std::move(reply)); }),
            "outcome");
        QVERIFY(scene.check());
        must(scene.fixture.run<void>([&](Context& context) -> Result<void> {
            const std::string statement = sql.toStdString();
            return store::Query(context.database, statement).run();
        }),
            "change");
        const auto checked = scene.check();
        QCOMPARE(checked.has_value(), says.isEmpty());
        QCOMPARE(scene.fixture.has(authority::Trouble::LogBroken), !says.isEmpty());
        if (checked)
            return;
        QCOMPARE(checked.error().code, ErrorCode::StorageCorrupt);
        QVERIFY2(checked.error().message.contains(says.toStdString()), checked.error().message.c_str());
        QVERIFY(!scene.fixture.isActive(scene.tokens.accessToken));
    }

    void entries_that_vanish_while_it_runs_are_missed()
    {
        Scene scene;
        must(scene.fixture.run<void>([](Context& context) -> Result<void> {
            for (const char* sql : {"DROP TRIGGER log_leaves_are_kept",
                     "DELETE FROM log_leaves WHERE idx = (SELECT max(idx) FROM log_leaves)"}) {
                store::Query query(context.database, sql);
                if (auto done = query.run(); !done)
                    return done;
            }
            return {};
        }),
            "tamper");
        QCOMPARE(scene.check().error().code, ErrorCode::StorageCorrupt);
        QVERIFY(scene.fixture.has(authority::Trouble::LogBroken));
    }

    void how_a_grant_ended_is_what_the_log_says()
    {
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        QVERIFY(fixture.revoke(tokens.grant));
        fixture.stop();
        tamper(fixture.folder(), {u"UPDATE grants SET state = 2, end_reason = 'time_ran_out'"_s});
        QVERIFY(fixture.start());
        QCOMPARE(fixture.grant(tokens.grant).state, GrantState::Revoked);
        QCOMPARE(fixture.grant(tokens.grant).reason, grants::EndReason::RevokedByPerson);
        QVERIFY(fixture.status().detail.contains(QString::fromStdString(tokens.grant.value)));
        QVERIFY(fixture.checkLog());
    }

    void a_row_that_says_less_than_the_log_is_told_and_logged_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::addColumn<LeafKind>("entry");
        QTest::addColumn<GrantState>("state");
        QTest::newRow("revoked") << u"UPDATE grants SET state = 3, end_reason = 'revoked_by_person', ended_at = 1"_s
                                 << LeafKind::StateRejected << GrantState::Revoked;
        QTest::newRow("expired") << u"UPDATE grants SET state = 2, end_reason = 'time_ran_out', ended_at = 1"_s
                                 << LeafKind::StateRejected << GrantState::Revoked;
        QTest::newRow("held") << u"UPDATE grants SET state = 1, end_reason = 'clock_moved', ended_at = NULL"_s
                              << LeafKind::GrantHeld << GrantState::Held;
    }
    void a_row_that_says_less_than_the_log_is_told_and_logged()
    {
        QFETCH(QString, statement);
        QFETCH(LeafKind, entry);
        QFETCH(GrantState, state);
        AuthorityFixture fixture;
        const auto tokens = fixture.tokensFor(fixture.registerAgent());
        fixture.stop();
        tamper(fixture.folder(), {statement});
        QVERIFY(fixture.start());
        QCOMPARE(fixture.grant(tokens.grant).state, state);
        QCOMPARE(fixture.count(entry), 1);
        QVERIFY(fixture.status().detail.contains(QString::fromStdString(tokens.grant.value)));
        QVERIFY(!fixture.isActive(tokens.accessToken));
        QVERIFY(fixture.checkLog());
        fixture.stop();
        QVERIFY(fixture.start()); // once is enough
        QCOMPARE(fixture.status().detail, QString());
        QCOMPARE(fixture.count(entry), 1);
        if (state != GrantState::Held)
            return;
        QVERIFY(fixture.run<void>([&](auto& context) { return authority::resumeGrant(context, tokens.grant); }));
        QVERIFY(fixture.isActive(tokens.accessToken));
    }
};

QTEST_GUILESS_MAIN(TestLogChecks)
#include "tst_log_checks.moc"
