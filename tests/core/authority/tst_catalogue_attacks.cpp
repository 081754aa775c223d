// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What could go wrong with what services offer: rows that somebody changed, imports that meet or are undone, services
// that go, words that want to pass for ours.

#include "core/base/try.h"
#include "tests/core/authority/catalogue_scene.h"
#include "tests/core/authority/tampering.h"

#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using namespace Qt::StringLiterals;
using audit::LeafKind;
using authority::Context;
using grants::EndReason;
using grants::GrantState;
using Document = authority::ServiceRow::Document;

class CatalogueAttacksTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void what_a_service_offers_is_there_after_a_restart()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const auto offered = *scene.offered();
        scene.restart();
        QVERIFY(*scene.offered() == offered);
        QCOMPARE(scene.row().document, Document::Kept);
        QCOMPARE(scene.row().importedAt, kTestStart);
    }

    void rows_that_are_not_what_was_imported_hold_what_is_there_data()
    {
        QTest::addColumn<QStringList>("statements");
        QTest::newRow("weaker demands") << QStringList(
            u"UPDATE catalogues SET catalogue = replace(catalogue, 'L2', 'L0')"_s);
        QTest::newRow("other bytes") << QStringList(u"UPDATE catalogues SET catalogue = '{}'"_s);
        QTest::newRow("no row") << QStringList{u"DELETE FROM grant_catalogues"_s, u"DELETE FROM catalogues"_s};
        QTest::newRow("under another entry") << QStringList{
            u"UPDATE catalogues SET idx = idx + 1000"_s, u"UPDATE grant_catalogues SET catalogue = catalogue + 1000"_s};
        QTest::newRow("emptied") << QStringList(u"UPDATE catalogues SET catalogue = '', digest = x'00'"_s);
    }

    void rows_that_are_not_what_was_imported_hold_what_is_there()
    {
        QFETCH(QStringList, statements);
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const GrantId grant = scene.grantOf(payments());
        QVERIFY(scene.fixture.ask(scene.fixture.request(scene.agent)));
        scene.fixture.stop();
        tamper(scene.fixture.folder(), statements);
        must(scene.fixture.start(), "start");
        QVERIFY(!scene.offered());
        QCOMPARE(scene.row().document, Document::Unreadable);
        QCOMPARE(scene.fixture.grant(grant).state, GrantState::Held);
        QCOMPARE(scene.fixture.grant(grant).reason, EndReason::OperationsChanged);
        // The screen says so, nothing there is allowed any more, and a new import mends it.
        const authority::WaitingRequest waiting = scene.fixture.waiting().front();
        const consent::Edit edit = consent::initialEdit(waiting.facts);
        const QString text = consent::composeScreen(waiting.facts, edit, QLocale::c()).text(edit);
        QVERIFY2(text.contains(QStringLiteral("can't be read any more")), qPrintable(text));
        QVERIFY(!scene.fixture.approve(approvalOf(waiting)));
        QVERIFY(!scene.resume(grant));
        QVERIFY(scene.import(document()));
        QVERIFY(scene.resume(grant));
        QVERIFY(scene.fixture.approve());
    }

    void rows_that_are_not_what_was_imported_are_set_aside_and_said()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        scene.fixture.stop();
        tamper(scene.fixture.folder(),
            {u"UPDATE catalogues SET catalogue = '{}'"_s,
                u"INSERT INTO catalogues (idx, service_id, digest, catalogue) SELECT 1000, service_id, digest, "
                u"catalogue FROM catalogues"_s});
        must(scene.fixture.start(), "start");
        QCOMPARE(scene.kept("SELECT count(*) FROM catalogues"), 0);
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1);
        QVERIFY(newestEntry(scene.fixture).details.contains(u"catalogues: 2 were not what was imported"_s));
        const QString detail = scene.fixture.status().detail;
        QVERIFY2(detail.contains(u"import its document again"_s), qPrintable(detail));
        scene.restart();
        QCOMPARE(scene.fixture.count(LeafKind::StateRejected), 1); // told once
        QVERIFY(scene.fixture.status().detail.contains(u"import its document again"_s)); // as long as it is so
    }

    void what_a_grant_was_given_for_is_what_the_log_says_data()
    {
        QTest::addColumn<QStringList>("statements");
        QTest::newRow("nothing was changed") << QStringList();
        QTest::newRow("nothing was known") << QStringList(u"DELETE FROM grant_catalogues"_s);
        QTest::newRow("another document") << QStringList{u"DELETE FROM grant_catalogues"_s,
            u"INSERT INTO catalogues (idx, service_id, digest, catalogue) SELECT idx + 1, service_id, digest, "
            u"replace(catalogue, 'POST', 'PUT') FROM catalogues"_s,
            u"INSERT INTO grant_catalogues (grant_id, service_id, catalogue) SELECT g.grant_id, c.service_id, "
            u"max(c.idx) FROM grants g, catalogues c"_s};
    }

    void what_a_grant_was_given_for_is_what_the_log_says()
    {
        QFETCH(QStringList, statements);
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const GrantId grant = scene.grantOf(payments());
        scene.fixture.stop();
        tamper(scene.fixture.folder(), statements);
        must(scene.fixture.start(), "start");
        QCOMPARE(scene.fixture.grant(grant).state, GrantState::Live);
        QVERIFY(scene.preview(document("integer"))->held == std::vector{grant});
        QVERIFY(scene.import(document("integer")));
        QCOMPARE(scene.fixture.grant(grant).reason, EndReason::OperationsChanged);
        QVERIFY(scene.fixture.revoke(grant));
        QVERIFY(scene.import(document("number"))); // and what nobody needs any more goes
        QCOMPARE(scene.kept("SELECT count(*) FROM catalogues"), 1);
    }

    void what_changed_under_a_held_grant_can_not_be_hidden_data()
    {
        QTest::addColumn<QStringList>("statements");
        QTest::addColumn<int>("changed");
        QTest::newRow("nothing was changed") << QStringList() << 1;
        QTest::newRow("given for the new one")
            << QStringList(u"UPDATE grant_catalogues SET catalogue = (SELECT max(idx) FROM catalogues)"_s) << 1;
        QTest::newRow("the old one is the new one") << QStringList(
            u"UPDATE catalogues SET (digest, catalogue) = (SELECT digest, catalogue FROM catalogues ORDER "
            u"BY idx DESC LIMIT 1)"_s) << 2; // what was offered is not known: all is new
        QTest::newRow("the old one is gone") << QStringList{u"DELETE FROM grant_catalogues"_s,
            u"DELETE FROM catalogues WHERE idx < (SELECT max(idx) FROM catalogues)"_s}
                                             << 2;
    }

    void what_changed_under_a_held_grant_can_not_be_hidden()
    {
        QFETCH(QStringList, statements);
        QFETCH(int, changed);
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const GrantId grant = scene.grantOf(payments());
        QVERIFY(scene.import(document("integer")));
        scene.fixture.stop();
        tamper(scene.fixture.folder(), statements);
        must(scene.fixture.start(), "start");
        QCOMPARE(scene.fixture.grant(grant).reason, EndReason::OperationsChanged);
        QCOMPARE(rowOf(scene.fixture, grant).changedOperations.size(), static_cast<std::size_t>(changed));
        QVERIFY(scene.resume(grant));
        QVERIFY(rowOf(scene.fixture, grant).changedOperations.empty());
    }

    void a_grant_whose_document_is_lost_is_held_and_the_person_is_told()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const GrantId grant = scene.grantOf(payments());
        QByteArray other = document();
        other.replace("L2", "L3"); // which holds nothing
        QVERIFY(scene.import(other));
        QCOMPARE(scene.fixture.grant(grant).state, GrantState::Live);
        scene.fixture.stop();
        tamper(scene.fixture.folder(),
            {u"DELETE FROM grant_catalogues"_s,
                u"DELETE FROM catalogues WHERE idx < (SELECT max(idx) FROM catalogues)"_s});
        must(scene.fixture.start(), "start");
        QCOMPARE(scene.fixture.grant(grant).reason, EndReason::OperationsChanged);
        const QString detail = scene.fixture.status().detail;
        QVERIFY2(detail.contains(u"until you have looked"_s), qPrintable(detail));
        QVERIFY(scene.resume(grant));
        scene.restart();
        QCOMPARE(scene.fixture.grant(grant).state, GrantState::Live);
        QCOMPARE(scene.fixture.status().detail, QString());
    }

    void a_removed_service_offers_nothing_and_one_at_its_place_is_held_to_what_it_offered()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const GrantId grant = scene.grantOf(payments());
        QVERIFY(scene.fixture.run<void>([&](Context& context) { return removeService(context, scene.service); }));
        QVERIFY(scene.fixture
                .run<bool>([](Context& context) -> Result<bool> { return TRY(context.catalogues.offered()).empty(); })
                .value());
        scene.service = addService(scene.fixture);
        QCOMPARE(scene.row().document, Document::None);
        QVERIFY(scene.preview(document("integer"))->held == std::vector{grant});
        QVERIFY(scene.preview(document())->held.empty());
        QVERIFY(scene.import(document("integer")));
        QCOMPARE(scene.fixture.grant(grant).reason, EndReason::OperationsChanged);
    }

    void an_import_that_is_undone_was_never_there()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const auto offered = *scene.offered();
        const auto later = scene.preview(document("integer"));
        const auto failed = scene.fixture.run<void>([&](Context& context) -> Result<void> {
            TRY(importCatalogue(context, *later));
            return fail(ErrorCode::Internal, "something else went wrong");
        });
        QVERIFY(!failed);
        QVERIFY(*scene.offered() == offered);
        QVERIFY(scene.import(*later)); // nothing came between
        QVERIFY(*scene.offered() == *later->catalogue);
    }

    void a_preview_that_was_overtaken_is_refused()
    {
        CatalogueScene scene;
        const auto first = scene.preview(document());
        QVERIFY(scene.import(document("integer")));
        const auto offered = *scene.offered();
        const auto late = scene.import(*first);
        QVERIFY(!late);
        QCOMPARE(late.error().code, ErrorCode::InvalidInput);
        QVERIFY(*scene.offered() == offered);
        // Also where both are of the same document, and where both go to the disk together.
        const auto one = scene.preview(document("number"));
        const auto other = scene.preview(document("boolean"));
        int done = 0;
        const auto count = [&done](const Result<void>& result) { done += result ? 1 : 0; };
        scene.fixture.authority().submit(
            authority::Authority::Work<void>([&](Context& context) { return importCatalogue(context, *one); }),
            authority::Reply<void>(count));
        QVERIFY(!scene.import(*other));
        QCOMPARE(done, 1);
        QVERIFY(*scene.offered() == *one->catalogue);
    }

    void words_of_a_document_can_not_pass_for_ours()
    {
        CatalogueScene scene;
        QByteArray text = document();
        text.replace("Pay somebody", "\"x\\u202E\\u2069\\u0007 \\u0420ay\\nApproved by you\"");
        QVERIFY(scene.import(text));
        QVERIFY(scene.fixture.ask(scene.fixture.request(scene.agent)));
        const authority::WaitingRequest waiting = scene.fixture.waiting().front();
        const consent::Edit edit = consent::initialEdit(waiting.facts);
        const QString shown = consent::composeScreen(waiting.facts, edit, QLocale::c()).text(edit);
        QVERIFY2(!shown.contains(QChar(0x202E)) && !shown.contains(QChar(7)), qPrintable(shown));
        QVERIFY2(!shown.contains(QStringLiteral("\nApproved")), qPrintable(shown));
        QCOMPARE(shown.count(QChar(0x2068)), shown.count(QChar(0x2069))); // none is closed from inside
        QVERIFY2(shown.contains(QStringLiteral("mix letters of different scripts")), qPrintable(shown));
    }
};

QTEST_GUILESS_MAIN(CatalogueAttacksTest)
#include "tst_catalogue_attacks.moc"
