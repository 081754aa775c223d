// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The agents that are known, newest first. What is said of them wears off with time: refresh() looks again.
#pragma once

#include "core/authority/person_api.h"

#include <QAbstractTableModel>

#include <vector>

namespace countersign::ui {

class AgentsModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Trust, Sanctions, Grants, FirstSeen, State, ColumnCount };

    explicit AgentsModel(const Clock& clock, QObject* parent = nullptr);

    void reset(std::vector<authority::AgentRow> rows);
    void put(int row, const authority::AgentRow& agent); ///< replaces what is there, or comes first
    void remove(int row);
    void refresh(); ///< time has gone by
    [[nodiscard]] const authority::AgentRow& at(int row) const { return m_rows[static_cast<std::size_t>(row)]; }
    [[nodiscard]] int rowOf(const ClientId& agent) const; ///< -1: not there

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] QString textOf(const authority::AgentRow& row, int column) const;

    const Clock& m_clock;
    std::vector<authority::AgentRow> m_rows;
};

/// What a person calls it: their own name, else what it calls itself.
[[nodiscard]] QString nameOf(const authority::AgentRow& row);

} // namespace countersign::ui
