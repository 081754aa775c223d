// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The grants, newest first, live ones and ended ones. Times are told from the clock when they are asked for, so a
// second that goes by costs a repaint of what is in view and nothing else.
#pragma once

#include "core/authority/person_api.h"
#include "core/base/clock.h"

#include <QAbstractTableModel>

#include <unordered_set>
#include <vector>

namespace countersign::ui {

class GrantsModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Agent, May, Left, LastUsed, State, Action, ColumnCount };
    enum Role {
        EndsSoonRole = Qt::UserRole + 1, ///< bool: live, and less than kEndsSoon is left
        RevocableRole, ///< bool: live or held
        LiveRole, ///< bool: neither ended nor past its end
    };

    explicit GrantsModel(const Clock& clock, QObject* parent = nullptr);

    void reset(const std::vector<authority::GrantRow>& newestFirst);
    void prepend(const authority::GrantRow& row);
    void change(int row, const authority::GrantRow& to);

    /// A revocation is on its way to the disk; until the desk tells of its end, or that it failed.
    void setRevoking(const GrantId& grant, bool revoking);
    [[nodiscard]] bool isRevoking(const GrantId& grant) const { return m_revoking.contains(grant); }

    [[nodiscard]] const grants::Grant& grant(int row) const { return at(row).grant; }
    [[nodiscard]] QString agentName(int row) const { return at(row).agentName; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] const authority::GrantRow& at(int row) const;
    [[nodiscard]] std::chrono::seconds left(const grants::Grant& grant) const;
    [[nodiscard]] QString leftWords(const grants::Grant& grant) const;
    [[nodiscard]] QString stateWords(const grants::Grant& grant) const;
    [[nodiscard]] QString cell(const authority::GrantRow& row, int column) const;

    const Clock& m_clock;
    std::vector<authority::GrantRow> m_rows; ///< oldest first, so that a new one costs nothing
    std::unordered_set<GrantId> m_revoking;
};

} // namespace countersign::ui
