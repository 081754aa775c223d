// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/services_page.h"

#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/row_delegate.h"
#include "ui/services/services_model.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QStackedLayout>
#include <QTableView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

ServicesPage::ServicesPage(ServiceDeeds deeds, QWidget* parent)
    : QWidget(parent)
    , m_deeds(std::move(deeds))
    , m_model(new ServicesModel(this))
    , m_problem(new Notice(Tone::Danger))
    , m_table(new QTableView)
    , m_empty(new PlainLabel(tr(
          "No service checks tokens here.\nAdd one that should be able to ask whether an agent's token still holds.")))
    , m_remove(new QPushButton(tr("Remove…")))
{
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_problem);
    m_problem->hide();
    m_table->setModel(m_model);
    m_table->setItemDelegate(new RowDelegate(m_table));
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
    auto* row = new QHBoxLayout;
    row->addWidget(add);
    row->addWidget(m_remove);
    row->addStretch();
    column->addLayout(row);
    connect(add, &QPushButton::clicked, this, [this] {
        auto* dialog = new AddServiceDialog(m_deeds, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
    connect(m_remove, &QPushButton::clicked, this, &ServicesPage::askToRemove);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &ServicesPage::updateState);
    updateState();
}

void ServicesPage::setServices(std::vector<authority::ServiceRow> rows)
{
    m_model->reset(std::move(rows));
    m_table->resizeColumnToContents(ServicesModel::Name);
    m_table->resizeColumnToContents(ServicesModel::Added);
    updateState();
}

void ServicesPage::askToRemove()
{
    const QModelIndexList chosen = m_table->selectionModel()->selectedRows();
    if (chosen.isEmpty())
        return;
    const authority::ServiceRow service = m_model->at(chosen.first().row());
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
    m_place->setCurrentWidget(m_model->rowCount() == 0 ? static_cast<QWidget*>(m_empty) : m_table);
}

} // namespace countersign::ui
