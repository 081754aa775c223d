// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grants_tree.h"

#include <QAccessible>
#include <QScopedValueRollback>

namespace countersign::ui {

QRect GrantsTree::visualRect(const QModelIndex& index) const
{
    const QScopedValueRollback asked(m_isAsked, true);
    return QTreeView::visualRect(index);
}

void GrantsTree::doItemsLayout()
{
    if (m_isAsked)
        scheduleDelayedItemsLayout();
    else
        QTreeView::doItemsLayout();
}

void GrantsTree::rowsAboutToBeRemoved(const QModelIndex& parent, int start, int end)
{
    QTreeView::rowsAboutToBeRemoved(parent, start, end);
    if (!QAccessible::isActive())
        return;
    QAccessibleTableModelChangeEvent anew(this, QAccessibleTableModelChangeEvent::ModelReset);
    QAccessible::updateAccessibility(&anew);
}

} // namespace countersign::ui
