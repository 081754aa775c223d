// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/requests_model.h"

#include "ui/common/time_words.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

RequestsModel::RequestsModel(const Clock& clock, QObject* parent) : QAbstractListModel(parent), m_clock(clock) { }

void RequestsModel::put(const RequestItem& item)
{
    const int known = rowOf(item.id);
    if (known >= 0) {
        m_items[static_cast<std::size_t>(known)] = item;
        Q_EMIT dataChanged(index(known), index(known));
        return;
    }
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_items.push_back(item);
    endInsertRows();
}

void RequestsModel::remove(const std::string& id)
{
    const int row = rowOf(id);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_items.erase(m_items.begin() + row);
    endRemoveRows();
}

int RequestsModel::rowOf(const std::string& id) const
{
    const auto found = std::ranges::find(m_items, id, &RequestItem::id);
    return found == m_items.end() ? -1 : static_cast<int>(found - m_items.begin());
}

void RequestsModel::refreshTimes()
{
    if (!m_items.empty())
        Q_EMIT dataChanged(index(0), index(rowCount() - 1), {Qt::DisplayRole, Qt::AccessibleTextRole});
}

int RequestsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_items.size());
}

QVariant RequestsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const RequestItem& item = at(index.row());
    const UnixSeconds now = m_clock.now();
    QString when = tr("%1 · ends in %2").arg(agoWords(now - item.receivedAt), countdown(item.expiresAt - now));
    if (item.timesAsked > 1)
        when = tr("%1 · asked %n times", nullptr, item.timesAsked).arg(when);
    switch (role) {
    case Qt::DisplayRole:
        return QString(item.agentName + u'\n' + when);
    case Qt::AccessibleTextRole:
        return QString(item.agentName + u", "_s + item.summary + u", "_s + when);
    case Qt::ToolTipRole:
    case SummaryRole:
        return item.summary;
    case AgentRole:
        return item.agentName;
    case WhenRole:
        return when;
    default:
        return {};
    }
}

} // namespace countersign::ui
