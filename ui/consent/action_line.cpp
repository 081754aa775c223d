// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/action_line.h"

#include "ui/common/icons.h"
#include "ui/common/plain_label.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QMouseEvent>

using namespace Qt::StringLiterals;

namespace countersign::ui {

ActionLine::ActionLine(const consent::Screen::ActionLine& action, QWidget* parent)
    : QWidget(parent), m_box(new QCheckBox)
{
    const bool isNew = action.isNew == consent::Screen::ActionLine::New::Yes;
    const QString described = isNew ? tr("%1 at %2 (new)") : tr("%1 at %2");
    m_box->setAccessibleName(described.arg(action.text, action.place));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_box, 0, Qt::AlignTop);
    auto* words = new PlainLabel(action.text);
    words->setObjectName(u"action"_s);
    words->installEventFilter(this); // a click on them is meant for the box
    if (!isNew) {
        row->addWidget(words, 1);
        return;
    }
    const int side = fontMetrics().height();
    auto* mark = new QLabel;
    mark->setPixmap(icon(Glyph::New, palette()).pixmap(QSize(side, side), devicePixelRatio()));
    auto* newWord = makeCaption(tr("new"));
    newWord->setAlignment(Qt::AlignLeading | Qt::AlignVCenter);
    row->addWidget(words);
    row->addWidget(mark, 0, Qt::AlignVCenter);
    row->addWidget(newWord, 1, Qt::AlignVCenter);
}

bool ActionLine::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::MouseButtonRelease || static_cast<QMouseEvent*>(event)->button() != Qt::LeftButton)
        return QWidget::eventFilter(watched, event);
    m_box->setFocus(Qt::MouseFocusReason);
    m_box->toggle();
    return true;
}

} // namespace countersign::ui
