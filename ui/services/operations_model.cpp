// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/operations_model.h"

#include "core/base/text_safety.h"
#include "ui/services/operation_words.h"

using namespace Qt::StringLiterals;

namespace countersign::ui {

void OperationsModel::showAll(std::shared_ptr<const services::Catalogue> catalogue)
{
    beginResetModel();
    m_catalogue = std::move(catalogue);
    m_changes.clear();
    endResetModel();
}

void OperationsModel::showChanges(std::vector<services::OperationChange> changes)
{
    beginResetModel();
    m_catalogue.reset();
    m_changes = std::move(changes);
    endResetModel();
}

int OperationsModel::rowCount(const QModelIndex& parent) const
{
    if (parent.isValid())
        return 0;
    return static_cast<int>(m_catalogue ? m_catalogue->operations.size() : m_changes.size());
}

int OperationsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

const services::Operation& OperationsModel::at(int row) const
{
    const auto place = static_cast<std::size_t>(row);
    return m_catalogue ? m_catalogue->operations[place] : m_changes[place].operation;
}

QVariant OperationsModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const QString text = textOf(index);
    // A tool tip that looks like markup would be drawn as such, and a document could write whatever it likes.
    return role == Qt::ToolTipRole ? u"<p>%1</p>"_s.arg(text.toHtmlEscaped()) : text;
}

QString OperationsModel::textOf(const QModelIndex& index) const
{
    const services::Operation& operation = at(index.row());
    const services::OperationChange* change = m_catalogue ? nullptr : &m_changes[static_cast<std::size_t>(index.row())];
    switch (index.column()) {
    case Change:
        return change ? changeWords(*change) : QString();
    case Action:
        return QString::fromStdString(operation.action.name());
    case Summary:
        return safeText(operation.summary).text;
    case Request:
        return requestWords(operation);
    case Demands:
        return change ? demandWords(*change) : demandWords(operation.requirements);
    default:
        return {};
    }
}

QVariant OperationsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Change:
        return tr("Change");
    case Action:
        return tr("Action");
    case Summary:
        return tr("In the service's words");
    case Request:
        return tr("Request");
    case Demands:
        return tr("Demands of the agent");
    default:
        return {};
    }
}

} // namespace countersign::ui
