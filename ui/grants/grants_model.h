// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The grants as a tree: the person, the agents that hold something of them, and under each the agents that it handed
// something on to; newest first, live ones and ended ones. Times are told from the clock when they are asked for, so a
// second that goes by costs a repaint of what is in view and nothing else.
#pragma once

#include "core/authority/person_api.h"
#include "core/base/clock.h"
#include "ui/grants/meter_left.h"

#include <QAbstractItemModel>

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace countersign::ui {

class GrantsModel final : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column { Agent, May, Left, LastUsed, State, Action, ColumnCount };
    enum Role {
        EndsSoonRole = Qt::UserRole + 1, ///< bool: live, and less than kEndsSoon is left
        RevocableRole, ///< bool: a grant that is live or held
        LiveRole, ///< bool: the person, or a grant that has not ended
        HeldRole, ///< bool
        MetersRole, ///< std::vector<MeterLeft>: those with the least left, as many as a row has room for
        TimeRole, ///< QString: the time that is left
    };

    explicit GrantsModel(const Clock& clock, QObject* parent = nullptr);

    /// `newestFirst`, as PersonDesk has them: what was delegated stands before what it came from.
    void reset(const std::vector<authority::GrantRow>& newestFirst);
    void prepend(const authority::GrantRow& row);
    /// `place`: among all grants, newest first, as PersonDesk counts.
    void change(int place, const authority::GrantRow& to);
    [[nodiscard]] int count() const { return static_cast<int>(m_nodes.size()); }

    /// A revocation is on its way to the disk; until the desk tells of its end, or that it failed.
    void setRevoking(const GrantId& grant, bool revoking);
    [[nodiscard]] bool isRevoking(const GrantId& grant) const { return m_revoking.contains(grant); }

    [[nodiscard]] QModelIndex person() const; ///< the one row without a parent
    [[nodiscard]] QModelIndex indexOf(const GrantId& grant) const; ///< invalid: not known
    [[nodiscard]] const authority::GrantRow* row(const QModelIndex& index) const; ///< nullptr: the person
    /// The one that ended last; nullptr: none has.
    [[nodiscard]] const authority::GrantRow* lastEnded() const;
    /// Of all its limits, in their order. What a grant above uses up changes it without a signal: it is to be asked for
    /// again whenever it is shown.
    [[nodiscard]] std::vector<MeterLeft> metersLeft(const authority::GrantRow& row) const;
    /// "You → reconcile-bot → ledger-helper"
    [[nodiscard]] QString pathOf(const QModelIndex& index) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    using QObject::parent;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    static constexpr int kPerson = -1;
    struct Node {
        authority::GrantRow row;
        int parent = kPerson;
        int place = 0; ///< among the parent's children
        std::vector<int> children; ///< oldest first, so that a new one costs nothing
    };

    int add(const authority::GrantRow& row); ///< the node's number
    [[nodiscard]] int numberOf(const QModelIndex& index) const; ///< kPerson, or a node
    [[nodiscard]] QModelIndex indexAt(int number, int column) const;
    [[nodiscard]] const std::vector<int>& childrenOf(int number) const;
    [[nodiscard]] int parentOf(const authority::GrantRow& row) const;
    [[nodiscard]] std::chrono::seconds left(const grants::Grant& grant) const;
    [[nodiscard]] QString timeWords(const grants::Grant& grant) const;
    [[nodiscard]] QString leftWords(const authority::GrantRow& row) const;
    [[nodiscard]] QString stateWords(const grants::Grant& grant) const;
    [[nodiscard]] QString cell(const authority::GrantRow& row, int column) const;
    [[nodiscard]] QString toolTip(const authority::GrantRow& row, int column) const;
    [[nodiscard]] QVariant personData(int column, int role) const;
    [[nodiscard]] QVariant grantData(const authority::GrantRow& row, int column, int role) const;

    const Clock& m_clock;
    std::vector<Node> m_nodes; ///< oldest first
    std::vector<int> m_roots; ///< of the person
    std::unordered_map<GrantId, int> m_numbers;
    std::unordered_set<GrantId> m_revoking;
};

} // namespace countersign::ui
