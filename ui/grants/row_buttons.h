// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Real buttons in the rows of a table that are in view, and only there: a screen reader and a pointer find them, and
// 100,000 rows cost no more than 10.
#pragma once

#include <QAbstractItemView>
#include <QObject>
#include <QTimer>

#include <functional>
#include <vector>

class QPushButton;
class QTableView;

namespace countersign::ui {

class RowButtons final : public QObject {
    Q_OBJECT
public:
    struct Look {
        QString text; ///< empty: no button in this row
        QString accessibleName;
        bool enabled = true;
    };
    using LookOf = std::function<Look(const QModelIndex& row)>;
    using Press = std::function<void(const QModelIndex& row)>;

    RowButtons(QTableView& view, int column, LookOf look, Press press);

    [[nodiscard]] int count() const { return static_cast<int>(m_cells.size()); }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void later();
    void arrange();
    void dress(const QModelIndex& cell);
    QPushButton* addButton(const QModelIndex& cell);

    QTableView& m_view;
    int m_column;
    LookOf m_look;
    Press m_press;
    QTimer m_timer; ///< many changes, one arrangement
    std::vector<QPersistentModelIndex> m_cells;
};

} // namespace countersign::ui
