// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/agents/agents_page.h"

#include "ui/agents/agent_details.h"
#include "ui/common/flow_layout.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/row_delegate.h"
#include "ui/grants/name_dialog.h"

#include <QHeaderView>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedLayout>
#include <QTableView>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr std::chrono::seconds kLookAgain{30}; ///< evidence wears off, and its age is told in minutes
}

AgentsPage::AgentsPage(AgentDeeds deeds, const Clock& clock, QWidget* parent)
    : QWidget(parent)
    , m_deeds(std::move(deeds))
    , m_clock(clock)
    , m_model(new AgentsModel(clock, this))
    , m_problem(new Notice(Tone::Danger))
    , m_table(new QTableView)
    , m_empty(new PlainLabel(
          tr("No agent has introduced itself yet.\nConnect one, and it stands here with what is known of it.")))
    , m_bottom(new QWidget)
    , m_details(new AgentDetails)
{
    auto* column = new QVBoxLayout(this);
    column->addWidget(m_problem);
    m_problem->hide();
    addTable();
    addDetails();
    m_ticker.setInterval(kLookAgain);
    connect(&m_ticker, &QTimer::timeout, this, [this] {
        m_model->refresh();
        showChosen();
    });
    showChosen();
}

void AgentsPage::addTable()
{
    m_table->setModel(m_model);
    m_table->setItemDelegate(new RowDelegate(m_table));
    m_table->setObjectName(u"agents"_s);
    m_table->setAccessibleName(tr("Agents"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->setShowGrid(false);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeading | Qt::AlignVCenter);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(AgentsModel::Name, QHeaderView::Stretch);
    m_empty->setAlignment(Qt::AlignCenter);
    auto* place = new QWidget;
    m_place = new QStackedLayout(place);
    m_place->addWidget(m_table);
    m_place->addWidget(m_empty);
    static_cast<QVBoxLayout*>(layout())->addWidget(place, 1);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &AgentsPage::showChosen);
    connect(m_model, &QAbstractItemModel::rowsInserted, this, &AgentsPage::showChosen);
    connect(m_model, &QAbstractItemModel::rowsRemoved, this, &AgentsPage::showChosen);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &AgentsPage::showChosen);
    connect(m_model, &QAbstractItemModel::modelReset, this, &AgentsPage::showChosen);
}

void AgentsPage::addDetails()
{
    auto* column = new QVBoxLayout(m_bottom);
    column->setContentsMargins(0, 0, 0, 0);
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(m_details);
    column->addWidget(scroll, 1);
    auto* row = new QWidget;
    auto* buttons = new FlowLayout(fontMetrics().height() / 2, row);
    buttons->setContentsMargins(0, 0, 0, 0);
    buttons->addWidget(addButton(tr("Ask again"), u"askAgain"_s, &AgentsPage::askAgain));
    buttons->addWidget(addButton(tr("Name this agent…"), u"nameAgent"_s, &AgentsPage::askForName));
    m_block = addButton(tr("Block…"), u"blockAgent"_s, &AgentsPage::blockOrUnblock);
    buttons->addWidget(m_block);
    buttons->addWidget(addButton(tr("Forget…"), u"forgetAgent"_s, &AgentsPage::askToForget));
    column->addWidget(row);
    static_cast<QVBoxLayout*>(layout())->addWidget(m_bottom, 1);
    connect(m_details, &AgentDetails::levelChosen, this, [this](std::optional<agents::TrustLevel> level) {
        if (const authority::AgentRow* agent = chosen())
            m_deeds.assignTrust(agent->agent.id, level, reporting(tr("Your word was not taken.")));
    });
}

QPushButton* AgentsPage::addButton(const QString& text, const QString& name, void (AgentsPage::*pressed)())
{
    auto* button = new QPushButton(text);
    button->setAutoDefault(false);
    button->setObjectName(name);
    connect(button, &QPushButton::clicked, this, pressed);
    return button;
}

const authority::AgentRow* AgentsPage::chosen() const
{
    const QModelIndexList rows = m_table->selectionModel()->selectedRows();
    return rows.isEmpty() ? nullptr : &m_model->at(rows.first().row());
}

void AgentsPage::showChosen()
{
    m_place->setCurrentWidget(m_model->rowCount() == 0 ? static_cast<QWidget*>(m_empty) : m_table);
    const authority::AgentRow* agent = chosen();
    m_bottom->setVisible(agent != nullptr);
    if (agent == nullptr)
        return;
    m_details->setAgent(*agent, m_clock.now());
    const bool isBlocked = agent->agent.standing == agents::Standing::Blocked;
    m_block->setText(isBlocked ? tr("Unblock") : tr("Block…"));
}

void AgentsPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_model->refresh();
    m_ticker.start();
}

void AgentsPage::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    m_ticker.stop();
}

void AgentsPage::askAgain()
{
    if (const authority::AgentRow* agent = chosen())
        m_deeds.askAgain(agent->agent.id, reporting(tr("Nobody was asked.")));
}

void AgentsPage::askForName()
{
    const authority::AgentRow* agent = chosen();
    if (agent == nullptr)
        return;
    auto* dialog = new NameDialog(
        agent->name, agent->ownName,
        [this, id = agent->agent.id](
            const QString& name, NameDialog::Answer answer) { m_deeds.name(id, name, std::move(answer)); },
        this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void AgentsPage::blockOrUnblock()
{
    const authority::AgentRow* agent = chosen();
    if (agent == nullptr)
        return;
    if (agent->agent.standing == agents::Standing::Blocked)
        m_deeds.unblock(agent->agent.id, reporting(tr("The agent is still blocked.")));
    else
        askToBlock(*agent);
}

void AgentsPage::askToBlock(const authority::AgentRow& agent)
{
    auto* question = new QMessageBox(
        QMessageBox::Warning, tr("Block this agent?"), tr("Block “%1”?").arg(nameOf(agent)), QMessageBox::Cancel, this);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(tr("Its requests and its grants end now, and what it asks from then on is refused. "
                                    "This holds for its key and for the program that it runs as."));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setDefaultButton(QMessageBox::Cancel);
    QPushButton* block = question->addButton(tr("Block"), QMessageBox::DestructiveRole);
    connect(block, &QPushButton::clicked, this,
        [this, id = agent.agent.id] { m_deeds.block(id, reporting(tr("The agent was not blocked."))); });
    question->open();
}

void AgentsPage::askToForget()
{
    const authority::AgentRow* agent = chosen();
    if (agent == nullptr)
        return;
    auto* question = new QMessageBox(QMessageBox::Warning, tr("Forget this agent?"),
        tr("Forget “%1”?").arg(nameOf(*agent)), QMessageBox::Cancel, this);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(
        tr("Its requests and its grants end now, and what it showed is deleted. It may introduce "
           "itself again, as one that you never permitted anything. The log stays as it is."));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setDefaultButton(QMessageBox::Cancel);
    QPushButton* forget = question->addButton(tr("Forget"), QMessageBox::DestructiveRole);
    connect(forget, &QPushButton::clicked, this,
        [this, id = agent->agent.id] { m_deeds.forget(id, reporting(tr("The agent was not forgotten."))); });
    question->open();
}

AgentDeeds::Answer AgentsPage::reporting(const QString& failure)
{
    return [guarded = QPointer(this), failure](const Result<void>& result) {
        const AgentsPage* page = guarded;
        if (page == nullptr)
            return;
        page->m_problem->setVisible(!result);
        if (!result)
            page->m_problem->setWords(failure, QString::fromStdString(result.error().message));
    };
}

} // namespace countersign::ui
