// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/plain_label.h"

#include "ui/common/tone.h"

#include <QEvent>
#include <QPainter>
#include <QStyleOptionFocusRect>
#include <QStylePainter>
#include <QTextLayout>
#include <QtMath>

#include <algorithm>
#include <limits>

namespace countersign::ui {

namespace {
constexpr int kNarrowest = 8; // widths of "m" that a label can always do with
constexpr int kWidest = 40; // that it asks for
constexpr double kLarge = 1.15;
constexpr double kHeading = 1.45;

QFont sized(QFont font, PlainLabel::Size size)
{
    const double factor = size == PlainLabel::Size::Heading ? kHeading : kLarge;
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * factor);
    else
        font.setPixelSize(qRound(font.pixelSize() * factor));
    if (size == PlainLabel::Size::Heading)
        font.setWeight(QFont::DemiBold);
    return font;
}
} // namespace

PlainLabel::PlainLabel(const QString& text, Size size, QWidget* parent) : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
    if (size != Size::Normal)
        setFont(sized(font(), size));
    setText(text);
}

void PlainLabel::setQuiet()
{
    m_emphasis = Emphasis::Quiet;
    applyQuiet();
}

void PlainLabel::setFocusable()
{
    setFocusPolicy(Qt::StrongFocus);
}

QSizeF PlainLabel::breakLines(QTextLayout& layout, qreal width) const
{
    QTextOption option(Qt::AlignLeft | Qt::AlignAbsolute);
    option.setWrapMode(wordWrap() ? QTextOption::WrapAtWordBoundaryOrAnywhere : QTextOption::ManualWrap);
    option.setTextDirection(Qt::LayoutDirectionAuto);
    layout.setTextOption(option);
    layout.setText(text().replace(QLatin1Char('\n'), QChar::LineSeparator));
    const Qt::Alignment side = QStyle::visualAlignment(layoutDirection(), alignment());
    QSizeF room(0, 0);
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        const qreal spare = width - line.naturalTextWidth();
        line.setPosition({side & Qt::AlignRight ? spare : side & Qt::AlignHCenter ? spare / 2 : 0, room.height()});
        room = QSizeF(std::max(room.width(), line.naturalTextWidth()), room.height() + line.height());
    }
    layout.endLayout();
    return room;
}

int PlainLabel::heightForWidth(int width) const
{
    const QMargins margins = contentsMargins();
    QTextLayout layout(QString(), font());
    const QSizeF room = breakLines(layout, width - margins.left() - margins.right());
    return qCeil(room.height()) + margins.top() + margins.bottom();
}

QSize PlainLabel::sizeHint() const
{
    QTextLayout layout(QString(), font());
    const int widest = fontMetrics().horizontalAdvance(QLatin1Char('m')) * kWidest;
    const qreal limit = wordWrap() ? widest : std::numeric_limits<short>::max();
    const QSizeF room = breakLines(layout, limit);
    return QSize(qCeil(room.width()), qCeil(room.height())).grownBy(contentsMargins());
}

QSize PlainLabel::minimumSizeHint() const
{
    const QSize size = sizeHint();
    if (!wordWrap())
        return size;
    return {
        std::min(size.width(), fontMetrics().horizontalAdvance(QLatin1Char('m')) * kNarrowest), fontMetrics().height()};
}

void PlainLabel::paintEvent(QPaintEvent* /*event*/)
{
    const QRect place = contentsRect();
    QTextLayout layout(QString(), font());
    const QSizeF room = breakLines(layout, place.width());
    const bool centred = alignment().testFlag(Qt::AlignVCenter);
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    layout.draw(
        &painter, place.topLeft() + QPointF(0, centred ? std::max(0.0, (place.height() - room.height()) / 2) : 0));
    if (hasFocus())
        drawFocus();
}

void PlainLabel::drawFocus()
{
    QStylePainter painter(this);
    QStyleOptionFocusRect option;
    option.initFrom(this);
    option.state |= QStyle::State_KeyboardFocusChange;
    painter.drawPrimitive(QStyle::PE_FrameFocusRect, option);
}

void PlainLabel::changeEvent(QEvent* event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::ParentChange || event->type() == QEvent::ApplicationPaletteChange)
        applyQuiet();
}

void PlainLabel::applyQuiet()
{
    if (m_emphasis == Emphasis::Full)
        return;
    const QPalette inherited = parentWidget() ? parentWidget()->palette() : QPalette();
    const QColor text = inherited.color(QPalette::Active, QPalette::WindowText);
    const QColor background = inherited.color(QPalette::Active, QPalette::Window);
    QColor quiet = text;
    for (float share = 0.4F; share > 0; share -= 0.05F) { // as faint as still reads
        quiet = QColor::fromRgbF(text.redF() + (background.redF() - text.redF()) * share,
            text.greenF() + (background.greenF() - text.greenF()) * share,
            text.blueF() + (background.blueF() - text.blueF()) * share);
        if (contrast(quiet, background) >= kReadableContrast)
            break;
        quiet = text;
    }
    QPalette own = palette();
    // Where all is switched off, all is equally faint.
    const QColor off = inherited.color(QPalette::Disabled, QPalette::WindowText);
    if (own.color(QPalette::Active, QPalette::WindowText) == quiet
        && own.color(QPalette::Disabled, QPalette::WindowText) == off)
        return;
    own.setColor(QPalette::Active, QPalette::WindowText, quiet);
    own.setColor(QPalette::Inactive, QPalette::WindowText, quiet);
    own.setColor(QPalette::Disabled, QPalette::WindowText, off);
    setPalette(own);
}

PlainLabel* makeCaption(const QString& text)
{
    auto* label = new PlainLabel(text);
    QFont font = label->font();
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    label->setWordWrap(false);
    label->setAlignment(Qt::AlignLeading | Qt::AlignTop);
    return label;
}

} // namespace countersign::ui
