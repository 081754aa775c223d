// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Real buttons in the rows of a tree that are in view, and only there: a pointer finds them, and 100,000 rows cost no
// more than 10. One button does something, the other one opens the rest. (Qt tells screen readers of the cells alone:
// the cell says the same, and the keyboard has other ways.)
#pragma once

#include <QObject>
#include <QPersistentModelIndex>
#include <QTimer>

#include <functional>
#include <vector>

class QPushButton;
class QToolButton;
class QTreeView;

namespace countersign::ui {

class RowButtons final : public QObject {
    Q_OBJECT
public:
    struct Look {
        QString text; ///< empty: no buttons in this row
        QString accessibleName;
        QString moreName; ///< accessible name of the second one
        bool enabled = true; ///< the first one
    };
    using LookOf = std::function<Look(const QModelIndex& row)>;

    /// `view` owns it.
    RowButtons(QTreeView& view, int column, LookOf look);

    [[nodiscard]] int count() const { return static_cast<int>(m_cells.size()); }

Q_SIGNALS:
    void pressed(const QModelIndex& row);
    void moreWanted(const QModelIndex& row, const QPoint& at); ///< in global coordinates

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void later();
    void arrange();
    void dress(const QModelIndex& cell);
    [[nodiscard]] QWidget* addButtons(const QModelIndex& cell);

    QTreeView& m_view;
    int m_column;
    LookOf m_look;
    QTimer m_timer; ///< many changes, one arrangement
    std::vector<QPersistentModelIndex> m_cells;
};

} // namespace countersign::ui
