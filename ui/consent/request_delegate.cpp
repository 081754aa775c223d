// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/request_delegate.h"

#include "ui/consent/requests_model.h"

#include <QApplication>
#include <QPainter>
#include <QStyle>

using namespace Qt::StringLiterals;

namespace countersign::ui {

void RequestDelegate::paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const
{
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    option.text.clear();
    const QStyle& style = option.widget ? *option.widget->style() : *QApplication::style();
    style.drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);

    const auto role = option.state.testFlag(QStyle::State_Selected) ? QPalette::HighlightedText : QPalette::Text;
    const int space = option.fontMetrics.height() / 2;
    const QRect inner = option.rect.adjusted(space, space, -space, -space);
    const QRect upper = QRect(inner.topLeft(), QSize(inner.width(), option.fontMetrics.height() * 5 / 4));
    const QRect lower = QRect(upper.bottomLeft(), inner.bottomRight());
    const auto write = [&](const QRect& where, const QFont& font, const QString& text) {
        painter->setFont(font);
        const Qt::Alignment start = QStyle::visualAlignment(option.direction, Qt::AlignLeading | Qt::AlignVCenter);
        style.drawItemText(painter, where, static_cast<int>(start) | Qt::TextSingleLine, option.palette, true,
            QFontMetrics(font).elidedText(text, Qt::ElideRight, where.width()), role);
    };
    painter->save();
    QFont strong = option.font;
    strong.setWeight(QFont::DemiBold);
    write(upper, strong, index.data(RequestsModel::SummaryRole).toString());
    // A name is as long as the agent likes; the time that is left must stay in view.
    const QString name = option.fontMetrics.elidedText(
        index.data(RequestsModel::AgentRole).toString(), Qt::ElideRight, lower.width() / 2);
    write(lower, option.font, name + u" · "_s + index.data(RequestsModel::WhenRole).toString());
    painter->restore();
}

QSize RequestDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const
{
    return {option.fontMetrics.height() * 10, option.fontMetrics.height() * 7 / 2};
}

} // namespace countersign::ui
