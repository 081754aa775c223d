// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/services/services_model.h"

#include "ui/common/time_words.h"

#include <QDateTime>
#include <QLocale>

namespace countersign::ui {

void ServicesModel::reset(std::vector<authority::ServiceRow> rows)
{
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

int ServicesModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ServicesModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString ServicesModel::offersOf(const authority::ServiceRow& row)
{
    switch (row.document) {
    case authority::ServiceRow::Document::None:
        return tr("not known");
    case authority::ServiceRow::Document::Unreadable:
        return tr("⚠ can't be read");
    case authority::ServiceRow::Document::Kept:
        return tr("operations: %n", nullptr, static_cast<int>(row.catalogue->operations.size()));
    }
    return {};
}

QVariant ServicesModel::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid) || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const authority::ServiceRow& row = at(index.row());
    switch (index.column()) {
    case Name:
        return row.name;
    case Location:
        return row.location;
    case Offers:
        return offersOf(row);
    case Added:
        return QLocale().toString(localTime(row.addedAt), QLocale::ShortFormat);
    default:
        return {};
    }
}

QVariant ServicesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name:
        return tr("Service");
    case Location:
        return tr("Where");
    case Offers:
        return tr("Offers");
    case Added:
        return tr("Added");
    default:
        return {};
    }
}

} // namespace countersign::ui
