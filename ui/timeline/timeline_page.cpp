// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timeline_page.h"

#include "ui/common/flow_layout.h"
#include "ui/common/notice.h"
#include "ui/common/plain_label.h"
#include "ui/common/time_words.h"
#include "ui/common/window_memory.h"
#include "ui/timeline/kind_words.h"
#include "ui/timeline/log_work_bar.h"
#include "ui/timeline/story_view.h"
#include "ui/timeline/timeline_delegate.h"

#include <QComboBox>
#include <QDateTime>
#include <QListView>
#include <QPushButton>
#include <QSplitter>
#include <QStackedLayout>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr std::chrono::milliseconds kBetweenLooks{500};
constexpr std::chrono::seconds kUntilSigned{11}; ///< a checkpoint comes ten seconds after an entry
using Outcome = TimelineModel::Outcome;
} // namespace

TimelinePage::TimelinePage(TimelineDeeds deeds, const Clock& clock, QWidget* parent)
    : QWidget(parent)
    , m_clock(clock)
    , m_deeds(std::move(deeds))
    , m_model(new TimelineModel(m_deeds.fetch, clock, this))
    , m_work(new LogWorkBar(m_deeds,
          [this] {
              const TimelineModel::Filter filter = chosen();
              return authority::TimelineChoice{filter.stored, filter.outcome};
          }))
    , m_problem(new Notice(Tone::Danger))
{
    auto* column = new QVBoxLayout(this);
    m_problem->hide();
    column->addWidget(m_problem);
    addFilterRow();
    addList();
    column->addWidget(m_work);
    m_signed.setSingleShot(true);
    m_signed.setInterval(kUntilSigned);
    connect(&m_signed, &QTimer::timeout, m_model, &TimelineModel::fetchNewer);
    m_newer.setSingleShot(true);
    m_newer.setInterval(kBetweenLooks);
    connect(&m_newer, &QTimer::timeout, m_model, &TimelineModel::fetchNewer);
    connect(m_model, &TimelineModel::failed, this, [this](const QString& why) {
        m_problem->setWords(tr("The log could not be read."), why);
        m_problem->show();
    });
    connect(m_model, &QAbstractItemModel::rowsInserted, this, &TimelinePage::updateEmpty);
    connect(m_model, &QAbstractItemModel::rowsRemoved, this, &TimelinePage::updateEmpty);
    connect(m_model, &QAbstractItemModel::modelReset, this, &TimelinePage::updateEmpty);
    connect(m_model, &TimelineModel::fetchingChanged, this, &TimelinePage::updateEmpty);
    updateEmpty();
}

void TimelinePage::addFilterRow()
{
    const auto add = [](QLayout& row, const QString& name) {
        auto* box = new QComboBox;
        box->setAccessibleName(name);
        box->setToolTip(name);
        box->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        row.addWidget(box);
        return box;
    };
    auto* row = new FlowLayout(fontMetrics().height() / 2);
    m_agents = add(*row, tr("Agent"));
    m_agents->addItem(tr("All agents"));
    m_kinds = add(*row, tr("Kind"));
    for (const KindGroup& group : kindGroups())
        m_kinds->addItem(group.name);
    m_outcomes = add(*row, tr("Outcome"));
    m_outcomes->addItem(tr("Any outcome"));
    m_outcomes->addItem(tr("Permitted"), static_cast<int>(Outcome::Permitted));
    m_outcomes->addItem(tr("Refused"), static_cast<int>(Outcome::Refused));
    m_times = add(*row, tr("Time"));
    m_times->addItem(tr("Any time"));
    m_times->addItem(tr("Today"), 0);
    m_times->addItem(tr("Last 7 days"), 6);
    m_times->addItem(tr("Last 30 days"), 29);
    m_oneGrant = new QPushButton(tr("One grant only – show all again"));
    m_oneGrant->setAutoDefault(false);
    m_oneGrant->hide();
    row->addWidget(m_oneGrant);
    static_cast<QVBoxLayout*>(layout())->addLayout(row);
    for (QComboBox* box : {m_agents, m_kinds, m_outcomes, m_times})
        connect(box, &QComboBox::activated, this, &TimelinePage::applyFilter);
    connect(m_oneGrant, &QPushButton::clicked, this, [this] {
        m_grant.reset();
        applyFilter();
    });
}

void TimelinePage::remember(WindowMemory& memory)
{
    const auto keep = [this, &memory](QComboBox* box, const QString& what) {
        const int chosen = memory.recall(what).toInt();
        if (chosen > 0 && chosen < box->count())
            box->setCurrentIndex(chosen);
        connect(box, &QComboBox::currentIndexChanged, this,
            [&memory, what](int index) { memory.remember(what, QByteArray::number(index)); });
    };
    keep(m_kinds, u"timeline/kind"_s);
    keep(m_outcomes, u"timeline/outcome"_s);
    keep(m_times, u"timeline/time"_s);
    applyFilter();
}

void TimelinePage::addList()
{
    m_list = new QListView;
    m_list->setObjectName(u"timeline"_s);
    m_list->setAccessibleName(tr("Timeline"));
    m_list->setModel(m_model);
    m_list->setItemDelegate(new TimelineDelegate(m_list));
    m_list->setUniformItemSizes(true);
    m_list->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_empty = new PlainLabel;
    m_empty->setAlignment(Qt::AlignCenter);
    auto* place = new QWidget;
    m_place = new QStackedLayout(place);
    m_place->addWidget(m_list);
    m_place->addWidget(m_empty);
    m_splitter = new QSplitter(Qt::Vertical);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(place);
    m_story = new StoryView(m_deeds);
    m_story->setObjectName(u"story"_s);
    m_splitter->addWidget(m_story);
    connect(m_story, &StoryView::erased, m_model, &TimelineModel::setErased);
    static_cast<QVBoxLayout*>(layout())->addWidget(m_splitter, 1);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &TimelinePage::showEntry);
}

void TimelinePage::addAgent(const Agent& agent)
{
    const QString id = QString::fromStdString(agent.id.value);
    if (!agent.id.isEmpty() && m_agents->findData(id) < 0)
        m_agents->addItem(agent.name, id);
}

void TimelinePage::showGrant(const GrantId& grant)
{
    m_grant = grant;
    for (QComboBox* box : {m_agents, m_kinds, m_outcomes, m_times})
        box->setCurrentIndex(0);
    applyFilter();
}

TimelineModel::Filter TimelinePage::chosen() const
{
    TimelineModel::Filter filter;
    if (const QString agent = m_agents->currentData().toString(); !agent.isEmpty())
        filter.stored.agent = ClientId{agent.toStdString()};
    filter.stored.grant = m_grant;
    filter.stored.kinds = kindGroups()[static_cast<std::size_t>(m_kinds->currentIndex())].kinds;
    if (const QVariant outcome = m_outcomes->currentData(); outcome.isValid())
        filter.outcome = static_cast<Outcome>(outcome.toInt());
    if (const QVariant days = m_times->currentData(); days.isValid()) {
        const QDate from = localTime(m_clock.now()).date().addDays(-days.toInt());
        filter.stored.from = UnixSeconds{from.startOfDay().toSecsSinceEpoch()};
    }
    return filter;
}

void TimelinePage::applyFilter()
{
    m_oneGrant->setVisible(m_grant.has_value());
    m_problem->hide();
    m_story->clear();
    m_model->setFilter(chosen());
}

void TimelinePage::logGrew()
{
    if (isVisible() && !m_newer.isActive())
        m_newer.start();
}

void TimelinePage::showEntry(const QModelIndex& index)
{
    const authority::TimelineEntry* entry = m_model->entry(index.row());
    if (!entry)
        return m_story->clear();
    if (m_story->isHidden())
        m_splitter->setSizes({m_splitter->height() * 2 / 5, m_splitter->height() * 3 / 5});
    m_story->setEntry(*entry);
}

void TimelinePage::checkLog()
{
    m_work->check();
}

void TimelinePage::setLastCheck(std::optional<UnixSeconds> at)
{
    m_work->setLastCheck(at);
}

void TimelinePage::setWeeklyCheck(std::optional<authority::CheckProgress> progress)
{
    m_work->setWeekly(progress);
}

void TimelinePage::updateEmpty()
{
    m_empty->setText(m_model->isFetching()
            ? tr("Looking…")
            : tr("Nothing here.\nWhat agents ask and do, and what you decide, is listed here as it happens."));
    if (!m_model->isFetching() && m_model->isWaitingForCheckpoint() && isVisible())
        m_signed.start();
    m_place->setCurrentWidget(m_model->rowCount() == 0 ? static_cast<QWidget*>(m_empty) : m_list);
}

void TimelinePage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_model->fetchNewer();
}

} // namespace countersign::ui
