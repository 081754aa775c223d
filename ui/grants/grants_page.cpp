// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grants_page.h"

#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/time_words.h"
#include "ui/common/window_memory.h"
#include "ui/grants/grant_actions.h"
#include "ui/grants/grant_delegate.h"
#include "ui/grants/grant_details.h"
#include "ui/grants/grant_questions.h"
#include "ui/grants/grant_words.h"
#include "ui/grants/grants_filter.h"
#include "ui/grants/grants_model.h"
#include "ui/grants/grants_tree.h"
#include "ui/grants/name_dialog.h"
#include "ui/grants/row_buttons.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QStackedLayout>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr auto kColumns = "grants/columns"_L1;
constexpr auto kWhich = "grants/which"_L1;
} // namespace

GrantsPage::GrantsPage(const Clock& clock, GrantDeeds deeds, QWidget* parent)
    : QWidget(parent)
    , m_clock(clock)
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
    addTree();
    addPlace();
    addActions();
    follow();
    m_ticker.setInterval(std::chrono::seconds(1));
    connect(&m_ticker, &QTimer::timeout, m_tree->viewport(), qOverload<>(&QWidget::update));
    openBranches(m_filter->person());
    updateEmpty();
    onSelection();
}

void GrantsPage::addFilterRow()
{
    m_which = new QComboBox;
    m_which->addItem(tr("Live"), static_cast<int>(GrantsFilter::Which::Live));
    m_which->addItem(tr("All, ended ones too"), static_cast<int>(GrantsFilter::Which::All));
    m_which->setAccessibleName(tr("Which grants to show"));
    m_which->setObjectName(u"whichGrants"_s);
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

void GrantsPage::addTree()
{
    m_tree = new GrantsTree;
    m_tree->setObjectName(u"grants"_s);
    m_tree->setAccessibleName(tr("Grants"));
    m_tree->setModel(m_filter);
    m_tree->setItemDelegate(new GrantDelegate(m_tree));
    m_tree->setUniformRowHeights(true);
    m_tree->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_tree->setSelectionMode(QAbstractItemView::SingleSelection);
    m_tree->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tree->setTabKeyNavigation(false);
    m_tree->setWordWrap(true);
    m_tree->setContextMenuPolicy(Qt::CustomContextMenu);
    arrangeTree();
    addRowButtons();
    connect(m_tree, &QTreeView::customContextMenuRequested, this, [this](const QPoint& at) {
        if (selected())
            m_actions->popUp(m_tree->viewport()->mapToGlobal(at));
    });
    auto* shortcut = new QShortcut(QKeySequence::Delete, m_tree);
    shortcut->setContext(Qt::WidgetShortcut);
    connect(shortcut, &QShortcut::activated, this, [this] { revoke(m_tree->currentIndex()); });
}

void GrantsPage::arrangeTree()
{
    QHeaderView& header = *m_tree->header();
    header.setDefaultAlignment(Qt::AlignLeading | Qt::AlignVCenter);
    header.setStretchLastSection(false);
    header.setSectionResizeMode(GrantsModel::May, QHeaderView::Stretch);
    const int m = fontMetrics().horizontalAdvance(u'm');
    m_tree->setColumnWidth(GrantsModel::Agent, 16 * m);
    m_tree->setColumnWidth(GrantsModel::Left, 24 * m);
    m_tree->setColumnWidth(GrantsModel::LastUsed, 8 * m);
    m_tree->setColumnWidth(GrantsModel::State, 9 * m);
    m_tree->setColumnWidth(GrantsModel::Action, 11 * m);
}

void GrantsPage::addRowButtons()
{
    auto* buttons = new RowButtons(*m_tree, GrantsModel::Action, [this](const QModelIndex& shown) -> RowButtons::Look {
        const authority::GrantRow* row = m_model->row(m_filter->mapToSource(shown));
        if (!row || !shown.data(GrantsModel::RevocableRole).toBool())
            return {};
        const QString agent = agentWords(*row);
        return {tr("Revoke"), tr("Revoke what %1 may do").arg(agent), tr("More about what %1 may do").arg(agent),
            !m_model->isRevoking(row->grant.id)};
    });
    connect(buttons, &RowButtons::pressed, this, &GrantsPage::revoke);
    connect(buttons, &RowButtons::moreWanted, this, [this](const QModelIndex& shown, const QPoint& at) {
        m_tree->setCurrentIndex(shown);
        m_actions->popUp(at);
    });
}

void GrantsPage::addPlace()
{
    m_details = new GrantDetails;
    auto* split = new QSplitter(Qt::Vertical);
    split->addWidget(m_tree);
    split->addWidget(m_details);
    split->setStretchFactor(0, 2);
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);

    m_empty = new PlainLabel;
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setObjectName(u"noGrants"_s);
    m_showEnded = new QPushButton(tr("Show ended grants too"));
    m_showEnded->setAutoDefault(false);
    m_showEnded->setObjectName(u"showEnded"_s);
    connect(m_showEnded, &QPushButton::clicked, this, [this] {
        m_words->clear();
        m_which->setCurrentIndex(m_which->findData(static_cast<int>(GrantsFilter::Which::All)));
    });
    auto* nothing = new QWidget;
    auto* column = new QVBoxLayout(nothing);
    column->addStretch();
    column->addWidget(m_empty);
    column->addWidget(m_showEnded, 0, Qt::AlignHCenter);
    column->addStretch();

    auto* place = new QWidget;
    m_place = new QStackedLayout(place);
    m_place->addWidget(split);
    m_place->addWidget(nothing);
    static_cast<QVBoxLayout*>(layout())->addWidget(place, 1);
}

void GrantsPage::addActions()
{
    m_actions = new GrantActions;
    layout()->addWidget(m_actions);
    connect(m_actions, &GrantActions::revokeWanted, this, [this] { revoke(m_tree->currentIndex()); });
    connect(m_actions, &GrantActions::revokeAllWanted, this, &GrantsPage::askToRevokeAllOf);
    connect(m_actions, &GrantActions::pauseWanted, this, &GrantsPage::pause);
    connect(m_actions, &GrantActions::resumeWanted, this, &GrantsPage::resume);
    connect(m_actions, &GrantActions::narrowWanted, this, &GrantsPage::openNarrowing);
    connect(m_actions, &GrantActions::nameWanted, this, &GrantsPage::openNaming);
    connect(m_actions, &GrantActions::timelineWanted, this, [this] {
        if (const authority::GrantRow* row = selected())
            Q_EMIT timelineWanted(QString::fromStdString(row->grant.id.value));
    });
}

void GrantsPage::follow()
{
    connect(m_filter, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex& parent, int first, int last) {
        m_tree->expand(parent);
        for (int row = first; row <= last; ++row)
            openBranches(m_filter->index(row, 0, parent));
        updateEmpty();
    });
    connect(m_filter, &QAbstractItemModel::rowsRemoved, this, &GrantsPage::updateEmpty);
    connect(m_filter, &QAbstractItemModel::modelReset, this, [this] {
        openBranches(m_filter->person());
        updateEmpty();
        onSelection();
    });
    connect(m_filter, &QAbstractItemModel::dataChanged, this, &GrantsPage::onSelection);
    connect(m_tree->selectionModel(), &QItemSelectionModel::selectionChanged, this, &GrantsPage::onSelection);
}

/// Shows what stands below, as far down as it goes.
void GrantsPage::openBranches(const QModelIndex& from)
{
    const int below = m_filter->rowCount(from);
    if (below == 0)
        return;
    for (int row = 0; row < below; ++row)
        openBranches(m_filter->index(row, 0, from));
    m_tree->expand(from);
}

void GrantsPage::remember(WindowMemory& memory)
{
    m_tree->header()->restoreState(memory.recall(kColumns));
    const int which = m_which->findData(memory.recall(kWhich).toInt());
    if (which >= 0)
        m_which->setCurrentIndex(which);
    const auto keepColumns = [this, &memory] { memory.remember(kColumns, m_tree->header()->saveState()); };
    connect(m_tree->header(), &QHeaderView::sectionResized, this, keepColumns);
    connect(m_tree->header(), &QHeaderView::sectionMoved, this, keepColumns);
    connect(m_which, &QComboBox::currentIndexChanged, this,
        [this, &memory] { memory.remember(kWhich, QByteArray::number(m_which->currentData().toInt())); });
}

const authority::GrantRow* GrantsPage::selected() const
{
    const QModelIndexList rows = m_tree->selectionModel()->selectedRows();
    return rows.isEmpty() ? nullptr : m_model->row(m_filter->mapToSource(rows.constFirst()));
}

GrantDeeds::Answer GrantsPage::reporting(const QString& failure)
{
    return [page = QPointer(this), failure](const Result<void>& result) {
        if (GrantsPage* there = page)
            there->report(failure, result);
    };
}

void GrantsPage::revoke(const QModelIndex& shown)
{
    const authority::GrantRow* row = m_model->row(m_filter->mapToSource(shown));
    if (!row || !shown.data(GrantsModel::RevocableRole).toBool() || m_model->isRevoking(row->grant.id))
        return;
    m_problem->hide();
    const GrantId grant = row->grant.id;
    m_model->setRevoking(grant, true);
    m_deeds.revoke(grant, [page = QPointer(this), grant](const Result<void>& result) {
        GrantsPage* there = page;
        if (there == nullptr)
            return;
        if (!result)
            there->m_model->setRevoking(grant, false);
        there->report(tr("The grant was not revoked."), result);
    });
}

void GrantsPage::askToRevokeAllOf()
{
    const authority::GrantRow* row = selected();
    if (!row)
        return;
    askToRevokeAll(*row, this, [this, agent = row->grant.agent] {
        m_deeds.revokeAllOf(agent, reporting(tr("The grants were not revoked.")));
    });
}

void GrantsPage::pause()
{
    if (const authority::GrantRow* row = selected())
        m_deeds.pause(row->grant.id, reporting(tr("The grant was not paused.")));
}

void GrantsPage::resume()
{
    if (const authority::GrantRow* row = selected())
        askWhatChanged(*row, this,
            [this, id = row->grant.id] { m_deeds.resume(id, reporting(tr("The grant was not resumed."))); });
}

void GrantsPage::openNarrowing()
{
    if (const authority::GrantRow* row = selected())
        narrowGrant(row->grant.id);
}

void GrantsPage::narrowGrant(const GrantId& grant)
{
    m_deeds.prepareNarrowing(grant, [page = QPointer(this), grant](Result<consent::ScreenFacts> facts) {
        if (GrantsPage* there = page)
            there->showNarrowing(grant, std::move(facts));
    });
}

void GrantsPage::showNarrowing(const GrantId& grant, Result<consent::ScreenFacts> facts)
{
    if (!facts)
        return report(tr("The grant can't be narrowed."), std::unexpected(facts.error()));
    authority::GrantRow row;
    row.grant.id = grant;
    if (const authority::GrantRow* known = m_model->row(m_model->indexOf(grant)))
        row = *known;
    auto* dialog = new NarrowDialog(row, std::move(*facts), m_deeds.key(), m_deeds.narrowing, m_clock, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void GrantsPage::openNaming()
{
    const authority::GrantRow* row = selected();
    if (!row)
        return;
    auto* dialog = new NameDialog(
        row->agentName, row->ownName,
        [this, agent = row->grant.agent](
            const QString& name, NameDialog::Answer answer) { m_deeds.nameAgent(agent, name, std::move(answer)); },
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void GrantsPage::onSelection()
{
    const authority::GrantRow* row = selected();
    const bool revoking = row && m_model->isRevoking(row->grant.id);
    m_actions->setGrant(row, revoking ? GrantActions::Revoking::UnderWay : GrantActions::Revoking::No);
    m_details->show(*m_model, row ? m_model->indexOf(row->grant.id) : QModelIndex());
}

void GrantsPage::updateEmpty()
{
    const bool empty = m_filter->rowCount(m_filter->person()) == 0;
    m_place->setCurrentIndex(empty ? 1 : 0);
    m_actions->setVisible(!empty);
    if (!empty)
        return;
    const bool isFiltered = m_which->currentIndex() > 0 || !m_words->text().isEmpty();
    const authority::GrantRow* last = m_model->lastEnded();
    m_showEnded->setVisible(last != nullptr);
    if (!last)
        m_empty->setText(isFiltered && m_model->count() > 0
                ? tr("Nothing here fits.")
                : tr("No agent may do anything.\nWhen you approve a request, what it permits is "
                     "listed here, with a button to take it back."));
    else if (isFiltered)
        m_empty->setText(tr("Nothing here fits what you look for."));
    else
        m_empty->setText(tr("No agent may do anything now.\nThe last grant that ended, of “%1”: %2, %3.")
                .arg(agentWords(*last), grantStateWords(last->grant.state, last->grant.reason),
                    agoWords(m_clock.now() - last->grant.endedAt.value_or(m_clock.now()))));
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
        for (std::size_t lacking = desk.grants().size() - static_cast<std::size_t>(model->count()); lacking > 0;
            --lacking)
            model->prepend(desk.grants()[lacking - 1]);
    });
    QObject::connect(&desk, &PersonDesk::grantChanged, model,
        [model, &desk](int row) { model->change(row, desk.grants()[static_cast<std::size_t>(row)]); });
    reset();
}

} // namespace countersign::ui
