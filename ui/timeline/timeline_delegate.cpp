// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/timeline_delegate.h"

#include "ui/common/icons.h"
#include "ui/timeline/timeline_model.h"

#include <QApplication>
#include <QPainter>
#include <QStyle>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
Glyph glyphOf(const QModelIndex& index)
{
    using Outcome = TimelineModel::Outcome;
    switch (static_cast<audit::LeafKind>(index.data(TimelineModel::KindRole).toInt())) {
    case audit::LeafKind::ActionAsked:
        return Glyph::Asked;
    case audit::LeafKind::GrantNarrowed:
        return Glyph::Less;
    case audit::LeafKind::GrantHeld:
        return Glyph::Pause;
    default:
        break;
    }
    switch (static_cast<Outcome>(index.data(TimelineModel::OutcomeRole).toInt())) {
    case Outcome::Permitted:
        return Glyph::Permitted;
    case Outcome::Refused:
        return Glyph::Refused;
    case Outcome::Neutral:
        break;
    }
    return Glyph::Neutral;
}

/// Takes `width` off the leading side of `rest`.
QRect takeLeading(QRect& rest, int width, Qt::LayoutDirection direction)
{
    QRect taken = rest;
    if (direction == Qt::RightToLeft) {
        taken.setLeft(rest.right() + 1 - width);
        rest.setRight(taken.left() - 1);
    } else {
        taken.setWidth(width);
        rest.setLeft(taken.right() + 1);
    }
    return taken;
}

/// Takes `width` off the trailing side of `rest`, if it leaves more than that for the rest.
QRect takeTrailing(QRect& rest, int width, Qt::LayoutDirection direction)
{
    if (rest.width() < 3 * width)
        return {};
    return takeLeading(rest, width, direction == Qt::RightToLeft ? Qt::LeftToRight : Qt::RightToLeft);
}
} // namespace

void TimelineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const
{
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    const QString sentence = option.text;
    option.text.clear();
    const QStyle& style = option.widget ? *option.widget->style() : *QApplication::style();
    style.drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);

    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    const auto role = chosen ? QPalette::HighlightedText : QPalette::Text;
    const int space = option.fontMetrics.height() / 2;
    QRect rest = option.rect.adjusted(space, 0, -space, 0);
    const int line = static_cast<int>(Qt::AlignLeading | Qt::AlignVCenter) | Qt::TextSingleLine;
    const auto write = [&](const QRect& where, const QString& text, int flags) {
        style.drawItemText(painter, where,
            QStyle::visualAlignment(option.direction, Qt::Alignment(flags)) | Qt::TextSingleLine, option.palette, true,
            option.fontMetrics.elidedText(text, Qt::ElideRight, where.width()), role);
    };
    painter->save();
    if (const QString heading = index.data(TimelineModel::HeadingRole).toString(); !heading.isEmpty()) {
        QFont font = option.font;
        font.setWeight(QFont::DemiBold);
        painter->setFont(font);
        rest.setTop(rest.top() + space / 2);
        write(rest, heading, line);
    } else {
        painter->setFont(option.font);
        const QString time = index.data(TimelineModel::TimeRole).toString();
        write(takeLeading(rest, option.fontMetrics.horizontalAdvance(time) + space, option.direction), time, line);
        const int side = option.fontMetrics.height();
        const QRect place = takeLeading(rest, side + space, option.direction);
        // The sign has to read on what is under it, which in a chosen row is the highlight.
        QPalette under = option.palette;
        under.setColor(QPalette::Window, under.color(chosen ? QPalette::Highlight : QPalette::Base));
        under.setColor(QPalette::WindowText, under.color(role));
        icon(glyphOf(index), under).paint(painter, place.adjusted(0, 0, -space, 0), Qt::AlignCenter);
        const QString proof = index.data(TimelineModel::ProofRole).toString();
        const QRect badge = takeTrailing(rest, option.fontMetrics.horizontalAdvance(proof) + space, option.direction);
        write(badge, proof, static_cast<int>(Qt::AlignTrailing | Qt::AlignVCenter));
        write(rest, sentence, line);
    }
    painter->restore();
}

QSize TimelineDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const
{
    return {option.fontMetrics.height() * 10, option.fontMetrics.height() * 9 / 5};
}

} // namespace countersign::ui
