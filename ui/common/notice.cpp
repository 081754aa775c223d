// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/notice.h"

#include "ui/common/icons.h"
#include "ui/common/plain_label.h"

#include <QAccessible>
#include <QEvent>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QVBoxLayout>

namespace countersign::ui {

namespace {
Glyph glyphOf(Tone tone)
{
    switch (tone) {
    case Tone::Calm:
        return Glyph::Information;
    case Tone::Caution:
        return Glyph::Warning;
    case Tone::Danger:
        return Glyph::Danger;
    }
    return Glyph::Information;
}
} // namespace

Notice::Notice(Tone tone, QWidget* parent)
    : QFrame(parent), m_tone(tone), m_icon(new QLabel), m_title(new PlainLabel), m_body(new PlainLabel)
{
    const int space = fontMetrics().height() / 2;
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(space * 3 / 2, space, space * 3 / 2, space);
    row->setSpacing(space * 3 / 2);
    auto* words = new QVBoxLayout;
    words->setSpacing(space / 3);
    QFont font = m_title->font();
    font.setWeight(QFont::DemiBold);
    m_title->setFont(font);
    m_body->hide();
    words->addWidget(m_title);
    words->addWidget(m_body);
    m_buttons = new QHBoxLayout;
    row->addWidget(m_icon, 0, Qt::AlignTop);
    row->addLayout(words, 1);
    row->addLayout(m_buttons);
    setAccessibleName(tr("Notice"));
    drawIcon();
}

void Notice::setWords(const QString& title, const QString& body)
{
    m_title->setText(title);
    m_body->setText(body);
    m_body->setVisible(!body.isEmpty());
    setAccessibleName(title);
    setAccessibleDescription(body);
    if (!isVisible())
        return;
    QAccessibleAnnouncementEvent announcement(this, title + QLatin1Char(' ') + body);
    QAccessible::updateAccessibility(&announcement);
}

QPushButton* Notice::addButton(const QString& text, std::function<void()> pressed)
{
    auto* button = new QPushButton(text);
    button->setAutoDefault(false);
    connect(button, &QPushButton::clicked, this, [pressed = std::move(pressed)] { pressed(); });
    m_buttons->addWidget(button);
    return button;
}

void Notice::paintEvent(QPaintEvent* /*event*/)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor background = toneBackground(palette(), m_tone);
    QColor edge = toneText(m_tone, background);
    edge.setAlphaF(0.5F);
    painter.setPen(edge);
    painter.setBrush(background);
    const qreal radius = fontMetrics().height() / 4.0;
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
}

void Notice::showEvent(QShowEvent* event)
{
    QFrame::showEvent(event);
    QAccessibleAnnouncementEvent announcement(this, m_title->text() + QLatin1Char(' ') + m_body->text());
    QAccessible::updateAccessibility(&announcement);
}

void Notice::changeEvent(QEvent* event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        drawIcon();
}

void Notice::drawIcon()
{
    const int side = fontMetrics().height() * 5 / 4;
    m_icon->setPixmap(icon(glyphOf(m_tone), palette()).pixmap(QSize(side, side), devicePixelRatio()));
}

} // namespace countersign::ui
