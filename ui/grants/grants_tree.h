// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tree of the grants, which a screen reader may read while rows come and go.
//
// Where QTreeView has a layout to do, being asked where a cell lies does it, and that drops the accessible interfaces
// of all cells (QTreeViewPrivate::updateAccessibility, in Qt 6.8 at least). QAccessibleTableCell::rect() and state()
// ask just that, so a cell would be deleted under its own call, and the program end. Here the question is answered from
// the last layout, and the new one is done in its own time; a row that came since has no place yet, so it counts as not
// showing.
//
// And where rows go, Qt's accessible tree forgets its cells but keeps them in memory for good
// (QAccessibleTable::modelChange knows no tree items), so it is told to drop them before.
#pragma once

#include <QTreeView>

namespace countersign::ui {

class GrantsTree final : public QTreeView {
    Q_OBJECT
public:
    using QTreeView::QTreeView;

    [[nodiscard]] QRect visualRect(const QModelIndex& index) const override;
    void doItemsLayout() override;

protected:
    void rowsAboutToBeRemoved(const QModelIndex& parent, int start, int end) override;

private:
    mutable bool m_isAsked = false; ///< where a cell lies
};

} // namespace countersign::ui
