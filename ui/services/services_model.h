// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The services that may check tokens here.
#pragma once

#include "core/authority/person_api.h"

#include <QAbstractTableModel>

#include <vector>

namespace countersign::ui {

class ServicesModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Location, Offers, Added, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;

    void reset(std::vector<authority::ServiceRow> rows);
    [[nodiscard]] const authority::ServiceRow& at(int row) const { return m_rows[static_cast<std::size_t>(row)]; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] static QString offersOf(const authority::ServiceRow& row);

    std::vector<authority::ServiceRow> m_rows;
};

} // namespace countersign::ui
