// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/trust_part.h"

#include "ui/common/icons.h"
#include "ui/common/plain_label.h"
#include "ui/common/screening_sign.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

TrustPart::TrustPart(QWidget* parent)
    : QWidget(parent), m_level(new PlainLabel), m_sign(new QLabel), m_screening(new PlainLabel), m_owner(new PlainLabel)
{
    const int space = fontMetrics().height() / 4;
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(space);
    auto* row = new QHBoxLayout;
    row->setSpacing(2 * space);
    row->addWidget(m_sign, 0, Qt::AlignTop);
    row->addWidget(m_screening, 1);
    column->addWidget(m_level);
    column->addLayout(row);
    column->addWidget(m_owner);
    m_level->setObjectName(u"trustLevel"_s);
    m_screening->setObjectName(u"screening"_s);
    m_owner->setObjectName(u"owner"_s);
    m_owner->setQuiet();
}

void TrustPart::setTrust(const consent::Screen::Trust& trust)
{
    m_state = trust.state;
    m_level->setText(trust.level);
    m_screening->setText(trust.screening);
    m_owner->setText(trust.owner);
    m_owner->setHidden(trust.owner.isEmpty());
    draw();
}

void TrustPart::draw()
{
    const int side = fontMetrics().height();
    m_sign->setPixmap(icon(signOf(m_state), palette()).pixmap(QSize(side, side), devicePixelRatio()));
    QFont font = m_level->font();
    font.setBold(m_state != agents::Screening::Clear);
    m_screening->setFont(font);
}

void TrustPart::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        draw();
}

} // namespace countersign::ui
