// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timeline/chain_path.h"

#include "ui/common/tone.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace countersign::ui {

namespace {
constexpr int kMostLetters = 32; ///< of a name in its box
} // namespace

ChainPath::ChainPath(QWidget* parent) : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setFocusPolicy(Qt::TabFocus); // so that a screen reader comes by
    setAccessibleName(tr("Through whose hands it went"));
}

void ChainPath::setStops(std::vector<Stop> stops)
{
    m_stops = std::move(stops);
    QStringList words;
    for (const Stop& stop : m_stops)
        words.append(stop.onTheWay.isEmpty() ? stop.name : tr("%1: %2").arg(stop.onTheWay, stop.name));
    setAccessibleDescription(words.join(tr(", then ")));
    setToolTip(words.join(u" → "_s));
    updateGeometry();
    update();
}

int ChainPath::boxWidth(const Stop& stop) const
{
    const int space = fontMetrics().height();
    return std::min(fontMetrics().horizontalAdvance(stop.name), fontMetrics().averageCharWidth() * kMostLetters)
        + space;
}

int ChainPath::wayWidth(const Stop& stop) const
{
    return stop.onTheWay.isEmpty() ? fontMetrics().height() * 2
                                   : fontMetrics().horizontalAdvance(stop.onTheWay) + fontMetrics().height() * 2;
}

std::vector<ChainPath::Place> ChainPath::placesFor(int width) const
{
    const int high = fontMetrics().height() * 2;
    const int line = high + fontMetrics().height() / 2;
    std::vector<Place> places;
    int x = 0;
    int y = fontMetrics().height() / 4;
    for (std::size_t i = 0; i < m_stops.size(); ++i) {
        const int way = i == 0 ? 0 : wayWidth(m_stops[i]);
        const int box = std::min(boxWidth(m_stops[i]), std::max(width - way, high));
        if (i > 0 && x + way + box > width) { // the arrow begins the next line
            x = 0;
            y += line;
        }
        places.push_back({QRect(x + way, y, box, high), QRect(x, y, way, high)});
        x += way + box;
    }
    return places;
}

QSize ChainPath::sizeHint() const
{
    int width = 0;
    for (const Stop& stop : m_stops)
        width += boxWidth(stop) + wayWidth(stop);
    return {width, heightForWidth(width)};
}

QSize ChainPath::minimumSizeHint() const
{
    return {fontMetrics().height() * 8, fontMetrics().height() * 5 / 2};
}

int ChainPath::heightForWidth(int width) const
{
    const std::vector<Place> places = placesFor(width);
    return (places.empty() ? 0 : places.back().box.bottom() + 1) + fontMetrics().height() / 4;
}

void ChainPath::drawWay(QPainter& painter, const QRect& way, const QString& words) const
{
    const bool isMirrored = layoutDirection() == Qt::RightToLeft;
    const qreal head = fontMetrics().height() / 3.0;
    const qreal middle = way.center().y() + 0.5;
    const qreal gap = head / 2;
    const qreal tip = isMirrored ? way.left() + gap : way.right() + 1 - gap;
    const qreal tail = isMirrored ? way.right() + 1 - gap : way.left() + gap;
    const qreal back = isMirrored ? tip + head : tip - head;
    painter.setPen(QPen(palette().color(QPalette::WindowText), 1.5));
    painter.drawLine(QPointF(tail, middle), QPointF(back, middle));
    QPainterPath arrow(QPointF(tip, middle));
    arrow.lineTo(back, middle - head * 0.7);
    arrow.lineTo(back, middle + head * 0.7);
    arrow.closeSubpath();
    painter.fillPath(arrow, palette().color(QPalette::WindowText));
    QRect above = way;
    above.setBottom(way.center().y() - 1);
    painter.drawText(above, Qt::AlignHCenter | Qt::AlignBottom | Qt::TextSingleLine, words);
}

void ChainPath::drawBox(QPainter& painter, const QRect& box, const Stop& stop) const
{
    const bool isHand = stop.shape == Stop::Shape::Hand;
    const Tone tone = stop.shape == Stop::Shape::Refused ? Tone::Danger : Tone::Calm;
    const QColor background = isHand ? palette().color(QPalette::Base) : toneBackground(palette(), tone);
    const QColor words = isHand ? palette().color(QPalette::Text) : toneText(tone, background);
    painter.setPen(QPen(words, stop.shape == Stop::Shape::Refused ? 2 : 1,
        stop.edge == Stop::Edge::Open ? Qt::DashLine : Qt::SolidLine));
    painter.setBrush(background);
    const qreal radius = isHand ? box.height() / 2.0 : box.height() / 6.0;
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    const QRect inside = box.adjusted(fontMetrics().height() / 3, 0, -fontMetrics().height() / 3, 0);
    painter.setPen(words);
    painter.drawText(inside, Qt::AlignCenter | Qt::TextSingleLine,
        fontMetrics().elidedText(stop.name, Qt::ElideRight, inside.width()));
}

void ChainPath::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const std::vector<Place> places = placesFor(width());
    const auto mirrored = [this](const QRect& given) {
        return layoutDirection() == Qt::RightToLeft
            ? QRect(width() - given.right() - 1, given.y(), given.width(), given.height())
            : given;
    };
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (i > 0)
            drawWay(painter, mirrored(places[i].way), m_stops[i].onTheWay);
        drawBox(painter, mirrored(places[i].box), m_stops[i]);
    }
    if (hasFocus()) {
        painter.setPen(QPen(palette().color(QPalette::Highlight), 1, Qt::DotLine));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace countersign::ui
