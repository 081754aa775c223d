// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/ui/service_samples.h"
#include "tests/ui/walk.h"
#include "ui/common/notice.h"
#include "ui/grants/grant_questions.h"
#include "ui/services/import_dialog.h"
#include "ui/services/operations_table.h"
#include "ui/services/services_model.h"
#include "ui/services/services_page.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include <memory>

using namespace countersign;
using namespace countersign::ui;
using namespace Qt::StringLiterals;

namespace {

QStringList column(const QTableView& table, OperationsModel::Column which)
{
    QStringList out;
    for (int row = 0; row < table.model()->rowCount(); ++row)
        out.append(table.model()->index(row, which).data().toString());
    return out;
}

} // namespace

class ServicesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void operations_are_listed_with_what_each_demands()
    {
        OperationsTable table;
        const QAbstractItemModelTester tester(table.model(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        table.showAll(samples::service().catalogue);
        QCOMPARE(column(table, OperationsModel::Action),
            (QStringList{u"health.read"_s, u"payments.cancel"_s, u"payments.create"_s, u"payments.read"_s}));
        QCOMPARE(column(table, OperationsModel::Demands).at(0), u"nothing"_s);
        const QString create = column(table, OperationsModel::Demands).at(2);
        QVERIFY(create.contains(u"trust level L3"_s) && create.contains(u"screened"_s));
        QCOMPARE(column(table, OperationsModel::Request).at(1), u"DELETE /payments/{id}"_s);
        QVERIFY(table.isColumnHidden(OperationsModel::Change));
        table.showAll(nullptr);
        QCOMPARE(table.model()->rowCount(), 0);
    }

    void the_selected_service_shows_what_it_offers()
    {
        ServicesPage page({});
        page.show();
        auto* services = page.findChild<QTableView*>(u"services"_s);
        auto* operations = page.findChild<OperationsTable*>();
        auto* import = walk::buttonNamed(page, u"Import OpenAPI…"_s);
        page.setServices(
            {samples::service(), {ServiceId{"s2"}, u"Calendar"_s, u"https://calendar.example/"_s, samples::kNow}});
        QVERIFY(!import->isEnabled());
        QVERIFY(!operations->isVisible());
        services->selectRow(0);
        QVERIFY(import->isEnabled());
        QVERIFY(operations->isVisible());
        QVERIFY(page.findChild<QLabel*>(u"offer"_s)->text().contains(u"2.4.0"_s));
        QVERIFY(page.model().index(0, ServicesModel::Offers).data().toString().contains(u'4'));
        services->selectRow(1);
        QVERIFY(!operations->isVisible());
        QVERIFY(page.findChild<QLabel*>(u"offer"_s)->text().contains(u"not known"_s));
        authority::ServiceRow broken = samples::service();
        broken.document = authority::ServiceRow::Document::Unreadable;
        broken.catalogue.reset();
        page.setServices({broken});
        services->selectRow(0);
        QVERIFY(!operations->isVisible());
        QVERIFY(page.findChild<QLabel*>(u"offer"_s)->text().contains(u"not what you imported"_s));
        QVERIFY(page.model().index(0, ServicesModel::Offers).data().toString().contains(u"can't be read"_s));
        page.setServices(
            {samples::service(), {ServiceId{"s2"}, u"Calendar"_s, u"https://calendar.example/"_s, samples::kNow}});
        services->selectRow(1);
        // A later state keeps what was selected.
        page.setServices(
            {{ServiceId{"s2"}, u"Calendar"_s, u"https://calendar.example/"_s, samples::kNow}, samples::service()});
        QCOMPARE(services->selectionModel()->selectedRows().constFirst().row(), 0);
    }

    void a_file_is_previewed_and_imported()
    {
        QString read;
        int imported = 0;
        ServiceDeeds deeds;
        deeds.preview = [&](const ServiceId&, const QString& path, const ServiceDeeds::Previewed& answer) {
            read = path;
            if (read == u"/bad"_s)
                return answer(fail(ErrorCode::InvalidInput, "Line 1, column 1: this is no OpenAPI document."));
            answer(samples::preview());
        };
        deeds.import = [&](const authority::CataloguePreview&, const ServiceDeeds::Answer& answer) {
            ++imported;
            answer(imported == 1 ? Result<void>(fail(ErrorCode::StorageFull, "The disk is full.")) : Result<void>());
        };
        ServicesPage page(deeds);
        page.show();
        page.setServices({samples::service()});
        page.findChild<QTableView*>(u"services"_s)->selectRow(0);
        page.importFile(u"/bad"_s);
        QVERIFY(page.findChild<Notice*>()->isVisible());
        QVERIFY(!page.findChild<ImportDialog*>());
        page.importFile(u"/good"_s);
        QCOMPARE(read, u"/good"_s);
        QVERIFY(!page.findChild<Notice*>()->isVisible());
        QPointer dialog = page.findChild<ImportDialog*>();
        QVERIFY(dialog);
        QCOMPARE(imported, 0);
        QPushButton* accept = walk::buttonNamed(*dialog, u"Import"_s);
        QTest::mouseClick(accept, Qt::LeftButton);
        QCOMPARE(imported, 1);
        QVERIFY(dialog->isVisible()); // it says why not
        QTest::mouseClick(accept, Qt::LeftButton);
        QTRY_VERIFY(!dialog);
    }

    void while_a_file_is_read_the_page_goes_on()
    {
        ServiceDeeds::Previewed answer;
        ServiceDeeds deeds;
        deeds.preview = [&](const ServiceId&, const QString&, ServiceDeeds::Previewed later) {
            answer = std::move(later);
        };
        auto page = std::make_unique<ServicesPage>(deeds);
        page->show();
        page->setServices({samples::service()});
        page->findChild<QTableView*>(u"services"_s)->selectRow(0);
        const QPushButton* import = walk::buttonNamed(*page, u"Import OpenAPI…"_s);
        page->importFile(u"/dev/zero"_s); // which the page itself would never have read to its end
        QVERIFY(answer && !import->isEnabled());
        answer(fail(ErrorCode::InvalidInput, "The file can't be read: it is no ordinary file."));
        QVERIFY(import->isEnabled());
        page->importFile(u"/somewhere"_s);
        page.reset(); // the window goes
        answer(samples::preview());
    }

    void no_words_of_a_document_are_drawn_as_markup_or_turned_around()
    {
        services::Catalogue catalogue = samples::offer();
        catalogue.title = "Pay\u202Eyap";
        catalogue.operations.front().summary = "<h1>Harmless</h1>\u202Eselbmrah";
        catalogue.operations.front().path = "/<b>\u0007";
        authority::ServiceRow row = samples::service();
        row.catalogue = std::make_shared<const services::Catalogue>(catalogue);
        OperationsModel model;
        model.showAll(row.catalogue);
        for (int i = 0; i < OperationsModel::ColumnCount; ++i) {
            const QModelIndex index = model.index(0, i);
            QVERIFY(!index.data().toString().contains(QChar(0x202E)) && !index.data().toString().contains(QChar(7)));
            const QString tip = index.data(Qt::ToolTipRole).toString();
            QVERIFY(!tip.contains(u"<h1>"_s) && !tip.contains(u"<b>"_s));
        }
        QCOMPARE(model.index(0, OperationsModel::Summary).data().toString(), u"<h1>Harmless</h1>⟨U+202E⟩selbmrah"_s);
        ServicesPage page({});
        page.setServices({row});
        page.findChild<QTableView*>(u"services"_s)->selectRow(0);
        const auto* offer = page.findChild<QLabel*>(u"offer"_s);
        QVERIFY(offer->text().contains(u"⟨U+202E⟩"_s) && !offer->text().contains(QChar(0x202E)));
    }

    void a_preview_shows_what_changes_and_what_it_costs()
    {
        authority::CataloguePreview preview = samples::preview();
        preview.elsewhere = authority::CataloguePreview::Elsewhere::Yes;
        ImportDialog dialog(u"Payments"_s, preview, {});
        dialog.show();
        int warnings = 0;
        for (const Notice* notice : walk::all<Notice>(dialog))
            warnings += notice->isVisible() ? 1 : 0;
        QCOMPARE(warnings, 3); // elsewhere, less demanded, grants held
        const auto* table = dialog.findChild<OperationsTable*>();
        QVERIFY(!table->isColumnHidden(OperationsModel::Change));
        QCOMPARE(column(*table, OperationsModel::Action),
            (QStringList{u"health.read"_s, u"payments.cancel"_s, u"payments.create"_s, u"payments.delete-all"_s,
                u"payments.read"_s}));
        QCOMPARE(column(*table, OperationsModel::Change),
            (QStringList{u"gone"_s, u"demands more"_s, u"does or takes something else, ⚠ demands less"_s, u"new"_s,
                u"demands more"_s}));
        const QString create = column(*table, OperationsModel::Demands).at(2);
        QVERIFY(create.startsWith(u"trust level L2"_s) && create.contains(u"before: trust level L3"_s));
        QVERIFY(!walk::buttonNamed(dialog, u"Import"_s)->isEnabled()); // of another address
        dialog.findChild<QCheckBox*>()->click();
        QVERIFY(walk::buttonNamed(dialog, u"Import"_s)->isEnabled());
        dialog.findChild<QCheckBox*>()->click();
        QVERIFY(!walk::buttonNamed(dialog, u"Import"_s)->isEnabled());
        for (const QPushButton* button : walk::all<QPushButton>(dialog))
            QVERIFY(!button->isDefault() && !button->autoDefault());
    }

    void a_grant_with_changes_goes_on_only_after_they_were_shown()
    {
        QWidget parent;
        parent.show();
        authority::GrantRow row = samples::grantRow(1, std::chrono::hours(1));
        int resumed = 0;
        askWhatChanged(row, &parent, [&] { ++resumed; });
        QCOMPARE(resumed, 1); // nothing changed
        row.changedOperations = samples::preview().changes;
        row.changedOperations.front().operation.path = "/<h1>x</h1>";
        askWhatChanged(row, &parent, [&] { ++resumed; });
        for (const QLabel* label : walk::all<QLabel>(*parent.findChild<QMessageBox*>()))
            QCOMPARE(label->textFormat(), Qt::PlainText);
        QPointer question = parent.findChild<QMessageBox*>();
        QVERIFY(question);
        QVERIFY2(question->informativeText().contains(
                     u"payments.create: does or takes something else, ⚠ demands less (POST /payments)"_s),
            qPrintable(question->informativeText()));
        question->reject();
        QTRY_VERIFY(!question);
        QCOMPARE(resumed, 1);
        askWhatChanged(row, &parent, [&] { ++resumed; });
        walk::buttonNamed(*parent.findChild<QMessageBox*>(), u"Resume"_s)->click();
        QCOMPARE(resumed, 2);
    }
};

QTEST_MAIN(ServicesTest)
#include "tst_services.moc"
