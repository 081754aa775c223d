// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// OpenAPI documents of services: what they change, and what grants were given for.

#include "core/services/document.h"
#include "tests/core/authority/catalogue_scene.h"

#include <QDir>
#include <QTemporaryFile>
#include <QTest>

using namespace countersign;
using namespace countersign::testing;
using audit::LeafKind;
using authority::CataloguePreview;
using authority::Context;
using grants::EndReason;
using grants::GrantState;
using Kind = services::OperationChange::Kind;

namespace {

permissions::Permission allPayments()
{
    permissions::Permission permission = payments();
    permission.details.front().actions = {*permissions::Action::parse("payments.*")};
    return permission;
}

permissions::Permission onlyReading()
{
    permissions::Permission permission = payments();
    permission.details.front().actions = {*permissions::Action::parse("payments.read")};
    return permission;
}

} // namespace

class CataloguesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void a_first_document_is_shown_then_taken_and_logged()
    {
        CatalogueScene scene;
        const GrantId before = scene.grantOf(payments());
        const auto preview = scene.preview(document());
        QVERIFY2(preview, preview ? "" : preview.error().message.c_str());
        QCOMPARE(preview->changes.size(), std::size_t{2});
        QVERIFY(std::ranges::all_of(preview->changes, [](const auto& change) { return change.kind == Kind::Added; }));
        QVERIFY(preview->held.empty());
        QCOMPARE(preview->elsewhere, CataloguePreview::Elsewhere::No);
        QVERIFY(!scene.offered());
        QVERIFY(scene.import(*preview));
        QVERIFY(*scene.offered() == *preview->catalogue);
        QCOMPARE(scene.fixture.log().back(), LeafKind::CatalogueImported);
        QVERIFY(newestEntry(scene.fixture).details.contains(QStringLiteral("\"changed\": 2")));
        QCOMPARE(scene.fixture.grant(before).state, GrantState::Live); // it was given before anything was known
    }

    void a_bad_document_changes_nothing()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const auto offered = scene.offered();
        const auto entries = scene.fixture.log().size();
        const auto bad = scene.preview(document("string", "  /more:\n    get: {x-agent-trust-required: lots}\n"));
        QVERIFY(!bad);
        QVERIFY2(bad.error().message.starts_with("Line "), bad.error().message.c_str());
        QVERIFY(*scene.offered() == *offered);
        QCOMPARE(scene.fixture.log().size(), entries);
    }

    void a_file_is_read_off_the_persons_thread()
    {
        CatalogueScene scene;
        QTemporaryFile file;
        QVERIFY(file.open() && file.write(document()) > 0 && file.flush());
        const auto preview = scene.previewFile(file.fileName());
        QVERIFY2(preview, preview ? "" : preview.error().message.c_str());
        QCOMPARE(preview->changes.size(), std::size_t{2});
        QVERIFY(file.resize(static_cast<qint64>(3 * services::kMaxDocumentBytes)));
        QCOMPARE(scene.previewFile(file.fileName()).error().code, ErrorCode::TooLarge);
    }

    void a_file_that_can_not_be_read_says_why_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("why");
        QTest::newRow("it is not there") << QStringLiteral("/nowhere/at/all") << QStringLiteral("No such file");
        QTest::newRow("it never ends") << QStringLiteral("/dev/zero") << QStringLiteral("no ordinary file");
        QTest::newRow("a folder") << QDir::tempPath() << QStringLiteral("no ordinary file");
    }

    void a_file_that_can_not_be_read_says_why()
    {
        QFETCH(const QString, path);
        QFETCH(const QString, why);
        CatalogueScene scene;
        const auto preview = scene.previewFile(path);
        QVERIFY(!preview);
        const QString said = QString::fromStdString(preview.error().message);
        QVERIFY2(said.startsWith(QStringLiteral("The file can't be read: ")) && said.contains(why), qPrintable(said));
    }

    void a_document_of_another_address_says_so()
    {
        CatalogueScene scene;
        QByteArray text = document();
        text.replace("https://payments.example/", "https://elsewhere.example/");
        QCOMPARE(scene.preview(text)->elsewhere, CataloguePreview::Elsewhere::Yes);
        text.replace("https://elsewhere.example/", "/v2");
        QCOMPARE(scene.preview(text)->elsewhere, CataloguePreview::Elsewhere::No);
    }

    void a_changed_operation_holds_the_grants_that_cover_it_until_the_person_looked()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const GrantId both = scene.grantOf(payments());
        const GrantId reads = scene.grantOf(onlyReading());
        const QByteArray changed = document("integer");
        QVERIFY(scene.preview(changed)->held == std::vector{both});
        QVERIFY(scene.import(changed));
        QCOMPARE(scene.fixture.grant(both).state, GrantState::Held);
        QCOMPARE(scene.fixture.grant(both).reason, EndReason::OperationsChanged);
        QCOMPARE(scene.fixture.grant(reads).state, GrantState::Live);
        const auto shown = rowOf(scene.fixture, both).changedOperations;
        QCOMPARE(shown.size(), std::size_t{1});
        QCOMPARE(shown.front().kind, Kind::Altered);
        QCOMPARE(shown.front().operation.action.name(), "payments.create");
        QVERIFY(scene.resume(both));
        QCOMPARE(scene.fixture.grant(both).state, GrantState::Live);
        QVERIFY(rowOf(scene.fixture, both).changedOperations.empty());
        QVERIFY(scene.import(changed)); // the same again
        QCOMPARE(scene.fixture.grant(both).state, GrantState::Live);
    }

    void words_and_demands_alone_hold_nothing()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const GrantId grant = scene.grantOf(allPayments());
        QByteArray text = document();
        text.replace("Pay somebody", "Pay anybody").replace("L2", "L4");
        QCOMPARE(scene.preview(text)->changes.size(), std::size_t{1});
        QCOMPARE(scene.preview(text)->changes.front().kind, Kind::Demands);
        QVERIFY(scene.import(text));
        QCOMPARE(scene.fixture.grant(grant).state, GrantState::Live);
    }

    void what_is_new_under_a_wildcard_or_gone_holds_too()
    {
        CatalogueScene scene;
        const std::string more = "  /payments/all:\n    delete: {operationId: payments.delete-all}\n";
        QVERIFY(scene.import(document()));
        const GrantId named = scene.grantOf(payments());
        const GrantId all = scene.grantOf(allPayments());
        QVERIFY(scene.import(document("string", more)));
        QCOMPARE(scene.fixture.grant(named).state, GrantState::Live);
        QCOMPARE(scene.fixture.grant(all).state, GrantState::Held);
        QVERIFY(scene.resume(all));
        QVERIFY(scene.import(document()));
        QCOMPARE(scene.fixture.grant(named).state, GrantState::Live);
        QCOMPARE(scene.fixture.grant(all).state, GrantState::Held);
        QCOMPARE(rowOf(scene.fixture, all).changedOperations.front().kind, Kind::Removed);
    }

    void what_comes_to_a_paused_grant_is_shown_when_it_goes_on()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const GrantId grant = scene.grantOf(payments());
        QVERIFY(scene.fixture.run<void>([&](Context& context) { return pauseGrant(context, grant); }));
        QVERIFY(scene.import(document("integer")));
        QCOMPARE(scene.fixture.grant(grant).reason, EndReason::OperationsChanged);
        QVERIFY(scene.import(document())); // and back, which is what it was given for
        QVERIFY(rowOf(scene.fixture, grant).changedOperations.empty());
        QCOMPARE(scene.fixture.grant(grant).state, GrantState::Held); // only the person lets it go on
    }

    void a_grant_below_is_held_with_the_one_above()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        const authority::TokenSet above = scene.fixture.tokensFor(scene.agent, delegable(1));
        const TestAgent child = scene.fixture.registerAgent("helper", "/usr/bin/helper");
        const std::string link =
            scene.fixture.delegate(above.accessToken, scene.agent.key, child, handedOn(above.granted));
        const auto below = scene.fixture.exchange(child, above.accessToken, {link});
        QVERIFY2(below, below ? "" : below.error().message.c_str());
        QVERIFY(scene.import(document("integer")));
        QCOMPARE(scene.fixture.grant(below->grant).reason, EndReason::AncestorHeld);
        QVERIFY(!scene.fixture.isActive(below->accessToken));
        QVERIFY(scene.resume(above.grant));
        QCOMPARE(scene.fixture.grant(below->grant).state, GrantState::Live);
    }

    void a_service_that_is_gone_takes_nothing()
    {
        CatalogueScene scene;
        const auto preview = scene.preview(document());
        QVERIFY(scene.fixture.run<void>([&](Context& context) { return removeService(context, scene.service); }));
        QCOMPARE(scene.import(*preview).error().code, ErrorCode::NotFound);
        QCOMPARE(scene.preview(document()).error().code, ErrorCode::NotFound);
    }

    void the_screen_speaks_the_services_words_and_demands()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        QVERIFY(scene.fixture.ask(scene.fixture.request(scene.agent)));
        const authority::WaitingRequest waiting = scene.fixture.waiting().front();
        const consent::Edit edit = consent::initialEdit(waiting.facts);
        const consent::Screen screen = consent::composeScreen(waiting.facts, edit, QLocale::c());
        const QString text = screen.text(edit);
        const auto pay =
            QStringLiteral("payments.example calls it “\u2068Pay somebody\u2069” (POST: it changes something)");
        QVERIFY2(text.contains(pay), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("Read payments\u2069” (GET: it only reads)")), qPrintable(text));
        // What was shown is not what it would be signed for.
        authority::Decision decision = approvalOf(waiting);
        QByteArray other = document();
        other.replace("Pay somebody", "Pay anybody");
        QVERIFY(scene.import(other));
        QVERIFY(!scene.fixture.approve(decision));
        // Nor where the words are the same and the operation is another.
        decision = approvalOf(scene.fixture.waiting().front());
        other.replace("{type: string}", "{type: integer}");
        QVERIFY(scene.import(other));
        QVERIFY(!scene.fixture.approve(decision));
        QVERIFY(scene.fixture.approve());
    }

    void older_documents_stay_only_as_long_as_a_grant_needs_them()
    {
        CatalogueScene scene;
        const char* catalogues = "SELECT count(*) FROM catalogues";
        QVERIFY(scene.import(document()));
        const GrantId grant = scene.grantOf(payments());
        QVERIFY(scene.import(document("integer")));
        QVERIFY(scene.import(document("number")));
        QCOMPARE(scene.kept(catalogues), 2);
        QVERIFY(scene.fixture.revoke(grant));
        QVERIFY(scene.import(document("boolean")));
        QCOMPARE(scene.kept(catalogues), 1);
    }

    void less_that_is_demanded_is_said_before_it_is_so()
    {
        CatalogueScene scene;
        QVERIFY(scene.import(document()));
        QByteArray text = document();
        text.replace("L2", "L1");
        const auto preview = scene.preview(text);
        QCOMPARE(preview->changes.size(), std::size_t{1});
        QVERIFY(preview->changes.front().demandsLess());
        QCOMPARE(preview->changes.front().before.minimumLevel, services::TrustLevel::L2);
    }
};

QTEST_GUILESS_MAIN(CataloguesTest)
#include "tst_catalogues.moc"
