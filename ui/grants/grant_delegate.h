// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Paints the cells of the grants' tree: wrapping text with room around it; a rest of less than a minute in amber, with
// words that say the same; money and uses as bars with figures. All rows are of one height, however many there are.
#pragma once

#include "ui/common/row_delegate.h"

namespace countersign::ui {

class GrantDelegate final : public RowDelegate {
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

private:
    void paintLeft(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
};

} // namespace countersign::ui
