// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/plain_label.h"

#include "ui/common/tone.h"

#include <QEvent>
#include <QStyleOptionFocusRect>
#include <QStylePainter>

namespace countersign::ui {

namespace {
constexpr int kNarrowest = 8; // widths of "m" that a label can always do with
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

PlainLabel::PlainLabel(const QString& text, Size size, QWidget* parent)
    : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse); // which also lets it wrap inside a word
    setFocusPolicy(Qt::NoFocus);
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

QSize PlainLabel::minimumSizeHint() const
{
    const QSize size = QLabel::minimumSizeHint();
    return {std::min(size.width(), fontMetrics().horizontalAdvance(QLatin1Char('m')) * kNarrowest), size.height()};
}

void PlainLabel::paintEvent(QPaintEvent* event)
{
    QLabel::paintEvent(event);
    if (!hasFocus())
        return;
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
    const QColor text = inherited.color(QPalette::WindowText);
    const QColor background = inherited.color(QPalette::Window);
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
    if (own.color(QPalette::WindowText) == quiet)
        return;
    own.setColor(QPalette::WindowText, quiet);
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
