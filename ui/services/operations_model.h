// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a service offers, an operation a row: all of it, or what a later document changes.
#pragma once

#include "core/services/changes.h"

#include <QAbstractTableModel>

#include <memory>
#include <vector>

namespace countersign::ui {

class OperationsModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Change, Action, Summary, Request, Demands, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;

    void showAll(std::shared_ptr<const services::Catalogue> catalogue); ///< nullptr: nothing
    void showChanges(std::vector<services::OperationChange> changes);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] const services::Operation& at(int row) const;
    [[nodiscard]] QString textOf(const QModelIndex& index) const;

    std::shared_ptr<const services::Catalogue> m_catalogue;
    std::vector<services::OperationChange> m_changes; ///< shown where there is no catalogue
};

} // namespace countersign::ui
