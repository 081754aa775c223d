// SPDX-FileCopyrightText: 2026 The Countersign contributors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/consent/action_line.h"

#include "ui/common/icons.h"
#include "ui/common/plain_label.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QMouseEvent>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace countersign::ui {

ActionLine::ActionLine(const consent::Screen::ActionLine& action, QWidget* parent)
    : QWidget(parent), m_box(new QCheckBox)
{
    const bool isNew = action.isNew == consent::Screen::ActionLine::New::Yes;
    const QString described = isNew ? tr("%1 at %2 (new)") : tr("%1 at %2");
    m_box->setAccessibleName(described.arg(action.text, action.place));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* row = new QHBoxLayout;
    row->setSpacing(fontMetrics().height() / 2);
    column->addLayout(row);
    for (const QString& line : action.says)
        column->addLayout(makeSaying(line, m_box->sizeHint().width() + row->spacing()));
    m_box->setAccessibleDescription(action.says.join(u'\n'));
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

/// Words of a service, below ours.
QLayout* ActionLine::makeSaying(const QString& line, int indent)
{
    auto* says = new PlainLabel(line);
    says->setObjectName(u"says"_s);
    says->setQuiet();
    auto* row = new QHBoxLayout;
    row->addSpacing(indent);
    row->addWidget(says, 1);
    return row;
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
