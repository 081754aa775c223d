// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grants_model.h"

#include "ui/common/time_words.h"
#include "ui/grants/grant_words.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

using authority::GrantRow;
using grants::Grant;
using grants::GrantState;

namespace {
constexpr std::size_t kMetersInRow = 2;

bool hasEnded(const Grant& grant)
{
    return grant.state == GrantState::Expired || grant.state == GrantState::Revoked;
}

/// Those that run out first, in their own order.
std::vector<MeterLeft> scarcest(std::vector<MeterLeft> meters)
{
    while (meters.size() > kMetersInRow)
        meters.erase(std::ranges::max_element(meters, {}, &MeterLeft::share));
    return meters;
}
} // namespace

GrantsModel::GrantsModel(const Clock& clock, QObject* parent) : QAbstractItemModel(parent), m_clock(clock) { }

void GrantsModel::reset(const std::vector<GrantRow>& newestFirst)
{
    beginResetModel();
    m_nodes.clear();
    m_roots.clear();
    m_numbers.clear();
    m_revoking.clear();
    m_nodes.reserve(newestFirst.size());
    for (auto row = newestFirst.rbegin(); row != newestFirst.rend(); ++row)
        add(*row);
    endResetModel();
}

void GrantsModel::prepend(const GrantRow& row)
{
    beginInsertRows(indexAt(parentOf(row), 0), 0, 0);
    add(row);
    endInsertRows();
}

int GrantsModel::add(const GrantRow& row)
{
    const int number = static_cast<int>(m_nodes.size());
    const int parent = parentOf(row);
    std::vector<int>& siblings = parent == kPerson ? m_roots : m_nodes[static_cast<std::size_t>(parent)].children;
    const int place = static_cast<int>(siblings.size());
    siblings.push_back(number);
    m_nodes.push_back({row, parent, place, {}});
    m_numbers.emplace(row.grant.id, number);
    return number;
}

void GrantsModel::change(int place, const GrantRow& to)
{
    if (place < 0 || place >= count())
        return;
    const int number = count() - 1 - place;
    m_nodes[static_cast<std::size_t>(number)].row = to;
    if (hasEnded(to.grant))
        m_revoking.erase(to.grant.id);
    Q_EMIT dataChanged(indexAt(number, 0), indexAt(number, ColumnCount - 1));
}

void GrantsModel::setRevoking(const GrantId& grant, bool revoking)
{
    if (revoking)
        m_revoking.insert(grant);
    else
        m_revoking.erase(grant);
    const QModelIndex at = indexOf(grant);
    if (at.isValid())
        Q_EMIT dataChanged(at, at.siblingAtColumn(ColumnCount - 1));
}

QModelIndex GrantsModel::person() const
{
    return indexAt(kPerson, 0);
}

QModelIndex GrantsModel::indexOf(const GrantId& grant) const
{
    const auto found = m_numbers.find(grant);
    return found == m_numbers.end() ? QModelIndex() : indexAt(found->second, 0);
}

const GrantRow* GrantsModel::row(const QModelIndex& index) const
{
    if (!index.isValid() || numberOf(index) == kPerson)
        return nullptr;
    return &m_nodes[static_cast<std::size_t>(numberOf(index))].row;
}

const GrantRow* GrantsModel::lastEnded() const
{
    const Node* last = nullptr;
    for (const Node& node : m_nodes) {
        if (hasEnded(node.row.grant) && (!last || last->row.grant.endedAt <= node.row.grant.endedAt))
            last = &node;
    }
    return last ? &last->row : nullptr;
}

std::vector<MeterLeft> GrantsModel::metersLeft(const GrantRow& row) const
{
    std::vector<const GrantRow*> above;
    for (const GrantRow* at = &row; at->grant.parent;) {
        const auto found = m_numbers.find(*at->grant.parent);
        if (found == m_numbers.end())
            break;
        above.push_back(at = &m_nodes[static_cast<std::size_t>(found->second)].row);
    }
    return ui::metersLeft(row, above);
}

QString GrantsModel::pathOf(const QModelIndex& index) const
{
    QStringList names;
    for (QModelIndex at = index.siblingAtColumn(Agent); at.isValid(); at = at.parent())
        names.prepend(at.data().toString());
    return names.join(tr(" → ", "between the hops of a chain"));
}

QModelIndex GrantsModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    if (!parent.isValid())
        return indexAt(kPerson, column);
    const std::vector<int>& children = childrenOf(numberOf(parent));
    return indexAt(children[children.size() - 1 - static_cast<std::size_t>(row)], column);
}

QModelIndex GrantsModel::parent(const QModelIndex& child) const
{
    if (!child.isValid() || numberOf(child) == kPerson)
        return {};
    return indexAt(m_nodes[static_cast<std::size_t>(numberOf(child))].parent, 0);
}

int GrantsModel::numberOf(const QModelIndex& index) const
{
    return static_cast<int>(index.internalId()) - 1;
}

QModelIndex GrantsModel::indexAt(int number, int column) const
{
    const auto id = static_cast<quintptr>(number + 1);
    if (number == kPerson)
        return createIndex(0, column, id);
    const Node& node = m_nodes[static_cast<std::size_t>(number)];
    return createIndex(static_cast<int>(childrenOf(node.parent).size()) - 1 - node.place, column, id);
}

const std::vector<int>& GrantsModel::childrenOf(int number) const
{
    return number == kPerson ? m_roots : m_nodes[static_cast<std::size_t>(number)].children;
}

int GrantsModel::parentOf(const GrantRow& row) const
{
    const auto found = row.grant.parent ? m_numbers.find(*row.grant.parent) : m_numbers.end();
    return found == m_numbers.end() ? kPerson : found->second;
}

int GrantsModel::rowCount(const QModelIndex& parent) const
{
    if (!parent.isValid())
        return 1;
    return parent.column() > 0 ? 0 : static_cast<int>(childrenOf(numberOf(parent)).size());
}

int GrantsModel::columnCount(const QModelIndex& /*parent*/) const
{
    return ColumnCount;
}

std::chrono::seconds GrantsModel::left(const Grant& grant) const
{
    return grant.expiresAt - m_clock.now();
}

QString GrantsModel::timeWords(const Grant& grant) const
{
    if (hasEnded(grant))
        return tr("none");
    const std::chrono::seconds rest = left(grant);
    if (rest.count() <= 0)
        return tr("time is up");
    return rest < kEndsSoon ? tr("ends soon: %1").arg(spanWords(rest)) : spanWords(rest);
}

QString GrantsModel::leftWords(const GrantRow& row) const
{
    QStringList parts{timeWords(row.grant)};
    for (const MeterLeft& meter : metersLeft(row))
        parts.append(meterWords(meter));
    return parts.join(u"; "_s);
}

QString GrantsModel::stateWords(const Grant& grant) const
{
    if (isRevoking(grant.id))
        return tr("revoking…");
    return grantStateWords(grant.state, grant.reason);
}

QString GrantsModel::cell(const GrantRow& row, int column) const
{
    const Grant& grant = row.grant;
    switch (column) {
    case Agent:
        return agentWords(row);
    case May:
        return row.may.join(u"; "_s);
    case Left:
        return leftWords(row);
    case LastUsed:
        return grant.lastUsedAt ? agoWords(m_clock.now() - *grant.lastUsedAt) : tr("never");
    case State:
        return stateWords(grant);
    default:
        return {};
    }
}

QString GrantsModel::toolTip(const GrantRow& row, int column) const
{
    switch (column) {
    case Agent:
        return agentWords(row);
    case May:
        return (row.narrowed.isEmpty() ? row.may : row.may + QStringList{tr("Narrowed here:")} + row.narrowed)
            .join(u'\n');
    case Left: {
        QStringList lines{tr("until %1").arg(momentWords(row.grant.expiresAt))};
        for (const MeterLeft& meter : metersLeft(row))
            lines.append(meterWords(meter));
        return lines.join(u'\n');
    }
    default:
        return {};
    }
}

QVariant GrantsModel::personData(int column, int role) const
{
    const bool text = role == Qt::DisplayRole || role == Qt::AccessibleTextRole;
    if (text && column == Agent)
        return tr("You");
    if (text && column == May)
        return tr("everything here comes from what you approved");
    return role == LiveRole ? QVariant(true) : QVariant();
}

QVariant GrantsModel::grantData(const GrantRow& row, int column, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return cell(row, column);
    case Qt::AccessibleTextRole:
        if (column == Action)
            return hasEnded(row.grant) ? QString() : tr("Revoke what %1 may do (Delete)").arg(agentWords(row));
        return cell(row, column);
    case Qt::ToolTipRole:
        return toolTip(row, column);
    case EndsSoonRole:
        return row.grant.state == GrantState::Live && left(row.grant) < kEndsSoon;
    case RevocableRole:
    case LiveRole:
        return !hasEnded(row.grant);
    case HeldRole:
        return row.grant.state == GrantState::Held;
    case MetersRole:
        return QVariant::fromValue(scarcest(metersLeft(row)));
    case TimeRole:
        return timeWords(row.grant);
    default:
        return {};
    }
}

QVariant GrantsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const GrantRow* grant = row(index);
    return grant ? grantData(*grant, index.column(), role) : personData(index.column(), role);
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
        return tr("Left");
    case LastUsed:
        return tr("Last used");
    case State:
        return tr("State");
    default:
        return QString();
    }
}

} // namespace countersign::ui
