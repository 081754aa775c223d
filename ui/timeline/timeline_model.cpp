// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timeline_model.h"

#include "ui/common/time_words.h"
#include "ui/timeline/proof_words.h"

#include <QDateTime>
#include <QLocale>
#include <QPointer>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

using authority::TimelineEntry;

namespace {
QDate dayOf(const TimelineEntry& entry)
{
    return localTime(entry.at).date();
}
} // namespace

TimelineModel::TimelineModel(Fetch fetch, const Clock& clock, QObject* parent)
    : QAbstractListModel(parent), m_fetch(std::move(fetch)), m_clock(clock)
{
}

void TimelineModel::setFilter(Filter filter)
{
    beginResetModel();
    m_filter = std::move(filter);
    m_rows.clear();
    m_newest.reset();
    m_oldest.reset();
    m_signed = 0;
    m_oldestDay = {};
    m_atEnd = false;
    m_grew = false;
    ++m_generation;
    m_fetching = false;
    endResetModel();
    fetchMore({}); // unless a view did so already
}

void TimelineModel::ask(std::optional<std::uint64_t> before, void (TimelineModel::*take)(Entries))
{
    setFetching(true);
    m_fetch(m_filter.stored, before, kTimelinePage,
        [guarded = QPointer(this), take, generation = m_generation](Entries entries) {
            TimelineModel* model = guarded;
            if (model != nullptr && model->m_generation == generation)
                (model->*take)(std::move(entries));
        });
}

bool TimelineModel::canFetchMore(const QModelIndex& parent) const
{
    return !parent.isValid() && !m_atEnd && !m_fetching;
}

void TimelineModel::fetchMore(const QModelIndex& parent)
{
    if (canFetchMore(parent))
        ask(m_oldest, &TimelineModel::takeOlder);
}

void TimelineModel::fetchNewer()
{
    if (m_fetching)
        m_grew = true;
    else if (m_newest)
        ask(std::nullopt, &TimelineModel::takeNewer);
    else
        setFilter(m_filter); // nothing was there yet
}

void TimelineModel::takeOlder(Entries entries)
{
    setFetching(false);
    if (!entries) {
        m_atEnd = true; // until the filter is set again: a view would ask without end
        Q_EMIT failed(QString::fromStdString(entries.error().message));
        return;
    }
    learnSigned(*entries);
    m_atEnd = std::ssize(*entries) < kTimelinePage;
    if (!entries->empty()) {
        m_newest = std::max(m_newest.value_or(0), entries->front().index);
        m_oldest = entries->back().index;
    }
    std::vector<Row> rows;
    for (TimelineEntry& entry : *entries) {
        if (!fits(entry))
            continue;
        if (dayOf(entry) != m_oldestDay) {
            m_oldestDay = dayOf(entry);
            rows.emplace_back(m_oldestDay);
        }
        rows.emplace_back(std::move(entry));
    }
    const bool nothingFitted = rows.empty();
    insert(rowCount(), std::move(rows));
    if (m_grew)
        fetchNewer();
    else if (nothingFitted && !m_atEnd)
        fetchMore({}); // a view asks again only after rows came
}

void TimelineModel::takeNewer(Entries entries)
{
    setFetching(false);
    m_grew = false;
    if (!entries) {
        Q_EMIT failed(QString::fromStdString(entries.error().message));
        return;
    }
    learnSigned(*entries);
    const auto known =
        std::ranges::find_if(*entries, [this](const TimelineEntry& entry) { return entry.index <= *m_newest; });
    if (known == entries->end() && std::ssize(*entries) == kTimelinePage)
        return setFilter(m_filter); // more came than a page: begin anew rather than leave a gap
    entries->erase(known, entries->end());
    if (entries->empty())
        return;
    m_newest = entries->front().index;
    std::erase_if(*entries, [this](const TimelineEntry& entry) { return !fits(entry); });
    prepend(std::move(*entries));
}

void TimelineModel::prepend(std::vector<TimelineEntry> newestFirst)
{
    const QDate topDay = m_rows.empty() ? QDate() : std::get<QDate>(m_rows.front());
    std::vector<Row> ofTopDay;
    std::vector<Row> newer;
    QDate day;
    for (TimelineEntry& entry : newestFirst) {
        if (dayOf(entry) == topDay) {
            ofTopDay.emplace_back(std::move(entry));
            continue;
        }
        if (dayOf(entry) != day) {
            day = dayOf(entry);
            newer.emplace_back(day);
        }
        newer.emplace_back(std::move(entry));
    }
    if (m_rows.empty())
        m_oldestDay = day;
    insert(1, std::move(ofTopDay)); // below the heading that is there
    insert(0, std::move(newer));
}

void TimelineModel::insert(int at, std::vector<Row> rows)
{
    if (rows.empty())
        return;
    beginInsertRows({}, at, at + static_cast<int>(rows.size()) - 1);
    m_rows.insert(m_rows.begin() + at, std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
    endInsertRows();
}

void TimelineModel::setFetching(bool fetching)
{
    if (fetching == m_fetching)
        return;
    m_fetching = fetching;
    Q_EMIT fetchingChanged(fetching);
}

void TimelineModel::learnSigned(const std::vector<TimelineEntry>& entries)
{
    const auto newest = std::ranges::find(entries, TimelineEntry::InLog::Signed, &TimelineEntry::inLog);
    if (newest == entries.end() || newest->index < m_signed)
        return;
    m_signed = newest->index + 1;
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {ProofRole, Qt::AccessibleTextRole});
}

bool TimelineModel::isWaitingForCheckpoint() const
{
    return m_newest && *m_newest >= m_signed;
}

TimelineEntry TimelineModel::withProof(TimelineEntry entry) const
{
    entry.inLog = entry.index < m_signed ? TimelineEntry::InLog::Signed : TimelineEntry::InLog::Waiting;
    return entry;
}

void TimelineModel::setErased(std::uint64_t erased)
{
    for (int row = 0; row < rowCount(); ++row) {
        auto* entry = std::get_if<TimelineEntry>(&m_rows[static_cast<std::size_t>(row)]);
        if (entry == nullptr || entry->index != erased)
            continue;
        if (entry->privateDetails == TimelineEntry::Private::Kept)
            entry->privateDetails = TimelineEntry::Private::Erased;
        Q_EMIT dataChanged(index(row), index(row));
    }
}

bool TimelineModel::fits(const TimelineEntry& entry) const
{
    return !m_filter.outcome || entry.outcome == *m_filter.outcome;
}

const TimelineEntry* TimelineModel::entry(int row) const
{
    return row >= 0 && row < rowCount() ? std::get_if<TimelineEntry>(&m_rows[static_cast<std::size_t>(row)]) : nullptr;
}

int TimelineModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

Qt::ItemFlags TimelineModel::flags(const QModelIndex& index) const
{
    if (index.isValid() && !entry(index.row()))
        return Qt::ItemIsEnabled | Qt::ItemNeverHasChildren; // a heading can't be chosen
    return QAbstractListModel::flags(index);
}

QVariant TimelineModel::entryData(const TimelineEntry& entry, int role) const
{
    const QString time = QLocale().toString(localTime(entry.at).time(), u"HH:mm:ss"_s);
    switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
        return entry.sentence;
    case Qt::AccessibleTextRole:
        return QStringList{time, entry.sentence, proofSentence(withProof(entry))}.join(u", "_s);
    case ProofRole:
        return proofBadge(withProof(entry));
    case HeadingRole:
        return QString();
    case TimeRole:
        return time;
    case OutcomeRole:
        return static_cast<int>(entry.outcome);
    case KindRole:
        return static_cast<int>(entry.kind);
    default:
        return {};
    }
}

QVariant TimelineModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    if (const auto* entry = std::get_if<TimelineEntry>(&row))
        return entryData(*entry, role);
    if (role == Qt::DisplayRole || role == HeadingRole || role == Qt::AccessibleTextRole)
        return dayWords(std::get<QDate>(row), localTime(m_clock.now()).date(), QLocale());
    return {};
}

} // namespace countersign::ui
