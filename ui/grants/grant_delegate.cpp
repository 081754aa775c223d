// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/grants/grant_delegate.h"

#include "ui/common/text_direction.h"
#include "ui/common/tone.h"
#include "ui/grants/grant_words.h"
#include "ui/grants/grants_model.h"

#include <QApplication>
#include <QPainter>
#include <QStyle>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kLines = 3; // of a row: the time, and two bars
constexpr double kNearlyNothing = 0.1; // left: from here on a bar is amber
constexpr double kBarShare = 0.3; // of the cell's width, where the words leave it that much
constexpr double kLeastBarShare = 0.12;

int lineHeight(const QStyleOptionViewItem& option)
{
    return option.fontMetrics.lineSpacing() * 11 / 10;
}

void paintBar(QPainter& painter, const QRect& rect, double share, const QStyleOptionViewItem& option)
{
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    const QColor text = option.palette.color(chosen ? QPalette::HighlightedText : QPalette::Text);
    const QColor under = option.palette.color(chosen ? QPalette::Highlight : QPalette::Base);
    QColor edge = text;
    edge.setAlphaF(0.55F);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF frame = QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5);
    const qreal radius = frame.height() / 3;
    painter.setPen(edge);
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(frame, radius, radius);
    QRectF full = frame.adjusted(1.5, 1.5, -1.5, -1.5);
    const qreal width = full.width() * share;
    if (option.direction == Qt::RightToLeft)
        full.setLeft(full.right() - width);
    else
        full.setWidth(width);
    painter.setPen(Qt::NoPen);
    painter.setBrush(chosen ? text : toneText(share <= kNearlyNothing ? Tone::Caution : Tone::Calm, under));
    if (width > 0)
        painter.drawRoundedRect(full, radius / 2, radius / 2);
}

QString elided(const QString& text, const QStyleOptionViewItem& option, int width)
{
    return isolated(option.fontMetrics.elidedText(text, Qt::ElideRight, width));
}

/// As many whole phrases as there is room for: half an amount of money would be another amount.
QString wholePhrases(const QString& text, const QStyleOptionViewItem& option)
{
    const int space = option.fontMetrics.height() / 3;
    const QRect room = option.rect.adjusted(space, 0, -space, 0);
    const auto fits = [&](const QString& some) {
        return option.fontMetrics.boundingRect(room, Qt::TextWordWrap, some).height() <= room.height();
    };
    QString some = text;
    for (qsizetype end = text.lastIndexOf(u", "_s); end > 0 && !fits(some); end = text.lastIndexOf(u", "_s, end - 1))
        some = text.first(end) + u", …"_s;
    return some;
}

void warn(QStyleOptionViewItem& option)
{
    option.font.setWeight(QFont::DemiBold);
    option.palette.setColor(QPalette::Text, toneText(Tone::Caution, option.palette.color(QPalette::Base)));
}
} // namespace

void GrantDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    RowDelegate::initStyleOption(option, index);
    option->displayAlignment = Qt::AlignLeading | Qt::AlignVCenter;
    option->features |= QStyleOptionViewItem::WrapText;
    const bool live = index.data(GrantsModel::LiveRole).toBool();
    if (index.column() == GrantsModel::Agent && live)
        option->font.setWeight(QFont::DemiBold);
    if (!live) {
        const QColor faint = option->palette.color(QPalette::PlaceholderText);
        option->palette.setColor(QPalette::Text, faint);
    }
    if (index.column() == GrantsModel::May)
        option->text = wholePhrases(option->text, *option);
    option->text = isolated(option->text);
    if (index.column() == GrantsModel::Left && index.data(GrantsModel::EndsSoonRole).toBool())
        warn(*option);
    if (index.column() == GrantsModel::State && index.data(GrantsModel::HeldRole).toBool())
        warn(*option);
}

void GrantDelegate::paint(QPainter* painter, const QStyleOptionViewItem& given, const QModelIndex& index) const
{
    const bool hasBars = index.column() == GrantsModel::Left
        && !index.data(GrantsModel::MetersRole).value<std::vector<MeterLeft>>().empty();
    if (!hasBars)
        return RowDelegate::paint(painter, given, index);
    QStyleOptionViewItem option = given;
    initStyleOption(&option, index);
    option.text.clear();
    const QStyle& style = option.widget ? *option.widget->style() : *QApplication::style();
    style.drawControl(QStyle::CE_ItemViewItem, &option, painter, option.widget);
    painter->save();
    paintLeft(*painter, option, index);
    painter->restore();
}

void GrantDelegate::paintLeft(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const auto meters = index.data(GrantsModel::MetersRole).value<std::vector<MeterLeft>>();
    const int space = option.fontMetrics.height() / 3;
    const int high = lineHeight(option);
    const int lines = 1 + static_cast<int>(meters.size());
    QRect line = option.rect.adjusted(space, 0, -space, 0);
    line.setTop(option.rect.center().y() - lines * high / 2);
    line.setHeight(high);
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    painter.setFont(option.font);
    painter.setPen(option.palette.color(chosen ? QPalette::HighlightedText : QPalette::Text));
    const QPen pen = painter.pen();
    const Qt::Alignment side = QStyle::visualAlignment(option.direction, Qt::AlignLeading | Qt::AlignVCenter);
    painter.drawText(
        line, static_cast<int>(side), elided(index.data(GrantsModel::TimeRole).toString(), option, line.width()));
    for (const MeterLeft& meter : meters) {
        line.translate(0, high);
        const QString says = meterWords(meter);
        const int spare = line.width() - space - option.fontMetrics.horizontalAdvance(says) - 1;
        QRect bar = line;
        bar.setWidth(std::clamp(
            spare, static_cast<int>(line.width() * kLeastBarShare), static_cast<int>(line.width() * kBarShare)));
        bar = QStyle::visualRect(option.direction, line, bar);
        QRect words = line;
        words.setLeft(line.left() + bar.width() + space);
        words = QStyle::visualRect(option.direction, line, words);
        paintBar(painter, bar.adjusted(0, high / 4, 0, -high / 4), meter.share(), option);
        painter.setPen(pen);
        painter.drawText(words, static_cast<int>(side), elided(says, option, words.width()));
    }
}

QSize GrantDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const
{
    return {option.fontMetrics.height() * 6, lineHeight(option) * kLines + option.fontMetrics.height() / 2};
}

} // namespace countersign::ui
