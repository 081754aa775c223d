// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Paints the cells of the grants table: wrapping text with room around it; a rest of less than a minute in amber, with
// words that say the same.
#pragma once

#include <QStyledItemDelegate>

namespace countersign::ui {

class GrantDelegate final : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

} // namespace countersign::ui
