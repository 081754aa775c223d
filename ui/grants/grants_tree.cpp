// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grants_tree.h"

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

} // namespace countersign::ui
