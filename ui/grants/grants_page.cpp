// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grants_page.h"

#include "ui/common/icons.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/grants/grant_delegate.h"
#include "ui/grants/grants_filter.h"
#include "ui/grants/grants_model.h"
#include "ui/grants/row_buttons.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QShortcut>
#include <QStackedLayout>
#include <QTableView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

GrantsPage::GrantsPage(const Clock& clock, GrantDeeds deeds, QWidget* parent)
    : QWidget(parent)
    , m_deeds(std::move(deeds))
    , m_model(new GrantsModel(clock, this))
    , m_filter(new GrantsFilter(this))
    , m_problem(new Notice(Tone::Danger))
{
    m_filter->setSourceModel(m_model);
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_problem);
    m_problem->hide();
    addFilterRow();
    addTable();
    addActions();
    m_ticker.setInterval(std::chrono::seconds(1));
    connect(&m_ticker, &QTimer::timeout, m_table->viewport(), qOverload<>(&QWidget::update));
    updateEmpty();
    onSelection();
}

void GrantsPage::addFilterRow()
{
    m_which = new QComboBox;
    m_which->addItem(tr("Live"), static_cast<int>(GrantsFilter::Which::Live));
    m_which->addItem(tr("All, ended ones too"), static_cast<int>(GrantsFilter::Which::All));
    m_which->setAccessibleName(tr("Which grants to show"));
    m_words = new QLineEdit;
    m_words->setPlaceholderText(tr("Find an agent or what it may do"));
    m_words->setAccessibleName(tr("Find an agent or what it may do"));
    m_words->setClearButtonEnabled(true);
    auto* row = new QHBoxLayout;
    row->addWidget(m_which);
    row->addWidget(m_words, 1);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
    connect(m_which, &QComboBox::currentIndexChanged, this,
        [this] { m_filter->setWhich(static_cast<GrantsFilter::Which>(m_which->currentData().toInt())); });
    connect(m_words, &QLineEdit::textChanged, m_filter, &GrantsFilter::setWords);
}

void GrantsPage::addTable()
{
    m_table = new QTableView;
    m_table->setObjectName(u"grants"_s);
    m_table->setAccessibleName(tr("Grants"));
    m_table->setModel(m_filter);
    m_table->setItemDelegate(new GrantDelegate(m_table));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->setShowGrid(false);
    m_table->setWordWrap(true);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(fontMetrics().lineSpacing() * 3);
    QHeaderView& header = *m_table->horizontalHeader();
    header.setHighlightSections(false);
    header.setDefaultAlignment(Qt::AlignLeading | Qt::AlignVCenter);
    header.setStretchLastSection(false);
    header.setSectionResizeMode(GrantsModel::May, QHeaderView::Stretch);
    const int m = fontMetrics().horizontalAdvance(u'm');
    m_table->setColumnWidth(GrantsModel::Agent, 14 * m);
    m_table->setColumnWidth(GrantsModel::Left, 11 * m);
    m_table->setColumnWidth(GrantsModel::LastUsed, 10 * m);
    m_table->setColumnWidth(GrantsModel::State, 13 * m);
    m_table->setColumnWidth(GrantsModel::Action, 10 * m);

    new RowButtons(
        *m_table, GrantsModel::Action,
        [this](const QModelIndex& shown) -> RowButtons::Look {
            if (!shown.data(GrantsModel::RevocableRole).toBool())
                return {};
            const int row = m_filter->mapToSource(shown).row();
            return {tr("Revoke"), tr("Revoke what %1 may do").arg(m_model->agentName(row)),
                !m_model->isRevoking(m_model->grant(row).id)};
        },
        [this](const QModelIndex& shown) { revoke(shown); });

    m_empty = new PlainLabel;
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setObjectName(u"noGrants"_s);
    auto* place = new QWidget;
    m_place = new QStackedLayout(place);
    m_place->addWidget(m_table);
    m_place->addWidget(m_empty);
    layout()->addWidget(place);
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, &GrantsPage::updateEmpty);
    connect(m_filter, &QAbstractItemModel::rowsRemoved, this, &GrantsPage::updateEmpty);
    connect(m_filter, &QAbstractItemModel::modelReset, this, &GrantsPage::updateEmpty);
    connect(m_filter, &QAbstractItemModel::dataChanged, this, &GrantsPage::onSelection);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &GrantsPage::onSelection);
    auto* shortcut = new QShortcut(QKeySequence::Delete, m_table);
    shortcut->setContext(Qt::WidgetShortcut);
    connect(shortcut, &QShortcut::activated, this, [this] { revoke(m_table->currentIndex()); });
}

void GrantsPage::addActions()
{
    m_revoke = new QPushButton(tr("Revoke"));
    m_revokeAll = new QPushButton(tr("Revoke all of this agent…"));
    m_resume = new QPushButton(tr("Resume"));
    m_timeline = new QPushButton(tr("Show in the timeline"));
    m_revoke->setAccessibleDescription(tr("Ends the selected grant at once."));
    m_resume->setAccessibleDescription(tr("Lets the selected grant, which is held, go on."));
    connect(m_revoke, &QPushButton::clicked, this, [this] { revoke(m_table->currentIndex()); });
    connect(m_revokeAll, &QPushButton::clicked, this, &GrantsPage::askToRevokeAllOf);
    connect(m_resume, &QPushButton::clicked, this, [this] {
        if (selectedRow() >= 0)
            m_deeds.resume(m_model->grant(selectedRow()).id, [page = QPointer(this)](const Result<void>& result) {
                if (page)
                    page->report(tr("The grant was not resumed."), result);
            });
    });
    connect(m_timeline, &QPushButton::clicked, this, [this] {
        if (selectedRow() >= 0)
            Q_EMIT timelineWanted(QString::fromStdString(m_model->grant(selectedRow()).id.value));
    });
    auto* row = new QHBoxLayout;
    for (QPushButton* button : {m_revoke, m_revokeAll, m_resume, m_timeline}) {
        button->setAutoDefault(false);
        row->addWidget(button);
    }
    row->addStretch();
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
}

int GrantsPage::selectedRow() const
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? -1 : m_filter->mapToSource(rows.first()).row();
}

void GrantsPage::revoke(const QModelIndex& shown)
{
    if (!shown.isValid() || !shown.data(GrantsModel::RevocableRole).toBool())
        return;
    const GrantId grant = m_model->grant(m_filter->mapToSource(shown).row()).id;
    if (m_model->isRevoking(grant))
        return;
    m_problem->hide();
    m_model->setRevoking(grant, true);
    m_deeds.revoke(grant, [page = QPointer(this), grant](const Result<void>& result) {
        if (!page)
            return;
        if (!result)
            page->m_model->setRevoking(grant, false);
        page->report(tr("The grant was not revoked."), result);
    });
}

void GrantsPage::askToRevokeAllOf()
{
    const int row = selectedRow();
    if (row < 0)
        return;
    const ClientId agent = m_model->grant(row).agent;
    auto* question = new QMessageBox(QMessageBox::Question, tr("Revoke all of this agent?"),
        tr("Revoke everything that “%1” may do?").arg(m_model->agentName(row)), QMessageBox::Cancel, this);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(tr("All its grants end at once. It may ask again."));
    question->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* yes = question->addButton(tr("Revoke all"), QMessageBox::DestructiveRole);
    connect(yes, &QPushButton::clicked, this, [this, agent] {
        m_deeds.revokeAllOf(agent, [page = QPointer(this)](const Result<void>& result) {
            if (page)
                page->report(tr("The grants were not revoked."), result);
        });
    });
    question->open();
}

void GrantsPage::onSelection()
{
    const int row = selectedRow();
    const bool revocable = row >= 0 && m_model->index(row, 0).data(GrantsModel::RevocableRole).toBool();
    m_revoke->setEnabled(revocable && !m_model->isRevoking(m_model->grant(row).id));
    m_revokeAll->setEnabled(row >= 0);
    m_timeline->setEnabled(row >= 0);
    m_resume->setVisible(row >= 0 && m_model->grant(row).state == grants::GrantState::Held);
}

void GrantsPage::updateEmpty()
{
    const bool nothingAtAll = m_model->rowCount() == 0;
    m_empty->setText(nothingAtAll ? tr("No agent may do anything.\nWhen you approve a request, what it permits is "
                                       "listed here, with a button to take it back.")
                                  : tr("Nothing here fits.\nEnded grants are listed under “All, ended ones too”."));
    m_place->setCurrentWidget(m_filter->rowCount() == 0 ? static_cast<QWidget*>(m_empty) : m_table);
}

void GrantsPage::report(const QString& what, const Result<void>& result)
{
    m_problem->setVisible(!result);
    if (!result)
        m_problem->setWords(what, QString::fromStdString(result.error().message));
}

void GrantsPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_ticker.start();
}

void GrantsPage::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_ticker.stop();
}

void follow(GrantsPage& page, authority::PersonDesk& desk)
{
    using authority::PersonDesk;
    GrantsModel* model = &page.model();
    const auto reset = [model, &desk] { model->reset(desk.grants()); };
    QObject::connect(&desk, &PersonDesk::ready, model, reset);
    QObject::connect(&desk, &PersonDesk::grantsReset, model, reset);
    // Several may have come in one commit: what the model lacks is what stands first.
    QObject::connect(&desk, &PersonDesk::grantAdded, model, [model, &desk] {
        for (std::size_t lacking = desk.grants().size() - static_cast<std::size_t>(model->rowCount()); lacking > 0;
            --lacking)
            model->prepend(desk.grants()[lacking - 1]);
    });
    QObject::connect(&desk, &PersonDesk::grantChanged, model,
        [model, &desk](int row) { model->change(row, desk.grants()[static_cast<std::size_t>(row)]); });
    reset();
}

} // namespace countersign::ui
