// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the person takes back is signed and chained, can't be left out later, and never makes anything wider.

#include "core/authority/amendments.h"
#include "core/base/try.h"
#include "tests/core/authority/narrowing_scene.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace std::chrono_literals;
using audit::LeafKind;
using authority::Context;
using permissions::Reason;
using Scene = NarrowingScene;

class TestAmendments : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void the_amendment_is_signed_and_chained()
    {
        Scene scene;
        QVERIFY(narrow(scene.fixture, scene.above.grant, atMost("100.00")));
        QVERIFY(narrow(scene.fixture, scene.above.grant, atMost("50.00")));
        const GrantId id = scene.above.grant;
        const auto amendments = scene.fixture.run<std::vector<consent::ConsentRecord>>(
            [&](Context& context) -> Result<std::vector<consent::ConsentRecord>> {
                const auto consent = TRY(context.consents.recordOf(id));
                return authority::amendmentsOf(
                    context.consents, context.options.identity.person, id, consent.value_or(""), scene.asked);
            });
        QVERIFY2(amendments, amendments ? "" : amendments.error().message.c_str());
        QCOMPARE(amendments->size(), std::size_t{2});
        QCOMPARE(amendments->back().granted, scene.fixture.grant(id).permission);
        QCOMPARE(amendments->back().asked, amendments->front().granted);
        QVERIFY(
            newestEntry(scene.fixture).sentence.startsWith(QString::fromUtf8("You took back a part of what “parent”")));
    }

    void it_stands_after_a_restart()
    {
        Scene scene;
        QVERIFY(narrow(scene.fixture, scene.above.grant, atMost("100.00")));
        QVERIFY(narrow(scene.fixture, scene.below.grant, atMost("50.00")));
        QVERIFY(narrow(scene.fixture, scene.above.grant, atMost("90.00")));
        scene.restart();
        QCOMPARE(scene.fixture.status().detail, QString());
        scene.refresh();
        QCOMPARE(denialOf(scene.performAbove(payment("90.01"))), Reason::PerAction);
        QCOMPARE(denialOf(scene.performBelow(payment("50.01"))), Reason::PerAction);
        QVERIFY(isPermitted(scene.performBelow(payment("50.00"))));
    }

    void an_amendment_can_not_be_left_out_data()
    {
        QTest::addColumn<std::string>("sql");
        QTest::newRow("the last one") << std::string("DELETE FROM consents WHERE seq = 2");
        QTest::newRow("the first one") << std::string("DELETE FROM consents WHERE seq = 1");
        QTest::newRow("its record") << std::string(
            "UPDATE consents SET record = replace(record, '.', '.A') WHERE seq = 2");
        QTest::newRow("the row as it was")
            << std::string("UPDATE grants SET permission = replace(permission, '50.00', '500.00')");
    }
    void an_amendment_can_not_be_left_out()
    {
        QFETCH(const std::string, sql);
        AuthorityFixture fixture;
        const TestAgent agent = fixture.registerAgent();
        const auto tokens = grantTo(fixture, agent, paymentsWith(kMoney));
        QVERIFY(narrow(fixture, tokens.grant, atMost("100.00")));
        QVERIFY(narrow(fixture, tokens.grant, atMost("50.00")));
        QVERIFY(fixture.run<void>([&](Context& context) { return store::Query(context.database, sql).run(); }));
        fixture.stop();
        QVERIFY(fixture.start());
        QVERIFY(fixture.grants().empty());
        QVERIFY(!fixture.status().detail.isEmpty());
    }

    void a_row_below_can_not_be_widened_again()
    {
        Scene scene;
        QVERIFY(narrow(scene.fixture, scene.above.grant, atMost("100.00")));
        scene.refresh();
        QVERIFY(scene.fixture.run<void>([&](Context& context) {
            store::Query query(context.database,
                "UPDATE grants SET permission = replace(permission, '100.00', '500.00') WHERE grant_id = ?");
            return query.bind(scene.below.grant.value).run();
        }));
        QCOMPARE(denialOf(scene.performBelow(payment("101.00"))), Reason::PerAction);
        scene.restart();
        QCOMPARE(denialOf(scene.performBelow(payment("101.00"))), Reason::None); // there is no such grant, or no token
        QVERIFY(!isPermitted(scene.performBelow(payment("101.00"))));
    }

    void nothing_can_be_widened_by_it_data()
    {
        QTest::addColumn<int>("how");
        for (const int how : {0, 1, 2, 3, 4, 5})
            QTest::newRow(std::array{"per action", "total", "depth", "facts", "time", "no change"}.at(std::size_t(how)))
                << how;
    }
    void nothing_can_be_widened_by_it()
    {
        QFETCH(const int, how);
        Scene scene;
        const auto before = scene.fixture.grant(scene.above.grant);
        auto narrowing = must(narrowingOf(scene.fixture, scene.above.grant, [](consent::Edit&) { }), "narrowing");
        auto& detail = narrowing.edit.details.front();
        if (how == 0)
            detail.perAction = euros("500.01");
        if (how == 1)
            detail.total = euros("1000.01");
        if (how == 2)
            detail.maxDepth = 3;
        if (how == 3) {
            narrowing.facts.asked.details.front().spend->perAction = euros("900.00");
            detail.total = euros("999.00");
        }
        if (how == 4) {
            narrowing.edit.duration = consent::Duration::UntilDate;
            narrowing.edit.untilDate = before.expiresAt + 1s;
        }
        narrowing.shownText =
            consent::composeScreen(narrowing.facts, narrowing.edit, QLocale(QLocale::English)).text(narrowing.edit);
        const auto done = narrow(scene.fixture, narrowing);
        QVERIFY(!done);
        QCOMPARE(scene.fixture.grant(scene.above.grant), before);
        QCOMPARE(scene.fixture.count(LeafKind::GrantNarrowed), 0);
        QVERIFY(scene.fixture.isActive(scene.above.accessToken));
    }

    void a_screen_of_before_the_last_change_is_refused()
    {
        Scene scene;
        const auto first = must(narrowingOf(scene.fixture, scene.above.grant, atMost("100.00")), "first");
        QVERIFY(narrow(scene.fixture, scene.above.grant, atMost("50.00")));
        const auto stale = narrow(scene.fixture, first);
        QVERIFY(!stale);
        QCOMPARE(stale.error().code, ErrorCode::InvalidInput);
        QCOMPARE(scene.fixture.grant(scene.above.grant).permission.details.front().spend->perAction, euros("50.00"));
    }

    void an_ended_grant_can_not_be_narrowed()
    {
        Scene scene;
        const auto prepared = must(narrowingOf(scene.fixture, scene.above.grant, atMost("100.00")), "narrowing");
        QVERIFY(scene.fixture.revoke(scene.above.grant));
        const auto late = narrow(scene.fixture, prepared);
        QVERIFY(!late);
        QCOMPARE(late.error().code, ErrorCode::InvalidGrant);
        QVERIFY(!narrowingOf(scene.fixture, GrantId{"none"}, atMost("1.00")));
    }

    void without_the_persons_key_nothing_is_signed()
    {
        Scene scene;
        scene.fixture.stop();
        QVERIFY(scene.fixture.start(AuthorityFixture::PersonKey::Sealed));
        const auto sealed = narrow(scene.fixture, scene.above.grant, atMost("100.00"));
        QVERIFY(!sealed);
        QCOMPARE(sealed.error().code, ErrorCode::KeychainLocked);
        QCOMPARE(scene.fixture.grant(scene.above.grant).permission, scene.asked);
    }

    void the_log_s_end_is_kept_outside()
    {
        Scene scene;
        QVERIFY(narrow(scene.fixture, scene.above.grant, atMost("100.00")));
        QCOMPARE(scene.fixture.anchor()->treeSize, scene.fixture.status().logSize);
    }
};

QTEST_GUILESS_MAIN(TestAmendments)
#include "tst_amendments.moc"
