// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grants_model.h"

#include "ui/common/time_words.h"
#include "ui/grants/grant_words.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

using grants::Grant;
using grants::GrantState;

GrantsModel::GrantsModel(const Clock& clock, QObject* parent) : QAbstractTableModel(parent), m_clock(clock) { }

void GrantsModel::reset(const std::vector<authority::GrantRow>& newestFirst)
{
    beginResetModel();
    m_rows.assign(newestFirst.rbegin(), newestFirst.rend());
    m_revoking.clear();
    endResetModel();
}

void GrantsModel::prepend(const authority::GrantRow& row)
{
    beginInsertRows({}, 0, 0);
    m_rows.push_back(row);
    endInsertRows();
}

void GrantsModel::change(int row, const authority::GrantRow& to)
{
    if (row < 0 || row >= rowCount())
        return;
    m_rows[m_rows.size() - 1 - static_cast<std::size_t>(row)] = to;
    if (to.grant.state == GrantState::Revoked || to.grant.state == GrantState::Expired)
        m_revoking.erase(to.grant.id);
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

void GrantsModel::setRevoking(const GrantId& grant, bool revoking)
{
    if (revoking)
        m_revoking.insert(grant);
    else
        m_revoking.erase(grant);
    const auto found = std::ranges::find(
        m_rows.rbegin(), m_rows.rend(), grant, [](const authority::GrantRow& row) { return row.grant.id; });
    if (found == m_rows.rend())
        return;
    const int row = static_cast<int>(found - m_rows.rbegin());
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

const authority::GrantRow& GrantsModel::at(int row) const
{
    return m_rows[m_rows.size() - 1 - static_cast<std::size_t>(row)];
}

int GrantsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int GrantsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

std::chrono::seconds GrantsModel::left(const Grant& grant) const
{
    return grant.expiresAt - m_clock.now();
}

QString GrantsModel::leftWords(const Grant& grant) const
{
    if (grant.state == GrantState::Expired || grant.state == GrantState::Revoked)
        return tr("none");
    const std::chrono::seconds rest = left(grant);
    if (rest.count() <= 0)
        return tr("time is up");
    return rest < kEndsSoon ? tr("ends soon: %1").arg(spanWords(rest)) : spanWords(rest);
}

QString GrantsModel::stateWords(const Grant& grant) const
{
    if (isRevoking(grant.id))
        return tr("revoking…");
    return grantStateWords(grant.state, grant.reason);
}

QString GrantsModel::cell(const authority::GrantRow& row, int column) const
{
    const Grant& grant = row.grant;
    switch (column) {
    case Agent:
        return row.agentName;
    case May:
        return row.may.join(u"; "_s);
    case Left:
        return leftWords(grant);
    case LastUsed:
        return grant.lastUsedAt ? agoWords(m_clock.now() - *grant.lastUsedAt) : tr("never");
    case State:
        return stateWords(grant);
    default:
        return {};
    }
}

QVariant GrantsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const authority::GrantRow& row = at(index.row());
    const bool ended = row.grant.state == GrantState::Expired || row.grant.state == GrantState::Revoked;
    switch (role) {
    case Qt::DisplayRole:
        return cell(row, index.column());
    case Qt::AccessibleTextRole:
        return index.column() == Action ? tr("Delete revokes this grant") : cell(row, index.column());
    case Qt::ToolTipRole:
        if (index.column() == Agent)
            return row.agentName;
        if (index.column() == May)
            return row.may.join(u'\n');
        if (index.column() == Left)
            return tr("until %1").arg(QLocale().toString(localTime(row.grant.expiresAt), QLocale::LongFormat));
        return {};
    case EndsSoonRole:
        return row.grant.state == GrantState::Live && left(row.grant) < kEndsSoon;
    case RevocableRole:
        return !ended;
    case LiveRole:
        return !ended;
    default:
        return {};
    }
}

QVariant GrantsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Agent:
        return tr("Agent");
    case May:
        return tr("May do");
    case Left:
        return tr("Time left");
    case LastUsed:
        return tr("Last used");
    case State:
        return tr("State");
    default:
        return QString();
    }
}

} // namespace countersign::ui
