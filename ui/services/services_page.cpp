// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/services_page.h"

#include "core/base/text_safety.h"
#include "core/consent/offer.h"
#include "core/services/openapi.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/row_delegate.h"
#include "ui/common/text_direction.h"
#include "ui/common/time_words.h"
#include "ui/services/import_dialog.h"
#include "ui/services/operations_table.h"
#include "ui/services/services_model.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLocale>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QStackedLayout>
#include <QTableView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(countersign::ui::ServicesPage)
};

QString offerWords(const authority::ServiceRow& service)
{
    switch (service.document) {
    case authority::ServiceRow::Document::None:
        return Words::tr("What this service offers and demands is not known: import its OpenAPI document.");
    case authority::ServiceRow::Document::Unreadable:
        return Words::tr(
            "What is kept of this service's document is not what you imported, so nothing new is permitted "
            "there. Import its OpenAPI document again.");
    case authority::ServiceRow::Document::Kept:
        break;
    }
    //: %1: title of a document, %2: its version, both in the service's words; %3: a date
    return Words::tr("From %1, version %2, imported %3. What each operation demands is a floor: it permits nothing.")
        .arg(consent::quotedWords(service.catalogue->title, services::kMaxTitleBytes),
            consent::quotedWords(service.catalogue->version, services::kMaxVersionBytes),
            QLocale().toString(localTime(service.importedAt), QLocale::ShortFormat));
}

} // namespace

ServicesPage::ServicesPage(ServiceDeeds deeds, QWidget* parent)
    : QWidget(parent)
    , m_deeds(std::move(deeds))
    , m_model(new ServicesModel(this))
    , m_problem(new Notice(Tone::Danger))
    , m_table(new QTableView)
    , m_empty(new PlainLabel(tr(
          "No service checks tokens here.\nAdd one that should be able to ask whether an agent's token still holds.")))
    , m_remove(new QPushButton(tr("Remove…")))
    , m_import(new QPushButton(tr("Import OpenAPI…")))
    , m_offerTitle(new PlainLabel({}, PlainLabel::Size::Heading))
    , m_offer(new PlainLabel)
    , m_operations(new OperationsTable)
{
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_problem);
    m_problem->hide();
    m_table->setModel(m_model);
    m_table->setItemDelegate(new RowDelegate(m_table));
    m_table->setObjectName(u"services"_s);
    m_table->setAccessibleName(tr("Services"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeading | Qt::AlignVCenter);
    m_table->horizontalHeader()->setSectionResizeMode(ServicesModel::Location, QHeaderView::Stretch);
    m_empty->setAlignment(Qt::AlignCenter);
    auto* place = new QWidget;
    m_place = new QStackedLayout(place);
    m_place->addWidget(m_table);
    m_place->addWidget(m_empty);
    column->addWidget(place, 1);

    auto* add = new QPushButton(tr("Add a service…"));
    add->setAutoDefault(false);
    m_remove->setAutoDefault(false);
    m_import->setAutoDefault(false);
    m_import->setAccessibleDescription(tr("Reads what the selected service offers, and what it demands of agents."));
    auto* row = new QHBoxLayout;
    row->addWidget(add);
    row->addWidget(m_import);
    row->addWidget(m_remove);
    row->addStretch();
    column->addLayout(row);
    addOffer();
    connect(add, &QPushButton::clicked, this, [this] {
        auto* dialog = new AddServiceDialog(m_deeds, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
    connect(m_remove, &QPushButton::clicked, this, &ServicesPage::askToRemove);
    connect(m_import, &QPushButton::clicked, this, &ServicesPage::chooseFile);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ServicesPage::updateState);
    updateState();
}

void ServicesPage::addOffer()
{
    auto* column = static_cast<QVBoxLayout*>(layout());
    m_offer->setObjectName(u"offer"_s);
    m_offer->setQuiet();
    column->addSpacing(fontMetrics().height() / 2);
    column->addWidget(m_offerTitle);
    column->addWidget(m_offer);
    column->addWidget(m_operations, 2);
}

void ServicesPage::setServices(std::vector<authority::ServiceRow> rows)
{
    const authority::ServiceRow* chosen = selected();
    const ServiceId before = chosen ? chosen->id : ServiceId();
    const auto same = std::ranges::find(rows, before, &authority::ServiceRow::id);
    const auto place = static_cast<int>(same - rows.begin());
    const bool stays = same != rows.end();
    m_model->reset(std::move(rows));
    if (stays)
        m_table->selectRow(place);
    const int room = fontMetrics().horizontalAdvance(u'm'); // between what stands side by side
    for (const int each : {ServicesModel::Name, ServicesModel::Offers, ServicesModel::Added}) {
        m_table->resizeColumnToContents(each);
        m_table->setColumnWidth(each, m_table->columnWidth(each) + room);
    }
    updateState();
}

const authority::ServiceRow* ServicesPage::selected() const
{
    const QModelIndexList chosen = m_table->selectionModel()->selectedRows();
    return chosen.isEmpty() ? nullptr : &m_model->at(chosen.constFirst().row());
}

void ServicesPage::chooseFile()
{
    auto* dialog = new QFileDialog(this, tr("Import what a service offers"));
    dialog->setOption(QFileDialog::DontUseNativeDialog); // the desktop's portal does not serve a protected program
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("OpenAPI documents (*.json *.yaml *.yml)"), tr("All files (*)")});
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, &ServicesPage::importFile);
    dialog->open();
}

void ServicesPage::importFile(const QString& path)
{
    const authority::ServiceRow* service = selected();
    if (!service)
        return;
    m_problem->hide();
    m_import->setEnabled(false); // until it is read
    m_deeds.preview(service->id, path,
        [guarded = QPointer(this), name = service->name](Result<authority::CataloguePreview> preview) {
            if (ServicesPage* page = guarded)
                page->showPreview(name, std::move(preview));
        });
}

void ServicesPage::showPreview(const QString& service, Result<authority::CataloguePreview> preview)
{
    updateState();
    if (!preview)
        return report(
            tr("The document can't be imported; nothing was changed."), safeText(preview.error().message).text);
    auto* dialog = new ImportDialog(service, *std::move(preview), m_deeds.import, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void ServicesPage::report(const QString& what, const QString& why)
{
    m_problem->setWords(what, why);
    m_problem->show();
}

void ServicesPage::updateOffer()
{
    const authority::ServiceRow* service = selected();
    const auto catalogue = service ? service->catalogue : nullptr;
    m_offerTitle->setVisible(service != nullptr);
    m_offer->setVisible(service != nullptr);
    m_operations->setVisible(catalogue != nullptr);
    if (!service)
        return;
    m_operations->showAll(catalogue);
    m_offerTitle->setText(tr("What %1 offers").arg(isolated(service->name)));
    m_offer->setText(offerWords(*service));
}

void ServicesPage::askToRemove()
{
    const authority::ServiceRow* chosen = selected();
    if (!chosen)
        return;
    const authority::ServiceRow service = *chosen;
    auto* question = new QMessageBox(QMessageBox::Question, tr("Remove this service?"),
        tr("Remove “%1”?").arg(service.name), QMessageBox::Cancel, this);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(tr("Its secret stops working at once: it can't check tokens here any more."));
    question->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* yes = question->addButton(tr("Remove"), QMessageBox::DestructiveRole);
    connect(yes, &QPushButton::clicked, this, [this, id = service.id] {
        m_deeds.remove(id, [guarded = QPointer(this)](const Result<void>& result) {
            const ServicesPage* page = guarded;
            if (page == nullptr)
                return;
            page->m_problem->setVisible(!result);
            if (!result)
                page->m_problem->setWords(
                    tr("The service was not removed."), QString::fromStdString(result.error().message));
        });
    });
    question->open();
}

void ServicesPage::updateState()
{
    m_remove->setEnabled(m_table->selectionModel()->hasSelection());
    m_import->setEnabled(m_table->selectionModel()->hasSelection());
    updateOffer();
    m_place->setCurrentWidget(m_model->rowCount() == 0 ? static_cast<QWidget*>(m_empty) : m_table);
}

} // namespace countersign::ui
