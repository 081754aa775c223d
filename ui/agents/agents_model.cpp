// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/agents/agents_model.h"

#include "ui/common/screening_sign.h"
#include "ui/common/time_words.h"

#include <QDateTime>
#include <QFont>
#include <QGuiApplication>
#include <QLocale>
#include <QPalette>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {

QString levelText(const agents::TrustEvidence& evidence)
{
    const std::string_view name = services::levelName(evidence.level);
    const QString level = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    return evidence.source == agents::TrustSource::Person ? AgentsModel::tr("%1 (by you)").arg(level) : level;
}

QString screeningText(agents::Screening screening)
{
    switch (screening) {
    case agents::Screening::NotScreened:
        break;
    case agents::Screening::Clear:
        return AgentsModel::tr("clear");
    case agents::Screening::Stale:
        return AgentsModel::tr("NOT SCREENED (too old)");
    case agents::Screening::Hit:
        return AgentsModel::tr("HIT");
    }
    return AgentsModel::tr("NOT SCREENED");
}

/// Whatever is not clear stands out by its weight, too.
QFont screeningFont(agents::Screening screening)
{
    QFont font;
    font.setBold(screening != agents::Screening::Clear);
    return font;
}
} // namespace

QString nameOf(const authority::AgentRow& row)
{
    if (!row.ownName.isEmpty())
        return row.ownName;
    return row.name.isEmpty() ? AgentsModel::tr("without a name") : row.name;
}

AgentsModel::AgentsModel(const Clock& clock, QObject* parent) : QAbstractTableModel(parent), m_clock(clock) { }

void AgentsModel::reset(std::vector<authority::AgentRow> rows)
{
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void AgentsModel::put(int row, const authority::AgentRow& agent)
{
    if (rowOf(agent.agent.id) == row) {
        m_rows[static_cast<std::size_t>(row)] = agent;
        Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
        return;
    }
    beginInsertRows({}, row, row);
    m_rows.insert(m_rows.begin() + row, agent);
    endInsertRows();
}

void AgentsModel::remove(int row)
{
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
}

void AgentsModel::refresh()
{
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, Trust), index(rowCount() - 1, Sanctions));
}

int AgentsModel::rowOf(const ClientId& agent) const
{
    const auto found = std::ranges::find(m_rows, agent, [](const authority::AgentRow& row) { return row.agent.id; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

int AgentsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int AgentsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString AgentsModel::textOf(const authority::AgentRow& row, int column) const
{
    switch (column) {
    case Name:
        return nameOf(row);
    case Trust:
        return levelText(row.trust.at(m_clock.now()));
    case Sanctions:
        return screeningText(row.trust.at(m_clock.now()).screening);
    case Grants:
        return QLocale().toString(row.liveGrants);
    case FirstSeen:
        return QLocale().toString(localTime(row.agent.registeredAt), QLocale::ShortFormat);
    case State:
        return row.agent.standing == agents::Standing::Blocked ? tr("blocked") : tr("may ask");
    default:
        return {};
    }
}

QVariant AgentsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const authority::AgentRow& row = at(index.row());
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
        return textOf(row, index.column());
    if (role == Qt::AccessibleTextRole && index.column() == Sanctions)
        return tr("Sanctions: %1").arg(textOf(row, Sanctions));
    if (role == Qt::FontRole && index.column() == Sanctions)
        return screeningFont(row.trust.at(m_clock.now()).screening);
    if (role == Qt::DecorationRole && index.column() == Sanctions)
        return icon(signOf(row.trust.at(m_clock.now()).screening), QGuiApplication::palette());
    return {};
}

QVariant AgentsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Agent");
    case Trust:
        return tr("Trust");
    case Sanctions:
        return tr("Sanctions");
    case Grants:
        return tr("Live grants");
    case FirstSeen:
        return tr("First seen");
    case State:
        return tr("State");
    default:
        return {};
    }
}

} // namespace countersign::ui
