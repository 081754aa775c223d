// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The table of what a service offers.
#pragma once

#include "ui/services/operations_model.h"

#include <QTableView>

namespace countersign::ui {

class OperationsTable final : public QTableView {
    Q_OBJECT
public:
    explicit OperationsTable(QWidget* parent = nullptr);

    void showAll(std::shared_ptr<const services::Catalogue> catalogue);
    void showChanges(std::vector<services::OperationChange> changes);

private:
    void fit();

    OperationsModel* m_model;
};

} // namespace countersign::ui
