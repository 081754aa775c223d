// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/decision_button.h"

#include "ui/common/decision_guard.h"

#include <QAccessible>
#include <QEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QStyleOptionButton>
#include <QStylePainter>

#include <algorithm>

namespace countersign::ui {

namespace {
constexpr std::chrono::milliseconds kFrame{33};
constexpr int kFullTurn = 360 * 16; // QPainter's angles

bool isPointer(const QMouseEvent& event)
{
    return event.spontaneous() && event.button() == Qt::LeftButton;
}

bool isSpace(const QKeyEvent& event)
{
    return event.key() == Qt::Key_Space && event.modifiers() == Qt::NoModifier;
}
} // namespace

DecisionButton::DecisionButton(Words words, Press press, DecisionGuard& guard, const Clock& clock, QWidget* parent)
    : QPushButton(parent), m_words(std::move(words)), m_press(press), m_guard(guard), m_clock(clock)
{
    setAutoDefault(false);
    setDefault(false);
    guard.addButton(*this);
    connect(&guard, &DecisionGuard::restarted, this, &DecisionButton::cancel);
    connect(&guard, &DecisionGuard::opened, this, qOverload<>(&QWidget::update));
    m_timer.setInterval(kFrame);
    connect(&m_timer, &QTimer::timeout, this, &DecisionButton::showProgress);
    // Pointer and keys are handled below and never get here; what does was pressed by a program.
    connect(this, &QAbstractButton::clicked, this, [this] {
        if (m_guard.isOpen())
            Q_EMIT decided(Source::Program);
    });
    setPress(press);
}

void DecisionButton::setPress(Press press)
{
    cancel();
    m_press = press;
    setText(wordsNow());
    updateGeometry();
}

double DecisionButton::progress() const
{
    if (!m_pressed || !mustHold(m_pressed->way))
        return 0;
    const std::chrono::duration<double> held = m_clock.bootTime() - m_pressed->at;
    return std::min(1.0, held / std::chrono::duration<double>(kHoldTime));
}

bool DecisionButton::mustHold(Way way) const
{
    return m_press == Press::Hold || (m_press == Press::HoldKey && way == Way::Key);
}

QString DecisionButton::wordsNow() const
{
    if (m_pressed && mustHold(m_pressed->way))
        return progress() >= 1.0 ? m_words.full : m_words.hold;
    return m_press == Press::Hold ? m_words.hold : m_words.rest;
}

void DecisionButton::begin(Way way)
{
    if (m_pressed || !m_guard.isOpen())
        return;
    m_pressed = Pressed{way, m_clock.bootTime()};
    setDown(true);
    m_timer.start();
    showProgress();
}

void DecisionButton::finish(Way way)
{
    if (!m_pressed || m_pressed->way != way)
        return;
    const bool enough = !mustHold(way) || progress() >= 1.0;
    cancel();
    if (enough)
        Q_EMIT decided(Source::Person);
    else
        Q_EMIT releasedTooEarly();
}

void DecisionButton::cancel()
{
    m_timer.stop();
    m_pressed.reset();
    setDown(false);
    setText(wordsNow());
    update(); // restarting the guard dims it
}

void DecisionButton::showProgress()
{
    const QString words = wordsNow();
    if (words != text()) {
        setText(words);
        QAccessibleAnnouncementEvent announcement(this, words);
        QAccessible::updateAccessibility(&announcement);
    }
    update();
}

void DecisionButton::mousePressEvent(QMouseEvent* event)
{
    if (isPointer(*event))
        begin(Way::Pointer);
    event->accept();
}

void DecisionButton::mouseMoveEvent(QMouseEvent* event)
{
    if (m_pressed && m_pressed->way == Way::Pointer && !hitButton(event->position().toPoint()))
        cancel();
    event->accept();
}

void DecisionButton::mouseReleaseEvent(QMouseEvent* event)
{
    if (isPointer(*event) && hitButton(event->position().toPoint()))
        finish(Way::Pointer);
    else
        cancel();
    event->accept();
}

void DecisionButton::mouseDoubleClickEvent(QMouseEvent* event)
{
    // What is held can't be a double click: somebody let go too early and presses again.
    if (m_press == Press::Hold && isPointer(*event))
        begin(Way::Pointer);
    event->accept();
}

void DecisionButton::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
        QPushButton::keyPressEvent(event); // moves the focus
        return;
    case Qt::Key_Escape:
        event->setAccepted(m_pressed.has_value());
        cancel();
        return;
    default:
        break;
    }
    if (!isSpace(*event)) {
        event->ignore();
        return;
    }
    if (event->spontaneous() && !event->isAutoRepeat())
        begin(Way::Key);
}

void DecisionButton::keyReleaseEvent(QKeyEvent* event)
{
    if (event->key() != Qt::Key_Space) {
        event->ignore();
        return;
    }
    if (event->spontaneous() && !event->isAutoRepeat())
        finish(Way::Key);
}

bool DecisionButton::event(QEvent* event)
{
    const QEvent::Type type = event->type();
    if (type == QEvent::FocusOut || type == QEvent::Hide || type == QEvent::EnabledChange)
        cancel();
    return QPushButton::event(event);
}

QSize DecisionButton::sizeHint() const
{
    // As wide as its longest words, so that nothing moves under a pointer that holds it.
    QStyleOptionButton option;
    initStyleOption(&option);
    if (m_press != Press::Tap)
        option.icon = ring();
    QSize widest;
    for (const QString& words : {m_words.rest, m_words.hold, m_words.full}) {
        option.text = words;
        QSize contents = fontMetrics().size(Qt::TextShowMnemonic, words);
        if (m_press != Press::Tap)
            contents.rwidth() += option.iconSize.width() + fontMetrics().horizontalAdvance(QLatin1Char(' ')) * 2;
        widest = widest.expandedTo(style()->sizeFromContents(QStyle::CT_PushButton, &option, contents, this));
    }
    return widest;
}

void DecisionButton::initStyleOption(QStyleOptionButton* option) const
{
    QPushButton::initStyleOption(option);
    const int side = fontMetrics().height();
    option->iconSize = QSize(side, side);
    if (m_press == Press::Hold || progress() > 0)
        option->icon = ring();
    // Off for a moment is drawn as disabled, but stays in the focus order: Tab is a keystroke too.
    if (!m_guard.isOpen()) {
        option->state &= ~QStyle::State_Enabled;
        option->palette.setCurrentColorGroup(QPalette::Disabled);
    }
}

void DecisionButton::paintEvent(QPaintEvent* /*event*/)
{
    QStylePainter painter(this);
    QStyleOptionButton option;
    initStyleOption(&option);
    painter.drawControl(QStyle::CE_PushButton, option);
}

QIcon DecisionButton::ring() const
{
    const int side = fontMetrics().height();
    QPixmap pixmap(QSize(side, side) * devicePixelRatio());
    pixmap.setDevicePixelRatio(devicePixelRatio());
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    const qreal pen = side / 6.0;
    const QRectF circle = QRectF(0, 0, side, side).adjusted(pen, pen, -pen, -pen);
    QColor colour = palette().color(QPalette::ButtonText);
    painter.setPen(QPen(colour, pen, Qt::SolidLine, Qt::FlatCap));
    painter.drawArc(circle, kFullTurn / 4, -qRound(progress() * kFullTurn));
    colour.setAlphaF(0.3F);
    painter.setPen(QPen(colour, pen, Qt::SolidLine, Qt::FlatCap));
    painter.drawEllipse(circle);
    return QIcon(pixmap);
}

} // namespace countersign::ui
