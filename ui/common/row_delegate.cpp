// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/row_delegate.h"

#include "ui/common/tone.h"

namespace countersign::ui {

void RowDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    makeSelectionReadable(option->palette);
}

} // namespace countersign::ui
