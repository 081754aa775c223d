// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grant_delegate.h"

#include "ui/common/tone.h"
#include "ui/grants/grants_model.h"

namespace countersign::ui {

void GrantDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    option->displayAlignment = Qt::AlignLeading | Qt::AlignVCenter;
    option->features |= QStyleOptionViewItem::WrapText;
    const bool live = index.data(GrantsModel::LiveRole).toBool();
    if (index.column() == GrantsModel::Agent && live)
        option->font.setWeight(QFont::DemiBold);
    if (index.column() == GrantsModel::Left && index.data(GrantsModel::EndsSoonRole).toBool()) {
        option->font.setWeight(QFont::DemiBold);
        const QColor base = option->palette.color(QPalette::Base);
        option->palette.setColor(QPalette::Text, toneText(Tone::Caution, base));
    }
}

} // namespace countersign::ui
